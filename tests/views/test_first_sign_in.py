"""The first days of an account: invitation, first password, authenticator app, its confirmation."""

import time
from datetime import timedelta

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pledges.access import SYSTEM
from pledges.actions import (
    apps,
    enrolling,
    invitations,
    passwords,
    pending,
    preparing,
    signing,
)
from pledges.core import refusals
from pledges.models import Invitation, LedgerEntry, Person
from tests import baseline
from tests.cast import request_by_code

pytestmark = pytest.mark.django_db

FIRST = "otter-lantern-quilt-fern"
OWN = "walnut-harbour-thimble-snail"
CHANGE = "/accounts/password/change/"
INDEX = "/accounts/2fa/"
ACTIVATE = "/accounts/2fa/totp/activate/"


def text(answer):
    return answer.content.decode()


# --- Invitations --------------------------------------------------------------------------------
@pytest.fixture
def invitation(zhaolei, admin):
    zhaolei.set_unusable_password()
    zhaolei.save()
    Authenticator.objects.filter(user=zhaolei).delete()
    return invitations.invite(zhaolei, actor=admin, at=timezone.now())


@pytest.fixture
def link(invitation):
    return reverse("account_invitation", args=[invitation.pk, invitation.key()])


def choose(client, link, password=OWN, again=None):
    typed = {"password1": password, "password2": again or password}
    return client.post(link, typed, follow=True)


@pytest.mark.parametrize(
    ("language", "asks", "done"),
    [("zh-hans", "设置您的密码", "密码已设置"), ("en", "Choose your password", "has been set")],
)
def test_the_invited_choose_a_password_and_sign_in_with_it(client, link, language, asks, done):
    client.cookies["django_language"] = language
    page = client.get(link)
    assert asks in text(page) and "zhaolei" in text(page)
    assert "no-store" in page["Cache-Control"]
    answer = choose(client, link)
    assert done in text(answer) and answer.redirect_chain[-1][0] == "/accounts/login/"
    signed_in = client.post("/accounts/login/", {"login": "zhaolei", "password": OWN})
    assert (signed_in.status_code, signed_in["Location"]) == (302, "/")


def test_programs_that_follow_links_in_mails_use_nothing_up(client, link):
    for _time in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    assert choose(client, link).status_code == 200
    assert Invitation.objects.get().end == "used"


def test_a_used_link_says_so_and_changes_nothing(client, link):
    choose(client, link)
    again = Client()
    assert again.get(link).status_code == 404 and "已失效" in text(again.get(link))
    assert choose(again, link, "second-walnut-harbour-thimble").status_code == 404
    assert Person.objects.get(username="zhaolei").check_password(OWN)


def test_a_password_that_is_refused_leaves_the_link_as_it_is(client, link):
    for password, again in (("zhaolei20261129", None), ("short", None), (OWN, OWN + "x")):
        page = choose(client, link, password, again)
        assert page.status_code == 200 and "errorlist" in text(page)
    assert not Person.objects.get(username="zhaolei").has_usable_password()
    assert "密码已设置" in text(choose(client, link))


def test_whoever_is_signed_in_in_that_browser_is_signed_out(client, link, liming):
    client.force_login(liming)
    choose(client, link)
    assert client.get("/").status_code == 302


# --- First passwords ----------------------------------------------------------------------------
@pytest.fixture
def first(client, zhaolei, admin):
    """Zhao Lei's browser: signed in with the password that an administrator set."""
    passwords.set_first(zhaolei, FIRST, actor=admin, at=timezone.now())
    client.force_login(Person.objects.get(pk=zhaolei.pk))
    return client


PRIVATE = ("my_pledges", "mfa_index", "mfa_add_webauthn", "mfa_activate_totp", "account_email")


@pytest.mark.parametrize("name", PRIVATE)
def test_a_first_password_opens_no_page_but_the_one_that_changes_it(first, name):
    for answer in (first.get(reverse(name)), first.post(reverse(name))):
        assert (answer.status_code, answer["Location"]) == (302, CHANGE)
    assert first.get(CHANGE).status_code == 200


def test_nor_the_admin_nor_a_pledge_nor_a_part_of_a_page(first, zhaolei, draft, admin):
    own = draft(person=zhaolei)
    assert first.get(reverse("pledge", args=[own.pk]))["Location"] == CHANGE
    part = first.post(reverse("pledge_save", args=[own.pk]), headers={"HX-Request": "true"})
    assert part["HX-Redirect"] == CHANGE
    Person.objects.filter(pk=admin.pk).update(must_change_password=True)
    first.force_login(Person.objects.get(pk=admin.pk))
    assert first.get("/admin/pledges/person/")["Location"] == CHANGE


def test_public_pages_signing_out_and_the_language_stay_open(first):
    assert first.get("/verify/").status_code == 200
    assert first.get("/healthz").status_code == 200
    assert first.post("/language/", {"language": "en"})["Location"] != CHANGE
    assert first.post("/accounts/logout/")["Location"] == "/accounts/login/"


def test_once_it_is_changed_everything_is_open(first, zhaolei):
    typed = {"oldpassword": FIRST, "password1": OWN, "password2": OWN}
    assert first.post(CHANGE, typed).status_code == 302
    changed = Person.objects.get(pk=zhaolei.pk)
    assert changed.check_password(OWN) and not changed.must_change_password
    first.force_login(changed)
    assert first.get("/").status_code == 200
    assert LedgerEntry.objects.filter(event="password.chosen").count() == 1


def test_it_is_not_kept_under_the_name_of_a_new_one(first, zhaolei):
    typed = {"oldpassword": FIRST, "password1": FIRST, "password2": FIRST}
    page = first.post(CHANGE, typed)
    assert page.status_code == 200 and "由他人设置的密码" in text(page)
    assert Person.objects.get(pk=zhaolei.pk).must_change_password


# --- Links to choose another password -----------------------------------------------------------
@pytest.mark.parametrize(("minutes", "works"), [(59, True), (61, False)])
def test_a_link_to_choose_another_password_works_for_an_hour(
    client, zhaolei, monkeypatch, minutes, works
):
    key = default_token_generator.make_token(zhaolei)
    then = default_token_generator._now() + timedelta(minutes=minutes)
    monkeypatch.setattr(type(default_token_generator), "_now", lambda self: then)
    link = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(zhaolei), key])
    page = client.get(link, follow=True)
    assert ("id_password1" in text(page)) is works


# --- The authenticator app ----------------------------------------------------------------------
@pytest.fixture
def without_app(client, zhaolei):
    """Zhao Lei's browser: signed in with a password alone, which has just been given again."""
    Authenticator.objects.filter(user=zhaolei).delete()
    client.force_login(zhaolei)
    client.cookies["django_language"] = "en"
    client.post("/accounts/reauthenticate/", {"password": baseline.PASSWORD})
    return client


def activate(client):
    """Set the app up as its owner does; gives the code that was used."""
    secret = client.get(ACTIVATE).context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    return code, client.post(ACTIVATE, {"code": code}, follow=True)


def test_the_code_that_activates_is_used_up(without_app, zhaolei, draft):
    code, answer = activate(without_app)
    assert "can now be used to sign documents" in text(answer)
    other = Client()
    other.post("/accounts/login/", {"login": "zhaolei", "password": baseline.PASSWORD})
    refused = other.post("/accounts/2fa/authenticate/", {"code": code})
    assert refused.status_code == 200 and "_auth_user_id" not in other.session
    intent, at = _intent(draft, zhaolei), timezone.now()
    with pytest.raises(refusals.CodeUsed):
        signing.sign(intent, actor=zhaolei, at=at, request=request_by_code(zhaolei, code=code))


def _intent(draft, person):
    return preparing.prepare(draft(person=person), actor=person, at=timezone.now())


def test_an_app_waits_until_its_owner_has_been_met(without_app, zhaolei, admin, chenjing):
    Person.objects.filter(pk=zhaolei.pk).update(handover="password")
    _code, answer = activate(without_app)
    waiting = apps.waiting(zhaolei, timezone.now())
    assert waiting.record.code in text(answer)
    page = text(without_app.get(INDEX))
    assert waiting.record.code in page and "Cannot be used to sign" in page
    how = without_app.get(reverse("mfa_confirm_passkey", args=[waiting.digest]))
    assert "not the person who opened your account" in text(how) and waiting.record.code in text(
        how
    )
    enrolling.permit(waiting, actor=SYSTEM, at=timezone.now())
    assert "Cannot be used to sign" not in text(without_app.get(INDEX))


def test_one_that_only_signs_in_can_be_confirmed_later(without_app, zhaolei):
    baseline.TOTP.activate(zhaolei, baseline.totp_secret("zhaolei"))
    ask = reverse("mfa_ask_for_app")
    assert ask in text(without_app.get(INDEX))
    assert "can now be used to sign documents" in text(without_app.post(ask, follow=True))
    assert apps.enrolled(zhaolei)
    again = without_app.post(ask, follow=True)
    assert again.status_code == 200 and ask not in text(again)


def test_its_owner_takes_the_question_back(without_app, zhaolei):
    Person.objects.filter(pk=zhaolei.pk).update(handover="link")
    activate(without_app)
    waiting = apps.waiting(zhaolei, timezone.now())
    answer = without_app.post(reverse("mfa_discard_passkey", args=[waiting.digest]), follow=True)
    assert "no longer awaiting confirmation" in text(answer)
    assert reverse("mfa_ask_for_app") in text(answer)


def test_an_app_that_was_removed_waits_no_more(without_app, zhaolei):
    Person.objects.filter(pk=zhaolei.pk).update(handover="link")
    activate(without_app)
    assert pending.waiting(zhaolei, timezone.now())
    without_app.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=zhaolei, type="totp").exists()
    assert not pending.waiting(zhaolei, timezone.now())


def test_where_the_ledgers_key_is_missing_no_app_is_left_half_set_up(
    without_app, zhaolei, settings, tmp_path
):
    Person.objects.filter(pk=zhaolei.pk).update(handover="password")
    settings.PKI_DIR = tmp_path
    _code, answer = activate(without_app)
    assert "Passkeys cannot be registered here" in text(answer)
    assert not Authenticator.objects.filter(user=zhaolei).exists()


def test_whoever_waits_is_told_on_the_page_where_they_want_to_sign(without_app, zhaolei, draft):
    Person.objects.filter(pk=zhaolei.pk).update(handover="password")
    activate(without_app)
    intent = _intent(draft, zhaolei)
    page = text(without_app.get(reverse("pledge_sign", args=[intent.pledge_id, intent.pk])))
    assert apps.waiting(zhaolei, timezone.now()).record.code in page


def test_after_the_change_they_go_on_and_are_not_signed_out(first):
    """The page said so before; the sign-in page would lead to the change once more."""
    typed = {"oldpassword": FIRST, "password1": OWN, "password2": OWN}
    answer = first.post(CHANGE, typed, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "密码已修改" in text(answer) and "您已退出登录" not in text(answer)


def test_a_link_to_a_new_password_ends_where_one_signs_in(client, liming):
    link = reverse(
        "account_reset_password_from_key",
        args=[user_pk_to_url_str(liming), default_token_generator.make_token(liming)],
    )
    form = client.get(link, follow=True)
    done = client.post(form.request["PATH_INFO"], {"password1": OWN, "password2": OWN}, follow=True)
    assert 'href="/accounts/login/"' in text(done) and "密码已设置" in text(done)
    again = client.get(link)
    assert 'href="/accounts/password/reset/"' in text(again) and "此链接已失效" in text(again)
    client.cookies["django_language"] = "en"
    assert "no longer valid" in text(client.get(link)) and "Token" not in text(client.get(link))


@pytest.mark.parametrize("name", ["account_inactive", "account_reset_password_done"])
def test_no_page_before_signing_in_is_a_dead_end(client, db, name):
    assert 'href="/accounts/login/"' in text(client.get(reverse(name)))


def test_ones_address_is_shown_and_who_changes_it(client, liming):
    client.force_login(liming)
    page = text(client.get("/accounts/email/"))
    assert liming.email in page and "由系统管理员修改" in page
