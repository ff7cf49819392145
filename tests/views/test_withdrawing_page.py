"""Withdrawing what one has signed: asked first, posted, and told on every page that shows it."""

import pytest
from django.urls import reverse

from pledges.models import Pledge

pytestmark = pytest.mark.django_db
COPIES = "only by the page behind the QR code"


@pytest.fixture
def client(client, liming):
    client.force_login(liming)
    client.cookies["django_language"] = "en"
    return client


def url(pledge, name="pledge_withdraw"):
    return reverse(name, args=[pledge.pk])


def test_it_is_asked_for_by_the_page_and_done_by_posting(client, signed):
    pledge = signed("contract")
    assert url(pledge) in client.get(url(pledge, "pledge")).content.decode()
    assert COPIES in client.get(url(pledge)).content.decode()
    assert Pledge.objects.get().status == "signed"
    answer = client.post(url(pledge), {"reason": "wrong law"}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    page = answer.content.decode()
    assert "has been withdrawn" in page and "wrong law" in page
    assert 'action="/pledges/start/contract/"' in page
    shown = client.get(url(pledge, "pledge")).content.decode()
    assert "You withdrew it" in shown and COPIES in shown and url(pledge) not in shown


def test_the_public_page_tells_of_it_without_the_reason(client, signed):
    pledge = signed()
    client.post(url(pledge), {"reason": "wrong law"})
    client.logout()
    client.cookies["django_language"] = "en"
    page = client.get(url(pledge, "verify")).content.decode()
    assert "Withdrawn, never took effect" in page and COPIES in page and "wrong law" not in page


def test_what_was_reviewed_is_not_withdrawn(client, accepted, draft):
    pledge = accepted()
    for answer in (client.get(url(pledge)), client.post(url(pledge))):
        assert answer.status_code == 302
    assert Pledge.objects.get().status == "accepted"
    unsigned = draft("contract")
    assert client.post(url(unsigned)).url == url(unsigned, "pledge")


def test_nobody_withdraws_anothers(client, signed, wangfang):
    pledge = signed(person=wangfang)
    assert client.post(url(pledge)).status_code == 404
    assert Pledge.objects.get().status == "signed"


def test_a_reason_too_long_is_given_back_to_be_shortened(client, signed):
    pledge = signed()
    answer = client.post(url(pledge), {"reason": "x" * 2001})
    assert "x" * 2001 in answer.content.decode() and Pledge.objects.get().status == "signed"
