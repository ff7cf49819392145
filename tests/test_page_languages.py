"""Each page, mail and file speaks one language: no English is left in Chinese, nor the reverse."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone, translation

from pledges import notices
from pledges.actions import answers, exporting, own_record, preparing, review
from pledges.models import Invitation, LedgerEntry, Person, Pledge, Proposal, TemplateVersion
from pledges.notices import accounts, digests, record_reports
from pledges.views import help_pages
from tests import baseline
from tests.fresh import confirm_by_code, prove
from tests.visible import texts

pytestmark = pytest.mark.django_db

MINE = (
    *("/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/"),
    *("/accounts/logout/", "/none/", "/accounts/", "/accounts/report/", "/accounts/email/"),
    *("/help/", *(f"/help/{name}/" for name in help_pages.TITLES)),
)
OWN = {
    "": ("/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/"),
    "liming": (
        *MINE,
        *("/accounts/reauthenticate/", "/pledges/{draft}/", "/pledges/{draft}/?check=1"),
        *("/pledges/{signed}/", "/pledges/{accepted}/", "/pledges/{returned}/"),
        *("/pledges/{draft}/sign/{intent}/", "/verify/{accepted}/", "/verify/{returned}/"),
    ),
    "wangfang": ("/pledges/{own}/", "/pledges/{own}/discard/", "/pledges/{own}/last-time/"),
    "chenjing": (
        *("/admin/", "/admin/pledges/pledge/", "/admin/pledges/pledge/?state=all"),
        "/admin/pledges/pledge/{signed}/change/",
        *("/admin/pledges/pledge/{signed}/accept/", "/admin/pledges/pledge/{signed}/return/"),
        *("/admin/pledges/pledge/{accepted}/change/", "/admin/pledges/pledge/{accepted}/revoke/"),
        *("/admin/pledges/pledge/{returned}/change/", "/admin/pledges/pledge/{draft}/change/"),
        *("/admin/pledges/templateversion/", "/admin/pledges/templateversion/{version}/change/"),
        "/admin/pledges/templateversion/{version}/retire/",
        "/admin/pledges/person/?confirmation=waiting",
        *("/admin/pledges/person/", "/admin/pledges/pledge/?q=zzz"),
    ),
    "zhoumin": ("/admin/", "/admin/pledges/pledge/", "/admin/pledges/pledge/{accepted}/change/"),
    "wuying": (
        *("/admin/", "/admin/pledges/ledgerentry/", "/admin/pledges/ledgerentry/{entry}/change/"),
        "/admin/pledges/person/{person}/change/",
    ),
    "admin": (
        *("/admin/", "/admin/pledges/person/", "/admin/pledges/person/add/"),
        *("/admin/pledges/person/{person}/change/", "/admin/pledges/organisation/1/change/"),
        *("/admin/pledges/department/", "/admin/pledges/department/add/"),
        *("/admin/pledges/proposal/", "/admin/pledges/proposal/{proposal}/change/"),
    ),
}
PAGES = [(username, page) for username, pages in OWN.items() for page in pages]

# Each mail about an account, with what it is told when it is queued.
ACCOUNT_MAILS = {
    "password_reset": {},
    "passkey_lapsed": {"name": "123"},
    "app_lapsed": {},
    "invitation": {},
    "locked": {"address": "192.0.2.1", "until": "2026-11-23T10:00:00+08:00"},
    "new_browser": {
        "browser": "Chrome, Windows",
        "address": "192.0.2.1",
        "at": "2026-11-23T10:00:00+08:00",
    },
}
# What is the same in every language, or was entered by people.
SAME = {
    *("Shounuo", "English", "Linux", "macOS", "Windows", "Asia", "Shanghai", "contract"),
    *("JavaScript", "localhost", "Chrome"),
    *baseline.CAST,
    *(word for name in baseline.ENGLISH.values() for word in name.split()),
    *("Example", "Bank"),
}
NO_WORDS = re.compile(
    r"https?://\S+|\S+@\S+|\b\w+(?:[-:.]\w+)+\b|\b[a-z]+(?:_[a-z]+)+\b|\b[0-9a-f]{64}\b"
    r"|\b[0-9a-f]{4}(?: …)?(?: [0-9a-f]{4})+(?: …(?: [0-9a-f]{4})+)?\b"
)
ENTERED = {
    *("中文", "请写全称", "不再任职"),
    *(text for person in baseline.CAST.values() for text in (person[0], person[2], person[3])),
}
CITATION = re.compile("^[一二三四五六七八九十]+、")
# Its options are the clauses of a pledge in the pledge's language, one of them each.
IN_THE_PLEDGES_LANGUAGE = "/return/"


def strange(text, language):
    """The words of `text` that are in the other language."""
    if language == "zh-hans":
        found = re.findall("[A-Za-z]{4,}", NO_WORDS.sub(" ", text))
        return [word for word in found if word not in SAME]
    found = re.findall("[\u3400-\u9fff]+", CITATION.sub("", text))
    return [word for word in found if word not in ENTERED]


@pytest.fixture
def kept(signed, accepted, chenjing, liming, wangfang, now):
    """One pledge of each state, liming's but for a renewal, and other things, as `OWN` has them."""
    before = accepted("personal-code", person=wangfang)
    by = {"actor": chenjing, "at": now + timedelta(days=1)}
    before = review.revoke(before, **by, reason="不再任职")
    at = now + timedelta(days=2)
    own = answers.open_pledge(before.version, actor=wangfang, at=at, language="zh-hans")
    returned = signed("contract")
    reasons = [review.ClauseReason(clause="1.1.1", text="请写全称。")]
    draft = review.return_to_manager(returned, actor=chenjing, at=now, reasons=reasons)
    change = {"roles": ["manager"], "is_active": True}
    proposal = Proposal.objects.create(
        **{"kind": "person", "person": liming, "before": change, "proposed_at": now},
        **{"after": {**change, "roles": ["hr", "auditor"]}, "proposer": chenjing},
    )
    return {
        "proposal": proposal.pk,
        "draft": draft.pk,
        "own": own.pk,
        "signed": signed("personal-code", reply_days="30").pk,
        "accepted": accepted("general-standards", satisfaction_target="80").pk,
        "returned": returned.pk,
        "intent": preparing.prepare(draft, actor=liming, at=timezone.now()).pk,
        "version": TemplateVersion.objects.get(template__slug="contract").pk,
        "entry": LedgerEntry.objects.latest("sequence").pk,
        "person": liming.pk,
    }


def test_the_search_finds_what_it_is_for():
    assert strange("等待 review 的承诺书 CN-2026-000001，liming", "zh-hans") == ["review"]
    assert strange("一、2. Waiting for 审核, 李明", "en") == ["审核"]
    page = '<html lang="en"><p title="题">one <b lang="zh-Hans">二</b></p><code>三</code>'
    assert texts(page, "en") == ["题", "one"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_speaks_one_language(client, kept, language):
    found = []
    for username, page in PAGES:
        client.logout()
        client.cookies["django_language"] = language
        if username:
            person = Person.objects.get(username=username)
            client.force_login(person)
            prove(client, person)
        html = client.get(page.format(**kept), follow=True).content.decode()
        assert f'<html lang="{language}"' in html, page
        if language == "en" and page.endswith(IN_THE_PLEDGES_LANGUAGE):
            continue
        for text in texts(html, language):
            if words := strange(text, language):
                found.append((username, page, words, text[:80]))
    assert not found


FACTORS = (
    *("mfa_index", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_reauthenticate_webauthn"),
    *("mfa_deactivate_totp", "mfa_reauthenticate", "mfa_generate_recovery_codes"),
    "mfa_add_phone",
)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_of_second_factors_speak_one_language(client, draft, passkey, liming, language):
    client.cookies["django_language"] = language
    client.force_login(liming)
    intent = preparing.prepare(draft(), actor=liming, at=timezone.now())
    document = reverse("pledge_sign", args=[intent.pledge_id, intent.pk])
    pages = [client.get(document)]
    key, waiting = passkey(liming).row, passkey(liming, at=timezone.now()).waiting
    confirm_by_code(client, liming)
    pages += [client.get(reverse(name)) for name in FACTORS]
    pages += [client.get(document), client.post(document, {"assertion": "{"})]
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        pages.append(client.get(reverse(name, args=[key.pk])))
    confirm = reverse("mfa_confirm_passkey", args=[waiting.digest])
    pages += [client.get(confirm), client.post(confirm, {"assertion": "{}"})]
    pages.append(client.post(reverse("mfa_remove_webauthn", args=[key.pk]), follow=True))
    pages.append(client.get(confirm))
    Authenticator.objects.all().delete()
    pages += [client.get(each) for each in (document, "/accounts/2fa/", reverse("mfa_set_up"))]
    assert {page.status_code for page in pages} == {200, 422}
    said = [text for page in pages for text in texts(page.content.decode(), language)]
    assert not [(strange(text, language), text) for text in said if strange(text, language)]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_that_asks_who_it_is_speaks_one_language(client, kept, chenjing, language):
    client.cookies["django_language"] = language
    client.force_login(chenjing)
    page = f"/admin/pledges/pledge/{kept['signed']}/accept/"
    said = [text for way in (client.get, client.post) for text in texts(
        way(page).content.decode(), language)]  # fmt: skip
    assert not [(strange(text, language), text) for text in said if strange(text, language)]


ABOUT_ACCOUNTS = (
    *("first_password", "passkey_waiting", "passkey_removed", "app_added", "app_removed"),
    *("codes_made", "factors_removed", "password_changed", "address_changed", "proposal_made"),
    "sessions_ended",
)


# What was enrolled, and who vouched for it.
ENROLMENTS = (("app", "first"), ("app", "officer"), ("passkey", "passkey"), ("passkey", "operator"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_mail_speaks_one_language(kept, liming, chenjing, now, mailoutbox, language):
    Person.objects.update(language=language)
    in_force = Pledge.objects.get(pk=kept["accepted"])
    review.revoke(in_force, actor=chenjing, at=now.replace(day=25), reason="不再任职。")
    sent = {
        notices.SIGNED: kept["signed"],
        notices.ACCEPTED: kept["accepted"],
        notices.RETURNED: kept["returned"],
        notices.REVOKED: kept["accepted"],
    }
    own = Person.objects.get(username="liming").pk
    for event, pk in sent.items():
        notices.send.func(event, str(pk), own)
    Invitation.objects.create(
        person_id=own,
        email="liming@example.com",
        created_at=timezone.now(),
        expires_at=timezone.now() + timedelta(hours=1),
    )
    for event, facts in ACCOUNT_MAILS.items():
        accounts.send.func(event, own, facts)
    for event in ABOUT_ACCOUNTS:
        accounts.send.func(event, own, {"at": now.isoformat(), "passkey": "123"})
    for kind, by in ENROLMENTS:
        told = {"at": now.isoformat(), "passkey": "123", "kind": kind, "introduced_by": by}
        accounts.send.func("enrolled", own, told)
    digests.send_digest.func(chenjing.pk)
    own_record.report(liming, "123", actor=liming, at=now)
    entry = LedgerEntry.objects.get(event=own_record.REPORTED)
    record_reports.send.func(chenjing.pk, own, str(entry.pk))
    lines = [line for each in mailoutbox for line in (each.subject, *each.body.splitlines())]
    about_accounts = len(ACCOUNT_MAILS) + len(ABOUT_ACCOUNTS) + len(ENROLMENTS)
    assert len(mailoutbox) == len(sent) + about_accounts + 2
    assert not [(line, strange(line, language)) for line in lines if strange(line, language)]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_spreadsheet_speaks_one_language(kept, zhoumin, now, language):
    with translation.override(language):
        rows = exporting.export_commitments(Pledge.objects.all(), actor=zhoumin, at=now)
        text = b"".join(rows).decode("utf-8-sig")
    cells = [cell for line in text.splitlines() for cell in line.split(",")]
    assert len(cells) > 12
    assert not [(cell, strange(cell, language)) for cell in cells if strange(cell, language)]
