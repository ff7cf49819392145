"""Why nothing was done with a paper pledge."""

from datetime import date

from pledges.core.paper_lists import RowFault
from pledges.core.refusal import Refusal
from pledges.core.scans import Fault


class ScanRefused(Refusal):
    """No images could be made of an upload; `fault` says why."""

    kind = "scan-refused"

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class PaperFiledAlready(Refusal):
    """A paper of this person on this version and day is filed, or was confirmed."""

    kind = "paper-filed-already"


class PaperDayWrong(Refusal):
    """The day of signing is to come, or is before anybody signed; or the term ends before it.

    `why` says which.
    """

    kind = "paper-day-wrong"

    def __init__(self, day: date, why: RowFault) -> None:
        super().__init__(f"{why} {day.isoformat()}")
        self.day, self.why = day, why


class NobodyOfThatNumber(Refusal):
    """Nobody has this employee number, or whoever had it was erased."""

    kind = "nobody-of-that-number"


class ListUnreadable(Refusal):
    """The list of papers could not be read; `why` says the reason, `limit` belongs to it."""

    kind = "list-unreadable"

    def __init__(self, why: str, limit: int = 0) -> None:
        super().__init__(why)
        self.why, self.limit = why, limit


class ArchiveRefused(Refusal):
    """The ZIP of scans was not taken as a whole; `why` says the reason, `limit` belongs to it."""

    kind = "archive-refused"

    def __init__(self, why: str, limit: int = 0) -> None:
        super().__init__(why)
        self.why, self.limit = why, limit


class BatchNotReady(Refusal):
    """The papers of a list are still being drawn, or were dealt with already."""

    kind = "batch-not-ready"


class FaultsLeft(Refusal):
    """Rows of a list are faulty, and nobody said that they are to be left out."""

    kind = "faults-left"
