"""Pledges: who undertook what on which version, where it stands, and what was judged."""

import uuid
from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pledges.core.lifecycle import PledgeState
from pledges.models.organisation import Organisation
from pledges.models.templates import TemplateVersion

RENEWAL = timedelta(days=60)
"""For so long before the end of its term, a quarter of it at most, a pledge may be followed."""

PLEDGE_STATES = [
    (PledgeState.DRAFT, _("To be signed")),
    (PledgeState.SIGNED, _("Signed, awaiting compliance review")),
    (PledgeState.RETURNED, _("Returned")),
    (PledgeState.ACCEPTED, _("In force")),
    (PledgeState.REVOKED, _("Revoked")),
    (PledgeState.EXPIRED, _("Expired")),
    (PledgeState.DISCARDED, _("Discarded")),
    (PledgeState.ERASED, _("Erased")),
]


NEVER_SIGNED = [PledgeState.DRAFT, PledgeState.DISCARDED]
UNSIGNED = [*NEVER_SIGNED, PledgeState.ERASED]
"""States in which a pledge need not have been signed."""


class PledgeQuerySet(models.QuerySet["Pledge"]):
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

    def over(self, today: date) -> "PledgeQuerySet":
        """Accepted, and past the last day of its term: what is still to be noted."""
        return self.accepted().filter(ends_on__lt=today)

    def issued(self) -> "PledgeQuerySet":
        """Everything that was ever signed."""
        return self.filter(signed_at__isnull=False)

    def kept(self) -> "PledgeQuerySet":
        """Everything that was ever signed and still has its content and its files."""
        return self.issued().exclude(status=PledgeState.ERASED)

    def __str__(self) -> str:
        return self.number or str(self.pk)

    def state_on(self, today: date) -> str:
        """Where the pledge stands on `today`: a term ends with its day, noted yet or not."""
        over = self.ends_on is not None and self.ends_on < today
        return PledgeState.EXPIRED if over and self.status == PledgeState.ACCEPTED else self.status

    def may_be_followed_on(self, today: date, organisation: Organisation) -> bool:
        """Whether its signer may sign the next one: it has ended, or will soon (`RENEWAL`)."""
        if self.status != PledgeState.ACCEPTED:
            return self.status not in (PledgeState.DRAFT, PledgeState.SIGNED)
        if self.ends_on is None or self.signed_at is None:
            return False
        quarter = (self.ends_on - organisation.localdate(self.signed_at)) / 4
        return self.ends_on - min(RENEWAL, quarter) <= today
