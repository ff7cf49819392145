"""Why an account was not handed over, or its record not reported on; found in `refusals`."""

from dataclasses import dataclass
from datetime import timedelta

from pledges.core.refusal import Refusal


class NoAddress(Refusal):
    """There is no address to which an invitation could be sent."""

    kind = "no-address"


class HasPassword(Refusal):
    """The person has chosen a password already: they ask for another one themselves."""

    kind = "has-password"


class InvitationGone(Refusal):
    """The link was used, withdrawn or replaced, or its time has passed; or it never was one."""

    kind = "invitation-gone"


class NobodyToTell(Refusal):
    """Nobody who keeps records has an e-mail address here."""

    kind = "nobody-to-tell"


@dataclass
class TooManyReports(Refusal):
    """The person said several times lately what is wrong in their record; `left` is to wait."""

    left: timedelta
    kind = "too-many-reports"
