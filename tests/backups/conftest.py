"""A backup of the tests' installation, and empty ones to restore it into."""

from io import StringIO

import pytest
from django.core.management import call_command

from tests.installations import Installation, passphrase_file, tcp_server


@pytest.fixture
def back_up(tmp_path):
    """Back this test's installation up; gives the folder."""

    def make(name="backup", **options):
        folder = tmp_path / name
        options = {"stdout": StringIO(), **options, "passphrase_file": passphrase_file(folder)}
        call_command("backup", folder, **options)
        return folder

    return make


@pytest.fixture
def target(tmp_path):
    """An empty installation with an embedded server of its own."""
    return Installation(tmp_path / "target", {})


@pytest.fixture
def tcp_target(tmp_path):
    """An empty installation on a server that is reached over the network, by a password."""
    with tcp_server(tmp_path) as url:
        yield Installation(tmp_path / "tcp-target", {"DATABASE_URL": url, "SECRET_KEY": "x" * 60})
