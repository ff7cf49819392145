"""The signing page: exactly the document, the mark, the password; nothing lost, signed once."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone

from pledges.actions import answers, preparing
from pledges.core.lifecycle import PledgeState
from pledges.forms.strokes import MAX_POINTS
from pledges.models import Organisation, Pledge, Signature, SigningIntent
from pledges.proof.passkeys.ceremony import base64
from pledges.storage import document_store
from tests import baseline
from tests.cast import request_by_passkey
from tests.fresh import prove

pytestmark = pytest.mark.django_db

STROKES = [[[0.1, 0.1], [0.4, 0.2], [0.7, 0.1]], [[0.2, 0.3], [0.8, 0.3]]]


@pytest.fixture
def client(client, liming):
    client.force_login(liming)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def prepared(draft):
    """A document prepared for its signer, by the clock of the server."""

    def prepare(slug="general-standards", **options):
        pledge = draft(slug, **options)
        return preparing.prepare(pledge, actor=pledge.person, at=timezone.now())

    return prepare


@pytest.fixture
def usual(liming):
    """What is posted by who does everything right, by password and code."""
    code = baseline.fresh_code(liming, timezone.now())
    return {"typed": "李明", "consent": "on", "password": baseline.PASSWORD, "code": code}


def url(intent, name="pledge_sign"):
    return reverse(name, args=[intent.pledge_id, intent.pk])


def pledge_url(intent):
    return reverse("pledge", args=[intent.pledge_id])


# --- Reading ------------------------------------------------------------------------------------
def test_the_page_shows_the_document_the_declaration_and_the_digest(client, prepared):
    intent = prepared()
    page = client.get(url(intent)).content.decode()
    assert intent.consent_text in page
    assert " ".join(intent.document_digest[i : i + 4] for i in range(0, 64, 4)) in page
    assert url(intent, "pledge_reading_copy") in page
    assert "每月开展满意度调查" in page
    assert "<style" not in page and " style=" not in page


def test_the_reading_copy_is_the_very_file(client, prepared):
    intent = prepared()
    answer = client.get(url(intent, "pledge_reading_copy"))
    assert answer.content == document_store.get(intent.document_digest)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("inline")
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["pledge_sign", "pledge_reading_copy"])
@pytest.mark.parametrize("who", ["wangfang", "chenjing", "zhoumin", "admin"])
def test_nobody_else_finds_it(client, prepared, request, name, who):
    intent = prepared()
    client.force_login(request.getfixturevalue(who))
    assert client.get(url(intent, name)).status_code == 404


def test_an_intent_of_another_pledge_is_not_found(client, prepared):
    one, other = prepared(), prepared("contract")
    crossed = reverse("pledge_sign", args=[one.pledge_id, other.pk])
    assert client.get(crossed).status_code == 404


def test_a_file_that_is_gone_is_not_found(client, prepared):
    intent = prepared()
    SigningIntent.objects.update(document_digest="0" * 64)
    assert client.get(url(intent, "pledge_reading_copy")).status_code == 404


# --- Signing ------------------------------------------------------------------------------------
def test_signing_by_typed_name(client, prepared, usual):
    intent = prepared()
    answer = client.post(url(intent), usual, follow=True)
    assert answer.redirect_chain == [(pledge_url(intent), 302)]
    assert f"Signing complete: {intent.pledge.number}" in answer.content.decode()
    signature = Signature.objects.get()
    assert (signature.typed, signature.strokes) == ("李明", [])
    assert signature.client_address == "127.0.0.1"


def test_signing_by_hand(client, prepared, usual):
    intent = prepared()
    typed = {**usual, "typed": "", "method": "draw", "strokes": json.dumps(STROKES)}
    assert client.post(url(intent), typed).url == pledge_url(intent)
    assert Signature.objects.get().strokes == STROKES


def test_a_second_submit_gets_the_same_answer(client, prepared, usual):
    intent = prepared()
    first, second = client.post(url(intent), usual), client.post(url(intent), usual)
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert Signature.objects.count() == 1
    assert client.get(url(intent)).url == pledge_url(intent)


SCRIPT = {"Accept": "application/json, text/html;q=0.9"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_a_script_is_told_where_to_go_on_and_gets_the_same_answer_again(client, prepared, usual):
    intent = prepared()
    first, second = (client.post(url(intent), usual, headers=SCRIPT) for _ in range(2))
    assert first.json() == second.json() == {"next": pledge_url(intent)}
    assert Signature.objects.count() == 1
    assert client.post(url(intent), usual, headers=BROWSER).url == pledge_url(intent)
    page = client.get(pledge_url(intent)).content.decode()
    assert f"Signing complete: {intent.pledge.number}" in page


def test_a_script_is_shown_the_page_where_there_is_something_to_do(client, prepared, usual):
    intent = prepared()
    answer = client.post(url(intent), {**usual, "password": "wrong"}, headers=SCRIPT)
    assert answer.status_code == 422
    assert "data-signing=" in answer.content.decode()


def test_a_script_of_somebody_signed_out_is_sent_to_sign_in(client, prepared, usual):
    intent = prepared()
    client.logout()
    answer = client.post(url(intent), usual, headers=SCRIPT)
    assert answer.status_code == 302 and answer.url.startswith(reverse("account_login"))


def test_the_page_says_how_long_it_may_be_signed(client, prepared):
    intent = prepared()
    SigningIntent.objects.update(expires_at=timezone.now() + timedelta(seconds=90))
    page = client.get(url(intent))
    assert 80 < page.context["left"] <= 90
    assert f'data-content="{intent.content_digest}"' in page.content.decode()


def test_strokes_may_bear_the_width_of_the_pen(client, prepared, usual):
    intent = prepared()
    pen = (0.4, 0.85, 1.3)
    strokes = [[[*point, width] for point, width in zip(stroke, pen, strict=False)]
               for stroke in STROKES]  # fmt: skip
    typed = {**usual, "typed": "", "method": "draw", "strokes": json.dumps(strokes)}
    assert client.post(url(intent), typed).url == pledge_url(intent)
    assert Signature.objects.get().strokes == strokes


def test_as_much_handwriting_as_is_taken_can_be_signed_with(client, prepared, usual):
    intent = prepared()
    stroke = [[i / MAX_POINTS, 0.3 * (i % 2), 0.4 if i % 4 < 2 else 1.4] for i in range(MAX_POINTS)]
    typed = {**usual, "typed": "", "method": "draw", "strokes": json.dumps([stroke])}
    assert client.post(url(intent), typed).url == pledge_url(intent)


def test_the_client_is_believed_only_through_our_own_proxies(client, prepared, usual):
    intent = prepared()
    client.post(url(intent), usual, headers={"X-Forwarded-For": "203.0.113.9"})
    assert Signature.objects.get().client_address == "127.0.0.1"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "wrong"}, "The password is not correct."),
        ({"code": "000000"}, "The code is not correct."),
        ({"code": ""}, "Please enter the code shown in your authenticator app."),
        ({"password": ""}, "Please enter your password again."),
        ({"consent": ""}, "Please confirm the declaration."),
        ({"method": "draw", "strokes": ""}, "Please write your signature in the box."),
        ({"method": "draw", "strokes": "[[[0.5,0.5]]]"}, "Please write your signature in the box."),
        ({"method": "draw", "strokes": "{"}, "was not received correctly"),
        ({"typed": "李白"}, "type your name exactly as in"),
        ({"typed": ""}, "Please type your name"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_signed(client, prepared, changes, said, usual):
    intent = prepared()
    answer = client.post(url(intent), {**usual, **changes})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Pledge.objects.get().status == PledgeState.DRAFT


def test_after_a_wrong_password_the_image_and_the_consent_are_still_there(client, prepared, usual):
    intent = prepared()
    typed = {**usual, "method": "draw", "strokes": json.dumps(STROKES), "password": "wrong"}
    page = client.post(url(intent), typed).content.decode()
    assert f'name="strokes" value="{json.dumps(STROKES)}"' in page
    assert 'value="李明"' in page
    assert page.count(" checked") == 2
    assert "wrong" not in page


def test_guessing_is_slowed_down_and_the_right_password_then_waits_too(client, prepared, usual):
    intent = prepared()
    for _attempt in range(5):
        assert client.post(url(intent), {**usual, "code": "000000"}).status_code == 422
        assert client.post(url(intent), {**usual, "password": "wrong"}).status_code == 422
    answer = client.post(url(intent), usual)
    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()
    assert Pledge.objects.get().status == PledgeState.DRAFT


# --- A document that can be signed no more -------------------------------------------------------
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_expired_document_offers_to_be_prepared_again(client, prepared, method, usual):
    intent = prepared()
    SigningIntent.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = getattr(client, method)(url(intent), usual if method == "post" else {})
    page = answer.content.decode()
    assert "Prepare the document again" in page
    assert "has run out" in page
    again = client.post(reverse("pledge_prepare", args=[intent.pledge_id]))
    assert again.url != url(intent) and "/sign/" in again.url


def test_a_document_whose_file_is_gone_offers_to_be_prepared_again(client, prepared, usual):
    intent = prepared()
    document_store.remove(intent.document_digest)
    answer = client.post(url(intent), usual)
    assert answer.status_code == 409
    assert "Prepare the document again" in answer.content.decode()
    again = client.post(reverse("pledge_prepare", args=[intent.pledge_id]))
    assert again.url != url(intent)
    assert client.get(again.url).status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_document_whose_draft_moved_on_is_signed_no_more(client, prepared, method, usual):
    intent = prepared()
    answers.save(
        intent.pledge,
        actor=intent.person,
        at=timezone.now(),
        typed={"surveys_per_month": "9"},
        revision=intent.answers_revision,
    )
    answer = getattr(client, method)(url(intent), usual if method == "post" else {})
    assert "changed in another window" in answer.content.decode()
    assert not Signature.objects.exists()


def test_signing_through_another_intent_meanwhile_ends_at_the_pledge(client, prepared, usual):
    first = prepared()
    SigningIntent.objects.filter(pk=first.pk).update(expires_at=timezone.now())
    second = preparing.prepare(first.pledge, actor=first.person, at=timezone.now())
    assert client.post(url(second), usual).url == pledge_url(second)
    assert client.post(url(first), usual).url == pledge_url(first)
    assert Signature.objects.count() == 1


# --- By passkey, and before anything is set up ----------------------------------------------------
def answered(key, intent, **changes):
    answer = json.dumps(request_by_passkey(key, intent).proof.answer)
    return {"typed": "李明", "consent": "on", "assertion": answer, **changes}


def test_the_page_asks_the_passkey_for_this_document(client, prepared, liming, passkey):
    key, intent = passkey(liming), prepared()
    page = client.get(url(intent))
    options = page.context["options"]
    assert [each["id"] for each in options["allowCredentials"]] == [base64(key.id)]
    assert options["userVerification"] == "required"
    assert "Use password and code instead" in page.content.decode()
    assert client.post(url(intent), answered(key, intent)).url == pledge_url(intent)
    assert Signature.objects.get().method == "passkey"
    detail = client.get(pledge_url(intent)).content.decode()
    assert "Passkey, for this document" in detail


def test_with_a_passkey_the_password_and_code_still_sign_where_allowed(
    client, prepared, liming, passkey, usual
):
    passkey(liming)
    intent = prepared()
    assert client.post(url(intent), usual).url == pledge_url(intent)
    assert Signature.objects.get().method == "password-totp"


def test_what_the_passkey_did_not_confirm_is_said_and_nothing_is_lost(
    client, prepared, liming, passkey
):
    key, one, other = passkey(liming), prepared(), prepared("contract")
    for wrong, said in (
        ({"assertion": ""}, "Please confirm with your passkey"),
        ({"assertion": "{"}, "was not received correctly"),
        ({}, "answer could not be verified"),
    ):
        answer = client.post(url(one), {**answered(key, other), **wrong})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert said in page and 'value="李明"' in page
    assert not Signature.objects.exists()


def test_where_a_passkey_is_required_no_password_is_asked_for(client, prepared, liming, passkey):
    Organisation.objects.update(signing=Organisation.Signing.PASSKEY)
    key, intent = passkey(liming), prepared()
    page = client.get(url(intent)).content.decode()
    assert 'name="password"' not in page and 'name="code"' not in page
    assert client.post(url(intent), answered(key, intent)).url == pledge_url(intent)


@pytest.mark.parametrize("rule", Organisation.Signing)
def test_who_has_nothing_set_up_is_shown_the_way_there_and_back(
    client, liming, prepared, usual, rule
):
    Organisation.objects.update(signing=rule)
    Authenticator.objects.all().delete()
    prove(client, liming)
    intent = prepared()
    page = client.get(url(intent)).content.decode()
    assert reverse("mfa_set_up") in page
    assert (reverse("mfa_activate_totp") in page) == (rule == "passkey-or-code")
    assert 'name="consent"' not in page
    assert url(intent) in client.get(reverse("mfa_index")).content.decode()
    assert client.post(url(intent), usual).status_code == 422
    assert not Signature.objects.exists()


def test_after_signing_the_way_back_is_gone(client, prepared, usual):
    intent = prepared()
    client.get(url(intent))
    client.post(url(intent), usual)
    assert url(intent) not in client.get(reverse("mfa_index")).content.decode()
