"""Rules of whom a task is for, and when it is due: as data, checked, round and round."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.core.audiences import AudienceRule, Clause, Fault, FaultyAudience, Kind
from pledges.core.due_rules import DueInThePast, DueRule, FaultyDueRule, due_on
from pledges.core.lifecycle import Role

WORDS = st.text("ABC甲乙0123", min_size=1, max_size=6)
VALUES = {
    Kind.DEPARTMENTS: st.integers(1, 99),
    Kind.POSTS: WORDS,
    Kind.ROLES: st.sampled_from([role.value for role in Role]),
    Kind.NUMBERS: WORDS,
}


def clauses(*, excluding=False):
    named = [
        st.builds(
            Clause,
            st.just(kind),
            st.lists(values, min_size=1, max_size=4, unique=True).map(tuple),
            st.booleans() if kind is Kind.DEPARTMENTS else st.just(False),
        )
        for kind, values in VALUES.items()
    ]
    whole = [Kind.EVERYBODY] if excluding else [Kind.EVERYBODY, Kind.WITHOUT_PLEDGE]
    return st.one_of(*named, *(st.just(Clause(kind)) for kind in whole))


RULES = st.builds(
    AudienceRule,
    st.lists(clauses(), min_size=1, max_size=4).map(tuple),
    st.lists(clauses(excluding=True), max_size=3).map(tuple),
)


@given(RULES)
def test_a_rule_is_read_back_as_it_was_written(rule):
    assert AudienceRule.from_data(rule.to_data()) == rule


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        ({}, [Fault.NOBODY_INCLUDED]),
        ([], [Fault.NOT_A_RULE]),
        ({"include": [{"kind": "everybody"}], "also": []}, [Fault.UNKNOWN_KEY]),
        ({"include": [{"kind": "everybody", "values": []}]}, [Fault.UNKNOWN_KEY]),
        ({"include": [{"kind": "friends"}]}, [Fault.UNKNOWN_KIND]),
        ({"include": [{"kind": "numbers"}]}, [Fault.NO_VALUES]),
        ({"include": [{"kind": "numbers", "values": []}]}, [Fault.NO_VALUES]),
        ({"include": [{"kind": "numbers", "values": "E1001"}]}, [Fault.NO_VALUES]),
        ({"include": [{"kind": "numbers", "values": [""]}]}, [Fault.WRONG_VALUE]),
        ({"include": [{"kind": "numbers", "values": [1]}]}, [Fault.WRONG_VALUE]),
        ({"include": [{"kind": "departments", "values": ["1"]}]}, [Fault.WRONG_VALUE]),
        ({"include": [{"kind": "departments", "values": [True]}]}, [Fault.WRONG_VALUE]),
        ({"include": [{"kind": "roles", "values": ["king"]}]}, [Fault.WRONG_VALUE]),
        ({"include": [{"kind": "posts", "values": ["x"], "below": True}]}, [Fault.UNKNOWN_KEY]),
        (
            {"include": [{"kind": "everybody"}], "exclude": [{"kind": "without-pledge"}]},
            [Fault.CANNOT_EXCLUDE],
        ),
        ({"include": [{"kind": "everybody"}] * 41}, [Fault.TOO_MUCH]),
        ({"include": [{"kind": "a"}, {"kind": "b"}]}, [Fault.UNKNOWN_KIND] * 2),
    ],
)
def test_what_is_wrong_with_a_rule_is_told_as_data(data, faults):
    with pytest.raises(FaultyAudience) as told:
        AudienceRule.from_data(data)
    assert [fault.fault for fault in told.value.faults] == faults


def test_a_fault_says_where_it_is():
    with pytest.raises(FaultyAudience) as told:
        AudienceRule.from_data({"include": [{"kind": "everybody"}, {"kind": "friends"}]})
    (fault,) = told.value.faults
    assert (fault.where, fault.what) == ("include 2", "friends")


def test_blanks_around_values_are_no_part_of_them_and_twice_is_once():
    rule = AudienceRule.from_data({"include": [{"kind": "numbers", "values": [" 007", "007 "]}]})
    assert rule.numbers() == ("007",)


class Weekdays:
    """Monday to Friday are worked."""

    def is_working(self, day):
        return day.weekday() < 5

    def add(self, day, n):
        while n:
            day += timedelta(days=1)
            n -= self.is_working(day)
        return day


MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("data", "due"),
    [
        ({"kind": "working-days", "days": 1}, date(2026, 11, 24)),
        ({"kind": "working-days", "days": 5}, date(2026, 11, 30)),
        ({"kind": "date", "on": "2026-11-23"}, MONDAY),
        # A Sunday: told of elsewhere, and kept.
        ({"kind": "date", "on": "2026-11-29"}, date(2026, 11, 29)),
    ],
)
def test_when_it_is_due(data, due):
    rule = DueRule.from_data(data)
    assert due_on(rule, MONDAY, Weekdays()) == due
    assert DueRule.from_data(rule.to_data()) == rule


def test_nothing_is_due_before_it_begins():
    rule = DueRule.from_data({"kind": "date", "on": "2026-11-22"})
    with pytest.raises(DueInThePast):
        due_on(rule, MONDAY, Weekdays())


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (None, ""),
        ({}, "kind"),
        ({"kind": "soon"}, "kind"),
        ({"kind": "date"}, "on"),
        ({"kind": "date", "on": "30.11.2026"}, "on"),
        ({"kind": "date", "on": "2026-11-23", "days": 3}, "days"),
        ({"kind": "working-days", "days": 0}, "days"),
        ({"kind": "working-days", "days": 366}, "days"),
        ({"kind": "working-days", "days": "5"}, "days"),
        ({"kind": "working-days", "days": True}, "days"),
    ],
)
def test_what_is_wrong_with_a_due_rule_is_told(data, what):
    with pytest.raises(FaultyDueRule) as told:
        DueRule.from_data(data)
    assert told.value.what == what
