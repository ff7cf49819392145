"""A document is stored whole or not at all, once, and never comes back changed."""

import errno
import hashlib
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.storage import InMemoryStorage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledges import durable_files
from pledges.storage import document_store
from pledges.storage.filesystem import DocumentStorage

DATA = b"%PDF-1.7 a pledge"
SHA256 = hashlib.sha256(DATA).hexdigest()
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Our own storage in an empty folder."""
    monkeypatch.setattr(document_store, "_storage", lambda: DocumentStorage(location=tmp_path))
    return tmp_path


@pytest.fixture(params=["folder", "foreign"])
def any_storage(request, tmp_path, monkeypatch):
    """Our own storage, and one that knows nothing of us, as an object store would."""
    made = DocumentStorage(location=tmp_path) if request.param == "folder" else InMemoryStorage()
    monkeypatch.setattr(document_store, "_storage", lambda: made)
    return made


def visible(folder: Path) -> list[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if not path.name.startswith(durable_files.UNFINISHED))


def left_over(folder: Path) -> list[Path]:
    return list(folder.rglob(f"{durable_files.UNFINISHED}*"))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=3000))
def test_what_is_put_comes_back(any_storage, data):
    sha256 = document_store.put(data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert document_store.exists(sha256) and document_store.get(sha256) == data
    for size in (0, len(data) // 2, len(data), len(data) + 1):
        assert document_store.read_beginning(sha256, size) == data[:size]
    assert document_store.put(data) == sha256


def test_a_file_is_read_only_and_in_its_place(folder):
    document_store.put(DATA)
    assert visible(folder) == [f"{SHA256[:2]}/{SHA256}"]
    assert stat.S_IMODE((folder / SHA256[:2] / SHA256).stat().st_mode) == 0o440
    assert left_over(folder) == []


def test_putting_again_writes_nothing(folder, monkeypatch):
    document_store.put(DATA)
    monkeypatch.setattr(os, "open", lambda *args: pytest.fail("written again"))
    assert document_store.put(DATA) == SHA256


def test_a_stored_file_is_never_overwritten(folder):
    from django.core.files.base import ContentFile

    document_store.put(DATA)
    with pytest.raises(FileExistsError):
        DocumentStorage(location=folder).save(f"{SHA256[:2]}/{SHA256}", ContentFile(b"other"))
    assert document_store.get(SHA256) == DATA


def test_a_lost_race_is_no_error(folder, monkeypatch):
    document_store.put(DATA)
    monkeypatch.setattr(DocumentStorage, "exists", lambda self, name: False)
    assert document_store.put(DATA) == SHA256


def test_a_second_copy_under_an_evasive_name_is_removed(monkeypatch):
    foreign = InMemoryStorage()
    monkeypatch.setattr(document_store, "_storage", lambda: foreign)
    document_store.put(DATA)
    present = foreign.exists
    asked = []

    def absent_at_first(name):
        asked.append(name)
        return len(asked) > 1 and present(name)

    monkeypatch.setattr(foreign, "exists", absent_at_first)
    assert document_store.put(DATA) == SHA256
    assert foreign.listdir(SHA256[:2])[1] == [SHA256]


def test_what_is_missing_is_said_to_be_missing(any_storage):
    for sha256 in (SHA256, "", "../../etc/passwd", SHA256.upper(), SHA256 + "\n"):
        assert not document_store.exists(sha256)
        for read in (document_store.get, lambda name: document_store.read_beginning(name, 1)):
            with pytest.raises(document_store.Missing):
                read(sha256)


@pytest.mark.parametrize("changed", [b"", DATA + b" ", b"%PDF-1.7 a pledgf", DATA[:-1]])
def test_changed_bytes_are_never_handed_out(folder, changed):
    document_store.put(DATA)
    place = folder / SHA256[:2] / SHA256
    place.chmod(0o640)
    place.write_bytes(changed)
    for touched in (lambda: document_store.get(SHA256), lambda: document_store.put(DATA)):
        with pytest.raises(document_store.Corrupt):
            touched()


class Killed(BaseException):
    """What the process sees of kill -9: nothing after it runs."""


def fail(error: BaseException):
    def failing(*args, **kwargs):
        raise error

    return failing


NO_SPACE = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("step", ["write", "fsync", "link"])
@pytest.mark.parametrize("error", [NO_SPACE, OSError(errno.EIO, "I/O error")])
def test_a_failing_disk_is_reported_and_leaves_nothing(folder, monkeypatch, step, error):
    with monkeypatch.context() as broken:
        if step == "write":
            broken.setattr(durable_files, "_write_through", fail(error))
        else:
            broken.setattr(durable_files.os, step, fail(error))
        with pytest.raises(document_store.Unwritable, match=str(error.strerror)):
            document_store.put(DATA)
    assert visible(folder) == [] and left_over(folder) == []
    assert document_store.put(DATA) == SHA256


def test_a_disk_that_fills_up_in_the_middle_leaves_nothing(folder, monkeypatch):
    class HalfFull:
        def __init__(self, descriptor, mode):
            self.stream = os.fdopen(descriptor, mode)

        def __enter__(self):
            return self

        def __exit__(self, *raised):
            self.stream.close()

        def write(self, chunk):
            self.stream.write(chunk[: len(chunk) // 2])
            self.stream.flush()
            raise NO_SPACE

    with monkeypatch.context() as broken:
        opened = os.fdopen
        half = type("Os", (), {"__getattr__": lambda self, name: getattr(os, name)})()
        half.fdopen = lambda descriptor, mode: HalfFull(descriptor, mode)
        broken.setattr(durable_files, "os", half)
        with pytest.raises(document_store.Unwritable, match="No space left"):
            document_store.put(DATA)
        assert os.fdopen is opened
    assert visible(folder) == [] and left_over(folder) == []


@pytest.mark.parametrize("step", ["fsync", "link"])
def test_a_process_killed_before_the_link_leaves_nothing_visible(folder, monkeypatch, step):
    with monkeypatch.context() as dying:
        dying.setattr(durable_files.os, step, fail(Killed()))
        # A killed process does not clean up after itself either.
        dying.setattr(Path, "unlink", lambda self, missing_ok=False: None)
        with pytest.raises(Killed):
            document_store.put(DATA)
    assert visible(folder) == [] and not document_store.exists(SHA256)
    assert document_store.put(DATA) == SHA256


def test_a_process_killed_after_the_link_leaves_the_whole_file(folder, monkeypatch):
    def dies_at_last(path):
        if path == folder / SHA256[:2]:
            raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(durable_files, "sync_folder", dies_at_last)
        with pytest.raises(Killed):
            document_store.put(DATA)
    assert document_store.get(SHA256) == DATA


def test_what_killed_processes_left_is_cleared_away_when_old(folder):
    document_store.put(DATA)
    left = [
        folder / SHA256[:2] / f"{durable_files.UNFINISHED}0011",
        folder / "enrolments" / "7" / f"{durable_files.UNFINISHED}0011",
        folder / ".unfinished" / "0011",  # where all of them were before
    ]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    assert document_store.list_records("enrolments/7") == []
    assert document_store.remove_unfinished(datetime.now(UTC) - timedelta(hours=1)) == 0
    assert document_store.remove_unfinished(FOREVER) == 3
    assert not any(path.exists() for path in left) and document_store.get(SHA256) == DATA


def stored() -> list[str]:
    return [sha256 for _folder, names in document_store.list_folders() for sha256 in names]


def test_what_is_stored_is_listed_in_order_and_folder_by_folder(any_storage):
    assert stored() == []
    kept = [document_store.put(bytes([number])) for number in range(50)]
    assert stored() == sorted(kept)
    folders = [folder for folder, names in document_store.list_folders()]
    assert folders == sorted({sha256[:2] for sha256 in kept})
    document_store.remove(kept[0])
    document_store.remove(kept[0])
    assert stored() == sorted(kept[1:])


def test_how_old_a_document_is(any_storage):
    document_store.put(DATA)
    assert document_store.is_older(SHA256, datetime.now(UTC) + timedelta(hours=1))
    assert not document_store.is_older(SHA256, datetime.now(UTC) - timedelta(hours=1))


def test_the_check_writes_reads_and_removes(any_storage, monkeypatch):
    document_store.check()
    assert stored() == []
    monkeypatch.setattr(type(any_storage), "_save", fail(PermissionError(13, "Permission denied")))
    with pytest.raises(document_store.Unwritable, match="Permission denied"):
        document_store.check()


# --- Records: by name, once ----------------------------------------------------------------------
NAME = f"enrolments/7/{SHA256}.json"


def test_a_record_is_written_once(any_storage):
    assert document_store.list_records("enrolments/7") == []
    document_store.put_record(NAME, b"{}")
    document_store.put_record(NAME, b"{}")
    with pytest.raises(document_store.Taken):
        document_store.put_record(NAME, b"[]")
    assert document_store.get_record(NAME) == b"{}"
    assert document_store.list_records("enrolments/7") == [NAME]
    assert document_store.list_records("enrolments/70") == []


def test_of_two_writers_at_once_the_first_record_stays(folder, monkeypatch):
    document_store.put_record(NAME, b"first")
    monkeypatch.setattr(DocumentStorage, "exists", lambda self, name: False)
    with pytest.raises(document_store.Taken):
        document_store.put_record(NAME, b"second")
    assert document_store.get_record(NAME) == b"first"
    assert left_over(folder) == []


def test_records_are_no_documents(any_storage):
    document_store.put_record(NAME, b"{}")
    document_store.put(DATA)
    assert stored() == [SHA256]


@pytest.mark.parametrize(
    "name",
    [
        *("", "x.json", "ab/x.json", "enrolments/../x.json", "/etc/x.json"),
        *(f"{SHA256[:2]}/{SHA256}", "enrolments/7/x", "enrolments/7/X.json"),
        *("enrolments/7/x.json\n", "enrolments//x.json"),
    ],
)
def test_other_names_are_refused(any_storage, name):
    for touch in (
        lambda: document_store.put_record(name, b""),
        lambda: document_store.get_record(name),
    ):
        with pytest.raises(document_store.Missing):
            touch()
