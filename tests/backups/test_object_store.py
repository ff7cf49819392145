"""Documents in an S3-compatible store: backed up as files, restored into another bucket."""

import subprocess
import sys
import time
import urllib.request

import boto3
import pytest
from django.core.management import CommandError

from pledges.backups import layout
from pledges.models import Document
from pledges.storage import stored_files
from tests.installations import Installation, tree
from tests.serving import free_port

pytest.importorskip("moto.server")
pytestmark = pytest.mark.django_db(transaction=True)
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@pytest.fixture
def endpoint(monkeypatch):
    """The address of a store with two empty buckets."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, **quiet)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address)
        for bucket in ("here", "there"):
            boto3.client("s3", endpoint_url=address).create_bucket(Bucket=bucket)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(address):
    for _attempt in range(600):
        try:
            urllib.request.urlopen(f"{address}/moto-api/", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the store does not answer")


@pytest.fixture
def _in_a_bucket(settings, endpoint):
    options = {"bucket_name": "here", "endpoint_url": endpoint, "file_overwrite": False}
    documents = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "documents": documents}


@pytest.mark.usefixtures("_in_a_bucket")
def test_a_bucket_is_backed_up_and_another_one_filled(
    accepted, passkey, wangfang, back_up, endpoint, tmp_path
):
    accepted()
    passkey(wangfang)
    folder = back_up()
    copied = {name for name in tree(folder) if name.startswith(f"{layout.DOCUMENTS}/")}
    names = {name for names in stored_files.list_names() for name in names}
    assert copied == {f"{layout.DOCUMENTS}/{name}" for name in names}
    assert any(name.startswith("enrolments/") for name in names)
    more = {"DOCUMENTS_S3_BUCKET": "there", "DOCUMENTS_S3_ENDPOINT": endpoint, **CREDENTIALS}
    target = Installation(tmp_path / "target", more)
    restored = target.restore(folder)
    assert restored.returncode == 0, restored.stderr
    there = target.report()
    assert (there["bad"], there["faults"]) == ([], [])
    assert len(there["documents"]) == Document.objects.count() > 0


@pytest.mark.usefixtures("_in_a_bucket")
def test_a_store_that_does_not_answer_is_told_in_a_sentence(
    signed, back_up, endpoint, tmp_path, settings
):
    signed()
    folder = back_up()
    nowhere = f"http://127.0.0.1:{free_port()}"
    more = {"DOCUMENTS_S3_BUCKET": "there", "DOCUMENTS_S3_ENDPOINT": nowhere, **CREDENTIALS}
    refused = Installation(tmp_path / "target", more).restore(folder)
    assert refused.returncode == 1 and "Traceback" not in refused.stderr
    assert "Nothing was written: the store cannot be listed" in refused.stderr
    documents = settings.STORAGES["documents"]
    documents = {**documents, "OPTIONS": {**documents["OPTIONS"], "endpoint_url": nowhere}}
    settings.STORAGES = {**settings.STORAGES, "documents": documents}
    with pytest.raises(CommandError, match=r"There is no finished backup .*: the store cannot be"):
        back_up("another")
