"""The part of a task's form that says for whom it is: fields on one side, the rule on the other."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django import forms
from django.db.models import Count
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pledges.actions.tasks import audience
from pledges.admin import words
from pledges.admin.tasks import frames
from pledges.core import superiors
from pledges.core.audiences import AudienceRule, Clause, Kind
from pledges.core.characters import half_width
from pledges.models import Department, Person
from pledges.models.department_tree import read_tree

MAX_TOLD: Final = 20  # unknown employee numbers that are told of by name
_APART: Final = re.compile(r"[\n\r\t,;，；、]+")
_SIDES: Final = ("include", "exclude")
_WORDS: Final = {Kind.DEPARTMENTS: "departments", Kind.POSTS: "posts", Kind.ROLES: "roles"}


def fields() -> dict[str, forms.Field]:
    """The fields by name; what may be chosen is read when the form is made."""
    return {
        "everybody": forms.BooleanField(label=_("Everyone"), required=False),
        **_side("include"),
        "without_pledge": forms.BooleanField(
            label=_("Of these, only people without a valid pledge of this kind"), required=False
        ),
        **_side("exclude"),
    }


def _side(side: str) -> dict[str, forms.Field]:
    return {
        f"{side}_departments": _choices(_("Departments"), department_tree()),
        f"{side}_below": forms.BooleanField(
            label=_("and the departments below the chosen ones"), required=False, initial=True
        ),
        f"{side}_posts": _choices(_("Posts"), posts()),
        f"{side}_roles": _choices(_("Roles"), list(words.SHORT_ROLES.items())),
        f"{side}_numbers": forms.CharField(
            label=_("Employee numbers"),
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("One a line, or pasted from a column of a spreadsheet."),
        ),
    }


def _choices(label: Any, choices: Iterable[tuple[Any, Any]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        required=False,
        choices=list(choices),
        widget=forms.CheckboxSelectMultiple,
    )


def department_tree() -> list[tuple[str, str]]:
    """Every department with how many active people it has, those below indented under theirs.

    Counted as a rule counts that includes what is below; where it differs, who is directly in it.
    """
    below: dict[int | None, list[Department]] = {}
    for each in Department.objects.all():
        below.setdefault(each.parent_id, []).append(each)
    active = audience.active_people(frames.today()).order_by()
    heads = dict(active.values_list("department").annotate(Count("pk")))
    within = superiors.below_each(read_tree())
    return [
        (str(each.pk), f"{'　' * depth}{each} ({_count(each.pk, heads, within)})")
        for each, depth in _walk(below, None, 0, frozenset())
    ]


def _count(key: int, heads: Mapping[int, int], within: Mapping[int, Iterable[int]]) -> str:
    own, everybody = heads.get(key, 0), sum(heads.get(each, 0) for each in within.get(key, [key]))
    if own == everybody:
        return str(own)
    return gettext("%(all)d, of these %(own)d directly") % {"all": everybody, "own": own}


def _walk(
    below: Mapping[int | None, list[Department]],
    above: int | None,
    depth: int,
    seen: frozenset[int],
) -> Iterator[tuple[Department, int]]:
    for each in below.get(above, ()):
        if each.pk in seen:
            continue
        yield each, depth
        yield from _walk(below, each.pk, depth + 1, seen | {each.pk})


def posts() -> list[tuple[str, str]]:
    """Every post that an active person holds, and how many do."""
    active = audience.active_people(frames.today())
    held = active.exclude(position="").order_by("position")
    counted = held.values_list("position").annotate(Count("pk"))
    return [(post, f"{post} ({count})") for post, count in counted]


def rule_of(typed: Mapping[str, Any]) -> AudienceRule:
    """The rule that the fields say."""
    include = [Clause(Kind.EVERYBODY)] if typed["everybody"] else list(_clauses(typed, "include"))
    if typed["without_pledge"]:
        include.append(Clause(Kind.WITHOUT_PLEDGE))
    return AudienceRule(tuple(include), tuple(_clauses(typed, "exclude")))


def _clauses(typed: Mapping[str, Any], side: str) -> Iterator[Clause]:
    for kind, name in _WORDS.items():
        if values := typed[f"{side}_{name}"]:
            keys = map(int, values) if kind is Kind.DEPARTMENTS else values
            below = kind is Kind.DEPARTMENTS and typed[f"{side}_below"]
            yield Clause(kind, tuple(keys), below)
    if numbers := typed[f"{side}_numbers"]:
        yield Clause(Kind.NUMBERS, tuple(numbers))


def initial_of(rule: AudienceRule) -> dict[str, Any]:
    """What the fields say for `rule`."""
    initial: dict[str, Any] = {
        "everybody": any(each.kind is Kind.EVERYBODY for each in rule.include),
        "without_pledge": rule.only_without_pledge,
    }
    for side in _SIDES:
        for clause in getattr(rule, side):
            if clause.kind is Kind.NUMBERS:
                initial[f"{side}_numbers"] = "\n".join(map(str, clause.values))
            elif clause.kind in _WORDS:
                initial[f"{side}_{_WORDS[clause.kind]}"] = [str(each) for each in clause.values]
                if clause.kind is Kind.DEPARTMENTS:
                    initial[f"{side}_below"] = clause.below
    return initial


def split_numbers(text: str) -> tuple[list[str], list[str]]:
    """The employee numbers in `text` as they are known here, and those that nobody has.

    A number may hold spaces: what is divided by spaces is tried as a whole before it is divided.
    """
    pieces = [each.strip() for each in _APART.split(half_width(text)) if each.strip()]
    words = {part for piece in pieces for part in (piece, *piece.split())}
    numbers = Person.objects.filter(employee_number__in=words).values_list("employee_number")
    known = {number for (number,) in numbers}
    found = [part for piece in pieces for part in ([piece] if piece in known else piece.split())]
    once = list(dict.fromkeys(found))
    return [each for each in once if each in known], [each for each in once if each not in known]
