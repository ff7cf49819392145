"""The pages about one's passkeys: adding, confirming, renaming, removing; in both languages."""

import json
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from fido2 import cbor

from pledges.actions import enrolment, pending
from pledges.models import LedgerEntry
from pledges.proof.passkeys.ceremony import (
    Party,
    base64,
    introduction_challenge,
    unbase64,
)
from pledges.views.signin import MAX_NAME
from tests.authenticator import UP, Passkey
from tests.fresh import confirm_by_code

pytestmark = pytest.mark.django_db

ADD = "/accounts/2fa/webauthn/add/"
LIST = "/accounts/2fa/webauthn/"


@pytest.fixture
def client(client, liming):
    """Li Ming, who has just given a code again."""
    client.force_login(liming)
    client.cookies["django_language"] = "en"
    confirm_by_code(client, liming)
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
    assert options["rp"] == {
        "id": "pledges.example.com",
        "name": "Example Bank Co., Ltd. · Shounuo",
    }
    assert options["authenticatorSelection"]["userVerification"] == "required"


def test_the_first_passkey_signs_from_then_on(client, liming, device):
    Authenticator.objects.filter(user=liming).delete()
    answer = register(client, device())
    assert "You can now use it to sign documents." in text(answer)
    assert len(enrolment.enrolled(liming)) == 1
    assert answer.redirect_chain[-1][0] == "/accounts/2fa/recovery-codes/"
    assert "Can be used to sign" in text(client.get(LIST))


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


HUGE = 10**13
"""As a length in bytes, more than any machine has."""


def client_data(**changes) -> str:
    told = {"type": "webauthn.create", "challenge": "AAAA", "origin": "http://x", **changes}
    return base64(json.dumps(told).encode())


NUMBERS = [
    {"rawId": HUGE},
    {"rawId": HUGE, "id": HUGE},
    {"response": {"clientDataJSON": HUGE}},
    {"response": {"clientDataJSON": client_data(challenge=HUGE)}},
    {"response": {"attestationObject": HUGE}},
    {"response": {"attestationObject": base64(cbor.encode({"fmt": "none", "authData": HUGE}))}},
    {"response": {"signature": HUGE}},
    {"response": {"userHandle": HUGE}},
    {"response": {"authenticatorData": HUGE}},
]


@pytest.mark.parametrize("number", NUMBERS, ids=str)
@pytest.mark.parametrize("page", ["mfa_add_webauthn", "mfa_reauthenticate_webauthn"])
def test_a_number_is_not_taken_for_a_length(client, liming, passkey, number, page):
    """A library would take so many bytes of memory."""
    passkey(liming)
    client.get(reverse(page))
    response = {"clientDataJSON": client_data(), **number.get("response", {})}
    kinds = {"mfa_add_webauthn": {"attestationObject": "AAAA"}}
    found = {**kinds.get(page, {"authenticatorData": "AAAA", "signature": "AAAA"}), **response}
    answer = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", **number, "response": found}
    sent = client.post(reverse(page), {"name": "x", "credential": json.dumps(answer)})
    assert sent.status_code in (200, 302)
    assert Authenticator.objects.filter(user=liming, type="webauthn").count() == 1


@pytest.mark.parametrize("page", ["mfa_add_webauthn", "mfa_reauthenticate_webauthn"])
def test_what_no_page_can_be_written_with_is_not_put_into_it(client, liming, passkey, page):
    passkey(liming)
    client.get(reverse(page))
    sent = client.post(reverse(page), {"name": "x", "credential": r'"\ud800"'})
    assert sent.status_code in (200, 302)


def waiting_page(answer):
    """Where the answer to a registration sent the browser on to."""
    return answer.redirect_chain[-1][0]


@pytest.mark.parametrize(
    ("language", "added", "over"),
    [
        ("en", "You can now use it to sign documents.", "no longer awaiting confirmation"),
        ("zh-hans", "通行密钥已添加", "不再等待确认"),
    ],
)
def test_a_second_passkey_waits_until_the_first_has_confirmed_it(
    client, liming, device, passkey, language, added, over
):
    client.cookies["django_language"] = language
    first, second = passkey(liming), device()
    answer = register(client, second)
    (waiting,) = pending.waiting(liming, timezone.now())
    confirm = reverse("mfa_confirm_passkey", args=[waiting.digest])
    assert waiting_page(answer) == confirm
    assert waiting.record.code in text(answer)
    assert not Authenticator.objects.filter(user=liming, data__name="Phone").exists()
    assert len(enrolment.enrolled(liming)) == 1
    listed = text(client.get(LIST))
    assert confirm in listed and waiting.record.code in listed and "Phone" in listed
    assert LIST in text(client.get("/accounts/2fa/"))
    for wrong in ("", "{", json.dumps(second.answer(bytes(32))), json.dumps([1.5])):
        refused = client.post(confirm, {"assertion": wrong})
        assert refused.status_code == 422 and 'role="alert"' in text(refused)
        assert waiting.record.code in text(refused)
    vouched = first.answer(introduction_challenge(waiting.digest))
    answer = client.post(confirm, {"assertion": json.dumps(vouched)}, follow=True)
    assert added in text(answer)
    assert {each.credential for each in enrolment.enrolled(liming)} >= {second.credential}
    assert over in text(client.get(confirm, follow=True))


def test_the_row_is_named_as_the_person_named_it(client, liming, device, passkey):
    first = passkey(liming)
    register(client, device())
    (waiting,) = pending.waiting(liming, timezone.now())
    vouched = first.answer(introduction_challenge(waiting.digest))
    client.post(reverse("mfa_confirm_passkey", args=[waiting.digest]),
                {"assertion": json.dumps(vouched)})  # fmt: skip
    row = Authenticator.objects.get(user=liming, data__name="Phone")
    assert str(row.wrap()) and row.wrap().authenticator_data.credential_data


def test_who_added_it_by_mistake_removes_it(client, liming, device, passkey):
    passkey(liming)
    register(client, device())
    (waiting,) = pending.waiting(liming, timezone.now())
    page = reverse("mfa_discard_passkey", args=[waiting.digest])
    assert client.get(page).url == LIST and pending.waiting(liming, timezone.now())
    answer = client.post(page, follow=True)
    assert "was removed" in text(answer)
    assert pending.waiting(liming, timezone.now()) == []
    assert "no longer awaiting confirmation" in text(client.post(page, follow=True))


def test_who_lost_all_passkeys_is_told_and_helped_by_the_operator(client, liming, device, passkey):
    passkey(liming).row.delete()
    answer = register(client, device())
    (waiting,) = pending.waiting(liming, timezone.now())
    assert "read the code to them" in text(answer) and waiting.record.code in text(answer)
    assert "data-passkey-form" not in text(answer)
    assert not Authenticator.objects.filter(user=liming, type="webauthn").exists()
    call_command("permit_enrolment", "E1001", "--code", waiting.record.code, stdout=StringIO())
    assert "Can be used to sign" in text(client.get(LIST))


def test_so_many_may_wait(client, liming, device, passkey):
    passkey(liming)
    for _each in range(pending.MAX_WAITING):
        register(client, device())
    assert "The passkey was not added." in text(register(client, device()))


def test_nobody_sees_confirms_or_removes_anothers(client, wangfang, passkey):
    passkey(wangfang)
    others = passkey(wangfang, at=timezone.now()).waiting
    page = reverse("mfa_confirm_passkey", args=[others.digest])
    for answer in (
        client.get(page, follow=True),
        client.post(page, {"assertion": "{}"}, follow=True),
        client.post(reverse("mfa_discard_passkey", args=[others.digest]), follow=True),
    ):
        assert "no longer awaiting confirmation" in text(answer)
        assert others.record.code not in text(answer)
    assert pending.waiting(wangfang, timezone.now()) == [others]


@pytest.mark.parametrize("who", ["admin", "chenjing"])
def test_the_officers_page_shows_the_same_code(client, liming, passkey, who, request):
    passkey(liming)
    waiting = passkey(liming, at=timezone.now()).waiting
    client.force_login(request.getfixturevalue(who))
    page = text(client.get(reverse("admin:pledges_person_change", args=[liming.pk])))
    assert waiting.record.code in page


def test_without_the_ledger_key_nobody_is_left_with_half_a_passkey(
    client, liming, device, settings, tmp_path
):
    settings.PKI_DIR = tmp_path
    answer = register(client, device())
    assert "Passkeys cannot be registered here" in text(answer)
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


def test_a_name_has_a_greatest_length_whoever_sends_it(client, liming, passkey, device):
    key = passkey(liming)
    page = reverse("mfa_edit_webauthn", args=[key.row.pk])
    assert 'aria-invalid="true"' in text(client.post(page, {"name": "a" * (MAX_NAME + 1)}))
    answer = json.dumps(device().register())
    for address in (ADD, reverse("mfa_set_up")):
        client.post(address, {"name": "a" * 100_000, "credential": answer})
    assert str(Authenticator.objects.get(pk=key.row.pk).wrap().name) == "Key"
    assert pending.waiting(liming, timezone.now()) == []


@pytest.mark.parametrize("name", ["mfa_add_webauthn", "mfa_reauthenticate_webauthn"])
def test_nothing_runs_inline(client, liming, passkey, name):
    passkey(liming)
    page = client.get(reverse(name))
    assert " style=" not in text(page) and "<style" not in text(page)
    for script in text(page).split("<script")[1:]:
        assert "src=" in script.split(">")[0] or "application/json" in script.split(">")[0]
