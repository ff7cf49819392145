"""Whom a signing task is for, in words: the rule as a sentence without its full stop."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pledges.core.audiences import AudienceFault, AudienceRule, Clause, Fault, Kind
from pledges.core.lifecycle import Role

MAX_LISTED: Final = 8  # of the values of a clause; of more, their number is told

_ROLES: Final = {
    Role.MANAGER.value: gettext_lazy("Account manager"),
    Role.COMPLIANCE.value: gettext_lazy("Compliance officer"),
    Role.HR.value: gettext_lazy("HR"),
    Role.AUDITOR.value: gettext_lazy("Auditor"),
    Role.ADMINISTRATOR.value: gettext_lazy("Administrator"),
}

FAULTS: Final[dict[Fault, str | Promise]] = {
    Fault.NOT_A_RULE: gettext_lazy("This is not an audience."),
    Fault.UNKNOWN_KEY: gettext_lazy("The audience contains “%(what)s”, which means nothing here."),
    Fault.UNKNOWN_KIND: gettext_lazy("Nobody can be chosen by “%(what)s”."),
    Fault.NO_VALUES: gettext_lazy("Nothing has been chosen for one part of the audience."),
    Fault.WRONG_VALUE: gettext_lazy("“%(what)s” is not possible in this part of the audience."),
    Fault.TOO_MUCH: gettext_lazy("The audience has too many parts."),
    Fault.NOBODY_INCLUDED: gettext_lazy("Please choose who has to sign."),
    Fault.CANNOT_EXCLUDE: gettext_lazy(
        "People without a valid pledge can be chosen, but not left out."
    ),
}


def in_words(rule: AudienceRule, departments: Mapping[int, str]) -> str:
    """Who has to sign by `rule`; `departments` are the names by their keys."""
    told = {
        "included": _("; ").join(_clause(each, departments) for each in rule.named),
        "excluded": _("; ").join(_clause(each, departments) for each in rule.exclude),
    }
    if rule.only_without_pledge and rule.exclude:
        text = _("%(included)s; of these, only people without a valid pledge; except %(excluded)s")
    elif rule.only_without_pledge:
        text = _("%(included)s; of these, only people without a valid pledge")
    elif rule.exclude:
        text = _("%(included)s; except %(excluded)s")
    else:
        text = "%(included)s"
    return text % told


def audience_fault(fault: AudienceFault) -> str:
    """The sentence for one fault of a rule."""
    return str(FAULTS[fault.fault]) % {"what": fault.what}


def _clause(clause: Clause, departments: Mapping[int, str]) -> str:
    if clause.kind is Kind.EVERYBODY:
        return _("everyone")
    if clause.kind is Kind.DEPARTMENTS:
        names = [departments.get(int(key), "?") for key in clause.values]
        return _departments(names, below=clause.below)
    values = [str(value) for value in clause.values]
    if clause.kind is Kind.POSTS:
        text = ngettext("position %(values)s", "positions %(values)s", len(values))
        return text % {"values": _listed(values)}
    if clause.kind is Kind.ROLES:
        roles = [str(_ROLES[Role(value).value]) for value in values]
        return ngettext("role %(values)s", "roles %(values)s", len(roles)) % {
            "values": _listed(roles)
        }
    text = ngettext("employee number %(values)s", "employee numbers %(values)s", len(values))
    return text % {"values": _listed(values)}


def _departments(names: list[str], *, below: bool) -> str:
    listed = {"values": _listed(names)}
    if below:
        text = ngettext(
            "department %(values)s with everything below it",
            "departments %(values)s with everything below them",
            len(names),
        )
    else:
        text = ngettext("department %(values)s", "departments %(values)s", len(names))
    return text % listed


def _listed(values: list[str]) -> str:
    shown = _(", ").join(values[:MAX_LISTED])
    more = len(values) - MAX_LISTED
    if more <= 0:
        return shown
    return ngettext("%(shown)s and %(more)s more", "%(shown)s and %(more)s more", more) % {
        "shown": shown,
        "more": more,
    }
