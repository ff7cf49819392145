"""Links by which somebody's phone gets a passkey of its own: shown as a QR code, used once."""

import uuid
from datetime import timedelta
from typing import Final

from django.core.signing import Signer
from django.db import models
from django.utils.crypto import constant_time_compare, salted_hmac

from pledges.models.people import Person

PHONE_LINK_LASTS: Final = timedelta(minutes=5)
_SIGNER: Final = "shounuo.phone-link"
_CHALLENGE: Final = "shounuo.phone-link.challenge"


class PhoneLink(models.Model):
    """One link, of one person, for as long as the session lasts in which it is shown.

    The link holds the row's id and a signature over it with `SECRET_KEY`, so whoever reads the
    database alone has no link. `pending` is the digest of what was registered through it: until
    then it is empty, and from then on the link opens nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="phone_links")
    # Not the session's key, which would open it.
    session_sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    pending = models.CharField(max_length=64, blank=True, default="", db_index=True)

    def __str__(self) -> str:
        return str(self.pk)

    def key(self) -> str:
        """What the link has beside the row's own id."""
        return Signer(salt=_SIGNER).signature(str(self.pk))

    def opens_with(self, key: str) -> bool:
        """Whether `key` is the one in the QR code."""
        return constant_time_compare(key, self.key())

    def challenge(self) -> bytes:
        """What the phone's new passkey answers: the link's own, so that no other answer fits."""
        return salted_hmac(_CHALLENGE, str(self.pk), algorithm="sha256").digest()
