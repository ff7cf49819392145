"""States of pledges with their words, and the queries that are asked again and again."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pledges.core.lifecycle import PledgeState, Why

PLEDGE_STATES = [
    (PledgeState.DRAFT, _("To be signed")),
    (PledgeState.SIGNED, _("Signed, awaiting compliance review")),
    (PledgeState.RETURNED, _("Returned")),
    (PledgeState.ACCEPTED, _("In force")),
    (PledgeState.REVOKED, _("Revoked")),
    (PledgeState.EXPIRED, _("Expired")),
    (PledgeState.DISCARDED, _("Discarded")),
    (PledgeState.WITHDRAWN, pgettext_lazy("a pledge", "Withdrawn")),
    (PledgeState.ERASED, _("Erased")),
]
WHY_WITHDRAWN = [
    (Why.SIGNER, _("by its signer, before the review")),
    (Why.COMPLIANCE, _("by compliance")),
    (Why.TASK_CANCELLED, _("the signing task was cancelled")),
    (Why.LEFT, _("its signer has left the company")),
    (Why.VERSION_STEP, _("a new version took its place")),
]

NEVER_SIGNED = [PledgeState.DRAFT, PledgeState.DISCARDED]
UNSIGNED = [*NEVER_SIGNED, PledgeState.ERASED]
"""States that say nothing of a signature; a withdrawn pledge may have one, or none."""


class PledgeQuerySet(models.QuerySet[Any]):
    def of(self, person: models.Model) -> "PledgeQuerySet":
        return self.filter(person_id=person.pk)

    def drafts(self) -> "PledgeQuerySet":
        return self.filter(status=PledgeState.DRAFT)

    def awaiting_review(self) -> "PledgeQuerySet":
        """Signed and not yet judged, the longest waiting first."""
        return self.filter(status=PledgeState.SIGNED).order_by("signed_at", "pk")

    def accepted(self) -> "PledgeQuerySet":
        return self.filter(status=PledgeState.ACCEPTED)

    def in_force(self, today: date) -> "PledgeQuerySet":
        """Accepted, and not past the last day of its term, whether that was noted yet or not."""
        return self.accepted().filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))

    def standing(self, today: date) -> "PledgeQuerySet":
        """In force, or signed and waiting for the company to confirm it."""
        return self.in_force(today) | self.filter(status=PledgeState.SIGNED)

    def over(self, today: date) -> "PledgeQuerySet":
        """Accepted, and past the last day of its term: what is still to be noted."""
        return self.accepted().filter(ends_on__lt=today)

    def issued(self) -> "PledgeQuerySet":
        """Everything that was ever signed."""
        return self.filter(signed_at__isnull=False)

    def kept(self) -> "PledgeQuerySet":
        """Everything that was ever signed and still has its content and its files."""
        return self.issued().exclude(status=PledgeState.ERASED)
