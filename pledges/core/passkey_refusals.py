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


class WrongNumber(Refusal):
    """The number typed is not the one that the phone shows."""

    kind = "wrong-number"


class PhoneLinkGone(Refusal):
    """The QR code has served, or another took its place, or its time or its session is over."""

    kind = "phone-link-gone"


class NoPasskeyYet(Refusal):
    """There is no passkey of the person's that could confirm a phone's."""

    kind = "no-passkey-yet"


class TooManyWrongNumbers(PendingGone):
    """Three numbers that were not the phone's: what it had registered was removed."""

    kind = "too-many-wrong-numbers"


class TooManyWaiting(Refusal):
    """So many passkeys of the person wait for confirmation that no other may."""

    kind = "too-many-waiting"


class EnrolmentUnavailable(Refusal):
    """The installation cannot sign enrolments: its ledger key is missing or does not open."""

    kind = "enrolment-unavailable"
