"""Why something about a signing task did not happen."""

from datetime import date

from pledges.core.audiences import FaultyAudience as FaultyAudience
from pledges.core.due_rules import DueInThePast as DueInThePast
from pledges.core.due_rules import FaultyDueRule as FaultyDueRule
from pledges.core.refusal import Refusal


class FaultyTask(Refusal):
    """What was entered cannot be kept; `field` is the one at fault."""

    kind = "faulty-task"

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class NoVersion(Refusal):
    """No version of the template can be signed on that day."""

    kind = "no-version"


class NobodyInTask(Refusal):
    """The audience names nobody who is active."""

    kind = "nobody-in-task"


class TaskNotDraft(Refusal):
    """Somebody launched the task, or is launching it: it cannot be changed or deleted."""

    kind = "task-not-draft"


class TaskChanged(Refusal):
    """Somebody has changed in the meantime what the page showed: nobody decides unseen."""

    kind = "task-changed"


class LaunchUnderWay(Refusal):
    """Somebody has asked for the launch of this task already."""

    kind = "launch-under-way"


class TaskNotRunning(Refusal):
    """The task was not launched, or it is closed or cancelled."""

    kind = "task-not-running"


class TaskNotBegun(Refusal):
    """The first notices have not been sent: until then the launch can still be undone."""

    kind = "task-not-begun"


class UndoTooLate(Refusal):
    """Members have been told; from then on a task is cancelled, with a reason."""

    kind = "undo-too-late"


class CancellationWaits(Refusal):
    """Somebody has asked for the cancellation of this task already."""

    kind = "cancellation-waits"


class NoCancellation(Refusal):
    """Nobody has asked for the cancellation, or it was taken back."""

    kind = "no-cancellation"


class ClosingUnderWay(Refusal):
    """Somebody has asked for the closing of this task already."""

    kind = "closing-under-way"


class NobodyToAdd(Refusal):
    """All of these people are members already, or have left."""

    kind = "nobody-to-add"


class NobodyToExtend(Refusal):
    """No member of these has a due date before that day."""

    kind = "nobody-to-extend"


class ExcuseWaits(Refusal):
    """An excuse of this member waits for its second person already."""

    kind = "excuse-waits"


class ExcuseSettled(Refusal):
    """Somebody has approved, rejected or ended the excuse in the meantime."""

    kind = "excuse-settled"


class ExcuseInThePast(Refusal):
    """An excuse cannot end before the day on which it is asked for, or approved."""

    kind = "excuse-in-the-past"

    def __init__(self, until_on: date) -> None:
        super().__init__(until_on)
        self.until_on = until_on


class ObjectionMissing(Refusal):
    """An objection is said in words."""

    kind = "objection-missing"
