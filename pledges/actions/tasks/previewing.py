"""What a launch would do, without doing it: who would be in it, and where each stands today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Count

from pledges import access
from pledges.access import Act
from pledges.actions.tasks import audience, versions
from pledges.actions.working_calendar import current_calendar
from pledges.core.audiences import AudienceRule
from pledges.core.due_rules import DueRule, due_on
from pledges.core.lifecycle import Role
from pledges.core.standings import DONE, REMINDED, TO_SIGN, Standing
from pledges.models import Leave, Organisation, SigningTask, TemplateVersion
from pledges.models.standings import people_with_standing

if TYPE_CHECKING:
    from pledges.models.standings import StandingPeople


@dataclass(frozen=True)
class Preview:
    """A launch on `day`, as it would be: each number is that of the rows of a queryset here.

    `reviewers` are the officers who are there on all days until it is due; `away` are the leaves of
    the others.
    """

    day: date
    due_on: date
    is_due_on_working_day: bool
    versions: tuple[TemplateVersion, ...]
    people: "StandingPeople"
    counts: Mapping[Standing, int]
    unknown_numbers: tuple[str, ...]
    inactive_numbers: tuple[str, ...]
    reviewers: int
    away: tuple[Leave, ...]

    def having(self, *standings: Standing) -> "StandingPeople":
        """The people who stand there today."""
        return self.people.filter(standing__in=standings)

    def count(self, *standings: Standing) -> int:
        """How many rows `having` gives."""
        return sum(self.counts.get(each, 0) for each in standings)

    @property
    def size(self) -> int:
        """How many would be members."""
        return sum(self.counts.values())

    @property
    def to_sign(self) -> "StandingPeople":
        """Who would still have to sign: what officers would review."""
        return self.having(*TO_SIGN)

    @property
    def done(self) -> "StandingPeople":
        """Whose pledge counts already."""
        return self.having(*DONE)

    @property
    def mailed(self) -> "StandingPeople":
        """Who would get a first notice."""
        return self.having(*REMINDED).exclude(email="")

    @property
    def without_address(self) -> "StandingPeople":
        """Who has to sign and can only be told on paper."""
        return self.to_sign.filter(email="")


def preview(task: SigningTask, *, actor: access.Actor, at: datetime) -> Preview:
    """What a launch of the draft `task` at `at` would do, by the function that launches.

    Raises `NoVersion`, `DueInThePast`, `FaultyAudience`, `FaultyDueRule`.
    """
    access.require(actor, Act.READ_TASKS)
    day = Organisation.current().localdate(at)
    rule, calendar = AudienceRule.from_data(task.audience), current_calendar()
    counting = versions.counting(task, day)
    due = due_on(DueRule.from_data(task.due_rule), day, calendar)
    people = people_with_standing(
        audience.members_of(rule, task.template, counting, day),
        [version.pk for version in counting],
        task.template_id,
        day,
    )
    rows = people.order_by().values_list("standing").annotate(people=Count("pk"))
    found = {Standing(standing): number for standing, number in rows}
    officers = audience.active_people(day).filter(groups__name=Role.COMPLIANCE)
    away = Leave.objects.filter(person__in=officers, from_on__lte=due, until_on__gte=day)
    return Preview(
        day=day,
        due_on=due,
        is_due_on_working_day=calendar.is_working(due),
        versions=tuple(counting),
        people=people,
        counts={standing: found[standing] for standing in Standing if standing in found},
        unknown_numbers=audience.unknown_numbers(rule),
        inactive_numbers=audience.inactive_numbers(rule, day),
        reviewers=officers.exclude(pk__in=away.values("person")).count(),
        away=tuple(away.select_related("person").order_by("from_on", "pk")),
    )
