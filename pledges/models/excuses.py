"""Excuses: that a member of a signing task need not sign for a while."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pledges.core.standings import ExcuseReason


class Excuse(models.Model):
    """That a member need not sign until a day, as one officer asked and another approved."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("waiting for a second person")
        APPROVED = "approved", pgettext_lazy("an excuse", "approved")
        REJECTED = "rejected", pgettext_lazy("an excuse", "rejected")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey("TaskMember", models.PROTECT, related_name="excuses")
    reason = models.CharField(
        _("reason"),
        max_length=16,
        choices=[
            (ExcuseReason.LONG_ABSENCE, _("long absence")),
            (ExcuseReason.OTHER_POST, _("another post, to which the pledge does not apply")),
            (ExcuseReason.LEAVING, _("about to leave the company")),
            (ExcuseReason.OTHER_PLEDGE, _("bound by another pledge")),
            (ExcuseReason.LEGAL, _("a legal question is being clarified")),
        ],
    )
    until_on = models.DateField(_("until"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"))
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.OPEN
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_at = models.DateTimeField(_("settled"), null=True)
    # Ended before its day, by an officer.
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("excuse")
        verbose_name_plural = _("excuses")
        ordering = ("-asked_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["member"], condition=Q(outcome="open"), name="excuse_open_once"
            ),
            models.CheckConstraint(
                name="excuse_approved_by_another",
                condition=~Q(outcome="approved")
                | (Q(settled_by__isnull=False) & ~Q(settled_by=F("asked_by"))),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)
