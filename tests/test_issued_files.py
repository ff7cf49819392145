"""A document is read from its own file or from the beginning of a longer one: the hash decides."""

import io
import re
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from pledges import issued_files, verification
from pledges.access import SYSTEM
from pledges.actions import erasure, exporting, readings, renewing, review, sweeping
from pledges.core.digests import sha256_hex
from pledges.models import Pledge
from pledges.storage import document_store
from pledges.storage.s3 import S3DocumentStorage
from tests.object_store import BUCKET, CREDENTIALS, Trouble, object_store, proxy

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def renewed(timestamps, signed, chenjing, now):
    """A pledge with four files: signed, accepted, and stamped again twice."""
    timestamps.clock = now + timedelta(minutes=1, seconds=5)
    pledge, at = signed(), now + timedelta(hours=1)
    timestamps.clock = at + timedelta(seconds=5)
    review.accept(pledge, actor=chenjing, at=at)
    for _time in range(2):
        newest = pledge.documents.last()
        timestamps.clock = newest.stamped_until - 100 * DAY
        renewing.renew(newest, actor=SYSTEM, at=timestamps.clock)
    return pledge


def damage(sha256):
    """Change a stored file as a failing disk would."""
    path = Path(document_store._storage().path(f"{sha256[:2]}/{sha256}"))
    path.chmod(0o640)
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def test_each_file_of_a_pledge_is_read_when_only_the_longest_is_stored(renewed):
    files = list(renewed.documents.all())
    before = [issued_files.read(file) for file in files]
    intent = renewed.signature.intent
    prepared = issued_files.read_prepared(intent)
    assert [len(each) for each in before] == [file.size for file in files]
    document_store.remove(intent.document_digest)
    for file in files[:-1]:
        document_store.remove(file.sha256)
    assert [issued_files.read(file) for file in files] == before
    assert issued_files.read_prepared(intent) == prepared


def test_a_damaged_file_is_read_from_a_longer_one_and_told_of(accepted, caplog):
    first, second = accepted().documents.all()
    whole = issued_files.read(first)
    damage(first.sha256)
    assert issued_files.read(first) == whole
    assert f"{first.sha256} is damaged" in caplog.text
    damage(second.sha256)
    with pytest.raises(document_store.Corrupt):
        issued_files.read(second)


def test_a_longer_file_whose_beginning_is_damaged_gives_nothing(accepted):
    first, second = accepted().documents.all()
    path = Path(document_store._storage().path(f"{second.sha256[:2]}/{second.sha256}"))
    path.chmod(0o640)
    path.write_bytes(b"?" + path.read_bytes()[1:])
    document_store.remove(first.sha256)
    with pytest.raises(document_store.Missing):
        issued_files.read(first)


def test_where_no_file_is_stored_the_document_is_missing(accepted):
    files = list(accepted().documents.all())
    for file in files:
        document_store.remove(file.sha256)
    for file in files:
        with pytest.raises(document_store.Missing):
            issued_files.read(file)
        with pytest.raises(verification.FileUnavailable):
            verification.issued_bytes(file)


def test_files_of_another_pledge_are_not_looked_into(signed, wangfang, monkeypatch):
    one, _other = signed().documents.get(), signed(person=wangfang).documents.get()
    document_store.remove(one.sha256)
    monkeypatch.setattr(document_store, "read_beginning", lambda *asked: 1 / 0)
    with pytest.raises(document_store.Missing):
        issued_files.read(one)


def test_documents_are_read_here_and_nowhere_else():
    """Whoever asked the store itself would miss what a longer file holds.

    Records and scans are no documents of pledges: of theirs no file is removed for a longer one.
    """
    pledges = Path(issued_files.__file__).parent
    reads = re.compile(r"document_store\.(get|read_beginning)\(")
    reading = {
        path.relative_to(pledges).as_posix()
        for path in pledges.rglob("*.py")
        if reads.search(path.read_text("utf-8"))
    }
    others = {
        "actions/papers/keeping.py",
        "actions/records/issuing.py",
        "actions/records/renewing.py",
    }
    assert reading == {"issued_files.py", "actions/sweeping.py"} | others


# --- What uses it, after sweeping ----------------------------------------------------------------


@pytest.fixture
def swept(accepted, now):
    """An accepted pledge of which only the longer file is stored, and the bytes of both."""
    pledge = accepted()
    before = [issued_files.read(file) for file in pledge.documents.all()]
    assert sweeping.remove_redundant(now + 2 * DAY) == 1
    assert not document_store.exists(pledge.documents.first().sha256)
    return pledge, before


def test_both_files_are_offered_and_judged_as_before(swept, now):
    pledge, before = swept
    for file, content in zip(pledge.documents.all(), before, strict=True):
        assert verification.issued_bytes(file) == content
    assert readings.read_signed(pledge).issued == before[-1]


def test_an_export_holds_whole_files(swept, zhoumin, now):
    _pledge, before = swept
    exported = exporting.export(Pledge.objects.all(), actor=zhoumin, at=now + 2 * DAY)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(exported)))
    files = [archive.read(name) for name in archive.namelist() if name.endswith(".pdf")]
    assert files == [before[-1]]


def test_an_export_under_way_survives_a_later_file_and_the_sweep(signed, chenjing, zhoumin, now):
    """The list of files was made before; its newest file is a beginning by now."""
    pledge = signed()
    content = issued_files.read(pledge.documents.get())
    exported = exporting.export(Pledge.objects.all(), actor=zhoumin, at=now)
    review.accept(pledge, actor=chenjing, at=now + timedelta(hours=1))
    sweeping.remove_redundant(now + 2 * DAY)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(exported)))
    assert content in [archive.read(name) for name in archive.namelist()]


@pytest.mark.django_db(transaction=True)
def test_an_erasure_leaves_no_file(swept, chenjing, liming, now):
    pledge, _before = swept
    review.revoke(pledge, actor=chenjing, at=now + 3 * DAY, reason="离职")
    erasure.erase(liming, actor=SYSTEM, at=now + 4000 * DAY)
    assert not any(names for _folder, names in document_store.list_folders())


def copy_of_documents(settings, tmp_path, name):
    """A copy as rsync makes it, as the storage of another installation."""
    kept = tmp_path / name
    shutil.copytree(settings.STORAGES["documents"]["OPTIONS"]["location"], kept)
    return document_store.DocumentStorage(location=kept)


def test_a_backup_that_was_begun_before_the_sweep_is_whole(
    accepted, now, tmp_path, settings, monkeypatch
):
    """First the database is copied, then, within a day, the documents: every row has its bytes."""
    first, second = accepted().documents.all()
    # A database from just before the acceptance knows the first file alone.
    sweeping.remove_redundant(second.created_at - MINUTE + DAY)
    copied = copy_of_documents(settings, tmp_path, "before")
    with monkeypatch.context() as restored:
        restored.setattr(document_store, "_storage", lambda: copied)
        assert sha256_hex(document_store.get(first.sha256)) == first.sha256
    # One from after it knows both, of which one is stored.
    assert sweeping.remove_redundant(second.created_at + DAY) == 1
    copied = copy_of_documents(settings, tmp_path, "after")
    monkeypatch.setattr(document_store, "_storage", lambda: copied)
    for file in (first, second):
        assert sha256_hex(issued_files.read(file)) == file.sha256


def test_from_a_bucket_the_beginning_alone_is_fetched(accepted, now, monkeypatch):
    pledge = accepted()
    first, second = pledge.documents.all()
    contents = [issued_files.read(file) for file in (first, second)]
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    trouble = Trouble(late=0, errors=0, silent=0)
    with object_store() as store, proxy(store, trouble) as address:
        bucket = S3DocumentStorage(bucket_name=BUCKET, endpoint_url=address, file_overwrite=False)
        monkeypatch.setattr(document_store, "_storage", lambda: bucket)
        for content in contents:
            document_store.put(content)
        # By the clock of the store these files are new; the row of the longer one decides.
        assert sweeping.remove_redundant(now + 2 * DAY) == 1
        assert not document_store.exists(first.sha256)
        trouble.ranges.clear()
        assert issued_files.read(first) == contents[0]
        assert trouble.ranges == [f"bytes=0-{first.size - 1}"]
        document_store.remove(second.sha256)
        with pytest.raises(document_store.Missing):
            issued_files.read(first)
