"""How long a backup takes, and how long until an installation is there again.

`python -m benchmarks.restore [-n 5000] [--json]` works in scratch installations of its own. One
pledge is really filled, signed and accepted; the others are copies of its rows, each with two
small files of its own and six entries of the ledger. Files of usual size (110 kB) take longer by
what the disk needs to read them twice and write them once.
"""

import argparse
import copy
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import ledger
from benchmarks.export import one_accepted, people
from benchmarks.installation import prepare

if TYPE_CHECKING:
    from pledges.models import Pledge

ROOT = Path(__file__).parent.parent
PASSPHRASE = "only-for-this-benchmark"
FILE_SIZE = 4096  # bytes
ENTRIES_EACH = 6
CHUNK = 2000


@dataclass(frozen=True)
class Result:
    """Seconds, and how much there was."""

    pledges: int
    files: int
    ledger_entries: int
    backup_megabytes: float
    backup_seconds: float
    restore_seconds: float
    restored_pledges_per_second: float


def multiply(pledge: "Pledge", count: int) -> None:
    """`count` pledges in all, each copy with two files; they go to the disk as they come."""
    from django.core.files.storage import storages

    from pledges.core.digests import sha256_hex
    from pledges.models import Document, Pledge

    place = Path(storages["documents"].path(""))
    issued = pledge.documents.get(revision=Document.Revision.ACCEPTED)
    for start in range(2, count + 1, CHUNK):
        copies, documents = [], []
        for number in range(start, min(start + CHUNK, count + 1)):
            twin = copy.copy(pledge)
            twin.pk, twin.number = uuid.uuid4(), f"X-{number:09d}"
            copies.append(twin)
            for revision in (Document.Revision.SIGNED, Document.Revision.ACCEPTED):
                content = secrets.token_bytes(FILE_SIZE)
                digest = sha256_hex(content)
                (place / digest[:2]).mkdir(exist_ok=True)
                (place / digest[:2] / digest).write_bytes(content)
                documents.append(
                    Document(
                        pledge_id=twin.pk,
                        revision=revision,
                        sha256=digest,
                        size=len(content),
                        created_at=issued.created_at,
                    )
                )
        Pledge.objects.bulk_create(copies)
        Document.objects.bulk_create(documents)


def restore(folder: Path, var_dir: Path) -> float:
    """How many seconds `manage.py restore` takes, its server's first start included."""
    passphrase = var_dir.with_name("passphrase")
    passphrase.write_text(PASSPHRASE)
    command = [sys.executable, "manage.py", "restore", str(folder)]
    started = time.perf_counter()
    done = subprocess.run(
        [*command, "--passphrase-file", str(passphrase)],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(var_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return time.perf_counter() - started


def measure(place: Path, count: int) -> Result:
    from django.utils import timezone

    from pledges import audit
    from pledges.backups import saving

    manager, officer, _hr = people()
    multiply(one_accepted(manager, officer), count)
    ledger.fill(count * ENTRIES_EACH)
    audit.checkpoint(timezone.now())
    folder = place / "backup"
    started = time.perf_counter()
    made = saving.save(folder, passphrase=PASSPHRASE, at=timezone.now())
    backed_up = time.perf_counter() - started
    restored = restore(folder, place / "restored")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Result(
        pledges=count,
        files=made.files,
        ledger_entries=made.ledger["size"],
        backup_megabytes=round(size / 1e6, 1),
        backup_seconds=round(backed_up, 1),
        restore_seconds=round(restored, 1),
        restored_pledges_per_second=round(count / restored, 1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=5000, help="number of pledges")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="shounuo-restore-"))
    try:
        prepare(place / "first")
        result = asdict(measure(place, options.n))
        tell(result, as_json=options.json)
    finally:
        # Hundreds of thousands of files: this takes its time.
        shutil.rmtree(place, ignore_errors=True)


def tell(result: dict[str, float], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, indent=2), flush=True)
        return
    for name, value in result.items():
        print(f"{name:30}{value:>16,}", flush=True)


if __name__ == "__main__":
    main()
