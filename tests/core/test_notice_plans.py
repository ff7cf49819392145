"""When a member is told why: the strongest open reason, once, on working days, after any pause."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.core import notice_plans
from pledges.core.notice_plans import DEFAULT_PLAN, Facts, Plan, Reason, Told
from pledges.core.standings import REMINDED, Standing
from pledges.core.working_days import Calendar
from pledges.core.working_hours import WorkingHours

USUAL = Plan.from_data(DEFAULT_PLAN)
OCTOBER = Calendar({date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True})
DUE = date(2026, 10, 14)  # a Wednesday
JOINED = date(2026, 9, 21)


def told(day, *, plan=USUAL, calendar=OCTOBER, **facts):
    known = Facts(**{"due_on": DUE, "standing": "due", "joined_on": JOINED, **facts})
    found = notice_plans.strongest(plan, known, day, calendar)
    return found and found.key


@pytest.mark.parametrize(
    ("day", "told_on", "key"),
    [
        # Who was told nothing gets the first notice, however late.
        (JOINED, None, "start"),
        (date(2026, 10, 30), None, "start"),
        # Seven working days before is the 29th of September, three the make-up day.
        (date(2026, 9, 25), JOINED, None),
        (date(2026, 9, 29), JOINED, "before-7"),
        (date(2026, 9, 30), date(2026, 9, 29), None),
        (date(2026, 9, 30), JOINED, "before-7"),
        (date(2026, 10, 8), date(2026, 9, 29), None),
        (date(2026, 10, 10), date(2026, 9, 29), "before-3"),
        (date(2026, 10, 12), date(2026, 10, 10), None),
        (date(2026, 10, 13), date(2026, 10, 10), "before-1"),
        (DUE, date(2026, 10, 13), "on-day"),
        (date(2026, 10, 15), DUE, None),
        # After a pause the last one alone.
        (date(2026, 10, 13), JOINED, "before-1"),
        (date(2026, 10, 16), JOINED, "on-day"),
        (date(2026, 10, 21), DUE, "after-1"),
        (date(2026, 10, 27), date(2026, 10, 21), None),
        (date(2026, 10, 28), date(2026, 10, 21), "after-2"),
        (date(2026, 11, 27), DUE, "after-6"),
        # Not on a day on which nobody works.
        (date(2026, 10, 5), None, None),
        (date(2026, 10, 18), JOINED, None),
    ],
)
def test_the_last_reason_that_came_since_they_were_told_anything(day, told_on, key):
    assert told(day, told_on=told_on) == key


def test_days_before_are_working_days():
    assert [OCTOBER.add(DUE, -number) for number in (7, 3, 1)] == [
        date(2026, 9, 29),
        date(2026, 10, 10),
        date(2026, 10, 13),
    ]


@pytest.mark.parametrize("standing", sorted(set(Standing) - REMINDED))
def test_nobody_else_is_told_anything(standing):
    assert told(DUE, standing=standing) is None
    assert told(DUE, standing=standing, told_on=JOINED) is None


def test_what_falls_due_on_a_holiday_is_told_of_before_it():
    due = date(2026, 10, 4)
    assert told(date(2026, 9, 30), due_on=due, told_on=JOINED) == "on-day"
    assert told(date(2026, 9, 29), due_on=due, told_on=JOINED) == "before-1"
    assert told(date(2026, 10, 8), due_on=due, told_on=date(2026, 9, 30)) is None


def test_a_later_due_date_begins_anew_and_repeats_nothing():
    later = date(2026, 11, 18)
    assert told(date(2026, 10, 16), due_on=later, told_on=DUE) is None
    assert told(date(2026, 11, 9), due_on=later, told_on=DUE) == "before-7"


@pytest.mark.parametrize("reason", [Reason.EXCUSE_ENDED, Reason.NEW_VERSION])
def test_what_has_changed_for_a_member_is_told_before_what_the_plan_has(reason):
    ended = date(2026, 10, 17)
    facts = {"told_on": JOINED, "changed": Told(reason, ended, ended)}
    assert told(date(2026, 10, 16), **facts) == "on-day"
    assert told(date(2026, 10, 19), **facts) == reason
    assert told(date(2026, 10, 21), **{**facts, "told_on": date(2026, 10, 19)}) == "after-1"


def test_without_a_first_notice_what_was_planned_before_they_joined_is_passed_over():
    plan = replace(USUAL, start=False)
    assert told(date(2026, 10, 10), plan=plan, joined_on=date(2026, 10, 9)) == "before-3"
    assert told(date(2026, 10, 12), plan=plan, joined_on=date(2026, 10, 12)) is None


@pytest.mark.parametrize(
    ("day", "standing", "to"),
    [
        (date(2026, 10, 16), "overdue", set()),
        (date(2026, 10, 19), "overdue", {Reason.SUPERIOR}),
        (date(2026, 10, 28), "overdue", {Reason.SUPERIOR, Reason.COMPLIANCE}),
        (date(2026, 10, 28), "returned", {Reason.SUPERIOR, Reason.COMPLIANCE}),
        (date(2026, 10, 25), "overdue", set()),  # a Sunday
        (date(2026, 10, 28), "on-leave", set()),
        (date(2026, 10, 28), "in-review", set()),
        (date(2026, 10, 28), "excused", set()),
        (date(2026, 10, 14), "returned", set()),
    ],
)
def test_to_whom_it_is_told_that_somebody_is_late(day, standing, to):
    assert notice_plans.escalations(USUAL, DUE, standing, day, OCTOBER) == to


@pytest.mark.parametrize(
    ("days_before", "told_days_before", "key"),
    [
        (61, None, None),
        (60, None, "term-60"),
        (59, 60, None),
        (30, 60, "term-30"),
        (5, 60, "term-7"),
        (5, 6, None),
        (0, 60, "term-7"),
        (-1, 60, None),
    ],
)
def test_before_the_end_of_a_term(days_before, told_days_before, key):
    every_day = Calendar({date(2026, 1, 1) + timedelta(days=each): True for each in range(900)})
    ends = date(2027, 6, 15)
    told_on = told_days_before and ends - timedelta(days=told_days_before)
    found = notice_plans.term_ends(ends, told_on, ends - timedelta(days=days_before), every_day)
    assert (found and found.key) == key


def test_a_plan_survives_being_kept_as_data():
    assert Plan.from_data(USUAL.to_data()) == USUAL
    assert Plan.from_data({}) == USUAL
    nothing = dict.fromkeys(DEFAULT_PLAN)
    assert Plan.from_data(nothing) == Plan(start=False)


PLANS = st.builds(
    Plan,
    start=st.booleans(),
    before=st.lists(st.integers(1, 20), unique=True, max_size=4).map(tuple),
    on_day=st.booleans(),
    every_after=st.none() | st.integers(1, 9),
)
DAYS = st.dates(date(2026, 9, 1), date(2026, 12, 31))
CALENDARS = st.builds(Calendar, st.dictionaries(DAYS, st.booleans(), max_size=30))


@given(PLANS, DAYS, DAYS, CALENDARS, st.sets(st.integers(0, 140)))
def test_whatever_the_pauses_nothing_is_told_twice_and_nothing_stays_open(
    plan, due_on, joined_on, calendar, pauses
):
    """Day by day with pauses: each key once, on working days, and none left that had come."""
    facts, keys = Facts(due_on, Standing.DUE, joined_on), []
    for number in range(140):
        day = joined_on + timedelta(days=number)
        standing = Standing.OVERDUE if due_on < day else Standing.DUE
        facts = replace(facts, standing=standing)
        found = notice_plans.strongest(plan, facts, day, calendar)
        if found is None or number in pauses:
            continue
        assert calendar.is_working(day) and found.planned_on <= day
        keys.append((found.key, found.for_day))
        facts = replace(facts, told_on=day)
        assert notice_plans.strongest(plan, facts, day, calendar) is None
    assert len(keys) == len(set(keys))
    assert not (plan.start and keys) or keys[0][0] == "start"


@given(PLANS, DAYS, DAYS, CALENDARS, st.integers(0, 100))
def test_after_a_pause_there_is_at_most_one(plan, due_on, joined_on, calendar, length):
    back = calendar.next_working(joined_on + timedelta(days=length))
    facts = Facts(due_on, Standing.DUE, joined_on, told_on=joined_on)
    if notice_plans.strongest(plan, facts, back, calendar):
        again = replace(facts, told_on=back)
        assert notice_plans.strongest(plan, again, back, calendar) is None


SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ((2026, 10, 9, 10, 30), (2026, 10, 9, 10, 30)),
        ((2026, 10, 9, 8, 59), (2026, 10, 9, 9, 0)),
        ((2026, 10, 9, 18, 0), (2026, 10, 10, 9, 0)),  # the make-up day
        ((2026, 10, 10, 19, 0), (2026, 10, 12, 9, 0)),
        ((2026, 9, 30, 18, 30), (2026, 10, 8, 9, 0)),
        ((2026, 10, 3, 12, 0), (2026, 10, 8, 9, 0)),
    ],
)
def test_mails_wait_for_the_next_working_hour(at, then):
    hours = WorkingHours(9, 18, SHANGHAI, OCTOBER)
    moment = datetime(*at, tzinfo=SHANGHAI).astimezone(UTC)
    assert hours.next_moment(moment) == datetime(*then, tzinfo=SHANGHAI)
    assert hours.includes(moment) is (at == then)
