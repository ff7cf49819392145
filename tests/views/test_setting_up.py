"""The first signing in one place: learned on the first page, set up on the document's own."""

import json
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pledges.actions import apps, authenticating, enrolment, pending, preparing
from pledges.models import Organisation, Person
from pledges.proof.passkeys.ceremony import Party, unbase64
from tests import baseline
from tests.authenticator import Passkey
from tests.fresh import outdate, prove

pytestmark = pytest.mark.django_db

SET_UP = reverse("mfa_set_up")
CODES = reverse("mfa_view_recovery_codes")
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)

ANDROID = CHROME.replace("Windows NT 10.0; Win64; x64", "Linux; Android 14; K")


def text(answer):
    return answer.content.decode()


@pytest.fixture
def desk(liming):
    """Li Ming, who has nothing set up and signed in through the form a moment ago."""
    Authenticator.objects.filter(user=liming).delete()
    client = Client(headers={"user-agent": CHROME})
    client.cookies["django_language"] = "en"
    client.post("/accounts/login/", {"login": "liming", "password": baseline.PASSWORD})
    return client


@pytest.fixture
def document(draft, liming):
    pledge = draft(at=timezone.now())
    intent = preparing.prepare(pledge, actor=liming, at=timezone.now())
    return reverse("pledge_sign", args=[pledge.pk, intent.pk])


@pytest.fixture
def device(settings):
    party = Party.at(settings.PUBLIC_URL)
    return lambda: Passkey(rp_id=party.id, origin=party.origin)


def add(client, page, device, **wrong):
    options = client.get(page).context["creation_options"]
    made = device.register(unbase64(options["challenge"]), **wrong)
    return client.post(SET_UP, {"credential": json.dumps(made)}, follow=True)


def test_the_first_page_says_that_something_is_missing_until_it_is_not(
    desk, draft, passkey, liming
):
    draft()
    page = text(desk.get("/"))
    assert "Before you sign for the first time" in page and SET_UP in page
    passkey(liming)
    assert "Before you sign for the first time" not in text(desk.get("/"))


def test_who_has_an_app_that_signs_is_told_nothing(client, draft, liming):
    draft()
    client.force_login(liming)
    assert SET_UP not in text(client.get("/"))
    Organisation.objects.update(signing=Organisation.Signing.PASSKEY)
    assert SET_UP in text(client.get("/"))


def test_who_has_to_be_met_is_told_before_filling_in_and_while_it_waits(
    desk, draft, passkey, liming
):
    Person.objects.filter(pk=liming.pk).update(handover=Person.Handover.PASSWORD)
    draft()
    assert "it can be confirmed while you fill in" in text(desk.get("/"))
    waiting = passkey(Person.objects.get(pk=liming.pk), at=timezone.now()).waiting
    assert "You can sign once it is confirmed" in text(desk.get("/"))
    page = text(desk.get(SET_UP))
    assert waiting.record.code in page and "陈静" in page and "郑强" in page


def test_a_passkey_in_one_step_from_the_document_named_by_its_device(
    desk, document, device, liming
):
    answer = add(desk, document, device())
    assert answer.redirect_chain == [(CODES, 302)]
    assert str(Authenticator.objects.get(user=liming, type="webauthn").wrap().name) == (
        "Chrome on Windows"
    )
    page = text(answer)
    way = f'class="btn btn-primary" href="{document}"'
    assert way in page and "Continue to sign" in page and "to sign in" in page
    assert page.count("btn-primary") == 1 and reverse("mfa_add_phone") in page
    assert 'id="signing"' in text(desk.get(document))


def test_a_second_of_the_same_kind_is_told_apart(desk, document, device, liming):
    add(desk, document, device())
    asked = desk.get(reverse("mfa_add_webauthn"))
    assert asked.context["form"].initial["name"] == "Chrome on Windows 2"


def test_from_the_page_of_its_own_the_way_leads_to_the_pledges(desk, device):
    page = text(add(desk, SET_UP, device()))
    assert 'class="btn btn-primary" href="/"' in page
    assert desk.get(SET_UP).url == reverse("mfa_index")


@pytest.mark.parametrize("wrong", [{"challenge": "AAAA"}, {"rp_id": "evil.example"}])
def test_a_bent_answer_adds_nothing_and_can_be_tried_again(desk, device, liming, wrong):
    refused = add(desk, SET_UP, device(), **wrong)
    assert refused.status_code == 422 and "was not added" in text(refused)
    assert 'data-passkey="make"' in text(refused)
    add(desk, SET_UP, device())
    assert len(enrolment.enrolled(liming)) == 1


def test_who_signed_in_long_ago_gives_the_password_on_the_page_itself(
    desk, document, device, liming
):
    prove(desk, liming, seconds_ago=601)
    page = desk.get(document)
    assert 'name="password"' in text(page) and 'data-passkey="make"' not in text(page)
    action, back = page.context["prove"]["action"], {"next": document}
    again = desk.post(action, {**back, "password": baseline.PASSWORD}, follow=True)
    assert again.redirect_chain[-1][0] == document and 'data-passkey="make"' in text(again)


def test_without_it_nothing_is_added(desk, device, liming):
    options = desk.get(SET_UP).context["creation_options"]
    made = device().register(unbase64(options["challenge"]))
    outdate(liming)
    answer = desk.post(SET_UP, {"credential": json.dumps(made)})
    assert "reauthenticate" in answer.url and enrolment.enrolled(liming) == []


def test_a_password_alone_is_no_fresh_proof_for_who_has_a_second_factor(client, liming, passkey):
    """Whoever got in with half of it does not add a factor of their own."""
    passkey(liming)
    client.force_login(liming)
    prove(client, liming)
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [r for r in records if r["method"] == "password"]
    session.save()
    assert "reauthenticate" in client.get(reverse("mfa_add_webauthn")).url
    prove(client, liming)
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_an_app_from_the_document_with_link_key_and_three_names(desk, document, liming):
    desk.get(document)
    activate = reverse("mfa_activate_totp")
    page = desk.get(activate)
    secret = page.context["form"].secret
    assert f'data-copy="{secret}"' in text(page) and "<img" in text(page)
    assert "otpauth://" not in text(page)  # there is no app on a desk
    for name in ("Tencent Authenticator", "Microsoft Authenticator", "Alibaba Cloud"):
        assert name in text(page)
    wrong = desk.post(activate, {"code": "000000"})
    assert 'id="set-up"' in text(wrong) and secret in text(wrong)
    done = desk.post(activate, {"code": code_of(secret)}, follow=True)
    assert done.redirect_chain[-1][0] == CODES and "Continue to sign" in text(done)
    assert apps.enrolled(liming) and authenticating.Ways(liming).code
    # Who signs with an app has it on every device; there is no passkey to confirm another.
    assert reverse("mfa_add_phone") not in text(done)


def test_a_key_that_was_scanned_holds_when_the_page_is_loaded_anew(desk, document, liming):
    activate = reverse("mfa_activate_totp")
    secret = desk.get(activate).context["form"].secret
    desk.post(reverse("language"), {"language": "en", "next": document})
    desk.get(document)
    assert desk.get(activate).context["form"].secret == secret
    desk.post(activate, {"code": code_of(secret)})
    assert apps.enrolled(liming)
    # What has served is not shown to anybody again.
    assert "mfa.totp.secret" not in desk.session


def test_what_waits_is_told_with_names_and_time_and_the_way_back(desk, document, device, liming):
    Person.objects.filter(pk=liming.pk).update(handover=Person.Handover.PASSWORD)
    answer = add(desk, document, device())
    (waiting,) = pending.waiting(Person.objects.get(pk=liming.pk), timezone.now())
    for page in (text(answer), text(desk.get(document))):
        assert waiting.record.code in page and "陈静" in page and 'id="set-up"' in page
        assert "Your answers are kept" in page


def test_on_a_phone_the_app_is_opened_by_a_link_and_scanned_elsewhere(desk):
    page = desk.get(reverse("mfa_activate_totp"), headers={"user-agent": ANDROID})
    secret = page.context["form"].secret
    link, _, rest = text(page).partition('href="otpauth://totp/')[2].partition('"')
    assert f"secret={secret}" in link and f'data-copy="{secret}"' in rest
    assert "<details" in rest and "<img" in rest.partition("<details")[2]


@pytest.mark.parametrize("role", ["a phone", "a desk"])
def test_a_phone_is_not_offered_a_code_for_a_phone(liming, passkey, role):
    passkey(liming)
    agent = CHROME if role == "a desk" else ANDROID
    client = Client(headers={"user-agent": agent})
    client.force_login(liming)
    prove(client, liming)
    client.post(reverse("mfa_generate_recovery_codes"))
    assert (reverse("mfa_add_phone") in text(client.get(CODES))) is (role == "a desk")
