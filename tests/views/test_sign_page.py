"""The signing page: exactly the document, the mark, the password; nothing lost, signed once."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pledges.actions import answers, preparing
from pledges.core.lifecycle import PledgeState
from pledges.gateways import storage
from pledges.models import Pledge, Signature, SigningIntent
from tests import baseline

pytestmark = pytest.mark.django_db

STROKES = [[[0.1, 0.1], [0.4, 0.2], [0.7, 0.1]], [[0.2, 0.3], [0.8, 0.3]]]
USUAL = {"typed": "李明", "consent": "on", "password": baseline.PASSWORD}


@pytest.fixture
def client(client, liming):
    client.force_login(liming)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def laid(draft):
    """A document laid before its signer, by the clock of the server."""

    def lay(slug="general-standards", **options):
        pledge = draft(slug, **options)
        return preparing.prepare(pledge, actor=pledge.person, at=timezone.now())

    return lay


def url(intent, name="pledge_sign"):
    return reverse(name, args=[intent.pledge_id, intent.pk])


def pledge_url(intent):
    return reverse("pledge", args=[intent.pledge_id])


# --- Reading ------------------------------------------------------------------------------------
def test_the_page_shows_the_document_the_declaration_and_the_digest(client, laid):
    intent = laid()
    page = client.get(url(intent)).content.decode()
    assert intent.consent_text in page
    assert " ".join(intent.document_digest[i : i + 4] for i in range(0, 64, 4)) in page
    assert url(intent, "pledge_reading_copy") in page
    assert "每月开展满意度调查" in page
    assert "<style" not in page and " style=" not in page


def test_the_reading_copy_is_the_very_file(client, laid):
    intent = laid()
    answer = client.get(url(intent, "pledge_reading_copy"))
    assert answer.content == storage.get(intent.document_digest)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("inline")
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["pledge_sign", "pledge_reading_copy"])
@pytest.mark.parametrize("who", ["wangfang", "chenjing", "zhoumin", "admin"])
def test_nobody_else_finds_it(client, laid, request, name, who):
    intent = laid()
    client.force_login(request.getfixturevalue(who))
    assert client.get(url(intent, name)).status_code == 404


def test_an_intent_of_another_pledge_is_not_found(client, laid):
    one, other = laid(), laid("contract")
    crossed = reverse("pledge_sign", args=[one.pledge_id, other.pk])
    assert client.get(crossed).status_code == 404


def test_a_file_that_is_gone_is_not_found(client, laid):
    intent = laid()
    SigningIntent.objects.update(document_digest="0" * 64)
    assert client.get(url(intent, "pledge_reading_copy")).status_code == 404


# --- Signing ------------------------------------------------------------------------------------
def test_signing_by_typed_name(client, laid):
    intent = laid()
    answer = client.post(url(intent), USUAL, follow=True)
    assert answer.redirect_chain == [(pledge_url(intent), 302)]
    assert "Signed; awaiting compliance review." in answer.content.decode()
    signature = Signature.objects.get()
    assert (signature.typed, signature.strokes) == ("李明", [])
    assert signature.client_address == "127.0.0.1"


def test_signing_by_hand(client, laid):
    intent = laid()
    typed = {**USUAL, "typed": "", "method": "draw", "strokes": json.dumps(STROKES)}
    assert client.post(url(intent), typed).url == pledge_url(intent)
    assert Signature.objects.get().strokes == STROKES


def test_a_second_submit_gets_the_same_answer(client, laid):
    intent = laid()
    first, second = client.post(url(intent), USUAL), client.post(url(intent), USUAL)
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert Signature.objects.count() == 1
    assert client.get(url(intent)).url == pledge_url(intent)


def test_the_client_is_believed_only_through_our_own_proxies(client, laid):
    intent = laid()
    client.post(url(intent), USUAL, headers={"X-Forwarded-For": "203.0.113.9"})
    assert Signature.objects.get().client_address == "127.0.0.1"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "wrong"}, "The password is not right."),
        ({"password": ""}, "Please enter your password again."),
        ({"consent": ""}, "Please confirm the declaration."),
        ({"method": "draw", "strokes": ""}, "Please write your signature in the box."),
        ({"method": "draw", "strokes": "[[[0.5,0.5]]]"}, "Please write your signature in the box."),
        ({"method": "draw", "strokes": "{"}, "did not arrive in order"),
        ({"typed": "李白"}, "type your name exactly as it stands"),
        ({"typed": ""}, "Please type your name"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_signed(client, laid, changes, said):
    intent = laid()
    answer = client.post(url(intent), {**USUAL, **changes})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Pledge.objects.get().status == PledgeState.DRAFT


def test_after_a_wrong_password_the_mark_and_the_consent_are_still_there(client, laid):
    intent = laid()
    typed = {**USUAL, "method": "draw", "strokes": json.dumps(STROKES), "password": "wrong"}
    page = client.post(url(intent), typed).content.decode()
    assert f'name="strokes" value="{json.dumps(STROKES)}"' in page
    assert 'value="李明"' in page
    assert page.count(" checked") == 2
    assert "wrong" not in page


def test_guessing_is_slowed_down_and_the_right_password_then_waits_too(client, laid):
    intent = laid()
    for _attempt in range(10):
        assert client.post(url(intent), {**USUAL, "password": "wrong"}).status_code == 422
    answer = client.post(url(intent), USUAL)
    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()
    assert Pledge.objects.get().status == PledgeState.DRAFT


# --- A document that can be signed no more -------------------------------------------------------
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_expired_document_offers_to_be_prepared_again(client, laid, method):
    intent = laid()
    SigningIntent.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = getattr(client, method)(url(intent), USUAL if method == "post" else {})
    page = answer.content.decode()
    assert "Prepare the document again" in page
    assert "too long ago" in page
    again = client.post(reverse("pledge_prepare", args=[intent.pledge_id]))
    assert again.url != url(intent) and "/sign/" in again.url


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_document_whose_draft_moved_on_is_signed_no_more(client, laid, method):
    intent = laid()
    answers.save(
        intent.pledge,
        actor=intent.person,
        at=timezone.now(),
        typed={"surveys_per_month": "9"},
        revision=intent.answers_revision,
    )
    answer = getattr(client, method)(url(intent), USUAL if method == "post" else {})
    assert "changed in another window" in answer.content.decode()
    assert not Signature.objects.exists()


def test_signing_through_another_intent_meanwhile_ends_at_the_pledge(client, laid):
    first = laid()
    SigningIntent.objects.filter(pk=first.pk).update(expires_at=timezone.now())
    second = preparing.prepare(first.pledge, actor=first.person, at=timezone.now())
    assert client.post(url(second), USUAL).url == pledge_url(second)
    assert client.post(url(first), USUAL).url == pledge_url(first)
    assert Signature.objects.count() == 1
