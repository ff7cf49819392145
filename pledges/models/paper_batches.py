"""Lists of papers that HR files together: what was uploaded, row by row, and what became of it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PATIENCE = timedelta(minutes=3)
"""For so long a row is one worker's: longer than the drawing of one scan may take."""


class PaperBatch(models.Model):
    """A ZIP of scans with a list that says whose they are.

    The workers draw each (the preview); then whoever uploaded it files all that is without fault.
    """

    class State(models.TextChoices):
        DRAWING = "drawing", _("being read")
        READY = "ready", _("ready to be filed")
        FILING = "filing", _("being filed")
        FILED = "filed", pgettext_lazy("a list of papers", "filed")
        DISCARDED = "discarded", pgettext_lazy("a list of papers", "discarded")

    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    created_at = models.DateTimeField(_("uploaded"))
    worked_at = models.DateTimeField(_("last worked on"))
    settled_at = models.DateTimeField(_("settled"), null=True)
    state = models.CharField(
        _("status"), max_length=10, choices=State.choices, default=State.DRAWING
    )
    list_name = models.CharField(_("list"), max_length=255, blank=True)
    archive_name = models.CharField(_("ZIP file"), max_length=255, blank=True)
    # Names of files that stand in the ZIP and not on the list, or that are no plain files.
    unlisted = models.JSONField(default=list)
    refused = models.JSONField(default=list)
    without_faulty = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("list of papers")
        verbose_name_plural = _("lists of papers")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.list_name or str(self.pk)

    def is_stalled(self, at: datetime) -> bool:
        """Whether nobody seems to work at it any more."""
        works = self.state in (self.State.DRAWING, self.State.FILING)
        return works and at - self.worked_at > 2 * PATIENCE


class PaperItemQuerySet(models.QuerySet["PaperItem"]):
    def waiting(self) -> "PaperItemQuerySet":
        return self.filter(fate=PaperItem.Fate.WAITING)

    def free(self, at: datetime) -> "PaperItemQuerySet":
        """Those that wait and that no worker has taken for a time that includes `at`."""
        return self.waiting().filter(Q(taken_until__isnull=True) | Q(taken_until__lte=at))


class PaperItem(models.Model):
    """One row of the list: what it says, what is wrong with it, and the paper it became."""

    class Fate(models.TextChoices):
        WAITING = "waiting", _("being read")
        READY = "ready", pgettext_lazy("a row of a list", "will be filed")
        FAULTY = "faulty", pgettext_lazy("a row of a list", "faulty")
        FILED = "filed", pgettext_lazy("a row of a list", "filed")
        LEFT_OUT = "left-out", pgettext_lazy("a row of a list", "left out")

    batch = models.ForeignKey(PaperBatch, models.PROTECT, related_name="items")
    row = models.PositiveIntegerField(_("row"))
    cells = models.JSONField(default=dict)
    # Pairs of a code and what belongs to it; words are made where they are shown.
    faults = models.JSONField(default=list)
    fate = models.CharField(max_length=10, choices=Fate.choices, default=Fate.WAITING)
    upload_stored = models.CharField(max_length=64, blank=True)
    paper = models.OneToOneField(
        "PaperPledge", models.SET_NULL, null=True, related_name="item", verbose_name=_("paper")
    )
    tries = models.PositiveSmallIntegerField(default=0)
    taken_until = models.DateTimeField(null=True)

    objects = PaperItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a list of papers")
        verbose_name_plural = _("rows of lists of papers")
        ordering = ("row", "pk")
        constraints = (models.UniqueConstraint(fields=["batch", "row"], name="paper_item_once"),)

    def __str__(self) -> str:
        return f"{self.batch_id} {self.row}"
