"""Why something was not done with departments, or with the facts of somebody's employment."""

from pledges.core.refusal import Refusal


class DepartmentCircle(Refusal):
    """A department would stand above itself."""

    kind = "department-circle"


class NotHere(Refusal):
    """Somebody is named head or delegate whose account is not active."""

    kind = "not-here"


class OfficersFact(Refusal):
    """Name, number and address of somebody who holds an office are changed by administrators."""

    kind = "officers-fact"


class AdministratorLeaves(Refusal):
    """An administrator leaves the company once their role was taken, which needs two people."""

    kind = "administrator-leaves"


class AlreadyLeft(Refusal):
    """The account of whoever is to leave is deactivated already."""

    kind = "already-left"


class NotLeft(Refusal):
    """Whoever is to come back never left: their account is active, or was only deactivated."""

    kind = "not-left"


class DaysReversed(Refusal):
    """Something would end before it begins."""

    kind = "days-reversed"


class BeforeEntry(Refusal):
    """Somebody would be away, or leave, before they joined."""

    kind = "before-entry"


class OnLeaveAlready(Refusal):
    """A leave is recorded for some of these days already."""

    kind = "on-leave-already"


class DelegateAway(Refusal):
    """A delegate is on leave on some of the days for which they would stand in."""

    kind = "delegate-away"


class OwnDelegate(Refusal):
    """Nobody is their own delegate."""

    kind = "own-delegate"
