"""Who is meant by an audience rule, against the same said plainly in Python."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledges.actions.tasks import audience
from pledges.core import superiors
from pledges.core.audiences import AudienceRule, Clause, Kind
from pledges.core.lifecycle import Role
from pledges.models import Department, PaperPledge, Person
from pledges.models.department_tree import read_tree

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
POSTS = ["客户经理", "柜员"]


def everybody(*exclude):
    return AudienceRule((Clause(Kind.EVERYBODY),), exclude)


def names(rule, version, day=DAY):
    found = audience.members_of(rule, version.template, [version], day)
    return list(found.values_list("employee_number", flat=True))


@pytest.fixture
def company(db):
    """A tree of departments three deep, and two people in each, of whom some have left."""
    top = Department.objects.create(name_zh="总部")
    middle = [Department.objects.create(name_zh=f"分部{n}", parent=top) for n in (1, 2)]
    low = [Department.objects.create(name_zh=f"支部{n}", parent=middle[0]) for n in (1, 2)]
    departments = [top, *middle, *low]
    for number in range(12):
        person = Person.objects.create(
            username=f"p{number}",
            name=f"某{number}",
            employee_number=f"{number:03}",
            department=departments[number % 5],
            position=POSTS[number % 2],
            is_active=number != 3,
            left_on=[None, DAY - timedelta(days=1), DAY][number % 3],
        )
        person.groups.set(Group.objects.filter(name__in=[Role.HR, Role.AUDITOR][: number % 3]))
    return departments


def below(department):
    found = {department.pk}
    for child in Department.objects.filter(parent=department):
        found |= below(child)
    return found


def is_named(clause, person, tree):
    if clause.kind is Kind.EVERYBODY:
        return True
    if clause.kind is Kind.DEPARTMENTS:
        asked = set().union(*(tree[key] if clause.below else {key} for key in clause.values))
        return person.department_id in asked
    if clause.kind is Kind.POSTS:
        return person.position in clause.values
    if clause.kind is Kind.ROLES:
        return bool({group.name for group in person.groups.all()} & set(clause.values))
    return person.employee_number in clause.values


def naive(rule, people, tree, valid):
    found = []
    for person in people:
        here = person.is_active and not (person.left_on and person.left_on < DAY)
        named = any(is_named(clause, person, tree) for clause in rule.named)
        left_out = any(is_named(clause, person, tree) for clause in rule.exclude)
        done = rule.only_without_pledge and person.pk in valid
        if here and named and not left_out and not done:
            found.append(person.employee_number)
    return sorted(found)


def test_the_function_says_what_the_rule_says(company, version, chenjing, zhoumin, now):
    tree = {department.pk: below(department) for department in company}
    people = list(Person.objects.prefetch_related("groups"))
    paper = {"version": version(), "signed_on": DAY, "filed_by": zhoumin, "filed_at": now}
    settled = {"state": "confirmed", "settled_by": chenjing, "settled_at": now}
    valid = {person.pk for person in people[::3]}
    for key in valid:
        PaperPledge.objects.create(person_id=key, **paper, **settled)
    kinds = {
        Kind.DEPARTMENTS: sorted(tree),
        Kind.POSTS: POSTS,
        Kind.ROLES: [role.value for role in Role],
        Kind.NUMBERS: [person.employee_number for person in people] + ["no-such"],
    }
    clause = st.one_of(
        st.just(Clause(Kind.EVERYBODY)),
        *(
            st.builds(
                Clause,
                st.just(kind),
                st.lists(st.sampled_from(values), min_size=1, max_size=3).map(tuple),
                st.booleans() if kind is Kind.DEPARTMENTS else st.just(False),
            )
            for kind, values in kinds.items()
        ),
    )
    narrowed = st.one_of(clause, st.just(Clause(Kind.WITHOUT_PLEDGE)))

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(
        st.builds(
            AudienceRule,
            st.lists(narrowed, min_size=1, max_size=3).map(tuple),
            st.lists(clause, max_size=2).map(tuple),
        )
    )
    def holds(rule):
        assert names(rule, version()) == naive(rule, people, tree, valid)

    holds()


def test_a_pledge_in_force_is_valid_and_one_in_review_is_not(
    accepted, signed, version, liming, wangfang
):
    accepted()
    signed(person=wangfang)
    rule = AudienceRule((Clause(Kind.WITHOUT_PLEDGE),))
    found = names(rule, version())
    assert liming.employee_number not in found
    assert wangfang.employee_number in found
    # On another template nothing is signed.
    assert liming.employee_number in names(rule, version("contract"))


def test_a_circle_of_departments_ends(company):
    top = company[0]
    Department.objects.filter(pk=top.pk).update(parent=company[3])
    whole = {each.pk for each in company}
    assert superiors.below_each(read_tree())[top.pk] == whole


def test_numbers_that_nobody_has_are_told_apart_from_those_who_left(company):
    rule = AudienceRule((Clause(Kind.NUMBERS, ("000", "0", "003", "004", "999")),))
    assert audience.unknown_numbers(rule) == ("0", "999")
    assert audience.inactive_numbers(rule, DAY) == ("003", "004")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "department 总部 with everything below it; role HR; of these, only people without "
            "a valid pledge; except employee numbers 1, 2, 3, 4, 5, 6, 7, 8 and 2 more",
        ),
    ],
)
def test_a_rule_in_words(company, language, said):
    rule = AudienceRule(
        (
            Clause(Kind.DEPARTMENTS, (company[0].pk,), below=True),
            Clause(Kind.ROLES, ("hr",)),
            Clause(Kind.WITHOUT_PLEDGE),
        ),
        (Clause(Kind.NUMBERS, (*tuple("123456789"), "10")),),
    )
    with translation.override(language):
        assert audience.in_words(rule) == said
        assert "everyone" in audience.in_words(everybody())
