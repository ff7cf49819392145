"""Accepting many in the background: everything once, the others left with reasons, and kill -9."""

import signal
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from pledges import access, audit
from pledges.actions import batches, review
from pledges.core import refusals
from pledges.core.lifecycle import PledgeState, Role
from pledges.models import AcceptanceItem, LedgerEntry, Pledge
from pledges.models.batches import PATIENCE
from pledges.storage import document_store
from tests.baseline import START
from tests.serving import run_worker

pytestmark = pytest.mark.django_db
Outcome = AcceptanceItem.Outcome


class Worker:
    """Runs the turns that are queued and due, at a time that stands still."""

    def __init__(self, now):
        self.now, self.turns = now, 0

    def step(self):
        turns = DBTaskResult.objects.filter(task_path=batches.accept_slice.module_path)
        due = turns.filter(Q(run_after=get_date_max()) | Q(run_after__lte=self.now))
        task = due.order_by("enqueued_at").first()
        if task is None:
            return False
        task.delete()
        self.turns += 1
        batches.work(*task.args_kwargs["args"], clock=lambda: self.now)
        return True

    def run(self):
        while self.step():
            pass

    def resume_later(self):
        """What the housekeeping does once everybody's patience is at its end."""
        self.now += PATIENCE
        batches.resume(self.now)
        self.run()


@pytest.fixture
def worker(now):
    return Worker(now + timedelta(hours=2))


@pytest.fixture
def begin(worker, chenjing):
    def make(*pledges, actor=chenjing):
        return batches.begin(pledges, actor=actor, at=worker.now)

    return make


def outcomes(batch):
    return {item.pledge: (item.outcome, item.reason) for item in batch.items.all()}


def many(person, version, count, at):
    return Pledge.objects.bulk_create(
        Pledge(
            id=uuid.uuid4(),
            person=person,
            version=version,
            template_id=version.template_id,
            language="zh-hans",
            status=PledgeState.SIGNED,
            number=f"CN-2026-{number:06}",
            signer_name="李明",
            document_digest="0" * 64,
            signed_at=at + timedelta(seconds=number),
            saved_at=at,
            created_at=at,
        )
        for number in range(count)
    )


def stubbed(monkeypatch, accept):
    monkeypatch.setattr(batches.review, "accept", accept)


def quick_accept(pledge, *, actor, at):
    Pledge.objects.filter(pk=pledge.pk, status=PledgeState.SIGNED).update(
        status=PledgeState.ACCEPTED, reviewed_by=actor, reviewed_at=at
    )


# Not as many as a batch may hold: in a test's one transaction each change leaves its former row
# behind, so the time grows with the square of the number.
HUNDREDS = 300


def test_hundreds_are_accepted_in_order_and_in_short_turns(
    begin, worker, liming, version, now, monkeypatch
):
    seen = []
    stubbed(monkeypatch, lambda pledge, **rest: (seen.append(pledge), quick_accept(pledge, **rest)))
    pledges = many(liming, version(), HUNDREDS, now)
    batch = begin(*reversed(pledges))
    worker.run()
    batch.refresh_from_db()
    assert batch.finished_at == worker.now
    assert seen == pledges
    slices = HUNDREDS / batches.SLICE
    assert slices <= worker.turns < slices + batches.MAX_TASKS
    assert batch.items.filter(outcome=Outcome.ACCEPTED).count() == HUNDREDS
    assert batches.resume(worker.now + PATIENCE) == 0


@pytest.mark.parametrize("count", [0, batches.MAX_BATCH_SIZE + 1])
def test_none_and_too_many_are_refused(begin, liming, version, now, count):
    with pytest.raises(ValueError):
        begin(*many(liming, version(), count, now))


def test_what_cannot_be_accepted_is_left_with_its_reason_and_the_others_go_on(
    begin, worker, chenjing, sunhao, signed, accepted, wangfang, zhaolei
):
    chenjing.groups.add(Group.objects.get(name=Role.MANAGER))
    flagged = signed(person=wangfang, satisfaction_target="80")
    own, elsewhere = signed(person=chenjing), signed("contract")
    review.accept(elsewhere, actor=sunhao, at=worker.now)
    plain = signed(person=zhaolei)
    batch = begin(flagged, own, elsewhere, plain)
    worker.run()
    assert outcomes(batch) == {
        flagged: ("left", batches.FLAGGED),
        own: ("left", batches.OWN),
        elsewhere: ("left", batches.NOT_WAITING),
        plain: ("accepted", ""),
    }
    plain.refresh_from_db()
    assert (plain.status, plain.reviewed_at) == (PledgeState.ACCEPTED, worker.now)
    begun = LedgerEntry.objects.get(event="acceptance.begun")
    assert (begun.actor_id, begun.subject) == (chenjing.pk, f"acceptancebatch:{batch.pk}")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (refusals.Unprintable(("𰻝",)), "unprintable"),
        (document_store.Unwritable("disk full"), batches.FAILED),
        (ZeroDivisionError(), batches.FAILED),
    ],
)
def test_one_that_is_refused_or_always_fails_stops_no_other(
    begin, worker, liming, version, now, monkeypatch, error, reason
):
    first, second = many(liming, version(), 2, now)

    def accept(pledge, **rest):
        if pledge == first:
            raise error
        quick_accept(pledge, **rest)

    stubbed(monkeypatch, accept)
    batch = begin(first, second)
    worker.run()
    assert outcomes(batch)[second] == ("accepted", "")
    for _try in range(batches.MAX_TRIES):
        worker.resume_later()
    assert outcomes(batch) == {first: ("left", reason), second: ("accepted", "")}
    batch.refresh_from_db()
    assert batch.finished_at is not None


def test_what_a_store_refuses_for_a_while_is_accepted_after_it(
    begin, worker, liming, version, now, monkeypatch
):
    def fail(pledge, **rest):
        raise document_store.Unwritable("no answer")

    stubbed(monkeypatch, fail)
    batch = begin(*many(liming, version(), 3, now))
    worker.run()
    assert set(outcomes(batch).values()) == {("waiting", "")}
    stubbed(monkeypatch, quick_accept)
    worker.run()
    assert set(outcomes(batch).values()) == {("waiting", "")}  # not at once again
    worker.resume_later()
    assert set(outcomes(batch).values()) == {("accepted", "")}


def test_an_officer_deactivated_meanwhile_accepts_nothing_more(
    begin, worker, chenjing, liming, version, now, monkeypatch
):
    first, second = many(liming, version(), 2, now)

    def accept(pledge, **rest):
        quick_accept(pledge, **rest)
        type(chenjing).objects.filter(pk=chenjing.pk).update(is_active=False)

    stubbed(monkeypatch, accept)
    batch = begin(first, second)
    worker.run()
    assert outcomes(batch) == {first: ("accepted", ""), second: ("left", batches.NOT_ALLOWED)}


def test_a_queue_that_delivers_more_than_once_does_nothing_twice(
    begin, worker, liming, version, now, monkeypatch
):
    seen = []
    stubbed(monkeypatch, lambda pledge, **rest: (seen.append(pledge), quick_accept(pledge, **rest)))
    batch = begin(*many(liming, version(), 3, now))
    for _time in range(3):
        batches.accept_slice.enqueue(batch.pk)
    worker.run()
    assert len(seen) == 3
    assert batch.items.filter(outcome=Outcome.ACCEPTED).count() == 3


def test_many_workers_are_at_one_batch_at_once_and_each_pledge_is_one_workers(
    begin, worker, liming, version, now, monkeypatch
):
    """While one is at a pledge, others take others: as many as there are tasks."""
    seen, under_way, most = [], [], []

    def accept(pledge, **rest):
        seen.append(pledge)
        under_way.append(pledge)
        most.append(len(under_way))
        worker.step()  # another worker takes what is queued, in the middle of this one's work
        quick_accept(pledge, **rest)
        under_way.remove(pledge)

    stubbed(monkeypatch, accept)
    pledges = many(liming, version(), 40, now)
    batch = begin(*pledges)
    worker.run()
    assert max(most) == 40 / batches.SLICE
    assert sorted(seen, key=str) == sorted(pledges, key=str)
    assert set(outcomes(batch).values()) == {("accepted", "")}


def test_a_worker_that_was_taken_for_dead_settles_nothing_twice(
    begin, worker, liming, version, now, monkeypatch
):
    pledges = many(liming, version(), 4, now)
    seen = []

    def accept(pledge, **rest):
        seen.append(pledge)
        if seen.count(pledge) == 1 and pledge == pledges[1]:
            worker.resume_later()  # so slow that another one begins with it anew
        quick_accept(pledge, **rest)

    stubbed(monkeypatch, accept)
    batch = begin(*pledges)
    worker.run()
    assert sorted(seen, key=str) == sorted([*pledges, pledges[1]], key=str)
    assert set(outcomes(batch).values()) == {("accepted", "")}
    assert not batch.items.filter(settled_at=None).exists()


@pytest.mark.parametrize(
    "error",
    [
        refusals.KeysUnusable("event-ca.key.pem: wrong passphrase"),
        refusals.KeyExpired("company-seal", START, START),
        refusals.CompanyNotPinned("sha256=00"),
    ],
)
def test_a_worker_without_usable_keys_leaves_every_pledge_to_others(
    begin, worker, liming, version, now, monkeypatch, error
):
    def refuse(pledge, **rest):
        raise error

    stubbed(monkeypatch, refuse)
    batch = begin(*many(liming, version(), 30, now))
    worker.run()
    assert set(outcomes(batch).values()) == {("waiting", "")}
    assert set(batch.items.values_list("tries", "taken_until")) == {(0, None)}
    stubbed(monkeypatch, quick_accept)
    worker.now += batches.KEYS_LATER  # this one looks again later; others need not wait for it
    worker.run()
    assert set(outcomes(batch).values()) == {("accepted", "")}


def test_resuming_queues_only_what_nobody_is_about_to_take(begin, worker, liming, version, now):
    batch = begin(*many(liming, version(), 30, now))
    assert batches.resume(worker.now) == 0  # its tasks are still in the queue
    DBTaskResult.objects.all().delete()
    batch.items.update(taken_until=worker.now + PATIENCE)
    assert batches.resume(worker.now) == 0  # somebody is at all of them
    assert batches.resume(worker.now + PATIENCE) == 1
    assert DBTaskResult.objects.count() == 3
    assert batches.resume(worker.now + PATIENCE) == 0


def test_a_batch_whose_worker_died_before_it_noted_the_end_is_finished(
    begin, worker, liming, version, now
):
    batch = begin(*many(liming, version(), 1, now))
    batch.items.update(outcome=Outcome.ACCEPTED, settled_at=worker.now)
    batches.resume(worker.now)
    batch.refresh_from_db()
    assert batch.finished_at == worker.now


def test_the_same_asked_for_twice_is_one_batch(begin, worker, signed, wangfang):
    pledges = signed(), signed(person=wangfang)
    assert begin(*pledges) == begin(*reversed(pledges))
    assert begin(pledges[0]) != begin(*pledges)


def test_accepting_many_is_for_compliance(begin, signed, zhoumin, sunhao):
    pledge = signed()
    with pytest.raises(access.Denied):
        begin(pledge, actor=zhoumin)
    batch = begin(pledge)
    with pytest.raises(access.Denied):
        batches.go_on(batch, actor=sunhao)


def test_a_pledge_under_which_workers_die_is_left_in_the_end(
    begin, worker, liming, version, now, monkeypatch
):
    deadly, plain = many(liming, version(), 2, now)

    class Death(BaseException):
        pass

    def accept(pledge, **rest):
        if pledge == deadly:
            raise Death
        quick_accept(pledge, **rest)

    stubbed(monkeypatch, accept)
    batch = begin(deadly, plain)
    for _death in range(batches.MAX_TRIES):
        with pytest.raises(Death):
            worker.step()
        assert not worker.step()
        worker.now += PATIENCE
        batches.resume(worker.now)
    worker.run()
    assert outcomes(batch) == {deadly: ("left", batches.FAILED), plain: ("accepted", "")}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["accept:claimed", "accept:committed", "batch:settled"])
def test_a_worker_killed_in_the_middle_loses_nothing(
    signed, liming, wangfang, zhaolei, chenjing, point
):
    at = timezone.now() - timedelta(hours=1)
    pledges = [signed(person=person, at=at) for person in (liming, wangfang, zhaolei)]
    DBTaskResult.objects.all().delete()  # the mails about signing
    batch = batches.begin(pledges, actor=chenjing, at=at)
    assert run_worker(fault=point) == -signal.SIGKILL
    batch.refresh_from_db()
    assert batch.finished_at is None
    assert Pledge.objects.accepted().count() == (point in {"accept:committed", "batch:settled"})
    assert batches.resume(timezone.now()) == 1  # the others are free at once
    assert run_worker() == 0
    assert Pledge.objects.accepted().count() >= 2
    batch.items.waiting().update(taken_until=None)  # time passes
    batches.resume(timezone.now())
    assert run_worker() == 0
    batch.refresh_from_db()
    assert batch.finished_at is not None
    assert set(outcomes(batch).values()) == {("accepted", "")}
    assert LedgerEntry.objects.filter(event="pledge.accepted").count() == 3
    assert all(pledge.documents.count() == 2 for pledge in pledges)
    assert list(audit.verify()) == []
