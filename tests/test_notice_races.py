"""Workers that claim the same notices at the same time: each has one claim, and one mail."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections
from django_tasks_db.models import DBTaskResult

from pledges.actions import working_calendar
from pledges.actions.reminders import sending_due
from pledges.models import Department, NoticeClaim, SigningTask, TaskMember, TaskVersion
from tests.signing_tasks import crowd

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WORKERS, PEOPLE = 4, 40


@pytest.mark.django_db(transaction=True)
def test_four_workers_claim_each_reason_once(version, chenjing, wangfang):
    working_calendar.load_published(MONDAY)
    people = crowd(PEOPLE)
    Department.objects.filter(pk=people[0].department_id).update(head=wangfang)
    task = SigningTask.objects.create(
        template=version().template,
        title="2026",
        due_on=date(2026, 11, 12),
        created_at=MONDAY,
        created_by=chenjing,
        launched_at=MONDAY,
        launched_by=chenjing,
        state="running",
    )
    TaskVersion.objects.create(task=task, version=version())
    facts = {"joined": "launch", "joined_at": MONDAY, "due_on": task.due_on}
    TaskMember.objects.bulk_create(
        TaskMember(task=task, person=person, position=place, commitment="0" * 64, **facts)
        for place, person in enumerate(people)
    )
    # All of them get a first notice, and the head a table; a week later each a reminder.
    assert sum(race(MONDAY + timedelta(hours=1))) == PEOPLE + 1
    assert sum(race(MONDAY + timedelta(days=8))) == PEOPLE + 1 + officers()
    mails = DBTaskResult.objects.filter(task_path__endswith="notices.tasks.send")
    assert mails.count() == 2 * (PEOPLE + 1) + officers()
    names = [each.args_kwargs["kwargs"]["message_id"] for each in mails]
    assert len(set(names)) == len(names)
    assert set(names) == set(NoticeClaim.objects.values_list("message_id", flat=True))
    told = NoticeClaim.objects.filter(member__isnull=False, reason__in=("start", "after-2"))
    assert told.count() == 2 * PEOPLE


def officers():
    return NoticeClaim.objects.filter(reason="compliance", member=None).count()


def race(at):
    """What each worker queued that began in the same moment as the others."""
    barrier = Barrier(WORKERS)

    def work(_number):
        try:
            barrier.wait()
            return sending_due.send_due(at)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as workers:
        return list(workers.map(work, range(WORKERS)))
