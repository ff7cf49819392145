"""What hangs on a pledge: its filled blanks as data, and why it was returned."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from pledges.models.pledges import Pledge


class Commitment(models.Model):
    """One filled blank of a signed pledge, as data that can be counted and compared."""

    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="commitments")
    code = models.CharField(_("code"), max_length=60)
    kind = models.CharField(_("kind"), max_length=20)
    value = models.TextField(_("answer"))
    quantity = models.DecimalField(_("quantity"), max_digits=20, decimal_places=6, null=True)
    flagged = models.BooleanField(_("outside the expected range"), default=False)

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ("pledge", "pk")
        indexes = (models.Index(fields=["code", "quantity"], name="commitment_by_quantity"),)
        constraints = (models.UniqueConstraint(fields=["pledge", "code"], name="commitment_once"),)

    def __str__(self) -> str:
        return f"{self.code}: {self.value}"


class ReturnReason(models.Model):
    """Why a pledge was returned: about one clause, or (no clause) about the whole."""

    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="return_reasons")
    clause = models.CharField(_("clause"), max_length=40, blank=True)
    text = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("reason for return")
        verbose_name_plural = _("reasons for return")
        ordering = ("pledge", "pk")

    def __str__(self) -> str:
        return self.text
