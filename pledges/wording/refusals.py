"""What is said when an action did not happen: why, and what to do next."""

import unicodedata

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.core import refusals
from pledges.core.lifecycle import Forbidden
from pledges.wording.texts import text_problem

_SENTENCES: dict[type[Exception], str | Promise] = {
    refusals.StaleDraft: gettext_lazy(
        "This draft was changed in another window or on another device. Nothing was overwritten."
    ),
    refusals.Incomplete: gettext_lazy("Some blanks are still empty or need correcting."),
    refusals.VersionNotOpen: gettext_lazy(
        "This version is no longer open for signing. Please start a pledge on the present version."
    ),
    refusals.AlreadyWaiting: gettext_lazy(
        "You already have a pledge of this kind that awaits review or is in force."
    ),
    refusals.AlreadySigned: gettext_lazy("This pledge has already been signed."),
    refusals.IntentExpired: gettext_lazy(
        "The document was laid before you too long ago. Please prepare it again and read it afresh."
    ),
    refusals.WrongPassword: gettext_lazy("The password is not right."),
    refusals.ConsentMissing: gettext_lazy("Please confirm the declaration before signing."),
    refusals.MarkMissing: gettext_lazy(
        "Please sign by hand, or type your name exactly as it stands in the pledge."
    ),
    refusals.ReasonMissing: gettext_lazy("Please give a reason."),
    refusals.LastAdministrator: gettext_lazy(
        "Somebody has to be able to manage people: the last administrator stays one."
    ),
    Forbidden: gettext_lazy("This is not possible in the present state."),
    PermissionDenied: gettext_lazy("You may not do this."),
}


def refusal(error: Exception) -> str:
    """The sentence for `error`; raises `error` itself when it is no refusal at all."""
    if isinstance(error, refusals.Unprintable):
        return _unprintable(error.characters)
    if isinstance(error, refusals.FaultyTemplate):
        return " ".join(text_problem(problem) for problem in error.problems)
    for kind, sentence in _SENTENCES.items():
        if isinstance(error, kind):
            return str(sentence)
    if isinstance(error, refusals.Refusal):
        return _("This was refused; nothing has changed.")
    raise error


def refusal_of_kind(kind: str) -> str:
    """The sentence for a refusal of which only the kind was kept."""
    for each, sentence in _SENTENCES.items():
        if getattr(each, "kind", None) == kind:
            return str(sentence)
    if kind == refusals.Unprintable.kind:
        return _("It holds characters that cannot be printed.")
    return _("This was refused; nothing has changed.")


def _unprintable(characters: tuple[str, ...]) -> str:
    named = _(", ").join(
        f"{character} (U+{ord(character):04X} {unicodedata.name(character, '')})".replace(" )", ")")
        for character in characters
    )
    return _(
        "These characters cannot be printed: %(characters)s. Please write them in another way; "
        "if one stands in your name, ask the administrator to correct your record."
    ) % {"characters": named}
