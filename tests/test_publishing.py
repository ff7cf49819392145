"""Checkpoints outside the database: on time, by mail, and how the commands speak of them."""

import logging
import signal
import subprocess
import sys
from io import StringIO

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction

from pledges import audit
from pledges.access import SYSTEM
from pledges.management.commands.publish_checkpoints import Watch
from pledges.models import LedgerCheckpoint, LedgerEntry
from pledges.proof.ledger.schedule import BEGIN_AFTER, MAX_ENTRIES, MAX_SECONDS
from tests import serving
from tests.baseline import START
from tests.waiting import eventually

pytestmark = pytest.mark.django_db


def add(count=1):
    for number in range(count):
        audit.record(
            "pledges.exported", actor=SYSTEM, subject="test:1", at=START, facts={"count": number}
        )


def run(command, *args, **options):
    out = StringIO()
    call_command(command, *args, stdout=out, **options)
    return out.getvalue()


def notes(settings):
    return sorted(path.name for path in settings.CHECKPOINTS_DIR.glob("0*.note"))


@pytest.fixture
def watch(db):
    """A watcher that has nothing to catch up with."""
    watch = Watch()
    watch.look(0.0)
    return watch


@pytest.fixture
def archive(settings):
    """Somebody outside keeps every checkpoint that is mailed."""
    settings.CHECKPOINT_MAIL = ["archive@example.org", "auditor@example.org"]
    return mail.outbox


def test_what_waits_when_the_watcher_starts_is_published_at_once(settings):
    add()
    Watch().look(0.0)
    assert notes(settings) == [f"{audit.size():012}.note"]
    assert audit.unpublished() == 0


def test_an_entry_is_published_within_a_minute(watch):
    add()
    watch.look(1.0)
    assert audit.unpublished() == 1
    watch.look(1.0 + BEGIN_AFTER)
    assert audit.unpublished() == 0


def test_a_hundred_entries_are_published_at_once(watch):
    add(MAX_ENTRIES - 1)
    watch.look(1.0)
    assert audit.unpublished() == MAX_ENTRIES - 1
    add()
    watch.look(2.0)
    assert audit.unpublished() == 0


def test_a_quiet_ledger_gets_no_checkpoints(settings, watch):
    before = notes(settings)
    for minute in range(1, 10):
        watch.look(minute * MAX_SECONDS)
    assert notes(settings) == before


def test_a_look_is_cheap(watch, django_assert_num_queries):
    add()
    with django_assert_num_queries(1):
        watch.look(1.0)


def test_each_checkpoint_is_mailed_once_and_one_a_minute(watch, archive):
    watch.look(1.0)
    (first,) = archive
    assert first.to == ["archive@example.org", "auditor@example.org"]
    size = audit.size()
    (name, content, _kind) = first.attachments[0]
    assert (name, content) == (f"{size:012}.note", audit.published().encode())
    assert audit.published() in first.body
    add()
    audit.checkpoint(START)
    add()
    audit.checkpoint(START)
    watch.look(2.0)
    assert len(archive) == 1
    watch.look(1.0 + MAX_SECONDS)
    assert len(archive) == 2
    assert archive[1].attachments[0][0] == f"{size + 2:012}.note"
    for minute in range(2, 5):
        watch.look(minute * MAX_SECONDS)
    assert len(archive) == 2


def test_a_restarted_watcher_mails_nothing_twice(watch, archive):
    watch.look(1.0)
    Watch().look(0.0)
    assert len(archive) == 1


def test_mail_that_cannot_be_sent_is_sent_later(watch, archive, monkeypatch, caplog):
    def refuse(self, messages):
        raise ConnectionRefusedError("nobody there")

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        watch.look(1.0)
    assert "could not be sent" in caplog.text
    watch.look(2.0)
    assert not archive
    watch.look(1.0 + MAX_SECONDS)
    assert len(archive) == 1


def test_without_a_key_one_line_is_logged(settings, tmp_path, caplog):
    settings.PKI_DIR = tmp_path / "none"
    add()
    watch = Watch()
    for second in range(100):
        watch.look(float(second))
    assert len(caplog.records) == 1
    assert "no key" in caplog.text
    assert not settings.CHECKPOINTS_DIR.exists()
    caplog.clear()
    assert run("publish_checkpoints") == ""
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_broken_ledger_is_cried_out_and_not_signed(settings, watch, caplog):
    before = notes(settings)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE pledges_ledgerentry DISABLE TRIGGER ALL")
        cursor.execute("DELETE FROM pledges_ledgerentry WHERE sequence > 2")
    for second in range(1, 10):
        watch.look(float(second))
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "BROKEN" in caplog.text
    assert notes(settings) == before
    with pytest.raises(CommandError, match="broken"):
        run("publish_checkpoints")


def test_the_watcher_outlives_a_database_that_is_away(watch, monkeypatch, caplog):
    add()

    def away():
        raise OperationalError("server closed the connection unexpectedly")

    closed = []
    with monkeypatch.context() as patch:
        patch.setattr(audit, "unpublished", away)
        patch.setattr("django.db.connections.close_all", lambda: closed.append(1))
        watch.look(1.0)
        watch.look(2.0)
    assert len(closed) == 2
    assert len(caplog.records) == 1
    watch.look(3.0)
    watch.look(3.0 + BEGIN_AFTER)
    assert audit.unpublished() == 0


def test_publishing_by_hand_says_what_was_published(archive):
    add()
    said = run("publish_checkpoints")
    made = LedgerCheckpoint.objects.get()
    assert said == f"{made.size} entries, root {made.root}\n"
    assert len(archive) == 1
    assert run("publish_checkpoints") == said
    assert len(archive) == 1


def test_an_honest_ledger_is_told_so_and_with_what_it_was_compared(signed):
    assert "no checkpoint outside" in run("verify_ledger")
    signed()
    add()
    size = audit.size()
    said = run("verify_ledger")
    assert said.startswith(f"{size} entries, whole and in order. Root: {audit.root(size).hex()}\n")
    covered = LedgerCheckpoint.objects.latest("size").size
    assert covered < size
    assert f"begin with the {covered} entries" in said


def test_an_altered_ledger_is_told_where(signed):
    signed()
    victim = LedgerEntry.objects.order_by("-sequence").first()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE pledges_ledgerentry DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE pledges_ledgerentry SET at = at + interval '1s' WHERE sequence = %s",
            [victim.sequence],
        )
    out = StringIO()
    with pytest.raises(CommandError, match="faults: 1"):
        call_command("verify_ledger", stdout=out)
    assert out.getvalue() == f"entry {victim.sequence} says one thing and its columns another\n"


def test_an_older_note_from_elsewhere_can_be_compared(tmp_path):
    add()
    file = tmp_path / "from-the-mail.note"
    file.write_text(audit.checkpoint(START).note, encoding="utf-8")
    size = audit.size()
    add(3)
    audit.checkpoint(START)
    assert f"begin with the {size} entries" in run("verify_ledger", since=file)


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"hello\n\nworld\n"])
def test_a_file_that_is_no_checkpoint_of_ours_is_refused(tmp_path, text):
    file = tmp_path / "any"
    file.write_bytes(text)
    with pytest.raises(CommandError):
        run("verify_ledger", since=file)
    with pytest.raises(CommandError):
        run("verify_ledger", since=tmp_path / "missing")


def cut_all_other_connections():
    """As a restart of the database server does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_the_watcher_survives_a_restart_of_the_database_and_ends_when_asked(settings):
    with transaction.atomic():
        add()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "publish_checkpoints", "--watch"],
        cwd=serving.ROOT,
        env=serving.surroundings(),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert eventually(lambda: notes(settings) == [f"{audit.size():012}.note"])
        assert cut_all_other_connections() >= 1
        with transaction.atomic():
            add(MAX_ENTRIES)
        assert eventually(lambda: f"{audit.size():012}.note" in notes(settings))
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)[1]
        assert process.returncode == 0
        assert said.count("\n") == 1
        assert "database does not answer" in said
    finally:
        process.kill()
        process.communicate()
