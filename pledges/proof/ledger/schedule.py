"""When the next checkpoint of the ledger is due: by age or by number, whichever comes first."""

from dataclasses import dataclass

MAX_ENTRIES = 100
MAX_SECONDS = 60.0
LOOK_EVERY = 1.0  # seconds; the cost of a look is one row by its key and one small file
# Looking, signing and writing take time too: begun this early, it is out within MAX_SECONDS.
BEGIN_AFTER = MAX_SECONDS - 10 * LOOK_EVERY


@dataclass
class Schedule:
    """What was waiting at the last look, and since when. Times are of one steady clock."""

    waiting: int | None = None
    since: float = float("-inf")  # what waits at the first look may have waited for long

    def is_due(self, unpublished: int, now: float) -> bool:
        """Whether to publish now, with so many entries (or fewer than none) unpublished."""
        # Fewer than before: somebody else published, and what waits now came after that.
        if self.waiting is not None and (self.waiting == 0 or unpublished < self.waiting):
            self.since = now
        self.waiting = unpublished
        if unpublished <= 0:
            return unpublished < 0
        return unpublished >= MAX_ENTRIES or now - self.since >= BEGIN_AFTER

    def note_published(self) -> None:
        """What was due is out; without this it stays due."""
        self.waiting = 0
