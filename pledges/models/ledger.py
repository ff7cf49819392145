"""The ledger: one row for each thing that happened, one leaf of a hash tree, never changed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LedgerEntry(models.Model):
    """One event. `leaf` is the exact text that `leaf_hash` covers; it holds no personal data.

    `subtrees` are the hashes of the perfect subtrees that this entry completes, smallest first:
    64 hexadecimal digits each, none for an odd `sequence` (`proof.ledger.merkle.completed`).
    """

    sequence = models.BigIntegerField(_("sequence"), primary_key=True)
    at = models.DateTimeField(_("time"))
    event = models.CharField(_("event"), max_length=40)
    actor_id = models.BigIntegerField(_("actor"), null=True)
    subject = models.CharField(_("subject"), max_length=80)
    leaf = models.TextField(_("entry"))
    leaf_hash = models.CharField(_("hash of the entry"), max_length=64)
    subtrees = models.TextField(_("hashes of subtrees"), blank=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        ordering = ("sequence",)
        indexes = (models.Index(fields=["subject", "sequence"], name="ledger_by_subject"),)
        constraints = (
            models.CheckConstraint(name="ledger_counts_from_one", condition=Q(sequence__gte=1)),
        )

    def __str__(self) -> str:
        return f"{self.sequence} {self.event}"


class LedgerOpening(models.Model):
    """What a salted commitment in an entry stands for; may be deleted, and nothing else.

    The entry commits to SHA-256(salt ‖ value), `value` being canonical JSON. Without salt and
    value the commitment says nothing any more, and every proof is still valid.
    """

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="openings")
    name = models.CharField(max_length=40)
    salt = models.CharField(max_length=64)
    value = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entry", "name"], name="ledger_one_opening_each"),
        )

    def __str__(self) -> str:
        return f"{self.entry_id} {self.name}"


class LedgerCheckpoint(models.Model):
    """A signed checkpoint as it was published: so many entries, under this root."""

    size = models.BigIntegerField(_("entries"), primary_key=True)
    root = models.CharField(_("root of the tree"), max_length=64)
    note = models.TextField(_("signed checkpoint"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ("size",)

    def __str__(self) -> str:
        return f"{self.size} {self.root}"
