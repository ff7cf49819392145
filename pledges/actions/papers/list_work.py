"""What workers do for a list of papers: draw each scan, then file all of them, or what is sound.

Rows are claimed for a while, so that several workers share a list, whoever of them dies.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django_tasks import task

from pledges import crash_points, transactions
from pledges.actions.papers import filing, keeping, list_filing, matching
from pledges.actions.task_queue import is_queued
from pledges.core import refusals
from pledges.core.digests import sha256_hex
from pledges.core.paper_lists import Column, RowFault, days_of
from pledges.core.paper_refusals import PaperDayWrong, PaperFiledAlready, ScanRefused
from pledges.core.papers import STANDS
from pledges.core.refusal import Refusal
from pledges.models import PaperBatch, PaperItem, PaperPledge, Person
from pledges.models.paper_batches import PATIENCE
from pledges.scans import process
from pledges.storage import document_store

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Fate, State = PaperItem.Fate, PaperBatch.State

SLICE = 5
"""Scans between two looks at the queue: mails are not kept waiting for long."""
MAX_TASKS = 4
"""So many tasks of one list wait in the queue at most: as many workers share it out."""
MAX_TRIES = 3
"""A scan under which so many workers died is told as faulty."""


def queue(batch_id: int, items: int) -> None:
    """Queue the drawing of so many rows."""
    for _task in range(min(MAX_TASKS, -(-items // SLICE))):
        draw_slice.enqueue(batch_id)


@task()
def draw_slice(batch: int) -> None:
    """What a worker does for a list when its turn has come."""
    work(batch, clock=timezone.now)


def work(batch_id: int, *, clock: Clock) -> None:
    """Draw some of the rows that nobody has taken, and queue the next ones while there are any."""
    for _item in range(SLICE):
        item = _take(batch_id, at=clock())
        if item is None:
            break
        _settle(item, at=clock())
        crash_points.reach("papers:drawn")
    if PaperItem.objects.filter(batch_id=batch_id).free(clock()).exists():
        draw_slice.enqueue(batch_id)
    else:
        _finish(batch_id, clock())


def resume(at: datetime) -> int:
    """Queue what is free of lists that nobody is about to work on; gives how many lists."""
    resumed = 0
    for batch in PaperBatch.objects.filter(state=State.FILING, worked_at__lte=at - PATIENCE):
        list_filing.file_list.enqueue(batch.pk)  # done twice, it is done once
        resumed += 1
    for batch in PaperBatch.objects.filter(state=State.DRAWING):
        _finish(batch.pk, at)
        free = batch.items.free(at).count()
        if free and not is_queued(draw_slice, batch.pk):
            queue(batch.pk, free)
            resumed += 1
    return resumed


@transactions.atomic
def _take(batch_id: int, *, at: datetime) -> PaperItem | None:
    """Claim the next row for this worker, for a while; None where all are taken or settled."""
    free = PaperItem.objects.filter(batch_id=batch_id, batch__state=State.DRAWING).free(at)
    free = free.select_for_update(no_key=True, skip_locked=True, of=("self",))
    item = free.select_related("batch__filed_by").first()
    if item is None:
        return None
    item.tries += 1
    item.taken_until = at + PATIENCE
    item.save(update_fields=["tries", "taken_until"])
    # The list after its row, as whoever discards the list has them.
    PaperBatch.objects.filter(pk=batch_id).update(worked_at=at)
    return item


def _finish(batch_id: int, at: datetime) -> None:
    """Note that all rows of a list were looked at."""
    waiting = PaperItem.objects.filter(batch=OuterRef("pk")).waiting()
    drawn = PaperBatch.objects.filter(pk=batch_id, state=State.DRAWING)
    drawn.filter(~Exists(waiting)).update(state=State.READY, worked_at=at)


def _settle(item: PaperItem, *, at: datetime) -> None:
    """Draw the scan of a row, and keep it as a draft where nothing is wrong with the row."""
    faults = [(code, about) for code, about in item.faults]
    paper: PaperPledge | None = None
    try:
        if item.tries > MAX_TRIES:
            faults.append((RowFault.FAILED, ""))
        elif item.upload_stored:
            paper = _drawn(item, faults, at)
    except refusals.TooBusy:
        return  # others are drawing in this process; the row is free again in a while
    except ScanRefused as refused:
        faults.append((refused.fault.value, ""))
    except PaperFiledAlready:
        faults.append((RowFault.FILED_ALREADY, ""))
    except PaperDayWrong as wrong:
        faults.append((wrong.why, wrong.day.isoformat()))
    except (Refusal, document_store.Missing, document_store.Corrupt):
        logger.exception("row %s of list %s of papers cannot be drawn", item.row, item.batch_id)
        faults.append((RowFault.FAILED, ""))
    _keep(item, faults, paper)


def _drawn(item: PaperItem, faults: list[tuple[str, str]], at: datetime) -> PaperPledge | None:
    """The draft of a row; None for a row with faults, whose scan is only looked at."""
    data = keeping.read_upload(item.upload_stored)
    drawn = process.draw(data)
    facts = facts_of(item.cells)
    if _is_known(data, item.batch):
        faults.append((RowFault.SAME_SCAN, ""))
    if faults or facts is None:
        return None
    filing.check(facts, at)
    actor: Person = item.batch.filed_by
    return filing.keep_draft(data, drawn, facts, actor=actor, at=at, batch=item.batch)


def _is_known(data: bytes, batch: PaperBatch) -> bool:
    """Whether the same bytes stand for another paper: of this list, or filed before."""
    same = PaperPledge.objects.filter(upload_sha256=sha256_hex(data))
    return same.filter(Q(state__in=STANDS) | Q(batch=batch)).exists()


def facts_of(cells: Mapping[str, str]) -> filing.Facts | None:
    """What a row says of its paper; None where it names somebody or something unknown."""
    signed_on, ends_on = days_of(cells)
    person, version = matching.person_of(cells), matching.version_of(cells)
    if person is None or version is None or signed_on is None:
        return None
    return filing.Facts(
        person=person,
        version=version,
        signed_on=signed_on,
        ends_on=ends_on,
        note=cells.get(Column.NOTE, ""),
        file_name=cells.get(Column.FILE, ""),
    )


@transactions.atomic
def _keep(item: PaperItem, faults: list[tuple[str, str]], paper: PaperPledge | None) -> None:
    """Settle the row, unless another worker did; its upload is the paper's now, or of no use."""
    rows = PaperItem.objects.waiting().select_for_update(no_key=True).filter(pk=item.pk)
    if not rows.exists():
        if paper is not None:
            filing.remove_drafts([paper])
        return
    stored = item.upload_stored
    rows.update(
        fate=Fate.FAULTY if faults else Fate.READY,
        faults=[list(fault) for fault in faults],
        paper=paper,
        upload_stored="",
    )
    keeping.remove_later({stored} - {""})
