"""The sweep takes what nothing names, and nothing else."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from pledges import durable_files
from pledges.actions import preparing, quarantine, sweeping
from pledges.storage import document_store

pytestmark = pytest.mark.django_db


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
