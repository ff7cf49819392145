"""Who is late, told to superiors and to compliance: one table a week each, no mail a person."""

from collections.abc import Collection, Iterator, Sequence
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
    receivers = _standing_in({each.head for each in tree.values() if each.head}, day)
    told_of = _members_told_of(day)
    theirs: dict[int, list[TaskMember]] = {}
    for member, reasons in late:
        if Reason.SUPERIOR not in reasons or member.pk in told_of:
            continue
        heads = superiors.superiors_of(member.person_id, member.person.department_id, tree)
        above = next((each for each in heads if each in receivers), None)
        if above is not None:
            theirs.setdefault(above, []).append(member)
    for key in _told_this_week(Reason.SUPERIOR, day):
        theirs.pop(key, None)
    told = Told(Reason.SUPERIOR, week_of(day), day)
    queued = 0
    for key in sorted(theirs):
        receiver = receivers[key]
        if not receiver.email:
            continue  # Compliance is told of the same people after some days.
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
    officers_by_key = untold.in_bulk()
    # Beyond them there is nobody: who is away and has no delegate who is there reads it later.
    receivers = {**officers_by_key, **_standing_in(officers_by_key, day)}
    for key, receiver in sorted(receivers.items()):
        if not receiver.email:
            continue
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


def _members_told_of(day: date) -> set[int]:
    """Of whom a superior was told this week: a head who comes back is not told of them again."""
    rows = NoticeClaim.objects.filter(reason=Reason.SUPERIOR, for_day=week_of(day))
    return set(rows.exclude(member=None).values_list("member", flat=True))


def _standing_in(keys: Collection[int], day: date) -> dict[int, Person]:
    """Who gets the mail of each of `keys` on `day`: they themselves, or a delegate.

    Nobody for whom is away and has no delegate with an address who is there.
    """
    people = Person.objects.filter(pk__in=keys, is_active=True).in_bulk()
    away = Leave.objects.filter(from_on__lte=day, until_on__gte=day)
    absent = set(away.values_list("person", flat=True))
    for leave in away.filter(person__in=people).select_related("delegate"):
        there = leave.delegate
        people.pop(leave.person_id)
        if there and there.is_active and there.email and there.pk not in absent:
            people[leave.person_id] = there
    return people
