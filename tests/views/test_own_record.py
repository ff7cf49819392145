"""The page of one's own: what it shows, in which language one is addressed, what one reports."""

from datetime import timedelta
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges import access, audit
from pledges.access import SYSTEM, Act
from pledges.actions import apps, erasure, own_record
from pledges.core import refusals
from pledges.core.lifecycle import Role
from pledges.forms.own_record import MAX_REPORT
from pledges.models import LedgerOpening, Person
from pledges.notices import record_reports
from pledges.views import own_record as pages
from tests import baseline
from tests.fresh import confirm_by_code
from tests.serving import work_off

pytestmark = pytest.mark.django_db

PAGE, REPORT, LANGUAGE = "/accounts/", "/accounts/report/", "/accounts/language/"
WRONG = "职务应为“高级客户经理”。\n电话 021-5555 0199 已停用 <b>。"


@pytest.fixture
def here(liming):
    return signed_in(liming)


def signed_in(person, language="zh-hans"):
    client = Client()
    client.force_login(person)
    client.cookies["django_language"] = language
    return client


def shown(client, page=PAGE):
    return client.get(page).content.decode()


# --- What it shows --------------------------------------------------------------------------
def test_it_shows_what_is_on_record(here, liming):
    page = shown(here)
    facts = (liming.name, liming.employee_number, liming.position, liming.contact, liming.email)
    for fact in (*facts, liming.department.name_zh, liming.username):
        assert f"<dd>{fact}</dd>" in page
    Person.objects.filter(pk=liming.pk).update(contact="", email="")
    assert shown(here).count("<dd>未登记</dd>") == 2


def test_it_leads_from_the_menu_of_every_page_and_to_all_that_it_tells_of(here):
    assert f'href="{PAGE}"' in shown(here, "/")
    page = shown(here)
    for name in ("mfa_index", "account_change_password", "account_sessions", "account_report"):
        assert f'href="{reverse(name)}"' in page


def test_it_lists_passkeys_app_and_codes_with_what_they_are_good_for(here, liming, passkey):
    Authenticator.objects.filter(user=liming).delete()
    assert here.get(PAGE).context["factors"].none
    first = passkey(liming, at=timezone.now())
    second = passkey(liming, at=timezone.now())
    RecoveryCodes.activate(liming)
    factors = here.get(PAGE).context["factors"]
    assert factors.passkeys == [pages.Passkey(first.row.pk, "Key", signs=True)]
    assert [each.digest for each in factors.waiting] == [second.waiting.digest]
    assert (factors.has_app, factors.app_signs, factors.unused_codes) == (False, False, 10)
    page = shown(here)
    assert reverse("mfa_edit_webauthn", args=[first.row.pk]) in page
    assert reverse("mfa_confirm_passkey", args=[second.waiting.digest]) in page


def test_an_app_that_waits_is_listed_once(here, liming):
    Person.objects.filter(pk=liming.pk).update(handover=Person.Handover.PASSWORD)
    Authenticator.objects.filter(user=liming).delete()
    TOTP.activate(liming, baseline.totp_secret("liming"))
    apps.register(actor=Person.objects.get(pk=liming.pk), at=timezone.now())
    assert shown(here).count("身份验证器应用</p>") == 1
    factors = here.get(PAGE).context["factors"]
    assert [each.is_app for each in factors.waiting] == [True] and not factors.none


def test_it_counts_the_browsers_in_which_one_is_signed_in(here, liming, wangfang):
    assert here.get(PAGE).context["sessions"] == 1
    signed_in(liming), signed_in(wangfang)
    assert here.get(PAGE).context["sessions"] == 2


def test_staff_have_it_too(chenjing):
    assert chenjing.employee_number in shown(signed_in(chenjing))


# --- The language ---------------------------------------------------------------------------
def test_the_language_is_kept_with_the_person_and_the_switch_does_not_outlive_the_choice(
    here, liming
):
    answer = here.post(LANGUAGE, {"language": "en"}, follow=True)
    assert answer.redirect_chain[-1][0] == PAGE
    assert answer["Content-Language"] == "en"
    assert "Pages and emails will now be in this language" in answer.content.decode()
    liming.refresh_from_db()
    assert liming.language == "en"
    assert not here.cookies["django_language"].value
    (entry,) = audit.trail(liming).filter(event="person.changed")
    assert entry.actor_id == liming.pk and '"changed":["language"]' in entry.leaf
    here.post(LANGUAGE, {"language": "en"})
    assert audit.trail(liming).filter(event="person.changed").count() == 1


def test_who_signed_in_again_after_choosing_a_language_finds_a_page(liming):
    there = Client().post(LANGUAGE, {"language": "en"}).url
    assert unquote(there).endswith(f"next={LANGUAGE}")
    assert signed_in(liming).get(LANGUAGE, follow=True).redirect_chain == [(PAGE, 302)]


@pytest.mark.parametrize("sent", [{}, {"language": "tlh"}, {"language": ""}])
def test_no_other_language_is_taken(here, liming, sent):
    assert here.post(LANGUAGE, sent)["Location"] == PAGE
    liming.refresh_from_db()
    assert liming.language == "zh-hans"
    assert here.cookies["django_language"].value == "zh-hans"


def test_nobody_chooses_for_another(liming, chenjing, admin, now):
    for actor in (chenjing, admin, SYSTEM):
        with pytest.raises(access.Denied):
            own_record.choose_language(liming, "en", actor=actor, at=now)
        with pytest.raises(access.Denied):
            own_record.report(liming, WRONG, actor=actor, at=now)


# --- Something is wrong ---------------------------------------------------------------------
def test_what_is_wrong_reaches_human_resources_and_changes_nothing(
    here, liming, zhoumin, mailoutbox
):
    before = Person.objects.values().get(pk=liming.pk)
    answer = here.post(REPORT, {"said": WRONG}, follow=True)
    assert "已发送给 1 人" in answer.content.decode()
    work_off()
    (mail,) = mailoutbox
    assert mail.to == [zhoumin.email]
    assert "李明，E1001" in mail.subject
    assert "职务应为“高级客户经理”。\n  电话 021-5555 0199 已停用 <b>。" in mail.body
    assert reverse("admin:pledges_person_change", args=[liming.pk]) in mail.body
    assert liming.email in mail.body
    before.pop("last_login")
    after = Person.objects.values().get(pk=liming.pk)
    assert {name: after[name] for name in before} == before


def test_what_was_said_stands_in_no_ledger_and_no_queue(here, liming):
    here.post(REPORT, {"said": WRONG})
    (entry,) = audit.trail(liming).filter(event=own_record.REPORTED)
    (queued,) = DBTaskResult.objects.all()
    for kept in (entry.leaf, str(queued.args_kwargs)):
        assert "0199" not in kept and "0199" not in unquote(kept)
    assert [each.said for each in own_record.reports_of(liming, timezone.now())] == [WRONG]


def test_its_person_and_those_who_keep_records_see_it(here, liming):
    here.post(REPORT, {"said": WRONG})
    change = reverse("admin:pledges_person_change", args=[liming.pk])
    seen = {}
    for name in ("zhoumin", "admin", "chenjing", "wuying"):
        person = Person.objects.get(username=name)
        seen[name] = "0199" in shown(signed_in(person), change)
    assert seen == {"zhoumin": True, "admin": True, "chenjing": False, "wuying": False}
    assert "0199" in shown(here) and "&lt;b&gt;" in shown(here)
    later = timezone.now() + own_record.KEPT_IN_VIEW
    assert own_record.reports_of(liming, later) == []


def test_an_erasure_takes_it_and_its_mail(here, liming, mailoutbox):
    here.post(REPORT, {"said": WRONG})
    task = DBTaskResult.objects.get()
    erasure.erase(liming, actor=SYSTEM, at=timezone.now())
    assert not LedgerOpening.objects.exists() and not DBTaskResult.objects.exists()
    # As if a worker had taken the task before.
    record_reports.send.func(*task.args_kwargs["args"])
    assert mailoutbox == []


@pytest.mark.parametrize("said", ["", "  \n ", "x" * (MAX_REPORT + 1), "a\0b"])
def test_what_cannot_be_sent_is_told_and_kept(here, liming, said):
    answer = here.post(REPORT, {"said": said})
    assert answer.status_code == 422
    assert answer.context["form"]["said"].value() == said
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not audit.trail(liming).filter(event=own_record.REPORTED).exists()


def test_as_many_characters_as_the_page_lets_in_are_let_in(here, liming):
    """A browser counts a break as one character, and sends two."""
    here.post(REPORT, {"said": ("x\r\n" * (MAX_REPORT // 2))[: MAX_REPORT + 400]})
    assert len(own_record.reports_of(liming, timezone.now())) == 1


def test_few_an_hour_and_what_was_typed_stays(here, liming):
    for number in range(own_record.MAX_REPORTS):
        assert here.post(REPORT, {"said": f"{number}"}).status_code == 302
    answer = here.post(REPORT, {"said": WRONG})
    assert answer.status_code == 429
    page = answer.content.decode()
    assert "60 分钟" in page and "0199" in page
    now = timezone.now()
    with pytest.raises(refusals.TooManyReports) as refused:
        own_record.report(liming, WRONG, actor=liming, at=now + timedelta(minutes=50))
    assert timedelta() < refused.value.left <= timedelta(minutes=10)
    own_record.report(liming, WRONG, actor=liming, at=now + timedelta(minutes=61))


@pytest.mark.parametrize("how", ["no role", "no address", "deactivated", "the person's own"])
def test_without_human_resources_the_administrators_hear_of_it(liming, zhoumin, now, how):
    reporter = liming
    if how == "no role":
        zhoumin.groups.clear()
    elif how == "the person's own":
        reporter = zhoumin
    else:
        changed = {"no address": {"email": ""}, "deactivated": {"is_active": False}}[how]
        Person.objects.filter(pk=zhoumin.pk).update(**changed)
    administrators = Person.objects.filter(groups__name=Role.ADMINISTRATOR)
    own_record.report(reporter, WRONG, actor=reporter, at=now)
    told = [each.args_kwargs["args"][0] for each in DBTaskResult.objects.all()]
    assert sorted(told) == sorted(administrators.values_list("pk", flat=True))


def test_where_nobody_can_be_told_it_says_so_and_keeps_what_was_typed(here, liming):
    Person.objects.exclude(pk=liming.pk).update(email="")
    answer = here.post(REPORT, {"said": WRONG})
    assert answer.status_code == 422
    assert "请当面告知" in answer.content.decode() and "0199" in answer.content.decode()
    assert not audit.trail(liming).filter(event=own_record.REPORTED).exists()


def test_somebody_without_a_role_may_report_and_somebody_deactivated_may_not(liming, now):
    liming.groups.clear()
    assert access.allows(Person.objects.get(pk=liming.pk), Act.KEEP_OWN_RECORD, liming)
    liming.is_active = False
    assert not access.allows(liming, Act.KEEP_OWN_RECORD, liming)


# --- The frame of account pages -------------------------------------------------------------
@pytest.mark.parametrize("page", [PAGE, "/accounts/password/change/", "/accounts/sessions/"])
def test_pages_of_the_account_name_the_organisation(here, page):
    assert "· 示例银行股份有限公司 · 守诺</title>" in shown(here, page)


@pytest.mark.parametrize(
    ("language", "name"),
    [("zh-hans", "示例银行股份有限公司 · 守诺"), ("en", "Example Bank Co., Ltd. · Shounuo")],
)
def test_the_way_in_names_the_organisation_and_no_host(client, language, name):
    client.cookies["django_language"] = language
    page = client.get("/accounts/login/").content.decode()
    assert f'<p class="entrance-name">{name}</p>' in page
    assert "testserver" not in page


def test_an_app_shows_whose_it_is(here, liming):
    confirm_by_code(here, liming)
    Authenticator.objects.filter(user=liming).delete()
    address = here.get("/accounts/2fa/totp/activate/").context["totp_url"]
    assert "issuer=示例银行股份有限公司 · 守诺" in unquote(address)


def test_the_address_is_shown_with_how_to_have_it_changed(here, liming):
    page = shown(here, reverse("account_email"))
    assert liming.email in page and f'href="{REPORT}"' in page


@pytest.mark.parametrize("has_factor", [True, False])
def test_whoever_has_yet_to_enrol_is_offered_no_page_that_they_do_not_reach(
    settings, chenjing, has_factor
):
    settings.STAFF_SECOND_FACTOR = True
    if has_factor:
        TOTP.activate(chenjing, baseline.totp_secret("chenjing"))
    page = shown(signed_in(chenjing), reverse("mfa_index"))
    assert (f'href="{PAGE}"' in page) is has_factor
    assert f'href="{reverse("help")}"' in page
