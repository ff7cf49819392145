"""The sweep takes what nothing names or a longer file holds as well, and nothing else."""

import hashlib
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from pledges import audit, durable_files, issued_files
from pledges.access import SYSTEM
from pledges.actions import preparing, quarantine, renewing, review, sweeping
from pledges.models import Document, LedgerEntry, Person, Pledge
from pledges.storage import document_store

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def test_only_files_that_nothing_names_are_swept(draft, signed, wangfang):
    pledge = signed()
    # Both files are a day old when the sweep comes, but one belongs to an open intent.
    later = timezone.now() + timedelta(days=2)
    intent = preparing.prepare(draft("contract", person=wangfang), actor=wangfang, at=later)
    orphan = document_store.put(b"%PDF-1.7 left behind by a lost race")
    assert sweeping.sweep(later) == 2  # the orphan, and the signed pledge's reading copy
    assert not document_store.exists(orphan)
    assert document_store.exists(intent.document_digest)
    assert document_store.get(pledge.documents.get().sha256)


def test_young_files_stay(db):
    orphan = document_store.put(b"%PDF-1.7 still on its way")
    assert sweeping.sweep(timezone.now()) == 0
    assert document_store.exists(orphan)


def test_there_is_nothing_to_sweep_where_nothing_was_stored(db, now):
    assert sweeping.sweep(now) == sweeping.remove_redundant(now) == 0


def test_what_killed_processes_left_half_written_is_swept_when_old(settings, db):
    documents = Path(settings.STORAGES["documents"]["OPTIONS"]["location"])
    folders = (documents / "ab", quarantine.folder(), settings.CHECKPOINTS_DIR)
    left = [folder / f"{durable_files.UNFINISHED}{'0' * 16}" for folder in folders]
    for path in left:
        durable_files.make_folder(path.parent)
        path.write_bytes(b"half")
        (path.parent / "whole").write_bytes(b"whole")
    sweeping.sweep(timezone.now())
    assert all(path.exists() for path in left)
    sweeping.sweep(timezone.now() + timedelta(days=2))
    assert not any(path.exists() for path in left)
    assert all((path.parent / "whole").exists() for path in left)


class ManyFiles:
    """A storage of so many documents, each named by the hash of its number; it reads none."""

    def __init__(self, count):
        self.count, self.removed = count, []
        self.folders = {}
        for number in range(count):
            digest = hashlib.sha256(str(number).encode()).digest()
            self.folders[digest[0]] = self.folders.get(digest[0], b"") + digest

    def list_folders(self):
        for first, digests in sorted(self.folders.items()):
            yield f"{first:02x}", [digests[i : i + 32].hex() for i in range(0, len(digests), 32)]

    def is_older(self, sha256, than):
        return True

    def remove(self, sha256):
        self.removed.append(sha256)

    def remove_unfinished(self, older_than):
        return 0


COPIED = """
INSERT INTO pledges_document (pledge_id, revision, sha256, size, created_at, level)
SELECT %s, number + 10, encode(sha256(number::text::bytea), 'hex'), 1, now(), ''
FROM generate_series(0, %s) AS number WHERE number %% 1000 <> 7
"""


def test_the_digests_of_all_documents_are_never_held_at_once(signed, now, monkeypatch):
    """Of every hundred thousand documents, what is held grows by that of one folder of 256."""
    pledge, count = signed(), 30_000
    with connection.cursor() as cursor:
        cursor.execute(COPIED, [pledge.pk, count - 1])
    many = ManyFiles(count)
    monkeypatch.setattr(sweeping, "document_store", many)
    tracemalloc.start()
    try:
        assert sweeping.sweep(now) == count // 1000
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    held = count * len(many.removed[0])  # the characters alone
    assert peak < held
    lost = {hashlib.sha256(str(number).encode()).hexdigest() for number in range(7, count, 1000)}
    assert set(many.removed) == lost


def test_the_documents_of_a_folder_are_found_by_an_index(signed):
    """With as many as make the index the best way by far, whatever the planner knew before."""
    with connection.cursor() as cursor:
        cursor.execute(COPIED, [signed().pk, 30_000])
        cursor.execute("ANALYZE pledges_document")
    plan = sweeping._kept_in("ab", [1]).explain()
    assert "Index Cond: (((sha256)::text >= 'ab'" in plan


# --- Files whose bytes a longer one begins with ---------------------------------------------------


@pytest.fixture
def files(accepted):
    """The two files of an accepted pledge."""
    return list(accepted().documents.all())


def entries():
    return LedgerEntry.objects.filter(event="files.removed")


def test_a_day_after_the_longer_file_was_issued_the_shorter_one_goes(files):
    first, second = files
    content = issued_files.read(first)
    assert sweeping.remove_redundant(second.created_at + DAY - MINUTE) == 0
    assert document_store.exists(first.sha256)
    at = second.created_at + DAY
    assert sweeping.remove_redundant(at) == 1
    assert not document_store.exists(first.sha256) and document_store.exists(second.sha256)
    assert issued_files.read(first) == content
    entry = entries().get()
    assert f'"facts":{{"bytes":{first.size},"files":1}}' in entry.leaf
    assert (entry.actor_id, entry.subject) == (None, "storage:documents")
    assert sweeping.remove_redundant(at + DAY) == 0
    assert entries().count() == 1 and list(audit.verify()) == []
    assert sweeping.sweep(timezone.now() + 3 * DAY) == 1  # the copy for reading, and no issued file


def test_a_file_without_a_longer_one_stays(signed, now):
    file = signed().documents.get()
    assert sweeping.remove_redundant(now + 400 * DAY) == 0
    assert document_store.exists(file.sha256)


def lose(file):
    document_store.remove(file.sha256)


def spoil(place):
    def change(file):
        path = Path(document_store._storage().path(f"{file.sha256[:2]}/{file.sha256}"))
        path.chmod(0o640)
        content = bytearray(path.read_bytes())
        content[place] ^= 1
        path.write_bytes(bytes(content))

    return change


@pytest.mark.parametrize("harm", [lose, spoil(0), spoil(-1)], ids=["lost", "beginning", "end"])
def test_where_the_longer_file_is_lost_or_damaged_everything_stays(files, harm, caplog):
    first, second = files
    harm(second)
    assert sweeping.remove_redundant(second.created_at + 2 * DAY) == 0
    assert document_store.exists(first.sha256) and not entries().exists()
    assert f"{first.sha256} stays" in caplog.text


def test_a_longer_file_that_does_not_begin_with_it_keeps_it(signed, wangfang, chenjing, now):
    """As after rows that somebody wrote by hand."""
    one, other = signed(), signed(person=wangfang)
    longer = other.documents.get()
    Document.objects.create(
        pledge=one,
        revision=2,
        sha256=longer.sha256,
        size=longer.size,
        created_at=now,
        level=longer.level,
    )
    assert sweeping.remove_redundant(now + 2 * DAY) == 0
    assert document_store.exists(one.documents.first().sha256)


def test_renewed_files_leave_the_newest_alone(timestamps, signed, chenjing, now):
    timestamps.clock = now + timedelta(minutes=1, seconds=5)
    pledge, at = signed(), now + timedelta(hours=1)
    timestamps.clock = at + timedelta(seconds=5)
    review.accept(pledge, actor=chenjing, at=at)
    for days in (100, 50):
        newest = pledge.documents.last()
        timestamps.clock = newest.stamped_until - days * DAY
        renewing.renew(newest, actor=SYSTEM, at=timestamps.clock)
    files = list(pledge.documents.all())
    contents = [issued_files.read(file) for file in files]
    # The newest is too young: the one before it keeps the others meanwhile.
    assert sweeping.remove_redundant(timestamps.clock) == 2
    assert [document_store.exists(file.sha256) for file in files] == [False, False, True, True]
    assert sweeping.remove_redundant(timestamps.clock + 2 * DAY) == 1
    assert [document_store.exists(file.sha256) for file in files] == [False, False, False, True]
    assert [issued_files.read(file) for file in files] == contents
    assert entries().count() == 2


def test_each_run_has_one_entry_and_is_told_before_its_files_go(
    accepted, wangfang, zhaolei, now, monkeypatch
):
    for person in (None, wangfang, zhaolei):
        accepted(person=person)
    told = []
    remove = document_store.remove

    def counted(sha256):
        told.append(entries().count())
        remove(sha256)

    monkeypatch.setattr(document_store, "remove", counted)
    monkeypatch.setattr(sweeping, "MAX_RUN", 2)
    assert sweeping.remove_redundant(now + 2 * DAY) == 3
    assert told == [1, 1, 2]
    assert entries().count() == 2


def test_a_sweep_that_was_killed_is_completed_by_the_next(accepted, wangfang, now, monkeypatch):
    accepted(), accepted(person=wangfang)

    class Death(BaseException):
        pass

    def die(sha256):
        raise Death

    with monkeypatch.context() as dying:
        dying.setattr(document_store, "remove", die)
        with pytest.raises(Death):
            sweeping.remove_redundant(now + 2 * DAY)
    assert sweeping.remove_redundant(now + 2 * DAY) == 2
    for pledge in Pledge.objects.all():
        for file in pledge.documents.all():
            assert issued_files.read(file)


@pytest.mark.usefixtures("files")
def test_files_of_erased_people_are_no_longer_looked_at(liming, now, monkeypatch):
    audit.record("person.erased", actor=SYSTEM, subject=liming, at=now)
    nobody = {"is_active": False, "name": "—", "email": "", "position": "", "contact": ""}
    Person.objects.filter(pk=liming.pk).update(erased_at=now, **nobody)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE pledges_pledge DISABLE TRIGGER pledge_guard")
        cursor.execute(
            "UPDATE pledges_pledge SET status = 'erased', answers = '{}', signer_name = '',"
            " content_digest = ''"
        )
    monkeypatch.setattr(document_store, "get", lambda sha256: 1 / 0)
    assert sweeping.remove_redundant(now + 2 * DAY) == 0
    assert not entries().exists()
