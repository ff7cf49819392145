"""The ledger: one row for each thing that happened, chained by hash, never changed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LedgerEntry(models.Model):
    """One event. `leaf` is the exact text that `leaf_hash` covers; it holds no personal data."""

    sequence = models.BigIntegerField(_("sequence"), primary_key=True)
    at = models.DateTimeField(_("time"))
    event = models.CharField(_("event"), max_length=40)
    actor_id = models.BigIntegerField(_("actor"), null=True)
    subject = models.CharField(_("subject"), max_length=80)
    leaf = models.TextField(_("entry"))
    leaf_hash = models.CharField(_("hash of the entry"), max_length=64)
    chain_hash = models.CharField(_("hash of the chain"), max_length=64, unique=True)

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
