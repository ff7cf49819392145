"""Records that the company alone sealed: completion reports, scans of paper, and their files."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class IssuedRecord(models.Model):
    """A record as issued, written once; whatever it is of refers to it.

    `list_digest` is the permanent identifier of its PDF: of a completion report the digest of its
    list, of a scan that of what it says. `erased_at` is set when the person is erased whom a scan
    shows; then its files are gone.
    """

    class Kind(models.TextChoices):
        COMPLETION = "completion-report", _("Completion report")
        SCAN = "paper-scan", _("Scan of a paper pledge")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    subject = models.CharField(_("subject"), max_length=80)
    """What it is of, as the ledger names it: a table and a key."""
    list_digest = models.CharField(_("digest of the content"), max_length=64)
    language = models.CharField(_("language"), max_length=10)
    created_at = models.DateTimeField(_("created"))
    erased_at = models.DateTimeField(_("erased"), null=True)

    class Meta:
        verbose_name = _("record")
        verbose_name_plural = _("records")
        ordering = ("created_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "subject", "list_digest"], name="record_issued_once"
            ),
            models.CheckConstraint(
                name="record_says_something", condition=~Q(list_digest="") & ~Q(subject="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def newest_file(self) -> "RecordFile":
        """The file that was issued last: with every timestamp that there is."""
        return self.files.order_by("-revision")[0]


class RecordFile(models.Model):
    """A file of a record: revision 1 as sealed, and one more for each renewed timestamp."""

    record = models.ForeignKey(IssuedRecord, models.PROTECT, related_name="files")
    revision = models.PositiveSmallIntegerField(_("revision"))
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField(_("bytes"))
    created_at = models.DateTimeField(_("created"))
    level = models.CharField(_("level of signature and seal"), max_length=10)
    stamped_until = models.DateTimeField(_("timestamp valid until"), null=True)

    class Meta:
        verbose_name = _("file of a record")
        verbose_name_plural = _("files of records")
        ordering = ("record", "revision")
        indexes = (models.Index(fields=["sha256"], name="record_file_by_hash"),)
        constraints = (
            models.UniqueConstraint(fields=["record", "revision"], name="record_file_issued_once"),
        )

    def __str__(self) -> str:
        return self.sha256
