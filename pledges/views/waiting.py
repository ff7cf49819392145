"""What a page says of what waits for a second person: who that may be, and how long it takes."""

from typing import Any

from pledges import wording
from pledges.actions import confirmers, vouching
from pledges.actions.pending import Waiting
from pledges.models import Person


def waiting_for(person: Person, waits: list[Waiting]) -> dict[str, Any]:
    """The context of `parts/confirmers.html`; the names also before anything waits."""
    by_person = any(vouching.is_possible(each, person) for each in waits)
    usual = confirmers.usual_time() if by_person else None
    return {
        "waiting": waits,
        "must_be_met": person.must_be_met,
        "by_second_person": by_person,
        "confirmers": confirmers.named(person) if by_person or person.must_be_met else [],
        "usual_time": wording.about(usual) if usual else "",
    }
