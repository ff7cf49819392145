"""The draft of a returned pledge: what was said before, a question, a reply to the reviewer."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from pledges.actions import answers, preparing, review, signing, templates
from pledges.models import Pledge, SigningIntent
from tests.cast import request_by_code
from tests.fresh import prove

pytestmark = pytest.mark.django_db
REASON, REPLY = "请补充调查次数。", "数字无误：<每季度>汇总"


@pytest.fixture
def client(client, liming):
    client.force_login(liming)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def correction(signed, chenjing, now):
    returned = signed(at=now - timedelta(hours=1))
    reasons = [review.ClauseReason(REASON, "1.2.1")]
    return review.return_to_manager(returned, actor=chenjing, at=now, reasons=reasons)


def url(name, pledge):
    return reverse(name, args=[pledge.pk])


def fields(revision=0, **typed):
    own = {name: typed.pop(name) for name in ("reply", "unchanged") if name in typed}
    return {"revision": str(revision), **own, **{f"answer-{c}": v for c, v in typed.items()}}


def note(html, code):
    found = re.search(
        rf'<p class="[^"]*clause-note-before"[^>]*id="before-{code}"[^>]*>(.*?)</p>', html
    )
    return found and found[1]


def test_the_old_answer_stands_beside_the_new_and_where_it_was_complained_of(client, correction):
    page = client.get(url("pledge", correction)).content.decode()
    still = "Satisfaction surveys per month is the same as in the returned pledge: <span>2"
    assert note(page, "surveys_per_month").startswith(still)
    assert note(page, "training_hours_per_year") is None
    typed = fields(surveys_per_month="4", training_hours_per_year="60")
    told = client.post(url("pledge_save", correction), typed).json()["notes"]
    said = "".join(told.values())
    assert note(said, "surveys_per_month").startswith(
        "Satisfaction surveys per month, in the returned pledge: <span>2"
    )
    assert "in the returned pledge: <span>40" in note(said, "training_hours_per_year")


def test_on_another_version_a_reason_names_its_clause_and_stands_at_none(
    client, signed, version, chenjing, now
):
    returned = signed()
    by = {"actor": chenjing, "at": now}
    revised = templates.revise(version(), **by)
    revised.change_note_zh = revised.change_note_en = "2"
    revised.save()
    templates.publish(revised, **by)
    templates.retire(returned.version, **by)
    reasons = [review.ClauseReason(REASON, "1.2.1")]
    draft = review.return_to_manager(returned, reasons=reasons, **by)
    assert draft.version_id == revised.pk
    page = client.get(url("pledge", draft)).content.decode()
    head = page.index('data-notes=""')
    assert f"一、2.（1） {REASON}" in page[head : head + 600]
    assert note(page, "surveys_per_month") is None


def test_signing_anew_without_a_change_is_asked_about_first(client, correction):
    prepare = url("pledge_prepare", correction)
    same = fields(**correction.answers)
    asked = client.post(prepare, same)
    assert asked.url == url("pledge", correction) + "?unchanged=1"
    page = client.get(asked.url).content.decode()
    assert 'id="unchanged"' in page and 'name="unchanged"' in page
    assert not SigningIntent.objects.filter(pledge=correction).exists()
    answer = client.post(prepare, {**same, "unchanged": "1"})
    intent = SigningIntent.objects.get(pledge=correction)
    assert answer.url == reverse("pledge_sign", args=[correction.pk, intent.pk])


@pytest.mark.parametrize("change", [{"surveys_per_month": "4"}, {"reply": REPLY}])
def test_whoever_changed_or_explained_something_is_not_asked(client, correction, change):
    answer = client.post(url("pledge_prepare", correction), fields(**change))
    assert "/sign/" in answer.url


def test_the_question_is_not_put_to_others_by_its_address(client, draft):
    page = client.get(url("pledge", draft()) + "?unchanged=1").content.decode()
    assert 'id="unchanged"' not in page


def test_a_reply_is_saved_shown_again_and_reaches_the_reviewer(client, correction, chenjing, now):
    told = client.post(url("pledge_save", correction), fields(reply=REPLY)).json()
    assert told["revision"] == 1
    page = client.get(url("pledge", correction)).content.decode()
    assert "&lt;每季度&gt;汇总</textarea>" in page
    correction.refresh_from_db()
    later = now + timedelta(minutes=5)
    intent = preparing.prepare(correction, actor=correction.person, at=later)
    request = request_by_code(correction.person, at=later)
    signing.sign(intent, actor=correction.person, at=later, request=request)
    own = client.get(url("pledge", correction)).content.decode()
    assert "Your reply to compliance" in own and "&lt;每季度&gt;汇总" in own
    client.force_login(chenjing)
    prove(client, chenjing)
    shown = client.get(reverse("admin:pledges_pledge_change", args=[correction.pk]))
    assert "&lt;每季度&gt;汇总" in shown.content.decode()


def test_a_stale_page_comes_back_with_the_reply_that_was_typed(client, correction, liming, now):
    answers.save(correction, actor=liming, at=now, typed={}, revision=0, reply="第一段")
    answer = client.post(url("pledge", correction), fields(reply="第二段", surveys_per_month="4"))
    assert answer.status_code == 409
    assert "第二段</textarea>" in answer.content.decode()
    assert Pledge.objects.get(pk=correction.pk).reply == "第一段"


def test_a_draft_that_corrects_nothing_asks_for_no_reply(client, draft):
    assert 'name="reply"' not in client.get(url("pledge", draft())).content.decode()
