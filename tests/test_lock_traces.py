"""What is read off the locks of two actions: it rules out no pair that really waits in a circle."""

import pytest
from django.db import IntegrityError, connection, transaction

from pledges.models import Department, Person
from tests.interleaving import Session, meet
from tests.lock_traces import Observer, could_circle, could_meet
from tests.test_lock_order import is_deadlock

pytestmark = pytest.mark.django_db(transaction=True)


def doing(*steps):
    @transaction.atomic
    def act():
        for step in steps:
            step()

    return act


def locking(username, **how):
    strength = how or {"no_key": True}
    return lambda: Person.objects.select_for_update(**strength).get(username=username)


def running(sql, *values):
    def run():
        with connection.cursor() as cursor:
            cursor.execute(sql, values)

    return run


def founding(name):
    return lambda: Department.objects.create(name_zh=name, name_en=name)


def sharing(username):
    return running("SELECT 1 FROM pledges_person WHERE username = %s FOR SHARE", username)


def staffing(name):
    """Refers to a row, which is looked at when all is committed."""

    def run():
        department = Department.objects.get(name_zh=name)
        Person.objects.filter(username="admin").update(department=department)

    return run


def moving_away(name):
    """Takes a key away, as who refers to the row must not see."""
    return running("UPDATE pledges_department SET id = 77777 WHERE name_zh = %s", name)


LI, WANG = locking("liming"), locking("wangfang")
TURN = running("SELECT pg_advisory_xact_lock(77)")
BOTH = [running("UPDATE pledges_person SET contact = '7' WHERE username IN ('liming', 'wangfang')")]
CIRCLES = {
    "rows": ([LI, WANG], [WANG, LI]),
    "a row and the turn": ([LI, TURN], [TURN, LI]),
    "the stronger of a lock": ([sharing("liming"), LI], [sharing("liming"), LI]),
    "a row and a new key": ([LI, founding("甲部")], [founding("甲部"), LI]),
}
ORDERLY = {
    "one order": ([LI, WANG, TURN], [LI, WANG, TURN]),
    "one in common": ([LI, WANG], [LI, TURN]),
    "nothing in common": ([LI], [WANG]),
    "who only refers": ([locking("liming", no_key=True), sharing("wangfang")], [TURN, LI]),
    "shared": ([sharing("liming"), sharing("wangfang")], [sharing("wangfang"), sharing("liming")]),
    "other keys": ([founding("甲部"), LI], [LI, founding("乙部")]),
}


GATED = {
    "what only one can come to": ([LI, *BOTH], [LI, *BOTH]),
    "an order behind the turn": ([TURN, LI, WANG], [TURN, WANG, LI]),
}


@pytest.fixture
def sessions():
    made = Session(), Session()
    yield made
    for session in made:
        session.close()


@pytest.fixture
def observer(sessions):
    made = Observer(sessions[0])
    yield made
    made.close()


def waits_in_a_circle(sessions, first, second, held) -> bool:
    _waited, raised = meet(*sessions, first, second, held)
    return any(map(is_deadlock, raised))


@pytest.mark.parametrize("name", CIRCLES)
def test_what_waits_in_a_circle_is_tried(sessions, observer, name):
    first, second = (doing(*steps) for steps in CIRCLES[name])
    assert could_circle(observer.record(first), observer.record(second))
    assert waits_in_a_circle(sessions, first, second, 1)


@pytest.mark.parametrize("name", ORDERLY)
def test_what_keeps_to_an_order_is_not(sessions, observer, name):
    first, second = (doing(*steps) for steps in ORDERLY[name])
    assert not could_circle(observer.record(first), observer.record(second))
    assert not any(waits_in_a_circle(sessions, first, second, held) for held in (1, 2))


@pytest.mark.parametrize("name", GATED)
def test_behind_what_only_one_holds_any_order_is_right(sessions, observer, name):
    first, second = (doing(*steps) for steps in GATED[name])
    traces = observer.record(first), observer.record(second)
    assert could_meet(*traces) and not could_circle(*traces)
    assert not any(waits_in_a_circle(sessions, first, second, held) for held in (1, 2))


def test_new_keys_in_two_orders_are_tried(observer):
    there, back = [founding("甲部"), founding("乙部")], [founding("乙部"), founding("甲部")]
    assert could_circle(observer.record(doing(*there)), observer.record(doing(*back)))


def test_the_order_within_a_statement_is_taken_for_any(observer):
    both, in_turn = doing(*BOTH), doing(LI, WANG)
    assert could_circle(observer.record(both), observer.record(in_turn))


def test_what_a_commit_looks_at_is_locked_last(sessions, observer):
    Department.objects.create(name_zh="空部", name_en="Nobody's")
    refers = doing(LI, staffing("空部"))
    takes = doing(moving_away("空部"), LI)
    traces = observer.record(refers), observer.record(takes)
    assert could_circle(*traces)
    assert not could_circle(traces[0], observer.record(doing(LI, moving_away("空部"))))


def test_locks_end_with_their_transaction(observer):
    def in_two():
        doing(LI)()
        doing(WANG)()

    trace = observer.record(in_two)
    assert len(trace.transactions) == 2
    assert not could_circle(trace, observer.record(doing(WANG, LI)))
    assert could_meet(trace, observer.record(doing(WANG, LI)))


@pytest.mark.parametrize("unsure", ["who looks aside", "who was refused"])
def test_who_is_not_sure_is_tried_with_whomever_it_meets(observer, unsure):
    def refused():
        with pytest.raises(IntegrityError), transaction.atomic():
            founding("合规部")()

    steps = {
        "who looks aside": [locking("liming", no_key=True, skip_locked=True)],
        "who was refused": [LI, refused],
    }
    trace = observer.record(doing(*steps[unsure]))
    assert not trace.sure
    assert could_circle(trace, observer.record(doing(LI)))
    assert not could_circle(trace, observer.record(doing(WANG)))


def test_rows_that_are_new_unless_they_are_there_meet_all_new_ones(observer):
    insert = (
        "INSERT INTO pledges_chorerun (name, due_at, failed) VALUES ('x', now(), false)"
        " ON CONFLICT DO NOTHING"
    )
    trace = observer.record(doing(running(insert), LI))
    assert could_circle(trace, observer.record(doing(LI, running(insert))))


def test_no_lock_goes_unseen(observer):
    hidden = "WITH x AS (UPDATE pledges_person SET contact = '7' RETURNING 1) SELECT * FROM x"
    with pytest.raises(AssertionError, match="taken for reading"):
        observer.record(doing(running(hidden)))
    with pytest.raises(AssertionError, match="all of pledges_person is locked"):
        observer.record(doing(running("LOCK TABLE pledges_person IN SHARE MODE"), LI))
