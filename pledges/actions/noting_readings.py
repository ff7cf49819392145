"""Who read whose pledge: noted at once, and recorded in the ledger when the minute is over.

A page must not wait for the ledger's turn, so a reading is first a row of its own. `record_noted`
makes of each person's readings in a minute one entry of the ledger.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pledges import audit, crash_points, transactions
from pledges.core.lifecycle import Role
from pledges.models import LedgerEntry, PaperPledge, Person, Pledge, Reading

Way = Reading.Way
EVENT = "pledge.read"
MINUTE = timedelta(minutes=1)
_CHUNK = 1000


def note(pledges: Iterable[Pledge], way: Way, *, reader: Person, at: datetime) -> None:
    """Note that `reader` reads `pledges`, each once a minute; one's own are nobody's business.

    On return the rows are committed with the caller's transaction, or by themselves. Whoever
    calls it has checked that they may.
    """
    others = [each.pk for each in pledges if each.person_id != reader.pk]
    _insert(others, way, reader=reader, at=at, entry=None)


def note_papers(papers: Iterable[PaperPledge], way: Way, *, reader: Person, at: datetime) -> None:
    """Note that `reader` reads `papers`, as `note` does for pledges."""
    others = [each.pk for each in papers if each.person_id != reader.pk]
    _insert(others, way, reader=reader, at=at, entry=None, what="paper_id")


def note_export(
    keys: Iterable[UUID], way: Way, *, reader: Person, entry: LedgerEntry, at: datetime
) -> None:
    """Note that the pledges of `keys` leave in one export, which has its `entry` already."""
    own = set(Pledge.objects.of(reader).values_list("pk", flat=True))
    others = [key for key in keys if key not in own]
    for start in range(0, len(others), _CHUNK):
        _insert(others[start : start + _CHUNK], way, reader=reader, at=at, entry=entry)


def _insert(
    keys: Iterable[UUID],
    way: Way,
    *,
    reader: Person,
    at: datetime,
    entry: LedgerEntry | None,
    what: str = "pledge_id",
) -> None:
    about = {"minute": at.replace(second=0, microsecond=0), "way": way, "entry": entry}
    whose = {"reader": reader, "reader_name": reader.name, "reader_role": _role_of(reader)}
    rows = [Reading(**{what: key}, **about, **whose) for key in keys]
    Reading.objects.bulk_create(rows, ignore_conflicts=True)


def _role_of(reader: Person) -> str:
    """The role that lets them read; of several the one that has most to do with pledges."""
    ranked = (Role.COMPLIANCE, Role.HR, Role.AUDITOR)
    return next((role for role in ranked if role in reader.roles), "")


def record_noted(at: datetime) -> int:
    """Record in the ledger what was read in minutes that are over; gives the number of entries.

    To be run about once a minute. Rows and entry belong to one transaction, so each reading is
    in the ledger exactly once, whatever is killed and however many do this at once.
    """
    over = Reading.objects.filter(entry=None, minute__lte=at - MINUTE)
    bundles = over.order_by("minute", "reader_id").values_list("minute", "reader_id").distinct()
    return sum(_record_bundle(minute, reader, at) for minute, reader in list(bundles))


@transactions.atomic
def _record_bundle(minute: datetime, reader_id: int, at: datetime) -> int:
    noted = Reading.objects.filter(entry=None, minute=minute, reader=reader_id)
    # Whoever comes second waits here, and then finds none left.
    rows = list(noted.select_for_update(no_key=True).order_by("pk"))
    if not rows:
        return 0
    facts: dict[str, object] = {
        "minute": minute.astimezone(UTC).isoformat(),
        "pledges": _ways(rows, "pledge_id"),
    }
    if papers := _ways(rows, "paper_id"):
        facts["papers"] = papers
    entry = audit.record(
        EVENT,
        actor=Person(pk=reader_id),
        subject=f"person:{reader_id}",
        at=at,
        facts=facts,
    )
    Reading.objects.filter(pk__in=[row.pk for row in rows]).update(entry=entry)
    crash_points.reach("readings:recorded")
    return 1


def _ways(rows: list[Reading], what: str) -> dict[str, list[str]]:
    """In which ways each pledge, or each paper, was read."""
    read: dict[str, list[str]] = {}
    for row in rows:
        if key := getattr(row, what):
            read.setdefault(str(key), []).append(row.way)
    return {key: sorted(ways) for key, ways in read.items()}
