"""Accounts: nobody signs up, everybody lands where their work is, forms can be filled by all."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.test import RequestFactory
from django.utils import timezone

from pledges.actions import enrolment
from pledges.models import Person
from pledges.views.clients import client_address
from tests import baseline
from tests.authenticator import Passkey


def test_nobody_signs_up(client, db):
    assert "id_password1" not in client.get("/accounts/signup/").content.decode()
    client.post(
        "/accounts/signup/",
        {"username": "x", "email": "x@example.com", "password1": "y" * 14, "password2": "y" * 14},
    )
    assert not Person.objects.filter(username="x").exists()


@pytest.mark.parametrize(
    ("who", "place"),
    [("liming", "/"), *((each, "/admin/") for each in ("chenjing", "zhoumin", "wuying", "admin"))],
)
def test_signing_in_leads_to_ones_work(client, db, who, place):
    typed = {"login": who, "password": baseline.PASSWORD}
    response = client.post("/accounts/login/", typed)
    if who == "liming":  # has a second factor
        assert response["Location"] == "/accounts/2fa/authenticate/"
        code = baseline.fresh_code(Person.objects.get(username=who), timezone.now())
        response = client.post("/accounts/2fa/authenticate/", {"code": code})
    assert (response.status_code, response["Location"]) == (302, place)


@pytest.mark.parametrize(("steps", "good"), [(1, True), (3, False)])
def test_at_sign_in_too_a_clock_may_be_half_a_minute_off(client, liming, steps, good):
    typed = {"login": liming.username, "password": baseline.PASSWORD}
    client.post("/accounts/login/", typed)
    step = int(timezone.now().timestamp()) // 30 + steps
    code = format_hotp_value(hotp_value(baseline.totp_secret(liming.username), step))
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert ("_auth_user_id" in client.session) is good


@pytest.mark.parametrize("kind", ["passkey", "app"])
def test_the_second_factor_is_one_that_the_person_has(client, liming, kind):
    own = Authenticator.objects.filter(user=liming)
    if kind == "passkey":
        own.delete()
        party = enrolment.party()
        made = Passkey(rp_id=party.id, origin=party.origin)
        WebAuthn.add(liming, "手机", made.register())
        RecoveryCodes.activate(liming)
    typed = {"login": liming.username, "password": baseline.PASSWORD}
    page = client.post("/accounts/login/", typed, follow=True).content.decode()
    assert ('id="mfa_webauthn_authenticate"' in page) == (kind == "passkey")
    assert ("身份验证器应用" in page) == (kind == "app")
    assert ("恢复码" in page) == (kind == "passkey")


def test_an_error_is_tied_to_its_input(client, liming):
    client.force_login(liming)
    page = client.post("/accounts/password/change/", {"oldpassword": ""}).content.decode()
    assert 'id="id_oldpassword_error"' in page
    assert 'aria-describedby="id_oldpassword_helptext id_oldpassword_error"' in page
    assert '<label for="id_oldpassword">' in page
    assert 'autocomplete="current-password"' in page


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, "127.0.0.1"),
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
    ],
)
def test_only_our_own_proxies_are_believed(settings, proxies, forwarded, expected):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert client_address(RequestFactory(headers=headers).get("/")) == expected
