"""The kinds of mail that may be switched off.

What concerns somebody's account has no switch, nor has the mail that a pledge was withdrawn.
"""

from enum import StrEnum


class Kind(StrEnum):
    """A kind of mail, by the name of its templates under `templates/notices/`."""

    FIRST = "task_first"
    REMINDERS = "task_reminders"
    EXTENDED = "task_extended"
    CANCELLED = "task_cancelled"
    LATE = "task_late"
    LATE_ALL = "task_late_all"
    DIGEST = "digest"
    SIGNED = "signed"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    REVOKED = "revoked"
    EXPIRED = "expired"
