"""Why a document was not rendered, signed or sealed just now, though nothing speaks against it."""

from pledges.core.refusal import Refusal


class Unmade(Refusal):
    """Nothing has changed, and the same again may well succeed; `retry_after` is in seconds."""

    kind = "unmade"
    retry_after = 10


class TooBusy(Unmade):
    """As many documents wait for their turn as may."""

    kind = "too-busy"


class StillMaking(Unmade):
    """It takes longer than a page should wait; the work goes on."""

    kind = "still-making"
    retry_after = 2


class MakingFailed(Unmade):
    """The process that was at it died or took too long; another one has taken its place."""

    kind = "making-failed"


class MakerAbsent(Unmade):
    """Nobody renders or seals on this machine at present."""

    kind = "maker-absent"
    retry_after = 30
