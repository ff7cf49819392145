"""Documents in an S3-compatible store of another maker, through a connection that makes trouble."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from pledges.storage import document_store
from pledges.storage.s3 import S3DocumentStorage
from tests.object_store import BUCKET, CREDENTIALS, Trouble, object_store, proxy

DATA = b"%PDF-1.7 a pledge " * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()
NAME = f"enrolments/7/{SHA256}.json"


@pytest.fixture(scope="module")
def store():
    with object_store() as address:
        yield address


@pytest.fixture
def trouble():
    return Trouble(late=0, errors=0, silent=0)


@pytest.fixture
def bucket(store, trouble, monkeypatch):
    """The store behind the proxy, as the storage of documents, and empty."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with proxy(store, trouble) as address:
        made = S3DocumentStorage(bucket_name=BUCKET, endpoint_url=address, file_overwrite=False)
        monkeypatch.setattr(document_store, "_storage", lambda: made)
        yield made
        trouble.late = trouble.errors = trouble.silent = 0
        for each in made.bucket.objects.all():
            each.delete()


def test_documents_and_records_are_kept_as_in_a_folder(bucket):
    assert document_store.put(DATA) == document_store.put(DATA) == SHA256
    assert document_store.get(SHA256) == DATA
    document_store.put_record(NAME, b"{}")
    with pytest.raises(document_store.Taken):
        document_store.put_record(NAME, b"[]")
    assert document_store.list_records("enrolments/7") == [NAME]
    assert list(document_store.list_folders()) == [(SHA256[:2], [SHA256])]
    assert document_store.is_older(SHA256, datetime.now(UTC) + timedelta(hours=1))
    assert not document_store.is_older(SHA256, datetime.now(UTC) - timedelta(hours=1))
    document_store.remove(SHA256)
    document_store.remove(SHA256)
    with pytest.raises(document_store.Missing):
        document_store.get(SHA256)


def test_of_a_beginning_no_more_is_fetched(bucket, trouble):
    document_store.put(DATA)
    trouble.ranges.clear()
    assert document_store.read_beginning(SHA256, 100) == DATA[:100]
    assert trouble.ranges == ["bytes=0-99"]
    assert document_store.read_beginning(SHA256, 10 * len(DATA)) == DATA
    with pytest.raises(document_store.Missing):
        document_store.read_beginning("0" * 64, 100)


def test_short_troubles_are_waited_out(bucket, trouble):
    trouble.late, trouble.errors, trouble.silent = 5, 3, 7
    kept = [document_store.put(f"document {number}".encode()) for number in range(12)]
    for number, sha256 in enumerate(kept):
        assert document_store.get(sha256) == f"document {number}".encode()
    assert min(trouble.made[kind] for kind in ("500", "503", "silent", "late")) > 0


def test_a_store_that_only_gives_errors_is_said_to_keep_nothing(bucket, trouble):
    trouble.errors = 1
    with pytest.raises(document_store.Unwritable):
        document_store.put(DATA)
    trouble.errors = 0
    assert not document_store.exists(SHA256)
