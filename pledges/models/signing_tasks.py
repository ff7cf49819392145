"""Signing tasks: what is asked of whom by when, and which versions count for it."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pledges.core.standings import TaskState
from pledges.models.templates import PledgeTemplate, TemplateVersion

TASK_STATES = [
    (TaskState.DRAFT, _("Draft")),
    (TaskState.RUNNING, _("Running")),
    (TaskState.CLOSED, pgettext_lazy("a signing task", "Closed")),
    (TaskState.CANCELLED, pgettext_lazy("a signing task", "Cancelled")),
]


class SigningTask(models.Model):
    """One request to many people: the template, the audience as a rule, when it is due, how told.

    `audience`, `due_rule` and `notice_plan` are data of closed vocabularies, read by
    `core.audiences`, `core.due_rules` and `core.notice_plans`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    template = models.ForeignKey(
        PledgeTemplate, models.PROTECT, related_name="tasks", verbose_name=_("template")
    )
    # Empty: the version that is current; then a new version is followed if `follows_versions`.
    version = models.ForeignKey(
        TemplateVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("version"),
    )
    title = models.CharField(_("name of the task"), max_length=120)
    audience = models.JSONField(_("audience"), default=dict)
    due_rule = models.JSONField(default=dict)
    due_on = models.DateField(_("due"), null=True)
    message = models.TextField(_("message to the members"), blank=True)
    notice_plan = models.JSONField(default=dict)
    takes_joiners = models.BooleanField(_("people who join later become members"), default=True)
    joiner_days = models.PositiveSmallIntegerField(_("working days for joiners"), default=10)
    follows_versions = models.BooleanField(_("a new version counts from then on"), default=True)
    state = models.CharField(
        _("status"), max_length=10, default=TaskState.DRAFT, choices=TASK_STATES
    )
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("created by")
    )
    # Set while the worker writes the members, or the report: then nobody edits.
    launching_since = models.DateTimeField(null=True)
    closing_since = models.DateTimeField(null=True)
    # The kind of refusal for which the last launch wrote nothing.
    launch_fault = models.CharField(max_length=40, blank=True)
    launched_at = models.DateTimeField(_("launched"), null=True)
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("launched by"),
    )
    # Within working hours. Until then the launch can be undone without a reason, nobody was told,
    # and members see nothing of it.
    first_notices_at = models.DateTimeField(_("first notices"), null=True)
    closed_at = models.DateTimeField(pgettext_lazy("a signing task", "closed"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    cancellation_reason = models.TextField(_("reason for cancelling"), blank=True)
    cancellation_asked_at = models.DateTimeField(null=True)
    cancellation_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(pgettext_lazy("a signing task", "cancelled"), null=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("cancelled by"),
    )

    class Meta:
        verbose_name = _("signing task")
        verbose_name_plural = _("signing tasks")
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                name="task_launched_is_complete",
                condition=Q(state=TaskState.DRAFT, launched_at__isnull=True)
                | (~Q(state=TaskState.DRAFT) & Q(launched_at__isnull=False, due_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="task_closed_has_time",
                condition=Q(state=TaskState.CLOSED, closed_at__isnull=False)
                | (~Q(state=TaskState.CLOSED) & Q(closed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="task_cancelled_by_another",
                condition=(~Q(state=TaskState.CANCELLED) & Q(cancelled_at__isnull=True))
                | (
                    Q(state=TaskState.CANCELLED, cancelled_at__isnull=False)
                    & (
                        Q(cancellation_asked_by__isnull=True)
                        | ~Q(cancelled_by=F("cancellation_asked_by"))
                    )
                ),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def is_untold(self, at: datetime) -> bool:
        """Whether its first notices have not left at `at`: nobody knows of it yet."""
        return self.first_notices_at is not None and at < self.first_notices_at


class TaskVersion(models.Model):
    """A version that counts in a task: the one it began with, and what followed it there."""

    task = models.ForeignKey(SigningTask, models.CASCADE, related_name="counting")
    version = models.ForeignKey(TemplateVersion, models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["task", "version"], name="task_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.task_id} {self.version_id}"
