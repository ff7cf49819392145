"""Why a version is not published in the way that was asked for, or is signed no more."""

from dataclasses import dataclass

from pledges.core.refusal import Refusal
from pledges.core.template.comparing import Difference


class VersionReplaced(Refusal):
    """A later version has taken the place of this one: what is signed now is that one."""

    kind = "version-replaced"


@dataclass(eq=False)
class NotEditorial(Refusal):
    """Something changed that binds people otherwise; `differences` says what and where."""

    differences: tuple[Difference, ...]
    kind = "not-editorial"


class NobodyToConfirm(Refusal):
    """An editorial step needs a second compliance officer, and there is none."""

    kind = "nobody-to-confirm"


class StepUnfit(Refusal):
    """The days of a step contradict each other, or there is no version before this one."""

    kind = "step-unfit"
