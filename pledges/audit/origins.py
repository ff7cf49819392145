"""The ledger's origins: one for good, and a new one after each loss that a restore accepted."""

import json
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet, Subquery

from pledges.models import LedgerEntry
from pledges.proof.ledger import checkpoints

SUBJECT, RESTORED = "ledger", "ledger.restored"


def number() -> int:
    """How many origins the ledger has had."""
    return _number(_begun().first())


def extent() -> tuple[int, int]:
    """How many entries there are, and under which origin, in one look."""
    last = LedgerEntry.objects.order_by("-sequence").annotate(begun=Subquery(_begun()[:1]))
    found = last.values_list("sequence", "begun").first()
    return (found[0], _number(found[1])) if found else (0, 1)


def name(number: int) -> str:
    """The ledger's name in its notes: its address without the scheme (C2SP tlog-checkpoint)."""
    address = urlsplit(settings.PUBLIC_URL)
    return checkpoints.origin(f"{address.netloc}{address.path.rstrip('/')}", number)


def folder() -> Path:
    """Where checkpoints are published."""
    return Path(settings.CHECKPOINTS_DIR)


def folder_of(number: int) -> Path:
    """Where the notes of an origin are: two origins may each have a checkpoint of a size."""
    return folder() if number == 1 else folder() / f"origin-{number}"


def _begun() -> "QuerySet[LedgerEntry, str]":
    entries = LedgerEntry.objects.filter(subject=SUBJECT, event=RESTORED)
    return entries.order_by("-sequence").values_list("leaf", flat=True)


def _number(leaf: str | None) -> int:
    return int(json.loads(leaf)["facts"]["origin"]) if leaf else 1
