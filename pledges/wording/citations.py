"""How clauses are cited where they have no number, and what is said of laws that are cited."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pledges.core.languages import Localized
from pledges.core.template import statutes
from pledges.core.template.clauses import FIELD, Outline, Text
from pledges.core.template.statutes import Doubt
from pledges.wording.language import active, here


def citation(outline: Outline, key: str) -> str:
    """How people cite the clause with this key; "" for the pledge as a whole.

    A paragraph that belongs to no numbered clause is cited by where it stands, a head line by its
    label.
    """
    if cited := outline.citation(key):
        return cited
    place = outline.place(key)
    if place is None:
        return ""
    if place.clause.style == FIELD:
        words = "".join(run.text for run in place.clause.runs if isinstance(run, Text))
        return words.strip().rstrip("：:")
    numbers = {"number": place.number}
    if place.closes:
        return (
            _("Closing paragraph") if place.alone else _("Closing paragraph %(number)s") % numbers
        )
    return _("Opening paragraph") if place.alone else _("Opening paragraph %(number)s") % numbers


def law(title: str) -> str:
    """A law as it is named in the language of the page."""
    return statutes.cited(title, active())


def doubt_sentence(doubt: Doubt) -> str:
    """What gives pause about a law that is cited, calmly."""
    statute = doubt.statute
    names = {"law": law(doubt.title), "as_of": _day(statutes.as_of())}
    if statute is None:
        return _("%(law)s is not on the list of laws; please check its title.") % names
    if statute.repealed:
        return _("%(law)s was repealed on %(day)s. Current law: %(other)s.") % {
            **names,
            "day": _day(statute.repealed),
            "other": law(statute.replaced_by),
        }
    return _(
        "%(law)s, in force since %(since)s, has %(articles)s articles by the list of laws, which "
        "is kept up to %(as_of)s; please check the number."
    ) % {**names, "since": _day(statute.in_force), "articles": statute.articles}


def doubt_in_short(doubt: Doubt) -> str:
    """What is expected instead, in a few words or signs."""
    statute = doubt.statute
    if statute is None:
        return _("a law on the list")
    if statute.repealed:
        return _("a law in force")
    return f"1–{statute.articles}"


def example_of_law() -> str:
    """A title as it may be typed."""
    return here(Localized("中华人民共和国劳动合同法", "Labor Contract Law"))


def _day(day: date | None) -> str:
    return date_format(day, "Y-m-d", use_l10n=False) if day else ""
