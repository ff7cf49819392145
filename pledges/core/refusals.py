"""Why an action did not happen: each reason a type, the words for it elsewhere."""

from dataclasses import dataclass
from datetime import date, timedelta

from pledges.core.account_refusals import HasPassword as HasPassword
from pledges.core.account_refusals import InvitationGone as InvitationGone
from pledges.core.account_refusals import NoAddress as NoAddress
from pledges.core.account_refusals import NobodyToTell as NobodyToTell
from pledges.core.account_refusals import TooManyReports as TooManyReports
from pledges.core.passkey_refusals import EnrolmentUnavailable as EnrolmentUnavailable
from pledges.core.passkey_refusals import HadPasskey as HadPasskey
from pledges.core.passkey_refusals import NoPasskeyYet as NoPasskeyYet
from pledges.core.passkey_refusals import NotIntroduced as NotIntroduced
from pledges.core.passkey_refusals import PasskeyRefused as PasskeyRefused
from pledges.core.passkey_refusals import PendingGone as PendingGone
from pledges.core.passkey_refusals import PhoneLinkGone as PhoneLinkGone
from pledges.core.passkey_refusals import TooManyWaiting as TooManyWaiting
from pledges.core.passkey_refusals import TooManyWrongNumbers as TooManyWrongNumbers
from pledges.core.passkey_refusals import WrongNumber as WrongNumber
from pledges.core.pool_refusals import MakerAbsent as MakerAbsent
from pledges.core.pool_refusals import MakingFailed as MakingFailed
from pledges.core.pool_refusals import StillMaking as StillMaking
from pledges.core.pool_refusals import TooBusy as TooBusy
from pledges.core.pool_refusals import Unmade as Unmade
from pledges.core.proposal_refusals import AlreadyProposed as AlreadyProposed
from pledges.core.proposal_refusals import ProposalSettled as ProposalSettled
from pledges.core.proposal_refusals import StaleProposal as StaleProposal
from pledges.core.refusal import Refusal as Refusal
from pledges.core.seal_refusals import ClockBehind as ClockBehind
from pledges.core.seal_refusals import CompanyNotPinned as CompanyNotPinned
from pledges.core.seal_refusals import FileNotGenuine as FileNotGenuine
from pledges.core.seal_refusals import KeyExpired as KeyExpired
from pledges.core.seal_refusals import KeysUnusable as KeysUnusable
from pledges.core.seal_refusals import SealUnavailable as SealUnavailable
from pledges.core.seal_refusals import TimestampUnavailable as TimestampUnavailable
from pledges.core.template.blanks import Reading
from pledges.core.template.problems import Problem
from pledges.core.version_refusals import NobodyToConfirm as NobodyToConfirm
from pledges.core.version_refusals import NotEditorial as NotEditorial
from pledges.core.version_refusals import StepUnfit as StepUnfit
from pledges.core.version_refusals import VersionReplaced as VersionReplaced


class StaleDraft(Refusal):
    """Somebody (another tab, another device) saved the draft since it was read."""

    kind = "stale-draft"


@dataclass
class Incomplete(Refusal):
    """Answers are missing or wrong; `reading` says which."""

    reading: Reading
    kind = "incomplete"


class VersionNotOpen(Refusal):
    """The version is not published (or no longer): nothing new can be signed on it."""

    kind = "version-not-open"


class WordingDiffers(Refusal):
    """The wording of a published version is not the one that its digest is of."""

    kind = "wording-differs"


class AlreadyWaiting(Refusal):
    """A pledge of the same kind already waits for review, or is in force on this version."""

    kind = "already-waiting"


class RevokedForGood(Refusal):
    """The person's last pledge of the kind was revoked for good: only the company asks anew."""

    kind = "revoked-for-good"


class AlreadySigned(Refusal):
    """The pledge was signed meanwhile, through another intent."""

    kind = "already-signed"


class IntentExpired(Refusal):
    """The document was prepared for the person too long ago; it has to be prepared again."""

    kind = "intent-expired"


class ReadingDiffers(Refusal):
    """What the database says of a document is not what its stored bytes say: it is not shown."""

    kind = "reading-differs"


class DocumentUnavailable(Refusal):
    """The stored file of a document is missing, or is no longer the one that was stored."""

    kind = "document-unavailable"


class StorageUnavailable(Refusal):
    """The storage of documents is full, read-only or out of reach; the text is for the log."""

    kind = "storage-unavailable"


class WrongPassword(Refusal):
    """The password given for this document is not the signer's."""

    kind = "wrong-password"


class WrongCode(Refusal):
    """The code given for this document is not the authenticator app's."""

    kind = "wrong-code"


class CodeUsed(Refusal):
    """The code has already served: for another document, or for signing in."""

    kind = "code-used"


class MethodNotAllowed(Refusal):
    """The organisation asks for a passkey, or the signer has not set up what they use here."""

    kind = "method-not-allowed"


@dataclass(eq=False)
class TooManyAttempts(Refusal):
    """Wrong passwords or codes, or mails asked for, more than are let in; `left` is how long."""

    left: timedelta
    kind = "too-many-attempts"


class ConsentMissing(Refusal):
    """The signer did not confirm the consent."""

    kind = "consent-missing"


class SignatureImageMissing(Refusal):
    """Neither handwriting nor a typed name was given, or the typed name is another's."""

    kind = "signature-image-missing"


class ReasonMissing(Refusal):
    """A return or a revocation needs a reason, about a clause that exists."""

    kind = "reason-missing"


class LastAdministrator(Refusal):
    """Somebody has to be able to manage people: the last administrator stays one."""

    kind = "last-administrator"


class FaultyTemplate(Refusal):
    """A template's text or blanks are wrong; `problems` says what and where."""

    kind = "faulty-template"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(*problems)
        self.problems = problems


class Unprintable(Refusal):
    """Characters that no font has: printing them would leave boxes on the document."""

    kind = "unprintable"

    def __init__(self, characters: tuple[str, ...]) -> None:
        super().__init__(*characters)
        self.characters = characters


class UnfitCharacter(Refusal):
    """A name holds a character that cannot be seen, or that turns or breaks the line."""

    kind = "unfit-character"

    def __init__(self, character: str) -> None:
        super().__init__(character)
        self.character = character


class TermOver(Refusal):
    """The pledge waited for its acceptance until its term had passed."""

    kind = "term-over"


class TermNotOver(Refusal):
    """The pledge has no term, or its last day has not passed."""

    kind = "term-not-over"


class NumberUnfit(Refusal):
    """The signer's employee number holds what no certificate carries."""

    kind = "number-unfit"


@dataclass(frozen=True)
class RetainedPledge:
    """A pledge that may not be erased yet: its state, and from which day on it may."""

    number: str
    state: str
    until: date | None = None


@dataclass(eq=False)
class NotErasable(Refusal):
    """Pledges of this person have to be kept; `kept` says which, and why."""

    kept: tuple[RetainedPledge, ...]
    kind = "not-erasable"


@dataclass(eq=False)
class LedgerBroken(Refusal):
    """The ledger is not the one whose checkpoint was published; `reason` is for the log."""

    reason: str
    kind = "ledger-broken"


@dataclass(eq=False)
class CheckpointUnavailable(Refusal):
    """No checkpoint can be signed or published at present; `reason` is for the log."""

    reason: str
    kind = "checkpoint-unavailable"
