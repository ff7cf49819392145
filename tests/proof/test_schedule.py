"""No entry waits longer than a minute for its checkpoint, nor for more than a hundred others."""

from hypothesis import given
from hypothesis import strategies as st

from pledges.proof.ledger.schedule import LOOK_EVERY, MAX_ENTRIES, MAX_SECONDS, Schedule

STEPS = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=300)


def test_what_waits_at_the_first_look_is_due():
    assert Schedule().is_due(1, now=0.0)


def test_nothing_new_is_never_due():
    schedule = Schedule()
    assert not any(schedule.is_due(0, now=float(second)) for second in range(1000))


def test_a_ledger_that_shrank_is_due_for_a_look():
    schedule = Schedule()
    assert not schedule.is_due(0, now=0.0)
    assert schedule.is_due(-3, now=1.0)


def test_a_hundred_are_due_at_once():
    schedule = Schedule()
    schedule.is_due(0, now=0.0)
    assert not schedule.is_due(MAX_ENTRIES - 1, now=1.0)
    assert schedule.is_due(MAX_ENTRIES, now=2.0)


def test_what_others_published_need_not_be_published_again():
    schedule = Schedule()
    schedule.is_due(0, now=0.0)
    assert not schedule.is_due(5, now=1.0)
    assert not schedule.is_due(1, now=50.0)
    assert not schedule.is_due(1, now=60.0)
    assert schedule.is_due(1, now=50.0 + MAX_SECONDS)


def test_what_could_not_be_published_stays_due():
    schedule = Schedule()
    schedule.is_due(0, now=0.0)
    schedule.is_due(1, now=1.0)
    assert schedule.is_due(1, now=70.0)
    assert schedule.is_due(1, now=71.0)
    schedule.note_published()
    assert not schedule.is_due(1, now=72.0)


@given(STEPS)
def test_no_entry_waits_longer_than_promised(steps):
    """Entries come in bursts, others publish in between; looks are as far apart as they are."""
    schedule, now, waiting, oldest = Schedule(), 0.0, 0, 0.0
    schedule.is_due(0, now)
    for added, elsewhere in steps:
        if elsewhere:
            waiting = 0
        if added and not waiting:
            oldest = now
        waiting += added
        now += LOOK_EVERY
        if schedule.is_due(waiting, now):
            assert waiting
            waiting = 0
            schedule.note_published()
        assert waiting < MAX_ENTRIES
        assert not waiting or now - oldest < MAX_SECONDS
