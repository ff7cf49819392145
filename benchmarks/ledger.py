"""How fast the ledger grows, is signed and is verified, and in how much memory.

`python -m benchmarks.ledger [-n 1000000] [--json]` works in a scratch installation of its own.
The entries are of the size and kind of real ones; all but the first thousands are put into the
table at once, by COPY, with every hash in its right.
"""

import argparse
import io
import json
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from benchmarks.export import forget_peak, peak_memory
from benchmarks.installation import scratch

APPENDED = 2000
AT_ONCE = 20_000
CHUNK = 50_000  # rows to one COPY
BEGIN = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)
LIFE = ("pledge.opened", "pledge.prepared", "pledge.signed", "pledge.accepted")
COLUMNS = ("sequence", "at", "event", "actor_id", "subject", "leaf", "leaf_hash", "subtrees")


@dataclass(frozen=True)
class Result:
    """Rates a second; memory in MiB, `growth` is what verifying added to the resident peak."""

    entries: int
    appended_per_second_each_committed: float
    appended_per_second_in_one_transaction: float
    appended_per_second_in_one_turn: float
    checkpoint_milliseconds: float
    inclusion_proof_milliseconds: float
    verified_seconds: float
    verified_per_second: float
    table_megabytes: float
    growth: float


def timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def told(number: int) -> dict[str, object]:
    """What a real entry says, but for its sequence."""
    pledge = uuid.UUID(int=number // len(LIFE))
    return {
        "at": (BEGIN + timedelta(seconds=number)).isoformat(timespec="microseconds"),
        "event": LIFE[number % len(LIFE)],
        "actor": f"person:{number % 5000 + 1}",
        "subject": f"pledge:{pledge}",
        "facts": {"intent": str(number), "document": f"{number:064x}", "version": "7" * 64},
        "commitments": {"signer": f"{number:064x}"},
    }


def append(count: int, *, together: bool) -> None:
    """So many entries as the application writes them, each committed alone or all at once."""
    from django.db import transaction

    from pledges import audit
    from pledges.access import SYSTEM

    def one(number: int) -> None:
        audit.record(
            "pledge.prepared",
            actor=SYSTEM,
            subject=f"pledge:{number}",
            at=BEGIN,
            facts={"document": f"{number:064x}", "version": "7" * 64},
            personal={"content": f"{number:064x}"},
        )

    if together:
        with transaction.atomic():
            for number in range(count):
                one(number)
        return
    for number in range(count):
        with transaction.atomic():
            one(number)


def append_many(count: int) -> None:
    """So many entries within one turn, as what concerns thousands of rows is told."""
    from django.db import transaction

    from pledges import audit
    from pledges.access import SYSTEM

    told = [
        audit.Event(
            "pledge.opened",
            f"pledge:{uuid.UUID(int=number)}",
            {"from": "7" * 64, "to": "8" * 64, "kept": 7},
        )
        for number in range(count)
    ]
    with transaction.atomic():
        audit.record_many(told, actor=SYSTEM, at=BEGIN)


def rows(begin: int, end: int) -> Iterator[str]:
    """The rows after the present ones, up to `end` of them, as COPY reads them."""
    from pledges.core.digests import canonical_json
    from pledges.models import LedgerEntry
    from pledges.proof.ledger import merkle

    tree = merkle.Growing()
    kept = LedgerEntry.objects.order_by("sequence").values_list("leaf_hash", flat=True)
    for hashed in kept.iterator():
        tree.append(bytes.fromhex(hashed))
    for sequence in range(begin + 1, end + 1):
        says = told(sequence)
        leaf = canonical_json({**says, "sequence": sequence})
        hashed_leaf = merkle.leaf_hash(leaf)
        columns = (
            str(sequence),
            str(says["at"]),
            str(says["event"]),
            str(says["actor"]).removeprefix("person:"),
            str(says["subject"]),
            leaf.decode().replace("\\", "\\\\"),
            hashed_leaf.hex(),
            b"".join(tree.append(hashed_leaf)).hex(),
        )
        yield "\t".join(columns) + "\n"


def fill(end: int) -> None:
    """Let the table hold `end` entries."""
    from django.db import connection

    from pledges import audit

    waiting = rows(audit.size(), end)
    command = f"COPY pledges_ledgerentry ({', '.join(COLUMNS)}) FROM STDIN"
    with connection.cursor() as cursor:
        while part := "".join(islice(waiting, CHUNK)):
            cursor.copy_expert(command, io.StringIO(part))
        cursor.execute("VACUUM ANALYZE pledges_ledgerentry")


def measure(entries: int) -> Result:
    from django.db import connection
    from django.utils import timezone

    from pledges import audit

    alone = timed(lambda: append(APPENDED, together=False))
    together = timed(lambda: append(APPENDED, together=True))
    turn = timed(lambda: append_many(AT_ONCE))
    fill(entries)
    signed = timed(lambda: audit.checkpoint(timezone.now()))
    proved = timed(lambda: [audit.inclusion(entries * n // 200, entries) for n in range(1, 101)])
    forget_peak()
    before = peak_memory()
    started = time.perf_counter()
    faults = list(audit.verify(audit.published()))
    seconds = time.perf_counter() - started
    if faults:
        raise RuntimeError(f"an honest ledger has faults: {faults[:3]}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('pledges_ledgerentry')")
        size = cursor.fetchone()[0]
    return Result(
        entries=entries,
        appended_per_second_each_committed=round(APPENDED / alone, 1),
        appended_per_second_in_one_transaction=round(APPENDED / together, 1),
        appended_per_second_in_one_turn=round(AT_ONCE / turn, 1),
        checkpoint_milliseconds=round(signed * 1000, 1),
        inclusion_proof_milliseconds=round(proved * 10, 2),
        verified_seconds=round(seconds, 1),
        verified_per_second=round(entries / seconds),
        table_megabytes=round(size / 1e6, 1),
        growth=round(peak_memory() - before, 1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=1_000_000, help="number of entries")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with scratch():
        result = asdict(measure(max(options.n, 3 * APPENDED + AT_ONCE)))
    if options.json:
        json.dump(result, sys.stdout, indent=2)
        print()
        return
    for name, value in result.items():
        print(f"{name:42}{value:>16,}")


if __name__ == "__main__":
    main()
