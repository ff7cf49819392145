"""In how much memory millions of stored documents are compared with the rows that name them.

`python -m benchmarks.sweep [-n 2000000] [--json]` works in a scratch installation of its own. The
rows are real and hold the hashes of numbers; the storage only lists those names and keeps no file.
"""

import argparse
import gc
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from unittest.mock import patch

from benchmarks.export import forget_peak, one_accepted, peak_memory, people
from benchmarks.installation import load_average, scratch

LOST_EVERY = 10_000
# A pledge's revisions are counted in two bytes.
REVISIONS = 20_000
BYTES = 32

PLEDGES = """
INSERT INTO pledges_pledge SELECT (jsonb_populate_record(pledge, jsonb_build_object(
    'id', gen_random_uuid(), 'number', 'SWEEP-' || step))).*
FROM pledges_pledge AS pledge, generate_series(1, %s) AS step WHERE pledge.id = %s
"""
DOCUMENTS = """
INSERT INTO pledges_document (pledge_id, revision, sha256, size, created_at, level)
SELECT (array(SELECT id FROM pledges_pledge WHERE number LIKE 'SWEEP-%%'))[1 + number / %s],
    10 + number %% %s, encode(sha256(number::text::bytea), 'hex'), 1, now(), ''
FROM generate_series(0, %s) AS number WHERE number %% %s > 0
"""


@dataclass(frozen=True)
class Result:
    """Memory in MiB; `growth` is what the sweep added to the resident peak."""

    documents: int
    orphans: int
    seconds: float
    peak_before: float
    growth: float


class Names:
    """A storage of so many documents, listed as a real one is: folder by folder."""

    def __init__(self, count: int) -> None:
        self.folders: dict[str, bytearray] = {}
        for number in range(count):
            digest = hashlib.sha256(str(number).encode()).digest()
            self.folders.setdefault(digest[:1].hex(), bytearray()).extend(digest)

    def list_folders(self) -> Iterator[tuple[str, list[str]]]:
        for folder, kept in sorted(self.folders.items()):
            starts = range(0, len(kept), BYTES)
            yield folder, sorted(kept[start : start + BYTES].hex() for start in starts)

    def is_older(self, sha256: str, than: datetime) -> bool:
        return True

    def remove(self, sha256: str) -> None:
        pass

    def remove_unfinished(self, older_than: datetime) -> int:
        return 0


def fill(count: int) -> None:
    """Rows for all numbers but every so many-th."""
    from django.db import connection

    manager, officer, _hr = people()
    pledge = one_accepted(manager, officer)
    with connection.cursor() as cursor:
        cursor.execute(PLEDGES, [1 + count // REVISIONS, pledge.pk])
        cursor.execute(DOCUMENTS, [REVISIONS, REVISIONS, count - 1, LOST_EVERY])
        cursor.execute("ANALYZE")


def measure(count: int) -> Result:
    """One sweep over all of it."""
    from django.utils import timezone

    from pledges.actions import sweeping

    with patch.object(sweeping, "document_store", Names(count)):
        gc.collect()
        forget_peak()
        before, started = peak_memory(), time.perf_counter()
        orphans = sweeping.sweep(timezone.now())
        seconds = time.perf_counter() - started
    return Result(
        count, orphans, round(seconds, 1), round(before, 1), round(peak_memory() - before, 1)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=2_000_000, help="number of documents")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with scratch():
        fill(options.n)
        result = measure(options.n)
    if options.json:
        print(json.dumps(asdict(result), indent=2))
        return
    print(
        f"{result.documents:,} documents, {result.orphans:,} orphans found in {result.seconds} s; "
        f"the process was {result.peak_before} MiB and grew by {result.growth} MiB"
    )
    print(load_average())


if __name__ == "__main__":
    main()
