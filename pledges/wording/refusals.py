"""What is said when an action did not happen: why, and what to do next."""

import unicodedata

from django.core.exceptions import PermissionDenied
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.core import refusals, roster_refusals
from pledges.core.lifecycle import Forbidden, PledgeState
from pledges.wording import (
    account_refusals,
    employment_refusals,
    papers,
    rosters,
    task_refusals,
    version_refusals,
)
from pledges.wording.names import unfit_character
from pledges.wording.passkey_refusals import PASSKEYS
from pledges.wording.texts import text_problem

_SENTENCES: dict[type[Exception], str | Promise] = {
    **account_refusals.SENTENCES,
    **employment_refusals.SENTENCES,
    **PASSKEYS,
    **task_refusals.SENTENCES,
    **version_refusals.SENTENCES,
    **rosters.SENTENCES,
    refusals.StaleDraft: gettext_lazy(
        "This draft was changed in another window or on another device. Nothing was overwritten."
    ),
    refusals.Incomplete: gettext_lazy("Some blanks are still empty or need correcting."),
    refusals.VersionNotOpen: gettext_lazy(
        "This version can no longer be signed. Please start a pledge on the current version."
    ),
    refusals.WordingDiffers: gettext_lazy(
        "The wording of this version differs from what was published, so no document is "
        "prepared from it. This has been recorded. Please tell your administrator."
    ),
    refusals.AlreadyWaiting: gettext_lazy(
        "You already have a pledge of this kind that awaits review or is in force."
    ),
    refusals.RevokedForGood: gettext_lazy(
        "Your last pledge of this kind was revoked and is not to be signed again. "
        "Compliance can assign another."
    ),
    refusals.AlreadySigned: gettext_lazy("This pledge has already been signed."),
    refusals.IntentExpired: gettext_lazy(
        "The time for signing this document has run out. Please prepare the document "
        "again and read it again."
    ),
    refusals.ReadingDiffers: gettext_lazy(
        "The records of this document do not match its file. It is not shown, and nothing "
        "can be done with it. This has been recorded. Please tell your administrator."
    ),
    refusals.DocumentUnavailable: gettext_lazy(
        "The stored file is missing or is no longer the one that was stored, so it is not "
        "shown. This has been recorded. Please tell your administrator."
    ),
    refusals.StorageUnavailable: gettext_lazy(
        "Nothing can be saved right now, so nothing was done. Everything saved before is "
        "safe. This has been recorded. Please try again later."
    ),
    refusals.WrongPassword: gettext_lazy("The password is not correct."),
    refusals.WrongCode: gettext_lazy(
        "The code is not correct. Please enter the code that your authenticator app shows now."
    ),
    refusals.CodeUsed: gettext_lazy(
        "This code has already been used. Please wait for the next one, which comes "
        "within half a minute."
    ),
    refusals.MethodNotAllowed: gettext_lazy(
        "This way to sign is not allowed here, or it is not set up for your account."
    ),
    refusals.NoAddress: gettext_lazy(
        "This person has no email address, so nothing was sent. Please enter one, or set "
        "a first password."
    ),
    refusals.HasPassword: gettext_lazy(
        "This person has their own password. If they have forgotten it, “Forgot your "
        "password?” on the sign-in page sends them a link."
    ),
    refusals.InvitationGone: gettext_lazy(
        "This link is no longer valid: it has been used, withdrawn or replaced, or has expired."
    ),
    refusals.ConsentMissing: gettext_lazy("Please confirm the declaration before signing."),
    refusals.SignatureImageMissing: gettext_lazy(
        "Please sign by hand, or type your name exactly as in the pledge."
    ),
    refusals.ReasonMissing: gettext_lazy("Please give a reason."),
    refusals.LastAdministrator: gettext_lazy(
        "Someone must be able to manage people, so the role of the last administrator "
        "cannot be removed."
    ),
    refusals.KeysUnusable: gettext_lazy(
        "The keys cannot be used right now, so nothing was signed or sealed. Please tell "
        "your administrator."
    ),
    refusals.CompanyNotPinned: gettext_lazy(
        "The certificate of the company's seal comes from a licensed authority but is not "
        "registered as the company's, so nothing was sealed. Please tell your "
        "administrator."
    ),
    refusals.NumberUnfit: gettext_lazy(
        "Your employee number contains characters that the certificate of a signature "
        "cannot include. Please ask an administrator to change it."
    ),
    refusals.ClockBehind: gettext_lazy(
        "The server's clock shows a time before this pledge was signed, so nothing was "
        "sealed. Please tell your administrator."
    ),
    refusals.TermOver: gettext_lazy(
        "Its term has already ended, so it was not accepted. Return it so that it can be "
        "signed again."
    ),
    refusals.TermNotOver: gettext_lazy("The term of this pledge has not ended."),
    refusals.TimestampUnavailable: gettext_lazy(
        "The timestamp authority did not provide a trusted timestamp, so nothing was "
        "signed or sealed. Please try again later."
    ),
    refusals.FileNotGenuine: gettext_lazy(
        "The finished file did not pass our own check, so it was not issued, and nothing "
        "has changed. The reason has been recorded. Please tell your administrator."
    ),
    refusals.SealUnavailable: gettext_lazy(
        "Nothing can be signed or sealed right now, and nothing has changed. Please try "
        "again later."
    ),
    refusals.LedgerBroken: gettext_lazy(
        "The ledger does not match its last published checkpoint, so nothing was done. "
        "Please tell your administrator."
    ),
    refusals.CheckpointUnavailable: gettext_lazy(
        "The ledger's checkpoint cannot be signed or published right now, so nothing was "
        "done. Please tell your administrator."
    ),
    refusals.AlreadyProposed: gettext_lazy(
        "A change to this is already waiting for a second person. It must be accepted or "
        "rejected first."
    ),
    refusals.ProposalSettled: gettext_lazy(
        "This proposal has already been settled. Nothing was done twice."
    ),
    refusals.StaleProposal: gettext_lazy(
        "The subject of this proposal has changed since, or the person who proposed it "
        "may no longer do so. Nothing was changed. Please reject the proposal and, if "
        "needed, make a new one."
    ),
    refusals.StillMaking: gettext_lazy(
        "The document is still being prepared. Please wait a moment."
    ),
    refusals.TooBusy: gettext_lazy(
        "Many documents are being prepared right now. Nothing is lost and nothing has "
        "changed. Please try again in a few seconds."
    ),
    refusals.MakingFailed: gettext_lazy(
        "The document could not be finished, and nothing has changed. Please try again. "
        "If it happens again, tell your administrator."
    ),
    refusals.MakerAbsent: gettext_lazy(
        "Documents cannot be prepared, signed or sealed here right now. Nothing is lost "
        "and nothing has changed. Please try again in a minute."
    ),
    Forbidden: gettext_lazy("This is not possible in the current status."),
    PermissionDenied: gettext_lazy("You may not do this."),
}


def refusal(error: Exception) -> str:
    """The sentence for `error`; raises `error` itself when it is no refusal at all."""
    if isinstance(error, refusals.Unprintable):
        return _unprintable(error.characters)
    if isinstance(error, refusals.UnfitCharacter):
        return unfit_character(error.character)
    if isinstance(error, refusals.FaultyTemplate):
        return " ".join(text_problem(problem) for problem in error.problems)
    if isinstance(error, refusals.KeyExpired):
        return _key_expired(error)
    if isinstance(error, refusals.NotErasable):
        return " ".join([*map(_kept, error.kept), _("Nothing was erased.")])
    if (about_papers := papers.refusal(error)) is not None:
        return about_papers
    if isinstance(error, refusals.TooManyAttempts):
        return account_refusals.too_many_attempts(error)
    if isinstance(error, roster_refusals.RosterUnreadable):
        return rosters.unreadable(error.why, error.limit)
    if isinstance(error, refusals.TooManyReports):
        return account_refusals.too_many_reports(error)
    if about_tasks := task_refusals.told(error):
        return about_tasks
    for kind, sentence in _SENTENCES.items():
        if isinstance(error, kind):
            return str(sentence)
    if isinstance(error, refusals.Refusal):
        return _("This was refused. Nothing has changed.")
    raise error


_KEYS = {
    "company-seal": gettext_lazy("the company seal"),
    "event-ca": gettext_lazy("the authority for signing certificates"),
}


def _key_expired(error: refusals.KeyExpired) -> str:
    return _(
        "The certificate of %(key)s is valid only from %(begins)s until %(end)s, so "
        "nothing was signed or sealed. Please tell your administrator."
    ) % {
        "key": _KEYS.get(error.name, error.name),
        "begins": date_format(error.begins),
        "end": date_format(error.not_after),
    }


def _kept(pledge: refusals.RetainedPledge) -> str:
    if pledge.state in papers.KEPT:
        text = str(papers.KEPT[pledge.state])
    elif pledge.state == PledgeState.ACCEPTED:
        text = _("%(pledge)s is in force: revoke it first.")
    elif pledge.until is None:
        text = _("%(pledge)s awaits review: accept or return it first.")
    else:
        text = _("%(pledge)s must be kept. It can be erased from %(day)s on.")
    day = date_format(pledge.until) if pledge.until else ""
    return text % {"pledge": pledge.number, "day": day}


def refusal_of_kind(kind: str) -> str:
    """The sentence for a refusal of which only the kind was kept."""
    for each, sentence in _SENTENCES.items():
        if getattr(each, "kind", None) == kind:
            return str(sentence)
    if kind == refusals.Unprintable.kind:
        return _("It contains characters that cannot be printed.")
    return _("This was refused. Nothing has changed.")


def _unprintable(characters: tuple[str, ...]) -> str:
    named = _(", ").join(
        f"{character} (U+{ord(character):04X} {unicodedata.name(character, '')})".replace(" )", ")")
        for character in characters
    )
    return _(
        "These characters cannot be printed: %(characters)s. Please write them in another "
        "way. If your name contains one, ask the administrator to correct your record."
    ) % {"characters": named}
