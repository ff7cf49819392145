"""Readings: who opened or downloaded whose pledge, minute by minute."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pledges.core.lifecycle import Role
from pledges.models.ledger import LedgerEntry
from pledges.models.papers import PaperPledge
from pledges.models.people import Person
from pledges.models.pledges import Pledge


class Reading(models.Model):
    """That somebody read another person's pledge or paper, in which way and in which minute.

    `entry` is the ledger's entry that tells of it, none until it is written. No constraint binds
    reader and pledge: a page would wait for whoever has locked one of those rows.
    """

    class Way(models.TextChoices):
        PAGE = "page", _("opened the page")
        FILE = "file", _("opened or downloaded the PDF")
        PRINTOUT = "printout", _("created a verified printout")
        PROOF = "proof", _("downloaded the separate proof")
        EXPORT = "export", _("exported the PDF")
        COMMITMENTS = "commitments", _("exported the commitments")

    ROLES = (
        (Role.COMPLIANCE, _("compliance")),
        (Role.HR, _("HR")),
        (Role.AUDITOR, _("auditor")),
    )

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("reader"),
    )
    pledge = models.ForeignKey(
        Pledge,
        models.PROTECT,
        null=True,
        related_name="readings",
        db_constraint=False,
        db_index=False,
        verbose_name=_("pledge"),
    )
    # What was read is a pledge or a paper pledge.
    paper = models.ForeignKey(
        PaperPledge,
        models.PROTECT,
        null=True,
        related_name="readings",
        db_constraint=False,
        db_index=False,
        verbose_name=_("paper pledge"),
    )
    minute = models.DateTimeField(_("time"))
    way = models.CharField(_("what was done"), max_length=12, choices=Way.choices)
    # As they stood: whoever reads this later wants to know who it was then.
    reader_name = models.CharField(_("name"), max_length=80, blank=True)
    reader_role = models.CharField(_("role"), max_length=20, blank=True, choices=ROLES)
    entry = models.ForeignKey(
        LedgerEntry, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        ordering = ("-minute", "-pk")
        indexes = (
            models.Index(fields=["pledge", "-minute"], name="reading_by_pledge"),
            models.Index(
                fields=["paper", "-minute"],
                condition=Q(paper__isnull=False),
                name="reading_by_paper",
            ),
            models.Index(
                fields=["minute", "reader"], condition=Q(entry=None), name="reading_unrecorded"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["reader", "pledge", "minute", "way"], name="reading_once_a_minute"
            ),
            models.UniqueConstraint(
                fields=["reader", "paper", "minute", "way"], name="reading_paper_once_a_minute"
            ),
            models.CheckConstraint(
                name="reading_is_of_one_thing",
                condition=Q(pledge__isnull=False, paper__isnull=True)
                | Q(pledge__isnull=True, paper__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.minute} {self.pledge_id or self.paper_id} {self.way}"

    @property
    def who(self) -> str:
        """The reader's name as it stood; empty of somebody who was erased, and of nobody else.

        Whoever writes the database can blank a name: then it is the present one.
        """
        if self.reader_name:
            return self.reader_name
        there = Person.objects.filter(pk=self.reader_id, erased_at=None)
        return there.values_list("name", flat=True).first() or ""
