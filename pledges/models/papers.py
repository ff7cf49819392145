"""Pledges signed on paper before: filed by HR, confirmed by compliance, of a weaker class."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pledges.models.people import Person
from pledges.models.templates import TemplateVersion


class PaperPledge(models.Model):
    """One paper: whose, on which version, signed when; nothing here was signed in Shounuo."""

    class State(models.TextChoices):
        FILED = "filed", _("to be confirmed")
        CONFIRMED = "confirmed", pgettext_lazy("a paper pledge", "confirmed")
        REJECTED = "rejected", pgettext_lazy("a paper pledge", "rejected")
        WITHDRAWN = "withdrawn", pgettext_lazy("a paper pledge", "withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="paper_pledges", verbose_name=_("person")
    )
    version = models.ForeignKey(
        TemplateVersion, models.PROTECT, related_name="paper_pledges", verbose_name=_("version")
    )
    signed_on = models.DateField(_("date of signature"))
    ends_on = models.DateField(_("last day of its term"), null=True, blank=True)
    state = models.CharField(_("status"), max_length=10, choices=State.choices, default=State.FILED)
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

    class Meta:
        verbose_name = _("paper pledge")
        verbose_name_plural = _("paper pledges")
        ordering = ("-filed_at",)
        indexes = (models.Index(fields=["person", "state"], name="paper_by_person"),)
        constraints = (
            models.CheckConstraint(
                name="paper_ends_after_it_begins",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("signed_on")),
            ),
            models.CheckConstraint(
                name="paper_confirmed_by_another",
                condition=~Q(state="confirmed")
                | (Q(settled_by__isnull=False) & ~Q(settled_by=F("filed_by"))),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)
