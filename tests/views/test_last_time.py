"""The page with last time's answers: what fits, what differs, and that nothing is silent."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pledges.actions import answers, review, templates
from pledges.core.template.blanks import from_data, to_data
from pledges.models import Document
from pledges.storage import document_store
from tests.cast import FILLED

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client, liming):
    client.force_login(liming)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def earlier(accepted, chenjing, now):
    pledge = accepted("personal-code")
    return review.revoke(pledge, actor=chenjing, at=now + timedelta(days=1), reason="重签")


@pytest.fixture
def renewed(earlier, version, liming, now):
    at = now + timedelta(days=2)
    return answers.open_pledge(version("personal-code"), actor=liming, at=at, language="zh-hans")


def url(pledge, name="pledge_last_time"):
    return reverse(name, args=[pledge.pk])


def rows(page):
    return dict(re.findall(r'<input type="checkbox" name="code" value="(\w+)"( checked)?>', page))


def test_the_fill_page_offers_it_and_takes_nothing_over(client, renewed, earlier):
    page = client.get(url(renewed, "pledge")).content.decode()
    assert url(renewed) in page and earlier.number in page
    assert "process_steps" not in renewed.answers
    assert "一、受理登记" not in page


def test_what_is_empty_is_chosen_and_what_would_replace_something_is_not(client, renewed):
    page = client.get(url(renewed)).content.decode()
    assert rows(page)["process_steps"] == rows(page)["reply_days"] == " checked"
    # The record filled in another position than was signed last time, or the same.
    assert all(chosen == "" for code, chosen in rows(page).items() if renewed.answers.get(code))


def test_the_chosen_ones_are_taken_over_and_told(client, renewed, liming, now):
    typed = {"reply_days": "9"}
    answers.save(renewed, actor=liming, at=now, typed=typed, revision=0)
    answer = client.post(url(renewed), {"revision": "1", "code": ["process_steps"]}, follow=True)
    assert answer.redirect_chain == [(url(renewed, "pledge"), 302)]
    assert "1 answer was copied from" in answer.content.decode()
    renewed.refresh_from_db()
    assert renewed.answers["process_steps"] == FILLED["personal-code"]["process_steps"]
    assert renewed.answers["reply_days"] == "9"


def test_the_same_typed_in_another_way_is_the_same(client, renewed, liming, now):
    digits = str.maketrans("0123456789", "０１２３４５６７８９")
    typed = {"reply_days": FILLED["personal-code"]["reply_days"].translate(digits)}
    answers.save(renewed, actor=liming, at=now, typed=typed, revision=0)
    assert "reply_days" not in rows(client.get(url(renewed)).content.decode())


def test_a_draft_that_moved_on_is_not_overwritten(client, renewed, liming, now):
    answers.save(renewed, actor=liming, at=now, typed={"reply_days": "9"}, revision=0)
    answer = client.post(url(renewed), {"revision": "0", "code": ["reply_days"]})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'name="revision" value="1"' in page
    # The choice is kept; what it would replace is shown.
    assert rows(page) | {"reply_days": " checked"} == rows(page)
    renewed.refresh_from_db()
    assert renewed.answers["reply_days"] == "9"


@pytest.mark.parametrize("revision", ["", "x"])
def test_a_request_without_its_revision_is_refused(client, renewed, revision):
    assert client.post(url(renewed), {"revision": revision}).status_code == 400


def test_what_differs_by_version_is_said(client, earlier, version, chenjing, liming, now):
    by = {"actor": chenjing, "at": now + timedelta(days=2)}
    revised = templates.revise(version("personal-code"), **by)
    blanks = [to_data(from_data(each)) for each in revised.blanks]
    for each in blanks:
        if each["code"] == "reply_days":
            each["hard"] = {"minimum": "1", "maximum": "2"}
    revised.blanks = blanks
    revised.change_note_zh = "缩短答复期限。"
    revised.change_note_en = "Shorter times to reply."
    revised.save()
    published = templates.publish(revised, **by)
    renewed = answers.assign(published, person=liming, due_on=None, **by)
    page = client.get(url(renewed)).content.decode()
    assert "You signed version 1; this is version 2." in page
    assert "Shorter times to reply." in page
    assert "It does not fit this version:" in page and "from 1 to 2" in page
    assert "reply_days" not in rows(page) and "process_steps" in rows(page)


def test_answers_whose_file_does_not_say_the_same_are_not_shown(client, renewed, earlier):
    document_store.remove(Document.objects.filter(pledge=earlier).latest("revision").sha256)
    answer = client.get(url(renewed), follow=True)
    assert answer.redirect_chain == [(url(renewed, "pledge"), 302)]
    assert "The stored file is missing" in answer.content.decode()


def test_where_there_is_no_last_time_there_is_no_page(client, version, liming):
    at = timezone.now()
    fresh = answers.open_pledge(version("contract"), actor=liming, at=at, language="en")
    assert client.get(url(fresh)).status_code == 404
    assert url(fresh) not in client.get(url(fresh, "pledge")).content.decode()


def test_another_persons_draft_is_not_found(client, renewed, wangfang):
    client.force_login(wangfang)
    assert client.get(url(renewed)).status_code == 404
    assert client.post(url(renewed), {"revision": "0"}).status_code == 404
