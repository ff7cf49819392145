"""Who is late, told to superiors and to compliance: one table a week each, no mail a person."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache

from pledges.core import notice_plans, superiors
from pledges.core.lifecycle import Role
from pledges.core.notice_plans import Plan, Reason, Told, week_of
from pledges.core.working_days import Calendar
from pledges.models import Leave, NoticeClaim, NoticeSwitch, Person, SigningTask, TaskMember
from pledges.models.department_tree import read_tree
from pledges.notices import claiming, tasks
from pledges.notices.kinds import Kind


def queue(running: Sequence[SigningTask], *, day: date, calendar: Calendar, at: datetime) -> int:
    """Queue the tables of the week for those who have none of it yet; gives their number."""
    late = list(_late(running, day, calendar))
    if not late:
        return 0
    return _to_superiors(late, day, at) + _to_compliance(late, day, at)


Late = tuple[TaskMember, frozenset[Reason]]


def _late(running: Sequence[SigningTask], day: date, calendar: Calendar) -> Iterator[Late]:
    for task in running:
        plan = Plan.from_data(task.notice_plan)

        @lru_cache
        def reasons(due_on: date, standing: str, plan: Plan = plan) -> frozenset[Reason]:
            return notice_plans.escalations(plan, due_on, standing, day, calendar)

        late = task.members.filter(person__is_active=True).late(day)
        for member in late.select_related("person").order_by("person__employee_number"):
            found = reasons(member.due_on, member.standing)
            if found:
                yield member, found


def _to_superiors(late: Sequence[Late], day: date, at: datetime) -> int:
    if not NoticeSwitch.is_on(Kind.LATE):
        return 0
    tree = read_tree()
    theirs: dict[int, list[TaskMember]] = {}
    for member, reasons in late:
        person = member.person
        above = superiors.superior_of(person.pk, person.department_id, tree)
        if above is not None and Reason.SUPERIOR in reasons:
            theirs.setdefault(above, []).append(member)
    for key in _told_this_week(Reason.SUPERIOR, day):
        theirs.pop(key, None)
    told = Told(Reason.SUPERIOR, week_of(day), day)
    queued = 0
    for key, receiver in sorted(_receivers(theirs, day).items()):
        rows = [
            claiming.claim_of(told, key, day=day, at=at, member=member) for member in theirs[key]
        ]
        table = claiming.claim_of(told, key, day=day, at=at)
        queued += tasks.queue_table(Kind.LATE, table, rows, receiver)
    return queued


def _to_compliance(late: Sequence[Late], day: date, at: datetime) -> int:
    members = [member for member, reasons in late if Reason.COMPLIANCE in reasons]
    if not members or not NoticeSwitch.is_on(Kind.LATE_ALL):
        return 0
    officers = Person.objects.filter(groups__name=Role.COMPLIANCE, is_active=True)
    untold = officers.exclude(pk__in=_told_this_week(Reason.COMPLIANCE, day))
    told = Told(Reason.COMPLIANCE, week_of(day), day)
    queued = 0
    for key, receiver in sorted(_receivers(untold.values_list("pk", flat=True), day).items()):
        # Nobody's in particular: each officer's table has them.
        rows = [_row(told, member, day, at) for member in members]
        table = claiming.claim_of(told, key, day=day, at=at)
        queued += tasks.queue_table(Kind.LATE_ALL, table, rows, receiver)
    return queued


def _row(told: Told, member: TaskMember, day: date, at: datetime) -> NoticeClaim:
    row = claiming.claim_of(told, member.person_id, day=day, at=at, member=member)
    row.person_id = None
    return row


def _told_this_week(reason: Reason, day: date) -> set[int]:
    tables = NoticeClaim.objects.filter(reason=reason, for_day=week_of(day), member=None)
    return set(tables.exclude(person=None).values_list("person", flat=True))


def _receivers(keys: object, day: date) -> dict[int, Person]:
    """Who gets the mail of each of `keys`: they themselves or, while they are on leave, a delegate.

    Who has no address gets none; compliance is told of the same people after some days.
    """
    wanted = set(keys)  # type: ignore[call-overload]
    people = Person.objects.filter(pk__in=wanted, is_active=True).in_bulk()
    away = Leave.objects.filter(
        person__in=wanted, from_on__lte=day, until_on__gte=day, delegate__is_active=True
    ).exclude(delegate__email="")
    for leave in away.select_related("delegate").order_by("from_on", "pk"):
        if leave.person_id in people and leave.delegate is not None:
            people[leave.person_id] = leave.delegate
    return {key: person for key, person in people.items() if person.email}
