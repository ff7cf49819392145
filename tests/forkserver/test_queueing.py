"""The queue of a pool, whatever order clients and workers do things in."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.forkserver.queueing import MAX_KEPT, MAX_WAITING, NOBODY_WAITS_FOR, Full, Queue

KEYS = [bytes([n]) for n in range(6)]


@pytest.fixture(scope="module")
def memory() -> Iterator[int]:
    descriptor = os.memfd_create("request")
    yield descriptor
    os.close(descriptor)


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(KEYS), st.booleans()),
        st.tuples(st.just("next"), st.booleans()),
        st.tuples(
            st.just("done"),
        ),
        st.tuples(st.just("leave"), st.sampled_from(KEYS)),
        st.tuples(st.just("time"), st.floats(0, 100)),
    ),
    max_size=40,
)


@given(keep=st.sampled_from([0.0, 60.0]), steps=STEPS)
def test_every_job_is_done_at_most_once_and_nothing_stays_open(
    memory: int, keep: float, steps: list
) -> None:
    queue, now, working, asked = Queue(keep), 0.0, [], {}
    before = open_descriptors()
    for step, *given_ in steps:
        if step == "ask":
            key, urgent = given_
            job = queue.ask(key, memory, urgent=urgent, now=now)
            if job.answer is not None:
                queue.forget(job)
                continue
            job.clients.add(key)
            asked[key] = job
        elif step == "next":
            job = queue.next(urgent_only=given_[0])
            if job is not None:
                assert job not in working and (job.urgent or not given_[0])
                working.append(job)
        elif step == "done" and working:
            job = working.pop(0)
            if job.clients:
                job.clients.clear()
                queue.forget(job)
            else:
                queue.keep(job, os.dup(memory), now)
        elif step == "leave" and given_[0] in asked:
            queue.leave(asked.pop(given_[0]), given_[0])
        elif step == "time":
            now += given_[0]
            queue.clear_away(now)
    for job in working:
        queue.forget(job)
    while (job := queue.next(urgent_only=False)) is not None:
        queue.forget(job)
    queue.clear_away(now + keep + NOBODY_WAITS_FOR + 1)
    assert len(queue) == 0 and open_descriptors() == before


def test_what_is_not_urgent_may_fill_half_of_it(memory: int) -> None:
    queue = Queue(0.0)
    for n in range(MAX_WAITING // 2):
        queue.ask(b"%d" % n, memory, urgent=False, now=0)
    with pytest.raises(Full):
        queue.ask(b"later", memory, urgent=False, now=0)
    for n in range(MAX_WAITING // 2):
        queue.ask(b"now %d" % n, memory, urgent=True, now=0)
    with pytest.raises(Full):
        queue.ask(b"now", memory, urgent=True, now=0)
    queue.ask(b"0", memory, urgent=True, now=0)  # that one waits already
    while (job := queue.next(urgent_only=False)) is not None:
        queue.forget(job)


def test_of_answers_that_nobody_fetched_the_oldest_go(memory: int) -> None:
    queue = Queue(60.0)
    for n in range(MAX_KEPT + 1):
        queue.ask(b"%d" % n, memory, urgent=True, now=n)
        job = queue.next(urgent_only=True)
        assert job is not None
        queue.keep(job, os.dup(memory), n)
    assert queue.ask(b"0", memory, urgent=True, now=99).answer is None
    assert queue.ask(b"1", memory, urgent=True, now=99).answer is not None
    queue.clear_away(1000)
