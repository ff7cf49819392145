"""Where a paper pledge stands, and what may become of it: as data."""

from enum import StrEnum
from typing import Final

from pledges.core import lifecycle
from pledges.core.lifecycle import Transition


class PaperState(StrEnum):
    """A draft is what HR looks at before filing it; only a confirmed one counts."""

    DRAFT = "draft"
    FILED = "filed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


def _step(name: str, *sources: PaperState, to: PaperState) -> Transition:
    return Transition(name, frozenset(each.value for each in sources), to.value, f"paper.{to}")


FILE: Final = _step("file", PaperState.DRAFT, to=PaperState.FILED)
CONFIRM: Final = _step("confirm", PaperState.FILED, to=PaperState.CONFIRMED)
REJECT: Final = _step("reject", PaperState.FILED, to=PaperState.REJECTED)
# By HR before anybody confirmed it; by compliance afterwards.
WITHDRAW: Final = _step("withdraw", PaperState.FILED, PaperState.CONFIRMED, to=PaperState.WITHDRAWN)
TRANSITIONS: Final = (FILE, CONFIRM, REJECT, WITHDRAW)

STANDS: Final = frozenset({PaperState.FILED.value, PaperState.CONFIRMED.value})
"""Filed and not turned down: no second one of the same person, version and day is filed."""

MAX_REASON: Final = 500
MAX_NOTE: Final = 300


def events() -> frozenset[str]:
    """The ledger's words for all steps of pledges and papers, and for lists of papers."""
    own = {step.event for step in TRANSITIONS}
    return lifecycle.events() | own | {"papers.filed", "papers.exported"}
