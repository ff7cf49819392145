"""Where pledges stand, compared with the ledger's last word on each.

Pages and the public status are made from the rows of pledges. A guard lets each pass from one state
to the next, whoever asks; that somebody accepted or revoked it, the ledger says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat

from pledges.core import lifecycle
from pledges.core.lifecycle import PledgeState
from pledges.models import LedgerEntry, Pledge

CHUNK: Final = 5000  # rows fetched at a time
_STATE_AFTER: Final[Mapping[str, str]] = {
    step.event: step.target for step in lifecycle.PLEDGE_TRANSITIONS if step != lifecycle.ERASE
}


@dataclass(frozen=True)
class Standing:
    """A pledge whose row says `state`, and of which the ledger says `told`."""

    number: str
    state: str
    told: str


def contradicted() -> Iterator[Standing]:
    """The pledges whose rows say something else than the ledger; in constant memory."""
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


def _is_erased(person: int) -> bool:
    """Whether the ledger tells that the person, and so all of their pledges, was erased."""
    told = LedgerEntry.objects.filter(subject=f"person:{person}", event=lifecycle.ERASE.event)
    return told.exists()
