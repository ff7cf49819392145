"""The pages about one's passkeys: adding, confirming, renaming, removing; in both languages."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from pledges.access import SYSTEM
from pledges.actions import enrolment, permits
from pledges.gateways.passkeys import Party, introduction_challenge, unbase64
from pledges.models import LedgerEntry
from tests import baseline
from tests.authenticator import UP, Passkey

pytestmark = pytest.mark.django_db

ADD = "/accounts/2fa/webauthn/add/"
LIST = "/accounts/2fa/webauthn/"


@pytest.fixture
def client(client, liming):
    """Li Ming, who has just given his password again."""
    client.force_login(liming)
    client.cookies["django_language"] = "en"
    client.post("/accounts/reauthenticate/", {"password": baseline.PASSWORD})
    return client


@pytest.fixture
def device(settings):
    party = Party.at(settings.PUBLIC_URL)
    return lambda: Passkey(rp_id=party.id, origin=party.origin)


def register(client, device, **wrong):
    options = client.get(ADD).context["js_data"]["creation_options"]["publicKey"]
    made = device.register(unbase64(options["challenge"]), **wrong)
    return client.post(ADD, {"name": "Phone", "credential": json.dumps(made)}, follow=True)


def text(answer):
    return answer.content.decode()


def test_the_browser_is_asked_in_the_name_of_our_own_address(client, settings):
    settings.PUBLIC_URL = "https://pledges.example.com"
    settings.ALLOWED_HOSTS = ["other.example"]
    page = client.get(ADD, headers={"host": "other.example"})
    options = page.context["js_data"]["creation_options"]["publicKey"]
    assert options["rp"] == {"id": "pledges.example.com", "name": "Shounuo"}
    assert options["authenticatorSelection"]["userVerification"] == "required"


def test_the_first_passkey_signs_from_then_on(client, liming, device):
    Authenticator.objects.filter(user=liming).delete()
    answer = register(client, device())
    assert "It signs documents from now on." in text(answer)
    assert len(enrolment.enrolled(liming)) == 1
    assert answer.redirect_chain[-1][0] == "/accounts/2fa/recovery-codes/"
    assert "Signs documents" in text(client.get(LIST))


@pytest.mark.parametrize(
    "wrong", [{"flags": UP | 0x40}, {"challenge": "AAAA"}, {"rp_id": "evil.example"}]
)
def test_a_bent_registration_adds_nothing(client, liming, device, wrong):
    register(client, device(), **wrong)
    assert not Authenticator.objects.filter(user=liming, type="webauthn").exists()
    assert client.get(LIST).status_code == 200


def test_a_registration_from_elsewhere_is_taken_back(client, liming, device):
    """The library lets any subdomain pass; we do not."""
    answer = register(client, device(), origin="http://sub.localhost:8000")
    assert "The passkey was not added." in text(answer)
    assert not Authenticator.objects.filter(user=liming, type="webauthn").exists()


def test_a_second_passkey_waits_until_the_first_has_confirmed_it(client, liming, device, passkey):
    first, second = passkey(liming), device()
    answer = register(client, second)
    row = Authenticator.objects.get(user=liming, data__name="Phone")
    confirm = reverse("mfa_confirm_passkey", args=[row.pk])
    assert answer.redirect_chain[-1][0] == confirm
    assert len(enrolment.enrolled(liming)) == 1
    listed = text(client.get(LIST))
    assert confirm in listed and "Signs no documents" in listed
    for wrong in ("", "{", json.dumps(second.answer(bytes(32))), json.dumps([1.5])):
        refused = client.post(confirm, {"assertion": wrong})
        assert refused.status_code == 422 and 'role="alert"' in text(refused)
    vouched = first.answer(introduction_challenge(liming.pk, second.credential))
    answer = client.post(confirm, {"assertion": json.dumps(vouched)}, follow=True)
    assert "It signs documents from now on." in text(answer)
    assert len(enrolment.enrolled(liming)) == 2
    assert client.get(confirm).url == LIST


def test_who_lost_all_passkeys_is_told_and_helped_by_the_operator(
    client, liming, device, passkey, now
):
    from django.utils import timezone

    passkey(liming).row.delete()
    answer = register(client, device())
    assert "permit a new one" in text(answer)
    assert not Authenticator.objects.filter(user=liming, type="webauthn").exists()
    permits.permit(liming, actor=SYSTEM, at=timezone.now())
    assert "It signs documents from now on." in text(register(client, device()))


def test_nobody_confirms_anothers(client, liming, wangfang, passkey):
    other = passkey(wangfang)
    assert client.get(reverse("mfa_confirm_passkey", args=[other.row.pk])).status_code == 404


def test_without_the_ledger_key_nobody_is_left_with_half_a_passkey(
    client, liming, device, settings, tmp_path
):
    settings.PKI_DIR = tmp_path
    answer = register(client, device())
    assert "cannot register passkeys at present" in text(answer)
    assert not Authenticator.objects.filter(user=liming, type="webauthn").exists()


def test_a_removed_passkey_signs_no_more(client, liming, passkey):
    key = passkey(liming)
    answer = client.post(reverse("mfa_remove_webauthn", args=[key.row.pk]), follow=True)
    assert "Passkey removed." in text(answer)
    assert not enrolment.enrolled(liming)
    assert LedgerEntry.objects.filter(event="passkey.removed").count() == 1


def test_a_passkey_is_renamed(client, liming, passkey):
    key = passkey(liming)
    page = reverse("mfa_edit_webauthn", args=[key.row.pk])
    assert "Name of the passkey" in text(client.get(page))
    client.post(page, {"name": "Laptop"})
    assert "Laptop" in text(client.get(LIST))
    assert enrolment.enrolled(liming)


@pytest.mark.parametrize("name", ["mfa_add_webauthn", "mfa_reauthenticate_webauthn"])
def test_nothing_runs_inline(client, liming, passkey, name):
    passkey(liming)
    page = client.get(reverse(name))
    assert " style=" not in text(page) and "<style" not in text(page)
    for script in text(page).split("<script")[1:]:
        assert "src=" in script.split(">")[0] or "application/json" in script.split(">")[0]
