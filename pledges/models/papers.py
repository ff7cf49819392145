"""Pledges signed on paper before: filed by HR, confirmed by compliance, of a weaker class."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pledges.core.papers import MAX_NOTE, PaperState
from pledges.models.paper_batches import PaperBatch
from pledges.models.people import Person
from pledges.models.records import IssuedRecord, RecordFile
from pledges.models.templates import TemplateVersion


class PaperQuerySet(models.QuerySet["PaperPledge"]):
    def of(self, person: models.Model) -> "PaperQuerySet":
        return self.filter(person_id=person.pk)

    def filed(self) -> "PaperQuerySet":
        """All that were ever filed: not what HR is still looking at."""
        return self.exclude(state=PaperState.DRAFT)

    def to_confirm(self) -> "PaperQuerySet":
        """Those that compliance has to look at, the longest waiting first."""
        return self.filter(state=PaperState.FILED).order_by("filed_at", "pk")

    def valid(self, today: date) -> "PaperQuerySet":
        """Confirmed, and not past the last day of its term: what counts as signed on paper."""
        confirmed = self.filter(state=PaperState.CONFIRMED)
        return confirmed.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))


class PaperPledge(models.Model):
    """One paper: whose, on which version, signed when; nothing here was signed in Shounuo.

    Its images are `PaperPage`s until it is confirmed; then they are in the record, a PDF of our
    own, and neither they nor what was uploaded are kept.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("a paper pledge", "being filed")
        FILED = "filed", _("to be confirmed")
        CONFIRMED = "confirmed", pgettext_lazy("a paper pledge", "confirmed")
        REJECTED = "rejected", pgettext_lazy("a paper pledge", "rejected")
        WITHDRAWN = "withdrawn", pgettext_lazy("a paper pledge", "withdrawn")
        ERASED = "erased", pgettext_lazy("a paper pledge", "erased")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="paper_pledges", verbose_name=_("person")
    )
    version = models.ForeignKey(
        TemplateVersion, models.PROTECT, related_name="paper_pledges", verbose_name=_("version")
    )
    signed_on = models.DateField(_("date of signature"))
    ends_on = models.DateField(_("last day of its term"), null=True, blank=True)
    note = models.CharField(pgettext_lazy("on a paper", "note"), max_length=MAX_NOTE, blank=True)
    batch = models.ForeignKey(
        PaperBatch, models.PROTECT, null=True, related_name="papers", verbose_name=_("list")
    )
    state = models.CharField(_("status"), max_length=10, choices=State.choices, default=State.FILED)

    file_name = models.CharField(_("file name as uploaded"), max_length=255, blank=True)
    upload_sha256 = models.CharField(_("SHA-256 of the upload"), max_length=64, blank=True)
    # Under which digest the store has it: apart from the above, so that no two papers share a file.
    upload_stored = models.CharField(max_length=64, blank=True)
    # Opens what the record says of whose it is; erasure empties it.
    salt = models.CharField(max_length=64, blank=True)
    page_count = models.PositiveSmallIntegerField(_("pages"), default=0)
    record = models.OneToOneField(
        IssuedRecord, models.PROTECT, null=True, related_name="paper", verbose_name=_("record")
    )

    filed_at = models.DateTimeField(_("filed"))
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("filed by")
    )
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    reason = models.TextField(_("reason"), blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper pledge")
        verbose_name_plural = _("paper pledges")
        ordering = ("-filed_at",)
        indexes = (
            models.Index(fields=["person", "state"], name="paper_by_person"),
            models.Index(fields=["state", "filed_at"], name="paper_queue"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["person", "version", "signed_on"],
                condition=Q(state__in=["filed", "confirmed"]),
                name="paper_filed_once",
            ),
            models.CheckConstraint(
                name="paper_ends_after_it_begins",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("signed_on")),
            ),
            models.CheckConstraint(
                name="paper_confirmed_by_another",
                condition=~Q(state="confirmed")
                | (Q(settled_by__isnull=False) & ~Q(settled_by=F("filed_by"))),
            ),
            models.CheckConstraint(
                name="paper_not_confirmed_by_its_signer",
                condition=~Q(state="confirmed") | ~Q(settled_by=F("person")),
            ),
            models.CheckConstraint(
                name="paper_erased_is_nobodys",
                condition=~Q(state="erased")
                | Q(note="", file_name="", upload_sha256="", upload_stored="", reason="", salt=""),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def short(self) -> str:
        """The first digits of its key, by which people tell papers apart."""
        return str(self.pk)[:8].upper()

    @cached_property
    def record_file(self) -> RecordFile | None:
        """The newest file of its record; none until it is confirmed, and once it was erased."""
        if self.record is None or self.record.erased_at is not None:
            return None
        return self.record.newest_file

    def is_over(self, today: date) -> bool:
        """Whether it is past the last day of its term."""
        return self.ends_on is not None and self.ends_on < today


class PaperPage(models.Model):
    """One page of a paper that is not confirmed yet: an image of our own making, in the store."""

    paper = models.ForeignKey(PaperPledge, models.CASCADE, related_name="pages")
    number = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("page of a paper pledge")
        verbose_name_plural = _("pages of paper pledges")
        ordering = ("paper", "number")
        constraints = (models.UniqueConstraint(fields=["paper", "number"], name="paper_page_once"),)

    def __str__(self) -> str:
        return f"{self.paper_id} {self.number}"
