"""The words for where a member stands, and how they are set off."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from pledges.core.standings import DONE, TO_SIGN, Standing, TaskState
from pledges.models import SigningTask
from pledges.models.task_members import STANDINGS

NEED_NOT: Final = _("Need not sign")
"""What is said, once their task is cancelled, of those who had not signed."""


def is_over(standing: str, task: SigningTask) -> bool:
    """Whether what a member of `task` had to sign is asked of nobody now: it was cancelled."""
    return task.state == TaskState.CANCELLED and standing in TO_SIGN


def label_of(standing: str, task: SigningTask) -> Any:
    """The words for where a member of `task` stands."""
    labels: dict[str, Any] = dict(STANDINGS)
    return NEED_NOT if is_over(standing, task) else labels.get(standing, "—")


def look_of(standing: str) -> str:
    """How a standing is set off: done, late, or neither."""
    if standing in DONE:
        return "accepted"
    if standing in (Standing.OVERDUE, Standing.RETURNED):
        return "returned"
    return "signed" if standing == Standing.IN_REVIEW else ""
