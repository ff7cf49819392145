"""Changes that need two people: what one proposed, and what another made of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pledges.models.people import Person
from pledges.models.templates import PledgeTemplate


class Proposal(models.Model):
    """One change, from what holds (`before`) to what is to hold (`after`); settled once."""

    class Kind(models.TextChoices):
        PERSON = "person", _("roles or account of a person")
        RETENTION = "retention", _("retention period of a template")
        EDITORIAL = "editorial", _("a new version that nobody needs to sign again")
        TWO_PEOPLE = "two-people", _("no second person required from now on")

    class Outcome(models.TextChoices):
        OPEN = "open", _("waiting for a second person")
        ACCEPTED = "accepted", pgettext_lazy("a proposal", "accepted")
        REJECTED = "rejected", _("rejected")

    kind = models.CharField(_("topic"), max_length=12, choices=Kind.choices)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="proposals", verbose_name=_("person")
    )
    template = models.ForeignKey(
        PledgeTemplate,
        models.PROTECT,
        null=True,
        related_name="proposals",
        verbose_name=_("template"),
    )
    before = models.JSONField()
    after = models.JSONField()
    proposer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed"))
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

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ("-proposed_at", "-pk")
        constraints = (
            models.CheckConstraint(
                name="proposal_is_about_one_thing",
                condition=Q(kind="person", person__isnull=False, template__isnull=True)
                | Q(
                    kind__in=("retention", "editorial"), person__isnull=True, template__isnull=False
                )
                | Q(kind="two-people", person__isnull=True, template__isnull=True),
            ),
            models.CheckConstraint(
                name="proposal_is_open_or_settled",
                condition=Q(outcome="open", settled_at__isnull=True, settled_by__isnull=True)
                | Q(outcome__in=("accepted", "rejected"), settled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="proposal_accepted_by_another",
                condition=~Q(outcome="accepted", settled_by=F("proposer")),
            ),
            models.UniqueConstraint(
                fields=["kind", "person", "template"],
                name="proposal_open_once",
                condition=Q(outcome="open"),
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.outcome == self.Outcome.OPEN
