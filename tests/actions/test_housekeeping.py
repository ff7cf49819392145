"""The chores: each at its time, by one worker of all, again after a death, and missed when late."""

import logging
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from pledges import notices
from pledges.actions import (
    clearing,
    housekeeping,
    ledger_checking,
    lost_tasks,
    renewing,
    review,
)
from pledges.actions.housekeeping import DAY, HOUR, MINUTE, Chore
from pledges.core.refusals import DocumentUnavailable, LedgerBroken, TimestampUnavailable
from pledges.management.commands.publish_checkpoints import Watch
from pledges.models import BackgroundWorker, ChoreRun, LedgerEntry, Pledge, Session
from pledges.sealing_service import jobs
from pledges.storage import document_store

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(monkeypatch):
    """Puts other chores in the place of the real ones; gives what was done, and when."""
    done = []

    def set_up(*chores, does=lambda at: 0):
        def do(name):
            def work(at):
                done.append((name, at))
                return does(at)

            return work

        made = tuple(Chore(name, every, do(name)) for name, every in chores)
        monkeypatch.setattr(housekeeping, "SCHEDULE", made)
        return done

    return set_up


@pytest.fixture
def settled(monkeypatch):
    """The process has run for long enough that what is late is late."""
    monkeypatch.setattr(housekeeping, "_STARTED", float("-inf"))


def passes(span):
    """As if this much time had gone by."""
    ChoreRun.objects.update(due_at=F("due_at") - span, succeeded_at=F("succeeded_at") - span)


def names(done):
    return [name for name, _at in done]


def test_each_chore_is_done_at_its_time(schedule):
    done = schedule(("often", MINUTE), ("seldom", DAY))
    assert housekeeping.run_due() == 2
    assert housekeeping.run_due() == 0
    passes(MINUTE)
    housekeeping.run_due()
    passes(DAY)
    housekeeping.run_due()
    assert names(done) == ["often", "seldom", "often", "often", "seldom"]


def test_the_time_is_the_databases(schedule, monkeypatch):
    """Machines' clocks differ."""
    done = schedule(("often", MINUTE))
    monkeypatch.setattr(timezone, "now", lambda: 1 / 0)
    housekeeping.run_due()
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
    ((_name, at),) = done
    assert abs(at - now) < MINUTE


def test_a_chore_that_another_worker_is_at_is_left_to_it(schedule):
    again = []
    done = schedule(("often", MINUTE), does=lambda at: again.append(housekeeping.run_due()) or 0)
    assert housekeeping.run_due() == 1
    assert (names(done), again) == (["often"], [0])


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_does_the_chore(schedule):
    ready, done = threading.Barrier(4), schedule(("often", MINUTE))
    housekeeping.make_known()

    def work():
        try:
            ready.wait()
            housekeeping.run_due()
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _worker in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert names(done) == ["often"]


class Death(BaseException):
    pass


@pytest.mark.parametrize(("every", "back_after"), [(MINUTE, MINUTE), (DAY, HOUR)])
def test_a_chore_under_which_a_worker_died_comes_back(schedule, every, back_after):
    def die(at):
        raise Death

    done = schedule(("chore", every), does=die)
    with pytest.raises(Death):
        housekeeping.run_due()
    assert housekeeping.run_due() == 0
    passes(back_after)
    with pytest.raises(Death):
        housekeeping.run_due()
    assert len(done) == 2


def test_a_chore_that_fails_is_told_and_tried_again_and_stops_no_other(schedule, settled, caplog):
    answers = iter([OSError("no answer"), None, None])

    def fail_once(at):
        if error := next(answers):
            raise error
        return 3

    done = schedule(("first", DAY), ("second", DAY), does=fail_once)
    caplog.set_level(logging.INFO)
    assert housekeeping.run_due() == 1
    assert housekeeping.chores_warning() == "first: failed"
    assert "The chore 'first' failed" in caplog.text and "no answer" in caplog.text
    passes(10 * MINUTE)
    assert housekeeping.run_due() == 1
    assert housekeeping.chores_warning() == ""
    assert names(done) == ["first", "second", "first"]
    assert "The chore 'first' is done: 3" in caplog.text


def test_a_late_chore_is_named(schedule, settled):
    schedule(("often", HOUR), ("seldom", DAY))
    assert housekeeping.chores_warning() == ""  # they have only just become known
    passes(HOUR + HOUR + 9 * MINUTE)
    assert housekeeping.chores_warning() == ""
    passes(2 * MINUTE)
    assert housekeeping.chores_warning() == "often: late"
    passes(DAY)
    assert housekeeping.chores_warning() == "often: late, seldom: late"
    housekeeping.run_due()
    assert housekeeping.chores_warning() == ""


def test_a_machine_without_keys_leaves_to_others_what_takes_them(settled, settings, tmp_path):
    """Its worker does all else, and no chore is called failed."""
    kept, settings.PKI_DIR = settings.PKI_DIR, tmp_path / "without keys"
    housekeeping.run_due()
    assert housekeeping.chores_warning() == ""
    left = ChoreRun.objects.filter(due_at__lte=Now()).exclude(name="checkpoints")
    keyed = {"completion reports", "ledger", "timestamps"}
    assert set(left.values_list("pk", flat=True)) == keyed
    settings.PKI_DIR = kept
    assert housekeeping.run_due() == len(keyed) and not left.exists()


def test_what_another_worker_put_off_a_moment_after_ours_looked_stays_put_off(schedule):
    """Its statement began later than ours, so that its row lies further ahead than a period."""
    schedule(("often", MINUTE))
    housekeeping.make_known()
    ChoreRun.objects.update(due_at=Now() + MINUTE + timedelta(seconds=2))
    assert housekeeping.run_due() == 0


def test_no_row_puts_a_chore_off_for_long(schedule, settled):
    """The database's clock was ahead, or somebody wants the ledger to be checked no more."""
    done = schedule(("often", MINUTE), ("seldom", DAY))
    housekeeping.run_due()
    passes(-365 * DAY)
    assert housekeeping.chores_warning() == "often: late, seldom: late"
    assert housekeeping.run_due() == 2 and housekeeping.run_due() == 0
    assert housekeeping.chores_warning() == "" and len(done) == 4


def test_workers_that_are_missing_or_cannot_seal_are_told(settled):
    assert housekeeping.workers_warning() == ""  # the installation is new
    passes(16 * MINUTE)
    assert housekeeping.workers_warning() == "none has been seen for 15 minutes"
    housekeeping.report("one", can_seal=True)
    assert housekeeping.workers_warning() == ""
    housekeeping.report("other", can_seal=False)
    assert housekeeping.workers_warning() == "1 of 2 cannot seal: keys cannot be used there"
    housekeeping.report("other", can_seal=True)
    assert housekeeping.workers_warning() == ""
    BackgroundWorker.objects.update(seen_at=Now() - 16 * MINUTE)
    assert housekeeping.workers_warning() == "none has been seen for 15 minutes"


def test_whoever_signs_off_is_not_missed(settled):
    housekeeping.report("one", can_seal=True)
    housekeeping.report("other", can_seal=False)
    housekeeping.sign_off("other")
    assert housekeeping.workers_warning() == ""


def test_a_site_that_has_just_started_is_given_time(monkeypatch):
    monkeypatch.setattr(housekeeping, "_STARTED", float("inf"))
    housekeeping.make_known()
    passes(30 * DAY)
    assert (housekeeping.workers_warning(), housekeeping.chores_warning()) == ("", "")


def test_all_that_wants_doing_is_on_the_schedule(settled):
    """And all of it can be done on an empty installation."""
    assert {chore.name for chore in housekeeping.SCHEDULE} == {
        "bulk acceptances", "calendar", "checkpoints", "completion reports", "digests",
        "documents rendered ahead", "drafts on replaced versions", "invitations", "leavers",
        "ledger", "lists of papers", "lost tasks", "notices", "old rosters", "orphans",
        "papers that nobody filed", "passkeys", "phone links", "readings", "redundant files",
        "request counts", "review claims", "rosters", "sessions", "task closings", "task joiners",
        "task launches", "task results", "task versions", "terms", "timestamps", "workers",
    }  # fmt: skip
    assert housekeeping.run_due() == len(housekeeping.SCHEDULE) - 1
    assert housekeeping.chores_warning() == ""


def test_a_publisher_of_checkpoints_that_is_gone_is_missed(settled):
    watch = Watch()
    watch.look(0.0)
    passes(13 * MINUTE)
    ChoreRun.objects.exclude(name="checkpoints").update(succeeded_at=Now())
    assert housekeeping.chores_warning() == "checkpoints: late"
    watch.look(1.0)
    assert housekeeping.chores_warning() == "checkpoints: late"  # it notes that once a minute
    watch.look(61.0)
    assert housekeeping.chores_warning() == ""
    passes(13 * MINUTE)
    call_command("publish_checkpoints", stdout=StringIO())
    ChoreRun.objects.exclude(name="checkpoints").update(succeeded_at=Now())
    assert housekeeping.chores_warning() == ""


# --- The chores themselves -----------------------------------------------------------------------


def test_sessions_that_have_ended_are_removed(now):
    for key, ends in (("old", now - MINUTE), ("new", now + MINUTE)):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
    assert clearing.clear_sessions(now) == 1
    assert Session.objects.get().pk == "new"


def result(path, status, begun):
    return DBTaskResult.objects.create(
        task_path=path,
        status=status,
        started_at=begun,
        args_kwargs={"args": [], "kwargs": {}},
        backend_name="default",
        run_after=get_date_max(),
    )


@pytest.mark.parametrize(
    ("path", "status", "age", "kept"),
    [
        ("pledges.notices.send", "SUCCESSFUL", 23 * HOUR, True),
        ("pledges.notices.send", "SUCCESSFUL", 25 * HOUR, False),
        ("pledges.notices.accounts.send", "FAILED", 25 * HOUR, False),
        ("pledges.notices.send", "RUNNING", 25 * HOUR, False),
        ("pledges.actions.batches.accept_slice", "FAILED", 13 * DAY, True),
        ("pledges.actions.batches.accept_slice", "FAILED", 15 * DAY, False),
        ("pledges.actions.batches.accept_slice", "RUNNING", 15 * DAY, False),
        ("pledges.notices.send", "READY", None, True),
    ],
)
def test_results_of_tasks_are_kept_for_their_time(now, path, status, age, kept):
    result(path, status, None if age is None else now - age)
    assert clearing.clear_task_results(now) == (not kept)
    assert DBTaskResult.objects.exists() == kept


@pytest.mark.parametrize(
    ("begun", "seen", "workers", "queued"),
    [
        (16 * MINUTE, 16 * MINUTE, ["one"], True),
        (16 * MINUTE, None, ["one"], True),  # forgotten meanwhile
        (16 * MINUTE, 16 * MINUTE, ["other", "one"], True),
        (16 * MINUTE, MINUTE, ["one"], False),  # it is slow
        (14 * MINUTE, 16 * MINUTE, ["one"], False),  # it may have begun just before it was seen
        (16 * MINUTE, 16 * MINUTE, ["a", "b", "one"], False),  # three died under it
    ],
)
def test_a_task_that_died_with_its_worker_is_queued_again(now, begun, seen, workers, queued):
    if seen is not None:
        BackgroundWorker.objects.create(name="one", seen_at=now - seen, can_seal=True)
    task = result(notices.send.module_path, "RUNNING", now - begun)
    DBTaskResult.objects.filter(pk=task.pk).update(worker_ids=workers)
    assert lost_tasks.requeue(now) == queued
    assert DBTaskResult.objects.ready().exists() == queued
    assert lost_tasks.requeue(now) == 0


def test_what_waits_to_be_sent_is_no_result(signed, now):
    signed()
    queued = DBTaskResult.objects.filter(task_path=notices.send.module_path).count()
    assert queued
    clearing.clear_task_results(now + 400 * DAY)
    assert DBTaskResult.objects.count() == queued


def test_workers_that_were_killed_are_forgotten_in_the_end(now):
    for name, seen in (("old", now - 25 * HOUR), ("new", now - HOUR)):
        BackgroundWorker.objects.create(name=name, seen_at=seen, can_seal=True)
    assert clearing.clear_workers(now) == 1
    assert BackgroundWorker.objects.get().pk == "new"


def test_a_ledger_that_was_changed_fails_its_daily_check(accepted, now, caplog):
    accepted()
    assert ledger_checking.check_ledger(now) == LedgerEntry.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pledges_ledgerentry DISABLE TRIGGER written_once")
        cursor.execute("UPDATE pledges_ledgerentry SET event = 'pledge.opened' WHERE sequence = 3")
    with pytest.raises(LedgerBroken):
        ledger_checking.check_ledger(now)
    assert "entry 3, contradicts its columns" in caplog.text


def test_ends_of_terms_are_found_by_an_index(now):
    """Most pledges in force have no term, or one that has not ended: they are not looked at."""
    today = now.date()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Pledge.objects.over(today).explain()
    assert "pledge_in_force_with_a_term" in plan and "Filter" not in plan


@pytest.fixture
def stamped(timestamps, signed, chenjing, now):
    """Two accepted pledges whose timestamps end on the same day; gives that day too."""
    timestamps.clock = now + timedelta(minutes=1, seconds=5)
    pledges = [signed(slug) for slug in ("contract", "general-standards")]
    at = now + timedelta(hours=1)
    timestamps.clock = at + timedelta(seconds=5)
    for each in pledges:
        review.accept(each, actor=chenjing, at=at)
    return pledges, pledges[0].documents.last().stamped_until


def test_timestamps_that_end_within_a_year_are_renewed(stamped, timestamps, monkeypatch):
    pledges, until = stamped
    assert renewing.extend(until - renewing.WITHIN - DAY) == 0
    # Since then the authority has a certificate that lasts longer.
    stamped_until = jobs.validation.stamped_until
    longer = lambda content: stamped_until(content) + 400 * DAY  # noqa: E731
    monkeypatch.setattr(jobs.validation, "stamped_until", longer)
    timestamps.clock = until - 100 * DAY
    assert renewing.extend(timestamps.clock) == 2
    assert [each.documents.count() for each in pledges] == [3, 3]
    assert renewing.extend(timestamps.clock) == 0


def test_a_lost_file_keeps_no_other_from_being_renewed(stamped, timestamps, monkeypatch):
    pledges, until = stamped
    stamped_until = jobs.validation.stamped_until
    longer = lambda content: stamped_until(content) + 400 * DAY  # noqa: E731
    monkeypatch.setattr(jobs.validation, "stamped_until", longer)
    timestamps.clock = until - 100 * DAY
    first, _second = renewing.due(timestamps.clock, renewing.WITHIN)
    document_store.remove(first.sha256)
    with pytest.raises(DocumentUnavailable):
        renewing.extend(timestamps.clock)
    assert [each.documents.count() for each in pledges] == [2, 3]
    monkeypatch.setattr(renewing, "due", lambda at, within: [first])
    with pytest.raises(CommandError, match=f"Lost or damaged, so not renewed: {first.sha256}"):
        call_command("extend_timestamps", stdout=StringIO())


def test_without_a_newer_certificate_no_file_grows_each_week(stamped, timestamps, caplog):
    pledges, until = stamped
    timestamps.clock = until - 100 * DAY
    assert renewing.extend(timestamps.clock) == 1
    assert sum(each.documents.count() for each in pledges) == 5
    assert "The timestamp authority's certificate ends on" in caplog.text


def test_timestamps_fail_where_no_authority_answers(stamped, monkeypatch):
    def refuse(pdf, **rest):
        raise TimestampUnavailable("no answer")

    monkeypatch.setattr(renewing.sealing, "renew_timestamp", refuse)
    with pytest.raises(TimestampUnavailable):
        renewing.extend(stamped[1] - 100 * DAY)
