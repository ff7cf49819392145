"""How people come by their accounts: invitations, and authenticator apps that sign."""

import uuid
from datetime import datetime, timedelta
from typing import Final

from django.core.signing import Signer
from django.db import models
from django.db.models import Q
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from pledges.models.people import Person

INVITATION_LASTS: Final = timedelta(hours=48)
_SIGNER: Final = "shounuo.invitation"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open_at(self, at: datetime) -> "InvitationQuerySet":
        """Those whose link works at `at`; a mailed one while its person has that address."""
        reaches = Q(way=Invitation.Way.SLIP) | Q(person__email=models.F("email"))
        return self.filter(reaches, ended_at=None, expires_at__gt=at, person__is_active=True)


class Invitation(models.Model):
    """A link with which somebody chooses their password, once: mailed to them, or on paper.

    The link holds the row's id and a signature over it with `SECRET_KEY`: the row is what is used
    up, and whoever reads the database alone has no link.
    """

    class End(models.TextChoices):
        USED = "used", _("used")
        WITHDRAWN = "withdrawn", _("withdrawn")
        REPLACED = "replaced", _("replaced")

    class Way(models.TextChoices):
        MAIL = "mail", _("by email")
        SLIP = "slip", _("on paper")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="invitations")
    way = models.CharField(max_length=4, default=Way.MAIL, choices=Way.choices)
    # Empty for a slip, which is handed over.
    email = models.EmailField(blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, blank=True, choices=End.choices)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = (
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at=None), name="invitation_one_open_each"
            ),
            models.CheckConstraint(
                condition=Q(way="mail") & ~Q(email="") | Q(way="slip", email=""),
                name="invitation_mailed_has_address",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | Q(ended_at__isnull=False) & ~Q(end=""),
                name="invitation_ended_somehow",
            ),
        )

    def __str__(self) -> str:
        return self.email

    def key(self) -> str:
        """What the link has beside the row's own id."""
        return Signer(salt=_SIGNER).signature(str(self.pk))

    def opens_with(self, key: str) -> bool:
        """Whether `key` is the one that was mailed."""
        return constant_time_compare(key, self.key())


class EnrolledApp(models.Model):
    """An authenticator app whose codes sign documents; without a row here it only signs in."""

    authenticator = models.OneToOneField(
        "mfa.Authenticator", models.CASCADE, primary_key=True, related_name="enrolled"
    )
    enrolled_at = models.DateTimeField()

    class Meta:
        verbose_name = _("enrolled authenticator app")
        verbose_name_plural = _("enrolled authenticator apps")

    def __str__(self) -> str:
        return str(self.authenticator)
