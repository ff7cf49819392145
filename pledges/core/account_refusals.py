"""Why an account was not handed over; everybody else finds them in `refusals`."""

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
