"""What people have to sign and what binds them: the rows that every count of it counts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import get_language

from pledges.core.lifecycle import PledgeState
from pledges.core.standings import LATE, TO_SIGN, Standing, TaskState
from pledges.models.organisation import Organisation
from pledges.models.papers import PaperPledge
from pledges.models.pledges import Pledge
from pledges.models.signing_tasks import SigningTask
from pledges.models.standings import MemberQuerySet
from pledges.models.task_members import TaskMember


class Show(StrEnum):
    """Which duties a number counts, and the list behind it shows."""

    OPEN = "open"
    LATE = "late"
    IN_FORCE = "in-force"


@dataclass(frozen=True)
class Duty:
    """One thing that somebody has to sign, or that binds them."""

    person_id: int
    title: str
    open: bool
    late: bool = False
    due_on: date | None = None
    ends_on: date | None = None
    template_id: int = 0
    task: SigningTask | None = None
    pledge: Pledge | None = None
    on_paper: bool = False
    standing: str = ""

    def is_shown(self, show: str) -> bool:
        """Whether the list named `show` has it."""
        chosen = {Show.OPEN: self.open, Show.LATE: self.late, Show.IN_FORCE: not self.open}
        return chosen.get(Show(show), False)


def memberships_to_sign(today: date) -> MemberQuerySet:
    """Of the tasks that run, the members who still have to sign."""
    running = TaskMember.objects.filter(task__state=TaskState.RUNNING)
    standing: MemberQuerySet = running.with_standing(today)
    return standing.filter(standing__in=TO_SIGN)


def show_asked_days(pledges: Iterable[Pledge], at: datetime) -> None:
    """Have each draft among `pledges` say by when it is asked for; to be shown, never saved.

    Of a member of running tasks for its template, that is the earliest day of those that ask,
    whatever day the draft was opened with, and none where they ask for nothing: whoever is
    excused is not late. Any other draft has its own. A task counts from its first notices on.
    """
    drafts = [each for each in pledges if each.status == PledgeState.DRAFT]
    if not drafts:
        return
    told: Any = TaskMember.objects.filter(
        task__state=TaskState.RUNNING,
        task__first_notices_at__lte=at,
        person__in={each.person_id for each in drafts},
    ).with_standing(Organisation.current().localdate(at))
    days: dict[tuple[int, int], list[date]] = defaultdict(list)
    for person, template, day, standing in told.values_list(
        "person", "task__template", "due_on", "standing"
    ):
        days[person, template] += [day] if standing in TO_SIGN else []
    for each in drafts:
        if (key := (each.person_id, each.template_id)) in days:
            each.due_on = min(days[key], default=None)


def lone_drafts() -> QuerySet[Pledge]:
    """Drafts that belong to no running task: their person's own idea, or asked for without one."""
    running = TaskMember.objects.filter(
        task__state=TaskState.RUNNING,
        task__template=OuterRef("version__template"),
        person=OuterRef("person"),
    )
    return Pledge.objects.drafts().filter(~Exists(running))


def who(show: Show, today: date) -> Q:
    """The people who have a duty that the list named `show` has."""
    members, drafts = memberships_to_sign(today), lone_drafts()
    if show == Show.LATE:
        members = members.late(today)
        drafts = drafts.filter(due_on__lt=today)
    if show != Show.IN_FORCE:
        return Q(pk__in=members.values("person")) | Q(pk__in=drafts.values("person"))
    pledges = Pledge.objects.in_force(today).values("person")
    return Q(pk__in=pledges) | Q(pk__in=PaperPledge.objects.valid(today).values("person"))


def duties_of(people: Collection[int], today: date) -> dict[int, list[Duty]]:
    """The duties of each of `people`, the late ones first; four questions for however many."""
    found: dict[int, list[Duty]] = defaultdict(list)
    for duty in [*_open(people, today), *_in_force(people, today)]:
        found[duty.person_id].append(duty)
    for own in found.values():
        own.sort(key=lambda each: (not each.open, not each.late, each.due_on or date.max))
    return found


def count(duties: Iterable[Duty], show: Show) -> int:
    return sum(duty.is_shown(show) for duty in duties)


def _open(people: Collection[int], today: date) -> Iterator[Duty]:
    members: Any = memberships_to_sign(today).filter(person__in=people)
    for member in members.select_related("task", "pledge"):
        yield Duty(
            member.person_id,
            member.task.title,
            open=True,
            late=member.standing in LATE and member.due_on < today,
            due_on=member.due_on,
            template_id=member.task.template_id,
            task=member.task,
            pledge=member.pledge,
            standing=member.standing,
        )
    drafts = lone_drafts().filter(person__in=people).select_related("version__template")
    for draft in drafts:
        late = draft.due_on is not None and draft.due_on < today
        yield Duty(
            draft.person_id,
            draft.version.name(get_language() or "zh-hans"),
            open=True,
            late=late,
            due_on=draft.due_on,
            template_id=draft.template_id,
            pledge=draft,
            standing=Standing.RETURNED if draft.corrects_id else "",
        )


def _in_force(people: Collection[int], today: date) -> Iterator[Duty]:
    language = get_language() or "zh-hans"
    pledges = Pledge.objects.in_force(today).filter(person__in=people)
    for pledge in pledges.select_related("version__template"):
        name = pledge.version.name(language)
        yield Duty(pledge.person_id, name, open=False, ends_on=pledge.ends_on, pledge=pledge)
    papers = PaperPledge.objects.valid(today).filter(person__in=people)
    for paper in papers.select_related("version__template"):
        name = paper.version.name(language)
        yield Duty(paper.person_id, name, open=False, ends_on=paper.ends_on, on_paper=True)
