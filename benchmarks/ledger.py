"""How fast the ledger is written, signed, proved and verified as a whole.

`python -m benchmarks.ledger [-n 1000000] [--json]` works in a scratch installation of its own. So
many entries are really recorded, each in a transaction of its own; the others are of the same
making and put in at once. Then the whole is verified against a checkpoint.
"""

import argparse
import gc
import io
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.export import forget_peak, peak_memory, prepare_installation

if TYPE_CHECKING:
    from pledges.core.merkle import Growing

RECORDED: Final = 2000
TIMES: Final = 20  # a checkpoint, a proof, a consistency proof: the median of so many
BATCH: Final = 20_000
COLUMNS: Final = ("sequence", "at", "event", "actor_id", "subject", "leaf", "leaf_hash", "subtrees")
BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Result:
    """Times in seconds or milliseconds as named; `growth` of the resident memory in MiB."""

    entries: int
    recorded_per_second: float
    checkpoint_ms: float
    inclusion_ms: float
    consistency_ms: float
    verified_in_seconds: float
    verified_per_second: int
    growth: float
    faults: int


def record(count: int) -> float:
    """Entries a second, each committed for itself and written to the disk."""
    from django.db import transaction

    from pledges import audit
    from pledges.access import SYSTEM

    started = time.perf_counter()
    for number in range(count):
        with transaction.atomic():
            audit.record(
                "pledge.opened",
                actor=SYSTEM,
                subject=f"pledge:{number}",
                at=BEGIN + timedelta(seconds=number),
                facts={"version": f"{number:064x}"},
            )
    return count / (time.perf_counter() - started)


def fill(total: int) -> None:
    """Entries of the same making up to `total`, put in by COPY."""
    from django.db import connection

    from pledges.core.merkle import Growing
    from pledges.models import LedgerEntry

    tree = Growing()
    for leaf_hash in LedgerEntry.objects.order_by("sequence").values_list("leaf_hash", flat=True):
        tree.append(bytes.fromhex(leaf_hash))
    while tree.size < total:
        text = io.StringIO()
        for _ in range(min(BATCH, total - tree.size)):
            text.write("\t".join(_row(tree)) + "\n")
        text.seek(0)
        with connection.cursor() as cursor:
            cursor.copy_from(text, LedgerEntry._meta.db_table, columns=COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {LedgerEntry._meta.db_table}")


def _row(tree: "Growing") -> Iterator[str]:
    from pledges.core import merkle
    from pledges.core.digests import canonical_json

    sequence = tree.size + 1
    at, subject = BEGIN + timedelta(seconds=sequence), f"pledge:{sequence}"
    told = {
        "sequence": sequence,
        "at": at.isoformat(timespec="microseconds"),
        "event": "pledge.opened",
        "actor": "person:7",
        "subject": subject,
        "facts": {"version": f"{sequence:064x}"},
    }
    leaf = canonical_json(told)
    hashed = merkle.leaf_hash(leaf)
    yield from (str(sequence), at.isoformat(), "pledge.opened", "7", subject, leaf.decode())
    yield from (hashed.hex(), b"".join(tree.append(hashed)).hex())


def median_ms(work: Callable[[int], object]) -> float:
    times = []
    for turn in range(TIMES):
        started = time.perf_counter()
        work(turn)
        times.append(time.perf_counter() - started)
    return round(statistics.median(times) * 1000, 1)


def measure(total: int) -> Result:
    from pledges import audit

    rate = record(min(RECORDED, total))
    fill(total - TIMES)

    def sign(turn: int) -> None:
        record(1)
        audit.checkpoint(BEGIN)

    checkpoint_ms = median_ms(sign) - 1000 / rate
    size = audit.size()
    inclusion_ms = median_ms(lambda turn: audit.inclusion(size // (turn + 2) + 1, size))
    consistency_ms = median_ms(lambda turn: audit.consistency(size // (turn + 2) + 1, size))
    gc.collect()
    forget_peak()
    before, started = peak_memory(), time.perf_counter()
    faults = sum(1 for _ in audit.verify(audit.published()))
    seconds = time.perf_counter() - started
    return Result(
        entries=size,
        recorded_per_second=round(rate),
        checkpoint_ms=round(checkpoint_ms, 1),
        inclusion_ms=inclusion_ms,
        consistency_ms=consistency_ms,
        verified_in_seconds=round(seconds, 1),
        verified_per_second=round(size / seconds),
        growth=round(peak_memory() - before, 1),
        faults=faults,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=1_000_000, help="number of entries")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    var_dir = Path(tempfile.mkdtemp(prefix="shounuo-ledger-"))
    try:
        prepare_installation(var_dir)
        result = asdict(measure(options.n))
    finally:
        shutil.rmtree(var_dir, ignore_errors=True)
    if options.json:
        json.dump(result, sys.stdout, indent=2)
        print()
        return
    for name, value in result.items():
        print(f"{name:22}{value:>16,}")


if __name__ == "__main__":
    main()
