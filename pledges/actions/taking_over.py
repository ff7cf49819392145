"""Taking over answers of last time's pledge into a draft, those that its person chose to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pledges import access
from pledges.actions import answers
from pledges.actions.answers import Saved
from pledges.core.lifecycle import PledgeState
from pledges.core.template.blanks import OTHER, AnswerProblem, Blank, Flag, Reading
from pledges.models import Pledge

_ONCE_ACCEPTED = (PledgeState.ACCEPTED, PledgeState.EXPIRED, PledgeState.REVOKED)


@dataclass(frozen=True)
class Former:
    """An answer of last time beside a blank of the draft.

    `asked` is the blank as it was then. `typed` is what would be taken over, empty where the
    blank of today does not take it: `problem` says why. `flag` is set where it is unusual today.
    """

    blank: Blank
    asked: Blank
    typed: dict[str, str]
    problem: AnswerProblem | None
    flag: Flag | None


def earlier_of(draft: Pledge) -> Pledge | None:
    """The person's last pledge on the same template that the company had accepted."""
    return (
        Pledge.objects.filter(
            person_id=draft.person_id,
            version__template_id=draft.version.template_id,
            status__in=_ONCE_ACCEPTED,
        )
        .select_related("version__template")
        .order_by("-signed_at")
        .first()
    )


def formers(draft: Pledge, earlier: Pledge) -> list[Former]:
    """Last time's answers to what the draft asks too, in the draft's order, as it reads them."""
    then = {blank.code: blank for blank in earlier.version.blank_list}
    reading = draft.version.read(earlier.answers)
    return [
        _former(blank, then[blank.code], earlier, reading)
        for blank in draft.version.blank_list
        if blank.filled_by_manager and earlier.answers.get(blank.code) and blank.code in then
    ]


def _former(blank: Blank, asked: Blank, earlier: Pledge, reading: Reading) -> Former:
    codes = (blank.code, blank.code + OTHER)
    typed = {code: earlier.answers[code] for code in codes if code in earlier.answers}
    problem = next((each for each in reading.problems if each.code in codes), None)
    flag = next((each for each in reading.flags if each.code in codes), None)
    return Former(blank, asked, {} if problem else typed, problem, flag)


def take_over(
    draft: Pledge,
    earlier: Pledge,
    *,
    codes: Collection[str],
    actor: access.Actor,
    at: datetime,
    revision: int,
) -> Saved:
    """Put last time's answers to the blanks of `codes` into the draft; raises `StaleDraft`."""
    typed: dict[str, str] = {}
    for former in formers(draft, earlier):
        if former.blank.code in codes:
            typed |= former.typed
    return answers.save(draft, actor=actor, at=at, typed=typed, revision=revision)
