"""What the log tells after an incident: who proved who they are, from where; nobody's name."""

import json
import logging

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.test import Client
from django.utils import timezone

from pledges.actions import enrolment
from pledges.models import Person
from pledges.proof.passkeys.ceremony import unbase64
from tests import baseline
from tests.authenticator import Passkey
from tests.fresh import prove

pytestmark = pytest.mark.django_db

HERE = "192.0.2.1"
SIGN_IN, SECOND = "/accounts/login/", "/accounts/2fa/authenticate/"


@pytest.fixture
def told(caplog):
    """The lines so far, as the log has them."""
    caplog.set_level(logging.INFO, "pledges.security")

    def lines():
        return [
            f"{each.levelname} {each.getMessage()}"
            for each in caplog.records
            if each.name == "pledges.security"
        ]

    return lines


@pytest.fixture
def browser():
    return Client(REMOTE_ADDR=HERE)


def test_a_sign_in_is_told_factor_by_factor(told, browser, liming):
    browser.post(SIGN_IN, {"login": liming.username, "password": baseline.PASSWORD})
    code = baseline.fresh_code(liming, timezone.now())
    browser.post(SECOND, {"code": code})
    browser.post("/accounts/logout/")
    who = f"person={liming.pk} from={HERE}"
    assert told() == [
        f"INFO proved {who} by=password again=no",
        f"INFO proved {who} by=totp again=no",
        f"INFO signed-in {who}",
        f"INFO signed-out {who}",
    ]


def test_wrong_passwords_and_codes_are_told_and_what_was_typed_is_not(told, browser, liming):
    browser.post(SIGN_IN, {"login": liming.username, "password": "guessed-this-one"})
    browser.post(SIGN_IN, {"login": "nobody-at-all", "password": "guessed-this-one"})
    browser.post(SIGN_IN, {"login": liming.username, "password": baseline.PASSWORD})
    browser.post(SECOND, {"code": "000000"})
    lines = told()
    assert f"WARNING failed person={liming.pk} from={HERE} by=password" in lines
    assert f"WARNING failed person=- from={HERE} by=password" in lines
    assert f"WARNING failed person={liming.pk} from={HERE} by=totp" in lines
    assert not [line for line in lines if "guessed" in line or "nobody" in line]
    assert not [line for line in lines if liming.username in line or "000000" in line]


def test_a_passkey_that_is_not_theirs_is_told(told, browser, liming):
    Authenticator.objects.filter(user=liming).delete()
    party = enrolment.party()
    own, others = (Passkey(rp_id=party.id, origin=party.origin) for _ in range(2))
    WebAuthn.add(liming, "手机", own.register())
    others.register()
    browser.post(SIGN_IN, {"login": liming.username, "password": baseline.PASSWORD})
    options = browser.get(SECOND).context["js_data"]["request_options"]
    answer = others.answer(unbase64(options["publicKey"]["challenge"]))
    browser.post("/accounts/2fa/authenticate/", {"credential": json.dumps(answer)})
    assert told()[-1] == f"WARNING failed person={liming.pk} from={HERE} by=webauthn"


def test_a_lock_is_told(told, browser, chenjing, settings):
    settings.ATTEMPTS_PER_ACCOUNT_AND_NETWORK = 1
    for _ in range(2):
        browser.post(SIGN_IN, {"login": chenjing.username, "password": "wrong"})
    assert told()[-1] == f"WARNING locked person={chenjing.pk} from={HERE} by=password"


def test_confirming_who_one_is_is_told_as_such(told, browser, liming):
    browser.force_login(liming)
    code = baseline.fresh_code(liming, timezone.now())
    browser.post("/accounts/2fa/reauthenticate/", {"code": code})
    assert told()[-1] == f"INFO proved person={liming.pk} from={HERE} by=totp again=yes"


def test_a_wrong_password_before_a_new_one_is_told(told, browser, chenjing):
    browser.force_login(chenjing)
    typed = {"oldpassword": "wrong", "password1": "x", "password2": "x"}
    browser.post("/accounts/password/change/", typed)
    assert f"WARNING failed person={chenjing.pk} from={HERE} by=password" in told()


def test_who_asks_for_what_is_not_theirs_is_told(told, browser, liming, wangfang, signed):
    pledge = signed("personal-code", person=wangfang)
    browser.force_login(liming)
    path = f"/pledges/{pledge.pk}/"
    assert browser.get(path).status_code == 404
    assert told()[-1] == (
        f"WARNING refused person={liming.pk} from={HERE} act='-' asked='GET {path}'"
    )


def test_who_may_not_is_told_with_what(told, browser):
    admin = Person.objects.get(username="admin")
    browser.force_login(admin)
    prove(browser, admin)
    assert browser.post(f"/admin/pledges/person/{admin.pk}/invite/").status_code == 403
    assert "act='invite somebody'" in told()[-1]


def test_signing_out_clears_what_the_browser_keeps_but_not_that_it_is_known(browser, liming):
    browser.force_login(liming)
    answer = browser.post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in browser.get("/accounts/login/")


def test_no_method_gives_a_request_back(browser):
    answer = browser.trace("/accounts/login/", headers={"x-secret": "said-by-me"})
    assert answer.status_code in (403, 405) and b"said-by-me" not in answer.content
