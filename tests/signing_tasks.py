"""Fixtures of signing tasks: a draft for everybody, and one that is running."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from pledges.actions.tasks import drafting, launching
from pledges.models import Department, Person

EVERYBODY = {"include": [{"kind": "everybody"}]}
NUMBERS = {"include": [{"kind": "numbers", "values": ["E1001", "E1002", "E2001"]}]}
IN_FIVE_DAYS = {"kind": "working-days", "days": 5}


def crowd(number, *, prefix="N", **facts):
    """So many more people, made in one statement."""
    department = facts.pop("department", None) or Department.objects.first()
    return Person.objects.bulk_create(
        Person(
            username=f"{prefix}{each}".lower(),
            name=f"某{each}",
            employee_number=f"{prefix}{each:05}",
            department=department,
            email=f"{prefix}{each}@bank.example".lower(),
            **facts,
        )
        for each in range(number)
    )


@pytest.fixture
def drafted_task(version, chenjing, now):
    """A draft of a task for the three account managers, or as `changes` say."""

    def make(slug="general-standards", *, at=now, **changes):
        values = {
            "template": version(slug).template,
            "title": "2026 年度签署",
            "audience": NUMBERS,
            "due_rule": IN_FIVE_DAYS,
            "message": "请在本周内签署。",
        }
        drafted = drafting.Drafted(**(values | changes))
        return drafting.save_task(drafted, actor=chenjing, at=at)

    return make


@pytest.fixture
def launched_task(drafted_task, chenjing, now):
    """The same, launched at `at`."""

    def make(slug="general-standards", *, at=now, **changes):
        task = drafted_task(slug, at=at, **changes)
        launching.request_launch(task, actor=chenjing, at=at)
        assert launching.launch(str(task.pk), at=at)
        task.refresh_from_db()
        return task

    return make


@pytest.fixture
def begun(now):
    """The first notices of what was launched at `now` have left."""
    return now + launching.NOTICES_AFTER + timedelta(minutes=1)


def queued(function):
    """What is queued for the worker of a function."""
    return DBTaskResult.objects.filter(task_path=function.module_path)
