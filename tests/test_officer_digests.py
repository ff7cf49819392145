"""The daily mail to officers: one a person and day, and what it counts is true when it is sent."""

from datetime import UTC, datetime, timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from pledges.actions import review
from pledges.core.lifecycle import Role
from pledges.models import Organisation, Person
from pledges.notices import digests
from tests.serving import work_off

pytestmark = pytest.mark.django_db

EIGHT = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # by the organisation's clock, in Shanghai


def receivers():
    queued = DBTaskResult.objects.filter(task_path=digests.send_digest.module_path)
    return sorted(each.args_kwargs["args"][0] for each in queued)


@pytest.fixture
def officers(chenjing, sunhao):
    return sorted([chenjing.pk, sunhao.pk])


def test_each_officer_gets_one_a_day_however_much_is_signed(signed, wangfang, officers):
    for person in (None, wangfang):
        signed(person=person)
    assert receivers() == []
    assert digests.queue_digests(EIGHT) == 2
    assert receivers() == officers
    for hours in range(1, 15):
        signed("contract") if hours == 1 else None
        assert digests.queue_digests(EIGHT + timedelta(hours=hours)) == 0
    assert digests.queue_digests(EIGHT + timedelta(days=1)) == 2


def test_it_is_sent_when_people_come_to_work_by_the_organisations_clock(signed):
    signed()
    assert digests.queue_digests(EIGHT - timedelta(minutes=1)) == 0
    Organisation.objects.update(time_zone="Europe/London")
    assert digests.queue_digests(EIGHT) == 0
    assert digests.queue_digests(EIGHT + timedelta(hours=8)) == 2


def test_what_comes_in_the_day_is_told_on_the_day(signed, officers):
    assert digests.queue_digests(EIGHT) == 0
    signed()
    assert digests.queue_digests(EIGHT + timedelta(hours=1)) == 2


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ("待审核：1 份", "有 1 份已签署的承诺书")),
        ("en", ("For review: 1 pledge", "1 signed pledge awaits your review")),
    ],
)
def test_what_it_counts_is_true_when_it_is_sent(
    signed, chenjing, sunhao, wangfang, now, mailoutbox, language, words
):
    Person.objects.update(language=language)
    first, _second = signed(), signed(person=wangfang)
    digests.queue_digests(EIGHT)
    review.accept(first, actor=sunhao, at=now + timedelta(hours=1))
    mailoutbox.clear()
    work_off()
    told = [mail for mail in mailoutbox if words[0] in mail.subject]
    assert {tuple(mail.to) for mail in told} == {(chenjing.email,), (sunhao.email,)}
    for mail in told:
        assert words[1] in mail.body
        assert "/admin/pledges/pledge/?state=signed" in mail.body


def test_when_all_was_judged_meanwhile_nothing_is_sent(signed, chenjing, now, mailoutbox):
    pledge = signed()
    digests.queue_digests(EIGHT)
    review.accept(pledge, actor=chenjing, at=now + timedelta(hours=1))
    for officer in receivers():
        digests.send_digest.func(officer)
    assert mailoutbox == []


def test_nobody_is_asked_to_review_their_own(signed, liming, chenjing, officers, mailoutbox):
    signed()
    liming.groups.add(*chenjing.groups.all())
    assert digests.queue_digests(EIGHT) == 2
    assert receivers() == officers
    digests.send_digest.func(liming.pk)
    assert mailoutbox == []


def test_who_is_no_officer_any_more_gets_none(signed, chenjing, sunhao, officers, mailoutbox):
    signed()
    digests.queue_digests(EIGHT)
    chenjing.groups.clear()
    Person.objects.filter(pk=sunhao.pk).update(is_active=False)
    for officer in officers:
        digests.send_digest.func(officer)
    assert mailoutbox == []
    assert not Person.objects.filter(groups__name=Role.COMPLIANCE, is_active=True).exists()
    assert digests.queue_digests(EIGHT + timedelta(days=1)) == 0


def test_unusual_answers_are_told(signed, liming, wangfang, chenjing, mailoutbox):
    signed(person=liming)
    digests.send_digest.func(chenjing.pk)
    assert "超出预期范围" not in mailoutbox[-1].body
    signed(person=wangfang, satisfaction_target="80")
    digests.send_digest.func(chenjing.pk)
    assert "其中 1 份有填写内容超出预期范围" in mailoutbox[-1].body
