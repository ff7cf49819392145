"""Who is meant by an audience rule: the one function that every preview and launch asks."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from pledges import wording
from pledges.core import superiors
from pledges.core.audiences import AudienceRule, Clause, Kind
from pledges.models import Department, PaperPledge, Person, Pledge, PledgeTemplate, TemplateVersion
from pledges.models.department_tree import read_tree

Below = Mapping[int, frozenset[int]]
"""For each department, by its key: itself and all below it."""


def members_of(
    rule: AudienceRule,
    template: PledgeTemplate,
    versions: Collection[TemplateVersion],
    day: date,
) -> "QuerySet[Person]":
    """The active people whom `rule` names on `day`, by employee number.

    Whoever has left by then is nobody's member. A pledge is valid that is in force on `day` on one
    of `versions` of `template`, here or on paper.
    """
    below = superiors.below_each(read_tree()) if _asks_below(rule) else {}
    named = _any_of(rule.named, below)
    people = active_people(day).filter(named)
    if rule.exclude:
        people = people.exclude(pk__in=Person.objects.filter(_any_of(rule.exclude, below)))
    if rule.only_without_pledge:
        people = people.exclude(_has_valid_pledge(template, versions, day))
    return people.order_by("employee_number", "pk")


def active_people(day: date) -> "QuerySet[Person]":
    """Everybody with the company on `day` who has an account that is not deactivated."""
    return Person.objects.filter(Q(left_on__isnull=True) | Q(left_on__gte=day), is_active=True)


def unknown_numbers(rule: AudienceRule) -> tuple[str, ...]:
    """The employee numbers in `rule` that nobody has, as they were entered."""
    numbers = rule.numbers()
    known = set(
        Person.objects.filter(employee_number__in=numbers).values_list("employee_number", flat=True)
    )
    return tuple(number for number in numbers if number not in known)


def inactive_numbers(rule: AudienceRule, day: date) -> tuple[str, ...]:
    """The employee numbers in `rule` of people who have left or are deactivated."""
    numbers = rule.numbers()
    active = active_people(day).filter(employee_number__in=numbers)
    known = Person.objects.filter(employee_number__in=numbers).exclude(pk__in=active)
    left = set(known.values_list("employee_number", flat=True))
    return tuple(number for number in numbers if number in left)


def in_words(rule: AudienceRule) -> str:
    """`rule` as a sentence in the language of the page, with the names of its departments."""
    departments = Department.objects.in_bulk(rule.departments())
    return wording.audience_in_words(rule, {key: str(each) for key, each in departments.items()})


def _asks_below(rule: AudienceRule) -> bool:
    return any(clause.below for clause in rule.include + rule.exclude)


def _any_of(clauses: Iterable[Clause], below: Below) -> Q:
    anybody = Q(pk__in=[])
    for clause in clauses:
        anybody |= _people(clause, below)
    return anybody


def _people(clause: Clause, below: Below) -> Q:
    if clause.kind is Kind.EVERYBODY:
        return ~Q(pk__in=[])
    if clause.kind is Kind.DEPARTMENTS:
        keys = {int(value) for value in clause.values}
        if clause.below:
            keys = keys.union(*(below.get(key, frozenset()) for key in keys))
        return Q(department__in=keys)
    if clause.kind is Kind.POSTS:
        return Q(position__in=clause.values)
    if clause.kind is Kind.ROLES:
        # Not by a join: somebody with two of these roles would be there twice.
        return Q(pk__in=Person.objects.filter(groups__name__in=clause.values).values("pk"))
    return Q(employee_number__in=clause.values)


def _has_valid_pledge(
    template: PledgeTemplate, versions: Collection[TemplateVersion], day: date
) -> Q:
    counting = [version.pk for version in versions if version.template_id == template.pk]
    own = Pledge.objects.filter(person=OuterRef("pk"), version__in=counting)
    papers = PaperPledge.objects.filter(person=OuterRef("pk"), version__in=counting)
    return Q(Exists(own.in_force(day))) | Q(Exists(papers.valid(day)))
