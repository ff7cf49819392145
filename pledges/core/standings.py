"""Where a member of a signing task stands on a day, and what a task may become: as data."""

from enum import StrEnum
from typing import Final


class TaskState(StrEnum):
    """Where a signing task stands; a draft that nobody launched may be deleted."""

    DRAFT = "draft"
    RUNNING = "running"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Joined(StrEnum):
    """Why somebody is a member of a task."""

    LAUNCH = "launch"
    JOINER = "joiner"
    BY_HAND = "by-hand"


class Standing(StrEnum):
    """The first of these that holds on a day, in this order, is where a member stands."""

    IN_FORCE = "in-force"
    ON_PAPER = "on-paper"
    IN_REVIEW = "in-review"
    EXCUSED = "excused"
    LEFT = "left"
    RETURNED = "returned"
    ON_LEAVE = "on-leave"
    OVERDUE = "overdue"
    DUE = "due"


DONE: Final = frozenset({Standing.IN_FORCE, Standing.ON_PAPER})
"""Nothing is left to do for these members."""

SIGNED: Final = DONE | {Standing.IN_REVIEW}
"""These members have signed; of those in review the company has not confirmed it yet."""

TO_SIGN: Final = frozenset({Standing.RETURNED, Standing.ON_LEAVE, Standing.OVERDUE, Standing.DUE})
"""These members still have to sign; who is on leave is not reminded meanwhile."""

REMINDED: Final = frozenset({Standing.RETURNED, Standing.OVERDUE, Standing.DUE})
"""These members are reminded."""

LATE: Final = frozenset({Standing.OVERDUE, Standing.RETURNED})
"""These members are late once their due date has passed: who was sent back has not signed."""


class ExcuseReason(StrEnum):
    """Why somebody need not sign for a while; never a diagnosis."""

    LONG_ABSENCE = "long-absence"
    OTHER_POST = "other-post"
    LEAVING = "leaving"
    OTHER_PLEDGE = "other-pledge"
    LEGAL = "legal"
