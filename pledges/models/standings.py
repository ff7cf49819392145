"""Where each member of signing tasks stands on a day: the one annotation that every page counts by.

A count and the list behind it use the same rows of it, so they cannot differ.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypedDict

from django.db import models
from django.db.models import Case, CharField, Exists, OuterRef, Q, Subquery, Value, When

from pledges.core.lifecycle import PledgeState
from pledges.core.standings import LATE, Standing
from pledges.models.employment import Leave
from pledges.models.excuses import Excuse
from pledges.models.papers import PaperPledge
from pledges.models.people import Person
from pledges.models.pledges import Pledge
from pledges.models.signing_tasks import TaskVersion

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class Stands(TypedDict):
        standing: str

    StandingPeople = models.QuerySet[WithAnnotations[Person, Stands]]

FORMER = [PledgeState.REVOKED, PledgeState.EXPIRED, PledgeState.ERASED, PledgeState.WITHDRAWN]
"""Of a pledge in one of these states nothing binds; the list of members says which it is."""


class MemberQuerySet(models.QuerySet):
    """Members of signing tasks, of one or of several."""

    def with_standing(self, day: date) -> "MemberQuerySet":
        """Annotate `standing` (`core.standings.Standing`) as it is on `day` of the organisation.

        Also `former`: the state of the newest pledge of the task's template of which nothing binds
        any longer, on whichever version, or None.
        """
        counting = TaskVersion.objects.filter(task=OuterRef(OuterRef("task"))).values("version")
        template = OuterRef("task__template")
        holds = _holds("person", "person__", counting, template, day)
        holds[Standing.EXCUSED] = Exists(_excuses(day))
        holds[Standing.OVERDUE] = Q(due_on__lt=day)
        own = Pledge.objects.filter(person=OuterRef("person"), template=template)
        former = own.filter(Q(status__in=FORMER) | Q(status=PledgeState.ACCEPTED, ends_on__lt=day))
        return self.annotate(
            standing=_first_of(holds),
            former=Subquery(former.order_by("-created_at").values("status")[:1]),
        )

    def with_earlier(self, day: date) -> "MemberQuerySet":
        """Annotate `signed_earlier`: whether an earlier version than those that count is signed.

        Here or on paper, and it stands on `day`: a new version took its place in the task.
        """
        counting = TaskVersion.objects.filter(task=OuterRef(OuterRef("task")))
        newest = counting.order_by("-version__number").values("version__number")[:1]
        earlier: dict[str, Any] = {
            "person": OuterRef("person"),
            "version__template": OuterRef("task__template"),
            "version__number__lt": Subquery(newest),
        }
        pledges = Pledge.objects.standing(day).filter(**earlier)
        papers = PaperPledge.objects.valid(day).filter(**earlier)
        return self.annotate(
            signed_earlier=Exists(pledges.exclude(version__in=counting.values("version")))
            | Exists(papers.exclude(version__in=counting.values("version")))
        )

    def late(self, day: date) -> "MemberQuerySet":
        """Those who have not signed on `day` what was due before it, each with its `standing`."""
        return self.with_standing(day).filter(standing__in=LATE, due_on__lt=day)


def people_with_standing(
    people: "models.QuerySet[Person]", counting: Collection[int], template: int, day: date
) -> "StandingPeople":
    """Annotate `standing` as it would be for people who become members on `day`.

    `counting` are the keys of the versions that would count. Nobody is excused or late yet.
    """
    return people.annotate(standing=_first_of(_holds("pk", "", counting, template, day)))


def _first_of(holds: Mapping[Standing, Exists | Q]) -> Case:
    """The first of all standings, in their order, that holds."""
    return Case(
        *(When(holds[each], then=Value(each.value)) for each in Standing if each in holds),
        default=Value(Standing.DUE.value),
        output_field=CharField(),
    )


def _holds(
    person: str, prefix: str, counting: Any, template: Any, day: date
) -> dict[Standing, Exists | Q]:
    """When each standing holds that a person has, member or not.

    `person` names the column of the person's key, `prefix` leads to the person's other columns.
    """
    own = Pledge.objects.filter(person=OuterRef(person), version__in=counting)
    drafts = Pledge.objects.filter(
        person=OuterRef(person), template=template, status=PledgeState.DRAFT
    )
    has_left = Q(**{f"{prefix}is_active": False}) | Q(**{f"{prefix}left_on__lt": day})
    return {
        Standing.IN_FORCE: Exists(own.in_force(day)),
        Standing.ON_PAPER: Exists(_on_paper(person, counting, day)),
        Standing.IN_REVIEW: Exists(own.filter(status=PledgeState.SIGNED)),
        Standing.LEFT: has_left,
        Standing.RETURNED: Exists(drafts.filter(corrects__isnull=False)),
        Standing.ON_LEAVE: Exists(_leaves(person, day)),
    }


def _on_paper(person: str, counting: Any, day: date) -> models.QuerySet:
    return PaperPledge.objects.valid(day).filter(person=OuterRef(person), version__in=counting)


def _leaves(person: str, day: date) -> models.QuerySet:
    return Leave.objects.filter(person=OuterRef(person), from_on__lte=day, until_on__gte=day)


def _excuses(day: date) -> models.QuerySet:
    approved = Excuse.objects.filter(member=OuterRef("pk"), outcome=Excuse.Outcome.APPROVED)
    return approved.filter(until_on__gte=day, ended_at__isnull=True)
