"""Issued files, the intents that prepare them for a person, and how each was signed."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pledges.core.file_names import FileName, name_document
from pledges.models.pledges import Pledge

LAST_CALL = timedelta(minutes=5)
"""The last minutes of a document that may be signed, in which its signer is offered more."""


def _file_name(pledge: Pledge, signer: str, revision: int, ending: str) -> FileName:
    return name_document(
        kind=pledge.version.subtitle.in_(pledge.language),
        signer=signer,
        number=pledge.number or "",
        revision=revision,
        language=pledge.language,
        ending=ending,
    )


class Document(models.Model):
    """A file as issued: which bytes (by SHA-256) are which revision of a pledge's PDF.

    Revision 0, what the manager read, is the first bytes of revision 1 and has no row of its
    own; the intent and the pledge keep its digest.
    """

    class Revision(models.IntegerChoices):
        SIGNED = 1, _("Signed by the account manager")
        ACCEPTED = 2, _("Confirmed by the company")
        # The first of any number: each renewal of the timestamp issues a file of its own.
        RENEWED = 3, _("Confirmed by the company, timestamp renewed")

    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="documents")
    revision = models.PositiveSmallIntegerField(_("revision"))
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField(_("bytes"))
    created_at = models.DateTimeField(_("created"))
    level = models.CharField(_("level of signature and seal"), max_length=10, blank=True)
    stamped_until = models.DateTimeField(_("timestamp valid until"), null=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ("pledge", "revision")
        indexes = (models.Index(fields=["sha256"], name="document_by_hash"),)
        constraints = (
            models.UniqueConstraint(fields=["pledge", "revision"], name="document_issued_once"),
        )

    def __str__(self) -> str:
        return self.sha256

    @property
    def has_trusted_time(self) -> bool:
        """Whether a timestamp authority vouches for when it was signed or sealed."""
        return self.level not in ("", "B-B")

    @property
    def label(self) -> str:
        """What people call this file."""
        return str(self.Revision(min(self.revision, self.Revision.RENEWED)).label)

    def file_name(self, ending: str = "pdf") -> FileName:
        """What the file is called where people keep it, or what comes beside it."""
        return _file_name(self.pledge, self.pledge.signer_name, self.revision, ending)


class IntentQuerySet(models.QuerySet["SigningIntent"]):
    def open(self, now: datetime) -> "IntentQuerySet":
        """Intents that a person may still act on at `now`."""
        return self.filter(used_at__isnull=True, expires_at__gt=now)


class SigningIntent(models.Model):
    """A document prepared for a person for signing, with all that their signature is bound to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="intents")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    document_digest = models.CharField(max_length=64)
    document_size = models.PositiveIntegerField()
    content_digest = models.CharField(max_length=64)
    version_digest = models.CharField(max_length=64)
    answers = models.JSONField()
    answers_revision = models.PositiveIntegerField()
    signer = models.JSONField()
    organisation = models.CharField(max_length=120)
    consent_version = models.CharField(max_length=20)
    consent_text = models.TextField()
    nonce = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = IntentQuerySet.as_manager()

    class Meta:
        verbose_name = _("signing intent")
        verbose_name_plural = _("signing intents")
        indexes = (models.Index(fields=["pledge", "created_at"], name="intent_by_pledge"),)

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def last_call(self) -> datetime:
        """When its last minutes begin: whoever prepares the document from then on gets a new one.

        Of a short time to sign at most the second half, or no document would ever be met again.
        """
        return self.expires_at - min(LAST_CALL, (self.expires_at - self.created_at) / 2)

    def file_name(self) -> FileName:
        """What the document is called where somebody keeps it unsigned."""
        return _file_name(self.pledge, self.signer["name"], 0, "pdf")


class Signature(models.Model):
    """How a pledge was signed: the signature image, the consent, the authentication, from where."""

    class Method(models.TextChoices):
        PASSKEY = "passkey", _("Passkey, for this document")
        PASSWORD_TOTP = "password-totp", _("Password and code, for this document")

    pledge = models.OneToOneField(Pledge, models.PROTECT, related_name="signature")
    intent = models.OneToOneField(SigningIntent, models.PROTECT, related_name="signature")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    method = models.CharField(_("method"), max_length=20, choices=Method.choices)
    assertion = models.JSONField(_("authentication"), default=dict)
    totp_step = models.BigIntegerField(null=True)
    strokes = models.JSONField(_("handwriting"), default=list)
    typed = models.CharField(_("typed name"), max_length=80, blank=True)
    consent_version = models.CharField(_("declaration version"), max_length=20)
    consent_text = models.TextField(_("declaration"))
    client_address = models.GenericIPAddressField(_("IP address"), null=True)
    user_agent = models.CharField(_("browser"), max_length=400, blank=True)
    created_at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = (
            models.UniqueConstraint(fields=["person", "totp_step"], name="signature_code_once"),
        )

    def __str__(self) -> str:
        return str(self.pledge)
