"""Why nothing was done with a list of people."""

from dataclasses import dataclass

from pledges.core.refusal import Refusal


@dataclass(eq=False)
class RosterUnreadable(Refusal):
    """The file is no table that could be read; `why` is a code of `tables.Unreadable`."""

    why: str
    limit: int = 0
    kind = "roster-unreadable"


class RosterClosed(Refusal):
    """The roster was applied or discarded meanwhile, or somebody asked to apply it."""

    kind = "roster-closed"


class RosterFaulty(Refusal):
    """Rows have faults: each is mended or left out first."""

    kind = "roster-faulty"


class RosterColumnsMissing(Refusal):
    """No column says who the people are, or where they belong."""

    kind = "roster-columns-missing"


@dataclass(eq=False)
class RosterNumberWrong(Refusal):
    """The number that was typed is not how many would leave."""

    leavers: int
    kind = "roster-number-wrong"


class RosterStale(Refusal):
    """People or departments have changed since the plan was shown: it has been made anew."""

    kind = "roster-stale"


class RosterBusy(Refusal):
    """Another roster is being applied."""

    kind = "roster-busy"


class RosterEmpty(Refusal):
    """The plan changes nothing."""

    kind = "roster-empty"


class RosterChanged(Refusal):
    """Somebody has changed the list in the meantime: nobody confirms what they did not see."""

    kind = "roster-changed"
