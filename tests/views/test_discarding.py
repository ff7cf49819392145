"""Discarding a draft: asked first, posted, and only what nobody asked for."""

import pytest
from django.urls import reverse

from pledges.actions import answers, preparing
from pledges.actions.discarding import MAX_DISCARDED
from pledges.models import Pledge

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client, liming):
    client.force_login(liming)
    client.cookies["django_language"] = "en"
    return client


def url(pledge, name="pledge_discard"):
    return reverse(name, args=[pledge.pk])


def test_it_is_asked_for_by_the_page_and_done_by_posting(client, draft):
    pledge = draft("contract")
    assert url(pledge) in client.get(url(pledge, "pledge")).content.decode()
    assert url(pledge) in client.get("/").content.decode()
    assert client.get(url(pledge)).status_code == 200
    assert Pledge.objects.get().status == "draft"
    answer = client.post(url(pledge), follow=True)
    assert answer.redirect_chain == [("/", 302)]
    page = answer.content.decode()
    assert "The draft was discarded." in page
    assert url(pledge, "pledge") not in page
    assert 'action="/pledges/start/contract/"' in page


def test_the_page_says_that_its_number_is_gone(client, draft, liming, now):
    pledge = draft()
    assert "will not be used again" not in client.get(url(pledge)).content.decode()
    preparing.prepare(pledge, actor=liming, at=now)
    number = Pledge.objects.get().number
    assert f"Its number, {number}," in client.get(url(pledge)).content.decode()


def test_what_was_asked_for_offers_no_way_to_discard_it(client, draft, liming, chenjing, now):
    pledge = draft()
    answers.assign(pledge.version, person=liming, actor=chenjing, at=now, due_on=None)
    for page in (url(pledge, "pledge"), "/"):
        assert url(pledge) not in client.get(page).content.decode()
    answer = client.post(url(pledge), follow=True)
    assert answer.redirect_chain == [(url(pledge, "pledge"), 302)]
    assert "cannot be discarded" in answer.content.decode()
    assert Pledge.objects.get().status == "draft"


def test_a_discarded_draft_in_another_tab_is_told(client, draft):
    pledge = draft()
    client.post(url(pledge))
    saved = client.post(url(pledge, "pledge_save"), {"revision": "1", "answer-x": "1"})
    assert (saved.status_code, saved.json()["kind"]) == (409, "not-a-draft")
    for address in (url(pledge, "pledge"), url(pledge), url(pledge, "pledge_last_time")):
        answer = client.get(address, follow=True)
        assert answer.redirect_chain[-1][0] == "/"
        assert "This draft was discarded." in answer.content.decode()
    assert client.get(url(pledge, "pledge_document")).status_code == 404


def test_another_persons_draft_is_not_found(client, draft, wangfang):
    other = draft(person=wangfang)
    assert client.get(url(other)).status_code == 404
    assert client.post(url(other)).status_code == 404
    assert Pledge.objects.get().status == "draft"


def test_officers_see_that_and_nothing_more(client, draft, chenjing, zhoumin):
    pledge = draft("contract", service_name="绝密服务名称")
    client.post(url(pledge))
    client.force_login(chenjing)
    shown = client.get(reverse("admin:pledges_pledge_change", args=[pledge.pk])).content.decode()
    assert "The signer discarded this draft." in shown and "绝密" not in shown
    listed = reverse("admin:pledges_pledge_changelist") + "?state=discarded"
    assert str(pledge.pk) in client.get(listed).content.decode()
    client.force_login(zhoumin)
    assert str(pledge.pk) not in client.get(listed).content.decode()


def test_so_many_an_hour(client, draft, liming, wangfang):
    """Each takes a pledge number for good, and entries of the ledger."""
    for _each in range(MAX_DISCARDED):
        client.post(url(draft("contract")))
    left, other = draft("contract"), draft("contract", person=wangfang)
    answer = client.post(url(left), follow=True)
    assert answer.redirect_chain == [(url(left, "pledge"), 302)]
    assert "Too many attempts" in answer.content.decode()
    assert Pledge.objects.of(liming).drafts().get() == left
    client.force_login(wangfang)
    client.post(url(other))
    assert Pledge.objects.of(wangfang).get().status == "discarded"
