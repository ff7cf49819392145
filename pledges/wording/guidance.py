"""What is said of a blank before anybody types: what it takes, what is expected, an example."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.core.languages import Localized
from pledges.core.template.blanks import Blank, Kind
from pledges.wording.answers import Sentences, bounded, decimals, expectation
from pledges.wording.language import here

_WHOLE_NUMBER: Sentences = {
    (True, True): gettext_lazy("A whole number from %(minimum)s to %(maximum)s."),
    (True, False): gettext_lazy("A whole number, at least %(minimum)s."),
    (False, True): gettext_lazy("A whole number, at most %(maximum)s."),
    (False, False): gettext_lazy("A whole number."),
}
_NUMBER: Sentences = {
    (True, True): gettext_lazy("A number from %(minimum)s to %(maximum)s."),
    (True, False): gettext_lazy("A number, at least %(minimum)s."),
    (False, True): gettext_lazy("A number, at most %(maximum)s."),
    (False, False): gettext_lazy("A number."),
}
_DATE: Sentences = {
    (True, True): gettext_lazy("A date from %(minimum)s to %(maximum)s."),
    (True, False): gettext_lazy("A date, %(minimum)s or later."),
    (False, True): gettext_lazy("A date, %(maximum)s or earlier."),
    (False, False): gettext_lazy("A date, such as 2026-11-23."),
}
_LENGTH: Sentences = {
    (True, True): gettext_lazy("From %(minimum)s to %(maximum)s."),
    (True, False): gettext_lazy("At least %(minimum)s."),
    (False, True): gettext_lazy("At most %(maximum)s."),
}


def guidance(blank: Blank) -> tuple[str, ...]:
    """The sentences, in the reader's language; none where there is nothing to tell."""
    example = here(blank.example)
    said = (
        here(blank.hint),
        _takes(blank),
        expectation(blank),
        _("For example: %(example)s") % {"example": example} if example else "",
    )
    return tuple(sentence for sentence in said if sentence)


def in_language(words: Localized, language: str) -> str:
    """An answer that is offered, as it would stand in a pledge in `language`."""
    return words.in_(language) or words.zh or words.en


def _takes(blank: Blank) -> str:
    if blank.kind is Kind.INTEGER:
        return bounded(_WHOLE_NUMBER, blank, blank.hard)
    if blank.kind.is_number:
        return bounded(_NUMBER, blank, blank.hard) + decimals(blank)
    if blank.kind is Kind.DATE:
        return bounded(_DATE, blank, blank.hard)
    if blank.kind is Kind.STATUTE:
        return _("One law by its title, without an article.")
    return "" if blank.kind is Kind.CHOICE else bounded(_LENGTH, blank, blank.hard)
