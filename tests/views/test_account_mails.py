"""No change to an account is silent: one mail each, in the owner's language, with the change."""

import json
from io import StringIO
from types import SimpleNamespace

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pledges.access import SYSTEM
from pledges.actions import passwords, people
from pledges.models import Organisation, Person
from pledges.proof.passkeys.ceremony import introduction_challenge
from tests import baseline
from tests.fresh import confirm_by_code
from tests.serving import work_off
from tests.views.test_staff_factor import code_of

pytestmark = pytest.mark.django_db

NEW = "another-quiet-lantern-4"


@pytest.fixture
def here(liming):
    client = Client()
    client.force_login(liming)
    confirm_by_code(client, liming)
    return client


def add_app(here, person):
    Authenticator.objects.filter(user=person).delete()
    form = here.get("/accounts/2fa/totp/activate/").context["form"]
    here.post("/accounts/2fa/totp/activate/", {"code": code_of(form.secret)})


def change_password(here, person):
    typed = {"oldpassword": baseline.PASSWORD, "password1": NEW, "password2": NEW}
    here.post("/accounts/password/change/", typed)


def reset_password(here, person):
    link = [user_pk_to_url_str(person), default_token_generator.make_token(person)]
    stranger = Client()
    form = stranger.get(reverse("account_reset_password_from_key", args=link), follow=True)
    stranger.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})


def set_by_operator(here, person):
    passwords.set_first(person, NEW, actor=SYSTEM, at=timezone.now())


def remove_factors(here, person):
    call_command("permit_enrolment", "E1001", "--remove-factors", stdout=StringIO())


CHANGES = {
    "app added": (add_app, "Your authenticator app can now be used", "身份验证器应用"),
    "app removed": (
        lambda here, person: here.post("/accounts/2fa/totp/deactivate/"),
        *("The authenticator app was removed", "身份验证器应用已移除"),
    ),
    "codes made": (
        lambda here, person: here.post("/accounts/2fa/recovery-codes/generate/"),
        *("New recovery codes were created", "生成新的恢复码"),
    ),
    "password changed": (change_password, "The password of your account", "密码已修改"),
    "password reset": (reset_password, "The password of your account", "密码已修改"),
    "password set": (set_by_operator, "A first password was set", "已设置初始密码"),
    "factors removed": (remove_factors, "The second factors of your account", "两步验证方式已移除"),
}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_told_once_with_its_time_and_what_to_do(
    here, liming, mailoutbox, change, language
):
    Person.objects.filter(pk=liming.pk).update(language=language)
    Organisation.objects.update(time_zone="America/New_York")
    make, english, chinese = CHANGES[change]
    make(here, liming)
    work_off()
    (mail,) = mailoutbox
    assert mail.to == ["liming@example.com"]
    assert (english if language == "en" else chinese) in mail.subject
    day = Organisation.current().localdate(timezone.now())
    assert (f"{day.day} {day:%B %Y}" if language == "en" else f"{day.day}日") in mail.body
    assert "UTC-0" in mail.body
    assert reverse("account_sessions") in mail.body
    assert ("If neither you nor anyone" if language == "en" else "如非您本人") in mail.body


def test_a_passkey_is_told_when_it_waits_when_it_is_enrolled_and_when_it_is_removed(
    here, liming, passkey, mailoutbox
):
    Person.objects.filter(pk=liming.pk).update(language="en")
    first = passkey(liming, at=timezone.now())
    second = passkey(liming, at=timezone.now())
    answer = first.answer(introduction_challenge(second.waiting.digest))
    confirm = reverse("mfa_confirm_passkey", args=[second.waiting.digest])
    here.post(confirm, {"assertion": json.dumps(answer)})
    here.post(reverse("mfa_remove_webauthn", args=[first.row.pk]))
    work_off()
    said = [mail.subject.rstrip(".") for mail in mailoutbox]
    assert said == [
        "The passkey “Key” can now be used to sign documents",
        "A passkey is awaiting confirmation",
        "The passkey “Key” can now be used to sign documents",
        "A passkey was removed from your account",
    ]
    assert all("“Key”" in mail.body for mail in mailoutbox)


def test_a_new_address_is_told_at_both(liming, mailoutbox):
    liming.email = "ming@example.com"
    people.save_person(liming, actor=SYSTEM, at=timezone.now())
    work_off()
    assert sorted(mail.to[0] for mail in mailoutbox) == ["liming@example.com", "ming@example.com"]
    assert {mail.subject for mail in mailoutbox} == {"您账号的电子邮箱已修改"}


def test_an_address_taken_away_is_told_at_the_one_that_was(liming, mailoutbox):
    liming.email = ""
    people.save_person(liming, actor=SYSTEM, at=timezone.now())
    work_off()
    assert [mail.to for mail in mailoutbox] == [["liming@example.com"]]


def test_what_is_saved_unchanged_is_not_told(liming, mailoutbox):
    liming.position = "客户总监"
    people.save_person(liming, actor=SYSTEM, at=timezone.now())
    work_off()
    assert mailoutbox == []


def test_the_mail_is_queued_with_the_change_or_not_at_all(here, liming, monkeypatch, mailoutbox):
    """Where the mail cannot be queued, the factor stays as it was."""

    def fail(*args, **kwargs):
        raise RuntimeError("the queue is closed")

    monkeypatch.setattr("pledges.notices.accounts.send", SimpleNamespace(enqueue=fail))
    for address in ("/accounts/2fa/totp/deactivate/", "/accounts/2fa/recovery-codes/generate/"):
        with pytest.raises(RuntimeError):
            here.post(address)
    with pytest.raises(RuntimeError):
        change_password(here, liming)
    assert list(Authenticator.objects.filter(user=liming).values_list("type")) == [("totp",)]
    liming.refresh_from_db()
    assert liming.check_password(baseline.PASSWORD)
