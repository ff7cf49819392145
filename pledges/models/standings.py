"""Where each member of signing tasks stands on a day: the one annotation that every page counts by.

A count and the list behind it use the same rows of it, so they cannot differ.
"""

from datetime import date

from django.db import models
from django.db.models import Case, CharField, Exists, OuterRef, Q, Subquery, Value, When

from pledges.core.lifecycle import PledgeState
from pledges.core.standings import Standing
from pledges.models.employment import Leave
from pledges.models.excuses import Excuse
from pledges.models.papers import PaperPledge
from pledges.models.pledges import Pledge
from pledges.models.signing_tasks import TaskVersion

FORMER = [PledgeState.REVOKED, PledgeState.EXPIRED, PledgeState.ERASED, "withdrawn"]
"""Of a pledge in one of these states nothing binds; the list of members says which it is."""


class MemberQuerySet(models.QuerySet):
    """Members of signing tasks, of one or of several."""

    def with_standing(self, day: date) -> "MemberQuerySet":
        """Annotate `standing` (`core.standings.Standing`) as it is on `day` of the organisation.

        Also `former`: the state of the newest pledge on a version that counts of which nothing
        binds any longer, or None.
        """
        counting = TaskVersion.objects.filter(task=OuterRef(OuterRef("task")))
        own = Pledge.objects.filter(
            person=OuterRef("person"), version__in=counting.values("version")
        )
        drafts = Pledge.objects.filter(
            person=OuterRef("person"),
            version__template=OuterRef("task__template"),
            status=PledgeState.DRAFT,
        )
        holds = [
            (Standing.IN_FORCE, Exists(own.in_force(day))),
            (Standing.ON_PAPER, Exists(_on_paper(counting, day))),
            (Standing.IN_REVIEW, Exists(own.filter(status=PledgeState.SIGNED))),
            (Standing.EXCUSED, Exists(_excuses(day))),
            (Standing.LEFT, Q(person__is_active=False) | Q(person__left_on__lt=day)),
            (Standing.RETURNED, Exists(drafts.filter(corrects__isnull=False))),
            (Standing.ON_LEAVE, Exists(_leaves(day))),
            (Standing.OVERDUE, Q(due_on__lt=day)),
        ]
        former = own.filter(Q(status__in=FORMER) | Q(status=PledgeState.ACCEPTED, ends_on__lt=day))
        return self.annotate(
            standing=Case(
                *(When(condition, then=Value(standing.value)) for standing, condition in holds),
                default=Value(Standing.DUE.value),
                output_field=CharField(),
            ),
            former=Subquery(former.order_by("-created_at").values("status")[:1]),
        )


def _on_paper(counting: models.QuerySet, day: date) -> models.QuerySet:
    papers = PaperPledge.objects.filter(
        person=OuterRef("person"),
        version__in=counting.values("version"),
        state=PaperPledge.State.CONFIRMED,
    )
    return papers.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))


def _leaves(day: date) -> models.QuerySet:
    return Leave.objects.filter(person=OuterRef("person"), from_on__lte=day, until_on__gte=day)


def _excuses(day: date) -> models.QuerySet:
    approved = Excuse.objects.filter(member=OuterRef("pk"), outcome=Excuse.Outcome.APPROVED)
    return approved.filter(until_on__gte=day, ended_at__isnull=True)
