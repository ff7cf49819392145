"""Where pledges stand and which files were issued for them, compared with what the ledger says.

Pages and the public status are made from rows. A guard lets a pledge pass from one state to the
next, whoever asks, and a file be added to it; that somebody did either, the ledger says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import CharField, Exists, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat

from pledges.core import lifecycle
from pledges.core.lifecycle import PledgeState
from pledges.models import Document, LedgerEntry, Pledge

CHUNK: Final = 5000  # rows fetched at a time
_STATE_AFTER: Final[Mapping[str, str]] = {
    step.event: step.target for step in lifecycle.PLEDGE_TRANSITIONS if step != lifecycle.ERASE
}


@dataclass(frozen=True)
class Standing:
    """A pledge of which rows say `row`, and the ledger `told`: its state, or a file issued."""

    number: str
    row: str
    told: str


def contradicted() -> Iterator[Standing]:
    """What rows say of pledges and the ledger does not; in constant memory."""
    yield from _standing_elsewhere()
    yield from _never_issued()


def _standing_elsewhere() -> Iterator[Standing]:
    about = Concat(Value("pledge:"), Cast(OuterRef("pk"), CharField()))
    last = LedgerEntry.objects.filter(subject=about, event__in=_STATE_AFTER).order_by("-sequence")
    columns = ("number", "pk", "status", "person_id", "event")
    rows = Pledge.objects.annotate(event=Subquery(last.values("event")[:1])).order_by("pk")
    for number, pk, state, person, event in rows.values_list(*columns).iterator(chunk_size=CHUNK):
        told = _STATE_AFTER.get(event, PledgeState.DRAFT)
        if state == PledgeState.ERASED and _is_erased(person):
            continue
        if state != told:
            yield Standing(number or str(pk), state, str(told))


def _never_issued() -> Iterator[Standing]:
    about = Concat(Value("pledge:"), Cast(OuterRef("pledge_id"), CharField()))
    issued = Concat(Value('"issued":"'), OuterRef("sha256"), Value('"'))
    entries = LedgerEntry.objects.filter(subject=about, leaf__contains=issued)
    rows = Document.objects.filter(~Exists(entries)).order_by("pk")
    columns = rows.values_list("pledge__number", "pledge_id", "sha256")
    for number, key, sha256 in columns.iterator(chunk_size=CHUNK):
        yield Standing(number or str(key), f"issued as {sha256}", "never issued so")


def _is_erased(person: int) -> bool:
    """Whether the ledger tells that the person, and so all of their pledges, was erased."""
    told = LedgerEntry.objects.filter(subject=f"person:{person}", event=lifecycle.ERASE.event)
    return told.exists()
