"""A signing task that runs, with members in every standing, and people to be asked by another."""

from datetime import date, timedelta

from pledges.actions.tasks import drafting, launching
from pledges.actions.tasks.drafting import Drafted
from pledges.models import (
    Department,
    Excuse,
    Leave,
    PaperPledge,
    Person,
    SigningTask,
    TaskMember,
    TemplateVersion,
)

PLAN = {
    **{"start": True, "before": [7, 3, 1], "on_day": True, "every_after": 5},
    **{"superior_after": 3, "compliance_after": 10},
}
EVERYBODY = {"include": [{"kind": "everybody"}]}


def hire(count: int, *, department: str = "华东零售部", first: int = 1) -> list[Person]:
    """`count` people more in a department, with addresses; nobody signs in as one of them."""
    where = Department.objects.get(name_zh=department)
    numbers = range(first, first + count)
    return Person.objects.bulk_create(
        Person(
            username=f"{where.pk}-{number}",
            email=f"{where.pk}-{number}@example.com",
            name=f"员工{number:03}",
            employee_number=f"M{where.pk}{number:04}",
            position="客户经理",
            department=where,
            password="!",
        )
        for number in numbers
    )


def drafted(version: TemplateVersion, **changes) -> Drafted:
    """What a task for everybody is made of, due ten working days after its launch."""
    return Drafted(
        **{
            "template": version.template,
            "title": "2027 年度行为准则",
            "audience": EVERYBODY,
            "due_rule": {"kind": "working-days", "days": 10},
            "message": "请在年底前完成。",
            "notice_plan": PLAN,
            **changes,
        }
    )


def draft(version: TemplateVersion, officer: Person, at, **changes) -> SigningTask:
    return drafting.save_task(drafted(version, **changes), actor=officer, at=at)


def launch(task: SigningTask, officer: Person, at) -> SigningTask:
    """As an officer asks for it, and a worker carries it out."""
    launching.request_launch(task, actor=officer, at=at)
    assert launching.launch(str(task.pk), at=at)
    task.refresh_from_db()
    return task


def running(version: TemplateVersion, officer: Person, at, **changes) -> SigningTask:
    return launch(draft(version, officer, at, **changes), officer, at)


def scatter(task: SigningTask, day: date, at, officers: tuple[Person, Person]) -> None:
    """Let the hired members of `task` stand everywhere that takes no pledge: two in each."""
    members = list(
        task.members.filter(person__username__contains="-").order_by("person__employee_number")
    )
    asker, other = officers
    late = (3, 8, 20)
    pairs = [members[place : place + 2] for place in range(0, 2 * (len(late) + 4), 2)]
    for pair, days in zip(pairs, late, strict=False):
        _due(pair, day - timedelta(days=days))
    excused, left, away, paper = pairs[len(late) :]
    for member in excused:
        Excuse.objects.create(
            **{"member": member, "reason": "long-absence", "until_on": day + timedelta(days=30)},
            **{"asked_by": asker, "asked_at": at, "outcome": "approved"},
            **{"settled_by": other, "settled_at": at},
        )
    Person.objects.filter(memberships__in=left).update(is_active=False)
    for member in away:
        Leave.objects.create(
            person=member.person, from_on=day, until_on=day + timedelta(days=5), recorded_at=at
        )
    version = task.counting.get().version
    for member in paper:
        PaperPledge.objects.create(
            **{"person": member.person, "version": version, "signed_on": day, "filed_at": at},
            **{"filed_by": asker, "state": "confirmed", "settled_by": other, "settled_at": at},
        )
    TaskMember.objects.filter(pk=members[-1].pk).update(objection="与岗位无关。", objected_at=at)
    Person.objects.filter(pk=members[-2].person_id).update(email="")


def _due(members: list[TaskMember], day: date) -> None:
    TaskMember.objects.filter(pk__in=[each.pk for each in members]).update(due_on=day)
