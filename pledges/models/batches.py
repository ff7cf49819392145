"""Acceptance of many pledges at once: what was asked for, and what became of each."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pledges.models.pledges import Pledge

# How long a slice may take before another worker takes its batch for stalled. Being wrong
# costs nothing: accepting again changes nothing.
PATIENCE = timedelta(minutes=1)


class AcceptanceBatch(models.Model):
    """Pledges that an officer accepted together; background workers take turns at it.

    `turn` counts the slices that were begun. A task works on the turn that it was queued for
    and on no other, so of any number of tasks for one batch a single one goes on.
    """

    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("compliance officer"),
    )
    created_at = models.DateTimeField(_("begun"))
    turn = models.PositiveIntegerField(default=0)
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
                condition=models.Q(finished_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    def is_stalled(self, at: datetime) -> bool:
        """Whether nobody seems to work at it any more."""
        return self.finished_at is None and at - self.worked_at > 2 * PATIENCE


class AcceptanceItem(models.Model):
    """One pledge of a batch; once settled, its outcome stays."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting")
        ACCEPTED = "accepted", _("accepted")
        LEFT = "left", _("left as it was")

    batch = models.ForeignKey(AcceptanceBatch, models.PROTECT, related_name="items")
    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="+")
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.WAITING
    )
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        verbose_name = _("pledge of a bulk acceptance")
        verbose_name_plural = _("pledges of a bulk acceptance")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["batch", "pledge"], name="batch_names_a_pledge_once"),
            models.CheckConstraint(
                name="batch_item_is_settled_or_waits",
                condition=models.Q(outcome="waiting", settled_at__isnull=True, reason="")
                | models.Q(outcome="accepted", settled_at__isnull=False, reason="")
                | models.Q(outcome="left", settled_at__isnull=False) & ~models.Q(reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.pledge_id}: {self.outcome}"
