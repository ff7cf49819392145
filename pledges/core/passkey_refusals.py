"""Why a passkey was not taken, or not confirmed; everybody else finds them in `refusals`."""

from pledges.core.refusal import Refusal


class PasskeyRefused(Refusal):
    """What the passkey answered proves nothing; `reason` says why, for logs and tests."""

    kind = "passkey-refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotIntroduced(Refusal):
    """The employee number was another account's: only the operator can vouch for this passkey."""

    kind = "not-introduced"


class HadPasskey(Refusal):
    """The person had a passkey before: that one, or the operator, confirms another."""

    kind = "had-passkey"


class PendingGone(Refusal):
    """The passkey waits for confirmation no more: it was confirmed, removed, or its time passed."""

    kind = "pending-gone"


class TooManyWaiting(Refusal):
    """So many passkeys of the person wait for confirmation that no other may."""

    kind = "too-many-waiting"


class EnrolmentUnavailable(Refusal):
    """The installation cannot sign enrolments: its ledger key is missing or does not open."""

    kind = "enrolment-unavailable"
