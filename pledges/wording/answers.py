"""What is said of one blank: what it takes, what is wrong with its answer, what is expected."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pledges.core.template.blanks import AnswerProblem, Blank, Flag, Kind, Range, display
from pledges.core.template.statutes import doubt_about
from pledges.wording.citations import doubt_in_short, doubt_sentence, example_of_law
from pledges.wording.language import active, here

# By whether there is a lower and an upper bound: one whole sentence each, so that every
# language can order its words.
Sentences = dict[tuple[bool, bool], str | Promise]

_WHOLE_NUMBER: Sentences = {
    (True, True): gettext_lazy("%(label)s must be a whole number from %(minimum)s to %(maximum)s."),
    (True, False): gettext_lazy("%(label)s must be a whole number, at least %(minimum)s."),
    (False, True): gettext_lazy("%(label)s must be a whole number, at most %(maximum)s."),
    (False, False): gettext_lazy("%(label)s must be a whole number."),
}
_NUMBER: Sentences = {
    (True, True): gettext_lazy("%(label)s must be a number from %(minimum)s to %(maximum)s."),
    (True, False): gettext_lazy("%(label)s must be a number, at least %(minimum)s."),
    (False, True): gettext_lazy("%(label)s must be a number, at most %(maximum)s."),
    (False, False): gettext_lazy("%(label)s must be a number."),
}
_DATE: Sentences = {
    (True, True): gettext_lazy("%(label)s must be a date from %(minimum)s to %(maximum)s."),
    (True, False): gettext_lazy("%(label)s must be a date, %(minimum)s or later."),
    (False, True): gettext_lazy("%(label)s must be a date, %(maximum)s or earlier."),
    (False, False): gettext_lazy("%(label)s must be a date, such as 2026-11-23."),
}
_EXPECTED: Sentences = {
    (True, True): gettext_lazy("The company expects %(minimum)s to %(maximum)s."),
    (True, False): gettext_lazy("The company expects at least %(minimum)s."),
    (False, True): gettext_lazy("The company expects at most %(maximum)s."),
}
_EXPECTED_IN_SIGNS: Sentences = {
    (True, True): "%(minimum)s–%(maximum)s",
    (True, False): "≥ %(minimum)s",
    (False, True): "≤ %(maximum)s",
}


def label(blank: Blank) -> str:
    """What the blank is called."""
    return here(blank.label)


def answer(blank: Blank, answers: Mapping[str, str]) -> str:
    """An answer as it is told in the reader's language: with its unit, a dash where empty."""
    said = display(blank, answers, active())
    return f"{said} {here(blank.unit)}".strip() if said else "—"


def is_free(blank: Blank) -> bool:
    """Whether its answers are words of the language in which somebody writes their pledge."""
    return not (blank.kind.is_number or blank.kind in (Kind.DATE, Kind.CHOICE, Kind.SERIAL))


def missing(blank: Blank) -> str:
    """That the blank is still empty."""
    if blank.kind is Kind.CHOICE:
        return _("%(label)s has not been chosen yet.") % {"label": label(blank)}
    return _("%(label)s is still blank.") % {"label": label(blank)}


def answer_problem(blank: Blank, problem: AnswerProblem) -> str:
    """Why the answer is refused and what would be taken."""
    if problem.kind == "missing":
        return missing(blank)
    names = {"label": label(blank), "found": problem.found, "maximum": problem.maximum}
    match problem.kind:
        case "control-character":
            return _("%(label)s contains a character that cannot be printed (%(found)s).") % names
        case "line-break":
            return _("%(label)s must be on one line.") % names
        case "too-long":
            return _("%(label)s may have at most %(maximum)s characters; it has %(found)s.") % names
        case "too-short":
            return _("%(label)s must have at least %(minimum)s characters; it has %(found)s.") % {
                **names,
                "minimum": problem.minimum,
            }
        case "another-instrument":
            return _(
                "This version prints %(label)s as %(printed)s and cannot print “%(found)s”. Please "
                "name another law, or ask compliance for a version that can print this one."
            ) % {**names, "printed": problem.printed}
        case "other-missing":
            return _("Please specify “%(option)s”.") % {"option": here(blank.options[-1].label)}
    return hint(blank)


def hint(blank: Blank) -> str:
    """What the blank takes, as one sentence; empty for a text that takes anything."""
    if blank.kind is Kind.CHOICE:
        options = _(", ").join(here(option.label) for option in blank.options)
        return _("%(label)s must be one of: %(options)s.") % {
            "label": label(blank),
            "options": options,
        }
    if blank.kind is Kind.STATUTE:
        return _(
            "%(label)s takes the title of one law, without an article, such as “%(example)s”."
        ) % {"label": label(blank), "example": example_of_law()}
    if blank.kind is Kind.DATE:
        return bounded(_DATE, blank, blank.hard)
    if blank.kind is Kind.INTEGER:
        return bounded(_WHOLE_NUMBER, blank, blank.hard)
    if blank.kind.is_number:
        return bounded(_NUMBER, blank, blank.hard) + decimals(blank)
    return ""


def flag_note(blank: Blank, flag: Flag | None = None) -> str:
    """Calmly: what the company expects, and that the answer is taken all the same."""
    told = doubt_sentence(flag.doubt) if flag and flag.doubt else expectation(blank)
    said = {"label": label(blank), "expectation": told}
    sentence = _("%(label)s: %(expectation)s You may submit it; compliance will look at this.")
    return sentence % said


def correction(blank: Blank, answers: Mapping[str, str]) -> str:
    """What the signer is asked for: the answer, what the company expects, and to correct it."""
    doubt = doubt_about(blank, answers)
    told = doubt_sentence(doubt) if doubt else expectation(blank)
    said = {"label": label(blank), "answer": answer(blank, answers), "expectation": told}
    return _("%(label)s is filled in as %(answer)s. %(expectation)s Please correct it.") % said


def expectation(blank: Blank) -> str:
    """What the company expects, as a sentence; empty where it expects nothing."""
    if blank.expected_option:
        return _("The company expects “%(option)s”.") % {"option": expected(blank)}
    return bounded(_EXPECTED, blank, blank.expected)


def expected(blank: Blank, answers: Mapping[str, str] | None = None) -> str:
    """What is expected, in signs: "≥ 90 %", "1–5 项"; a choice's expected option by its label.

    Of a law, and of its article, that is told by what was answered.
    """
    if doubt := doubt_about(blank, answers or {}):
        return doubt_in_short(doubt)
    for option in blank.options:
        if option.value == blank.expected_option:
            return here(option.label)
    return bounded(_EXPECTED_IN_SIGNS, blank, blank.expected)


def bounded(sentences: Sentences, blank: Blank, bounds: Range) -> str:
    """The sentence for the bounds that there are; empty where there is none for them."""
    low, high = bounds.minimum, bounds.maximum
    sentence = sentences.get((low is not None, high is not None), "")
    # A range names its unit once, at its end.
    names = {
        "label": label(blank),
        "minimum": _written(low, "" if high is not None else _unit(blank)),
        "maximum": _written(high, _unit(blank)),
    }
    return str(sentence) % names


def _unit(blank: Blank) -> str:
    if blank.kind.is_number:
        return here(blank.unit)
    return "" if blank.kind is Kind.DATE else _("characters")


def _written(bound: Decimal | date | None, unit: str) -> str:
    if bound is None:
        return ""
    if isinstance(bound, date):
        return date_format(bound, "Y-m-d", use_l10n=False)
    return f"{bound} {unit}".rstrip()


def decimals(blank: Blank) -> str:
    """How many decimals a number may have, as a sentence after another."""
    if not blank.decimals:
        return ""
    sentence = ngettext(
        "It may have %(count)s decimal.", "It may have %(count)s decimals.", blank.decimals
    )
    return _(" %(sentence)s") % {"sentence": sentence % {"count": blank.decimals}}
