"""Acceptance of many pledges at once: what was asked for, and what became of each."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pledges.models.pledges import Pledge

# For how long a pledge is one worker's before others take that worker for dead. Being wrong costs
# nothing: accepting again changes nothing.
PATIENCE = timedelta(minutes=1)


class AcceptanceBatch(models.Model):
    """Pledges that an officer accepted together; background workers share them out."""

    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("compliance officer"),
    )
    created_at = models.DateTimeField(_("started"))
    worked_at = models.DateTimeField(_("last worked on"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("bulk acceptance")
        verbose_name_plural = _("bulk acceptances")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=["officer", "-created_at"], name="batch_by_officer"),
            models.Index(
                fields=["created_at"],
                name="batch_unfinished",
                condition=Q(finished_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    def is_stalled(self, at: datetime) -> bool:
        """Whether nobody seems to work at it any more."""
        return self.finished_at is None and at - self.worked_at > 2 * PATIENCE


class AcceptanceItemQuerySet(models.QuerySet["AcceptanceItem"]):
    def waiting(self) -> "AcceptanceItemQuerySet":
        return self.filter(outcome=AcceptanceItem.Outcome.WAITING)

    def free(self, at: datetime) -> "AcceptanceItemQuerySet":
        """Those that wait and that no worker has taken for a time that includes `at`."""
        return self.waiting().filter(Q(taken_until__isnull=True) | Q(taken_until__lte=at))


class AcceptanceItem(models.Model):
    """One pledge of a batch; once settled, its outcome stays.

    A worker takes it until `taken_until`; after that it is free for all again.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting")
        ACCEPTED = "accepted", _("accepted")
        LEFT = "left", _("left unchanged")

    batch = models.ForeignKey(AcceptanceBatch, models.PROTECT, related_name="items")
    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="+")
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.WAITING
    )
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    taken_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(_("settled"), null=True)

    objects = AcceptanceItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("pledge of a bulk acceptance")
        verbose_name_plural = _("pledges of a bulk acceptance")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["batch", "pledge"], name="batch_names_a_pledge_once"),
            models.CheckConstraint(
                name="batch_item_is_settled_or_waits",
                condition=Q(outcome="waiting", settled_at__isnull=True, reason="")
                | Q(outcome="accepted", settled_at__isnull=False, reason="")
                | Q(outcome="left", settled_at__isnull=False) & ~Q(reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.pledge_id}: {self.outcome}"
