"""Whether the installation can render and seal: its pools, its keys and their last days, the roots
of trusted time."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils import timezone

from pledges import keyring
from pledges.core.refusals import KeyExpired, KeysUnusable, TimestampUnavailable, Unmade
from pledges.proof.keys import event_certificates
from pledges.proof.keys.key_store import Store
from pledges.rendering import press
from pledges.sealing_service import client

logger = logging.getLogger(__name__)

WARN_BEFORE = timedelta(days=60)


def keys_fault() -> str:
    """Why nothing can be sealed, in a few words fit for strangers; "" when all is well."""
    try:
        client.key_state(timezone.now(), days=WARN_BEFORE.days, usable=True)
    except Unmade:
        return ""  # it is not the keys: `sealing_fault` says whether nobody is there
    except KeysUnusable as error:
        logger.warning("The keys cannot be used: %s", error.reason)
        return "missing" if _is_missing() else "cannot be used"
    except KeyExpired as error:
        return f"{error.name} is not valid at this time"
    return ""


def keys_warning() -> str:
    """What of the keys ends within sixty days, or is not enough to accept; "" for nothing."""
    at = timezone.now()
    try:
        state = client.key_state(at, days=WARN_BEFORE.days)
    except (KeysUnusable, Unmade):
        return ""  # the fault says it
    said = [f"{name} ends on {end:%Y-%m-%d}" for name, end in state.ending]
    if state.missing_pin:
        said.append(f"nothing can be accepted: add {state.missing_pin} to COMPANY_PINS")
    return ", ".join(said)


def rendering_fault() -> str:
    """Why no document can be prepared, in a few words fit for strangers; "" when all is well."""
    return press.fault()


def sealing_fault() -> str:
    """Why nothing can be signed or accepted though the keys may be in order, likewise."""
    return client.fault()


def _require_sealing(store: Store, at: datetime) -> None:
    store.company_seal(at)
    store.event_authority(at)


def _is_missing() -> bool:
    folder = keyring.folder()
    return not (folder.is_dir() and any(folder.iterdir()))


@register
def check_keys(**kwargs: Any) -> list[CheckMessage]:
    """A warning and no error, or the command that makes the keys could not be reached."""
    try:
        _require_sealing(keyring.store(), timezone.now())
    except KeysUnusable as error:
        if _is_missing() and not settings.PRODUCTION:
            return []  # manage.py serve is about to make them; /healthz tells if it could not
        if _is_missing():
            said, hint = "There are no keys yet", "Run manage.py init_pki once"
        else:
            said = f"The keys cannot be used ({error.reason})"
            hint = "Correct PKI_DIR and PKI_PASSPHRASE, or restore the folder from a backup"
    except KeyExpired as error:
        said = f"The certificate of {error.name} is not valid now"
        hint = f"Run manage.py init_pki --renew {error.name}"
    else:
        return []
    return [
        Warning(f"{said}: nothing can be signed or accepted.", hint=f"{hint}.", id="shounuo.W003")
    ]


@register
def check_keys_last(**kwargs: Any) -> list[CheckMessage]:
    try:
        soon = event_certificates.expiring(keyring.store(), timezone.now(), WARN_BEFORE)
    except KeysUnusable:
        return []
    return [
        Warning(
            f"The certificate of {name} ends on {end:%Y-%m-%d}; after that nothing is sealed.",
            hint="Renew it beforehand: manage.py init_pki --renew, see docs/production.md.",
            id="shounuo.W004",
        )
        for name, end in soon
    ]


@register(Tags.security, deploy=True)
def check_company_pin(**kwargs: Any) -> list[CheckMessage]:
    """An error at deployment only, or a pin that ran out would stop every command with it."""
    try:
        pin = keyring.store().missing_pin(settings.COMPANY_PINS, timezone.now())
    except KeysUnusable:
        return []
    if not pin:
        return []
    return [
        Error(
            "The company's certificate comes from a licensed authority, and no pin says that it "
            "is the company's: nothing can be accepted.",
            hint=f"Make sure that it is, then add it to COMPANY_PINS: {pin}",
            id="shounuo.E005",
        )
    ]


@register
def check_time_roots(**kwargs: Any) -> list[CheckMessage]:
    if not settings.TSA_URL:
        return []
    try:
        keyring.timestamper(timezone.now())
    except TimestampUnavailable as error:
        return [
            Warning(
                f"No timestamp can be trusted: {error.reason}.",
                hint="Set TSA_ROOTS to a PEM file with the authority's root certificates.",
                id="shounuo.W005",
            )
        ]
    return []
