"""A document as images of its pages: for whom, noted how, and what is shown without them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from pledges.actions import preparing
from pledges.core import refusals
from pledges.models import Reading, SigningIntent
from pledges.rendering import page_images
from pledges.storage import document_store

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def _nothing_kept():
    page_images.forget()


@pytest.fixture
def intent(draft, liming):
    """A document prepared for its signer, by the clock of the server."""
    return preparing.prepare(draft("contract"), actor=liming, at=timezone.now())


def prepared_page(intent, number=1):
    return reverse("pledge_sign_page", args=[intent.pledge_id, intent.pk, number])


def issued_page(pledge, number=1, sha256=None):
    digest = sha256 or pledge.documents.latest("revision").sha256
    return reverse("pledge_page", args=[pledge.pk, digest, number])


def sign_page(intent):
    return reverse("pledge_sign", args=[intent.pledge_id, intent.pk])


# --- For whom -------------------------------------------------------------------------------------
def test_the_signer_reads_every_page_of_the_very_file(client, intent, liming):
    client.force_login(liming)
    page = client.get(sign_page(intent))
    shown = page.context["pages"]
    file = document_store.get(intent.document_digest)
    assert len(shown) == len(page_images.sizes(file, intent.document_digest)) > 1
    assert [each.number for each in shown] == list(range(1, len(shown) + 1))
    for each in shown:
        answer = client.get(each.address)
        assert answer.status_code == 200 and answer["Content-Type"] == "image/png"
        assert answer.content == page_images.draw(intent.document_digest, each.number, lambda: file)
        assert "no-store" in answer["Cache-Control"] and "ETag" not in answer
        assert each.address in page.content.decode()


@pytest.mark.parametrize("who", ["wangfang", "chenjing", "zhoumin", "wuying", "admin"])
def test_nobody_else_sees_what_is_to_be_signed_though_it_is_kept(
    client, intent, liming, request, who
):
    client.force_login(liming)
    assert client.get(prepared_page(intent)).status_code == 200
    client.force_login(request.getfixturevalue(who))
    assert client.get(prepared_page(intent)).status_code == 404


@pytest.mark.parametrize(
    ("who", "status", "ways"),
    [
        ("liming", 200, []),
        ("chenjing", 200, ["page"]),
        ("zhoumin", 200, ["page"]),
        ("wuying", 200, ["page"]),
        ("wangfang", 404, []),
        ("admin", 404, []),
    ],
)
def test_an_issued_page_is_for_those_who_may_read_the_file_and_noted_as_a_page(
    client, signed, liming, request, who, status, ways
):
    pledge = signed()
    client.force_login(liming)
    assert client.get(issued_page(pledge)).content.startswith(PNG)
    client.force_login(request.getfixturevalue(who))
    for number in (1, 1, 2):
        assert client.get(issued_page(pledge, number)).status_code == status
    # Two minutes may have begun meanwhile, never two ways.
    assert {each.way for each in Reading.objects.all()} == set(ways)


def test_of_a_pledge_one_may_read_no_other_file_is_found(client, signed, liming, wangfang):
    own, others = signed(), signed("contract", person=wangfang)
    client.force_login(wangfang)
    assert client.get(issued_page(others)).status_code == 200
    client.force_login(liming)
    digest = others.documents.get().sha256
    assert client.get(issued_page(own, sha256=digest)).status_code == 404


@pytest.mark.parametrize("number", [0, 99, 10**12])
def test_a_page_that_there_is_not_is_not_found(client, intent, signed, liming, number):
    client.force_login(liming)
    assert client.get(sign_page(intent)).status_code == 200
    assert client.get(prepared_page(intent, number)).status_code == 404
    assert client.get(issued_page(signed("personal-code"), number)).status_code == 404


def test_a_document_that_is_kept_no_more_has_no_pages(client, intent, liming):
    client.force_login(liming)
    assert client.get(prepared_page(intent)).status_code == 200
    document_store.remove(intent.document_digest)
    assert client.get(prepared_page(intent)).status_code == 404


def test_a_document_that_says_something_else_is_not_shown(client, intent, liming):
    client.force_login(liming)
    SigningIntent.objects.update(content_digest="0" * 64)
    assert client.get(prepared_page(intent)).status_code == 503


def test_a_stored_file_that_is_damaged_is_not_drawn(client, signed, liming):
    pledge = signed()
    document_store.remove(pledge.documents.get().sha256)
    client.force_login(liming)
    assert client.get(issued_page(pledge)).status_code == 503


# --- Read once ------------------------------------------------------------------------------------
def test_images_are_hidden_from_whoever_is_read_the_text(client, intent, liming):
    client.force_login(liming)
    page = client.get(sign_page(intent)).content.decode()
    assert '<div class="pages" data-pages aria-hidden="true">' in page
    assert '<article class="sheet visually-hidden" data-reading>' in page
    assert 'alt="第 1 页，共' in page


def test_without_a_script_the_text_is_one_click_away(client, intent, liming):
    client.force_login(liming)
    page = client.get(sign_page(intent), {"as": "text"}).content.decode()
    assert '<div class="pages" data-pages aria-hidden="true" hidden>' in page
    assert '<article class="sheet" data-reading>' in page


def test_what_cannot_be_drawn_is_shown_as_text_and_said(client, intent, liming, monkeypatch):
    def refuse(*given, **options):
        raise refusals.TooBusy

    client.force_login(liming)
    monkeypatch.setattr(page_images, "sizes", refuse)
    monkeypatch.setattr(page_images, "draw", refuse)
    page = client.get(sign_page(intent))
    assert page.status_code == 200 and page.context["pages"] == ()
    said = page.content.decode()
    assert '<article class="sheet" data-reading>' in said and "data-pages " not in said
    assert 'data-pages-failed role="status">' in said
    answer = client.get(prepared_page(intent))
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
