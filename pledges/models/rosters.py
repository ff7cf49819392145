"""Lists of people that somebody uploaded: the file, what it is a list of, its fate."""

import uuid
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pledges.core.rosters.people import Fate, Reach, Scope
from pledges.models.people import Department, Person

KEPT_FOR: Final = timedelta(days=30)
"""For so long after its upload a roster's file and rows are kept."""


class RosterColumns(models.Model):
    """What somebody chose the columns of a table to be, by the digest of their heads."""

    signature = models.CharField(max_length=64, primary_key=True)
    # By the column's index, the field: {"0": "number"}.
    mapping = models.JSONField()
    chosen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("columns of a roster")
        verbose_name_plural = _("columns of rosters")

    def __str__(self) -> str:
        return self.signature[:12]


class RosterQuerySet(models.QuerySet["Roster"]):
    def old(self, at: datetime) -> "RosterQuerySet":
        """Those whose time is over; one that is being applied is never old."""
        return self.filter(uploaded_at__lte=at - KEPT_FOR).exclude(state=Roster.State.APPLYING)


class Roster(models.Model):
    """One upload and its plan. Whoever uploads it, another one confirms where many would leave."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("columns to be chosen")
        PLANNED = "planned", _("preview")
        WAITING = "waiting", _("waiting for a second person")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", pgettext_lazy("a roster", "applied")
        FAILED = "failed", _("not applied")
        DISCARDED = "discarded", pgettext_lazy("a roster", "discarded")

    OPEN = (State.UPLOADED, State.PLANNED, State.WAITING, State.FAILED)
    """In which it may still be changed, applied or discarded."""

    class Reached(models.TextChoices):
        EVERYBODY = Reach.EVERYBODY.value, _("everyone in the company")
        DEPARTMENTS = Reach.DEPARTMENTS.value, _("everyone in some departments")
        ADDITIONS = Reach.ADDITIONS.value, _("only additions and changes")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("file"), max_length=120)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    sheet = models.CharField(_("sheet"), max_length=80, blank=True)
    reach = models.CharField(_("a list of"), max_length=12, choices=Reached.choices)
    departments = models.ManyToManyField(
        Department, related_name="+", blank=True, verbose_name=_("departments")
    )

    heads_row = models.PositiveIntegerField(null=True)
    heads = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)

    state = models.CharField(
        _("status"), max_length=10, choices=State.choices, default=State.UPLOADED
    )
    omitted = models.JSONField(default=list)
    plan_digest = models.CharField(max_length=64, blank=True)
    counts = models.JSONField(default=dict)
    # How many people there are within what it is a list of, when it was planned.
    within = models.PositiveIntegerField(default=0)
    # What the plan does to departments: [name, is new, above, head, above before, head before].
    moves = models.JSONField(default=list)
    # Why it was not applied, a kind of refusal; empty where nothing went wrong.
    failure = models.CharField(max_length=40, blank=True)

    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    # Whether another person than the one who asked must have confirmed it.
    takes_two = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    # 0 to 100 while it is being applied.
    progress = models.PositiveSmallIntegerField(default=0)
    worked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = RosterQuerySet.as_manager()

    class Meta:
        verbose_name = _("roster")
        verbose_name_plural = _("rosters")
        ordering = ("-uploaded_at", "-pk")
        constraints = (
            models.CheckConstraint(
                name="roster_confirmed_by_another",
                condition=Q(takes_two=False)
                | Q(confirmed_by__isnull=True)
                | ~Q(confirmed_by=F("asked_by")) & Q(asked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="roster_applied_was_confirmed",
                condition=~Q(state__in=("applying", "applied")) | Q(confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="roster_applied_has_time",
                condition=Q(state="applied", finished_at__isnull=False)
                | ~Q(state="applied") & Q(finished_at__isnull=True),
            ),
            # What two lists would do to the same people at once nobody has looked at.
            models.UniqueConstraint(
                fields=["state"], name="roster_one_at_a_time", condition=Q(state="applying")
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    def scope(self) -> Scope:
        """What it is a list of, by the names of departments."""
        names = self.departments.values_list("name_zh", flat=True)
        return Scope(Reach(self.reach), frozenset(names))


class RosterRow(models.Model):
    """One row below the heads with its fate; without a number, somebody whom no row names."""

    class Fates(models.TextChoices):
        NEW = Fate.NEW.value, pgettext_lazy("a row", "new")
        CHANGED = Fate.CHANGED.value, pgettext_lazy("a row", "changed")
        UNCHANGED = Fate.UNCHANGED.value, pgettext_lazy("a row", "unchanged")
        RETURNED = Fate.RETURNED.value, pgettext_lazy("a row", "returns")
        LEFT = Fate.LEFT.value, pgettext_lazy("a row", "leaves")
        FAULTY = Fate.FAULTY.value, pgettext_lazy("a row", "faulty")
        OMITTED = Fate.OMITTED.value, pgettext_lazy("a row", "left out")

    roster = models.ForeignKey(Roster, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"), null=True)
    cells = models.JSONField(default=list)
    # By the column's index, what is special about its cell (`core.rosters.tables.Note`).
    notes = models.JSONField(default=dict)
    # By the column's index, what stood in a cell before it was mended.
    mended = models.JSONField(default=dict)

    # Empty above the heads, and while the columns are to be chosen.
    fate = models.CharField(max_length=10, choices=Fates.choices, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    employee_number = models.CharField(_("employee number"), max_length=32, blank=True)
    name = models.CharField(_("full name"), max_length=80, blank=True)
    changes = models.JSONField(default=list)
    faults = models.JSONField(default=list)

    class Meta:
        verbose_name = _("row of a roster")
        verbose_name_plural = _("rows of a roster")
        ordering = (F("number").asc(nulls_last=True), "pk")
        indexes = (models.Index(fields=["roster", "fate", "number"], name="roster_row_by_fate"),)
        constraints = (
            models.UniqueConstraint(fields=["roster", "number"], name="roster_row_once"),
        )

    def __str__(self) -> str:
        return f"{self.roster_id} {self.number or self.person_id}"

    @property
    def key(self) -> str:
        """By which it is left out, as the plan has it."""
        return f"person:{self.person_id}" if self.number is None else f"row:{self.number}"
