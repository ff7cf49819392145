"""What the page of a roster shows in each of its states."""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from pledges import access, wording
from pledges.access import Act
from pledges.actions.rosters import applying, confirming
from pledges.admin import roster_rows
from pledges.admin.base import actor_of
from pledges.core.characters import made_visible
from pledges.core.rosters.people import Fate
from pledges.core.rosters.planning import are_many
from pledges.core.rosters.tables import HEADS_WITHIN, letters
from pledges.models import Roster

State = Roster.State
LOOKS: Final = {
    State.APPLIED: "accepted",
    State.PLANNED: "signed",
    State.WAITING: "signed",
    State.APPLYING: "signed",
    State.FAILED: "returned",
}


def context(request: HttpRequest, roster: Roster, at: datetime) -> dict[str, Any]:
    """All that the page of `roster` shows."""
    fate = roster_rows.chosen_fate(roster, request.GET.get("fate", ""))
    page = roster_rows.page_of(roster, fate, request.GET.get("page", "1"))
    leavers = roster.counts.get(Fate.LEFT, 0)
    many = are_many(leavers, roster.within)
    may = access.allows(request.user, Act.IMPORT_PEOPLE)
    moved, moves = roster_rows.moves(roster)
    return {
        "roster": roster,
        "scope": roster_rows.scope(roster),
        "look": LOOKS.get(State(roster.state), ""),
        "figures": roster_rows.figures(roster, fate),
        "fate": fate,
        "page": page,
        "rows": roster_rows.shown(roster, page.object_list),
        "moved": moved,
        "moves": moves,
        "may_edit": may and roster.is_open,
        "may_confirm": may and _is_ready(roster),
        "has_faults": bool(roster.counts.get(Fate.FAULTY)),
        "leavers": leavers,
        "many": many,
        "takes_two": many and confirming.is_second_needed(actor_of(request)),
        "is_second": access.allows(request.user, Act.CONFIRM_ROSTER, roster),
        "failure": _why(roster),
        "new": roster.counts.get(Fate.NEW, 0),
        **progress(roster, at),
    }


def progress(roster: Roster, at: datetime, *, alone: bool = False) -> dict[str, Any]:
    """The part of the page that changes while the roster is applied.

    `alone`: the rest of the page is older, so this part leads to what came of it.
    """
    going = roster.state == State.APPLYING
    worked = roster.worked_at or roster.uploaded_at
    stalled = going and at - worked > applying.PATIENCE
    told = {"going": going, "moves_on": going and not stalled, "stalled": stalled}
    return {"roster": roster, "alone": alone, **told}


def first_rows(roster: Roster) -> list[tuple[int, list[str]]]:
    """The first rows as they stand in the file, with the letters of columns above them."""
    rows = list(roster.rows.exclude(number=None)[:HEADS_WITHIN])
    widest = max((len(row.cells) for row in rows), default=0)
    shown = [
        (row.number or 0, [*map(made_visible, row.cells), *[""] * (widest - len(row.cells))])
        for row in rows
    ]
    return [(0, [letters(column) for column in range(widest)]), *shown]


def back_to(request: HttpRequest, roster: Roster) -> str:
    """The page of the roster, at the rows that were looked at."""
    asked = {name: request.POST[name] for name in ("fate", "page") if request.POST.get(name)}
    address = reverse("admin:pledges_roster_change", args=[roster.pk])
    return f"{address}?{urlencode(asked)}" if asked else address


def _is_ready(roster: Roster) -> bool:
    return roster.state == State.PLANNED and not roster.counts.get(Fate.FAULTY)


def _why(roster: Roster) -> str:
    if not roster.failure:
        return ""
    if roster.failure == applying.NOT_ALLOWED:
        return wording.refusal(access.Denied(Act.IMPORT_PEOPLE))
    return wording.refusal_of_kind(roster.failure)
