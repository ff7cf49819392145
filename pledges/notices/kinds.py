"""The kinds of mail that may be switched off; what concerns somebody's account has no switch."""

from enum import StrEnum


class Kind(StrEnum):
    """A kind of mail, by the name of its templates under `templates/notices/`."""

    FIRST = "task_first"
    REMINDERS = "task_reminders"
    EXTENDED = "task_extended"
    EXCUSED = "task_excused"
    CANCELLED = "task_cancelled"
    LATE = "task_late"
    LATE_ALL = "task_late_all"
    DIGEST = "digest"
    SIGNED = "signed"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    REVOKED = "revoked"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
