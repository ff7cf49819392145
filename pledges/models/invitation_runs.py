"""Invitations for many by mail: who was asked to be invited, and what became of each."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pledges.models.people import Person

STALLED: timedelta = timedelta(minutes=2)


class InvitationRun(models.Model):
    """People whom somebody invited together; a background worker does it one by one."""

    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("started by")
    )
    created_at = models.DateTimeField(_("started"))
    worked_at = models.DateTimeField(_("last worked on"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("run of invitations")
        verbose_name_plural = _("runs of invitations")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=["created_at"],
                name="invitation_run_unfinished",
                condition=Q(finished_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    def is_stalled(self, at: datetime) -> bool:
        """Whether nobody seems to work at it any more."""
        return self.finished_at is None and at - self.worked_at > STALLED


class InvitationItem(models.Model):
    """One person of a run; once settled, its outcome stays."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting")
        INVITED = "invited", _("invited")
        LEFT = "left", _("not invited")

    run = models.ForeignKey(InvitationRun, models.CASCADE, related_name="items")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=8, default=Outcome.WAITING, choices=Outcome.choices)
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("invitation of a run")
        verbose_name_plural = _("invitations of a run")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["run", "person"], name="invitation_item_once"),
            models.CheckConstraint(
                name="invitation_item_left_for_a_reason",
                condition=Q(outcome="left") & ~Q(reason="") | ~Q(outcome="left") & Q(reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id}: {self.outcome}"
