"""Filing what a list named: all sound rows in one transaction, or none of them."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django_tasks import task

from pledges import access, audit, crash_points, transactions
from pledges.access import Act
from pledges.actions.papers import filing, keeping
from pledges.core import papers
from pledges.core.paper_lists import RowFault
from pledges.core.paper_refusals import BatchNotReady, FaultsLeft
from pledges.core.papers import STANDS, PaperState
from pledges.models import PaperBatch, PaperItem, PaperPledge, Person

Fate, State = PaperItem.Fate, PaperBatch.State
DRAFTS_KEPT = timedelta(days=1)
"""For so long a single scan may wait for its uploader to file it."""
UNFILED_KEPT = timedelta(days=7)
"""For so long a list may."""
LISTS_KEPT = timedelta(days=30)
"""After so long what a list said is removed, name by name; the papers stay."""


@transactions.atomic
def request_filing(
    batch: PaperBatch, *, actor: Person, at: datetime, without_faulty: bool = False
) -> PaperBatch:
    """Have the sound rows of a list filed; faulty ones only if the uploader says to leave them out.

    Raises BatchNotReady, FaultsLeft.
    """
    locked = _lock(batch.pk)
    access.require(actor, Act.FILE_PAPER, locked)
    if locked.state != State.READY or not locked.items.filter(fate=Fate.READY).exists():
        raise BatchNotReady
    if locked.items.filter(fate=Fate.FAULTY).exists() and not without_faulty:
        raise FaultsLeft
    locked.state, locked.worked_at, locked.without_faulty = State.FILING, at, without_faulty
    locked.save(update_fields=["state", "worked_at", "without_faulty"])
    file_list.enqueue(locked.pk)
    return locked


@task()
def file_list(batch: int) -> None:
    """What a worker does once somebody wants a list filed; done twice, it is done once."""
    file_all(batch, at=timezone.now())


def file_all(batch_id: int, *, at: datetime) -> int:
    """File all sound rows of a list whose filing was asked for; gives how many."""
    filed = _file_all(batch_id, at=at)
    crash_points.reach("papers:filed")
    return filed


@transactions.atomic
def _file_all(batch_id: int, *, at: datetime) -> int:
    keys = PaperPledge.objects.filter(batch=batch_id).values_list("person_id", flat=True)
    people = Person.objects.filter(pk__in=set(keys)).order_by("pk")
    there = {each.pk for each in people.select_for_update(no_key=True) if not each.erased_at}
    batch = _lock(batch_id)
    if batch.state != State.FILING:
        return 0
    actor: Person = Person.objects.get(pk=batch.filed_by_id)
    access.require(actor, Act.FILE_PAPER, batch)
    items = batch.items.filter(fate=Fate.READY, paper__isnull=False)
    rows = PaperPledge.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.filter(item__in=items, state=PaperState.DRAFT).select_related("version")
    drafts, taken = list(rows.order_by("pk")), _taken(batch_id)
    sound = [each for each in drafts if each.person_id in there and _key(each) not in taken]
    _leave_out(batch, {each.pk for each in sound})
    found = PaperPledge.objects.filter(pk__in=[each.pk for each in sound])
    found.update(state=papers.FILE.target, filed_at=at)
    items.filter(paper__in=sound).update(fate=Fate.FILED)
    batch.state, batch.settled_at, batch.worked_at = State.FILED, at, at
    batch.save(update_fields=["state", "settled_at", "worked_at"])
    events = [audit.Event(papers.FILE.event, each, filing.facts_of_filing(each)) for each in sound]
    whole = audit.Event("papers.filed", batch, {"papers": len(sound)})
    audit.record_many([*events, whole], actor=actor, at=at)
    return len(sound)


def _key(paper: PaperPledge) -> tuple[object, ...]:
    return paper.person_id, paper.version_id, paper.signed_on


def _taken(batch_id: int) -> set[tuple[object, ...]]:
    """What was filed by somebody else while the list waited."""
    others = PaperPledge.objects.filter(state__in=STANDS).exclude(batch=batch_id)
    return set(others.values_list("person_id", "version_id", "signed_on"))


def _leave_out(batch: PaperBatch, sound: set[UUID]) -> None:
    """Settle what is not filed: faulty rows, and drafts that somebody else was faster with."""
    late = batch.items.filter(fate=Fate.READY).exclude(paper__in=sound)
    for item in late:
        item.faults = [*item.faults, [RowFault.FILED_ALREADY.value, ""]]
        item.fate = Fate.LEFT_OUT
        item.save(update_fields=["faults", "fate"])
    batch.items.filter(fate=Fate.FAULTY).update(fate=Fate.LEFT_OUT)
    drafts = PaperPledge.objects.filter(batch=batch, state=PaperState.DRAFT).exclude(pk__in=sound)
    filing.remove_drafts(list(drafts))


@transactions.atomic
def discard(batch: PaperBatch, *, actor: Person, at: datetime) -> None:
    """Drop a list of which nothing was filed, with its scans. Raises BatchNotReady."""
    locked = _lock(batch.pk)
    access.require(actor, Act.FILE_PAPER, locked)
    if locked.state not in (State.DRAWING, State.READY):
        raise BatchNotReady
    _discard(locked, at)


def _lock(batch_id: int) -> PaperBatch:
    """The list, after its rows: a worker that takes a row has that locked, and notes it here."""
    items = PaperItem.objects.select_for_update(no_key=True).filter(batch=batch_id)
    list(items.order_by("pk").values_list("pk", flat=True))
    return PaperBatch.objects.select_for_update(no_key=True).get(pk=batch_id)


def _discard(batch: PaperBatch, at: datetime) -> None:
    items = batch.items.exclude(upload_stored="")
    keeping.remove_later(set(items.values_list("upload_stored", flat=True)))
    drafts = PaperPledge.objects.filter(batch=batch, state=PaperState.DRAFT)
    filing.remove_drafts(list(drafts.select_for_update(no_key=True).order_by("pk")))
    batch.items.update(fate=Fate.LEFT_OUT, upload_stored="", cells={}, faults=[])
    batch.state, batch.settled_at, batch.unlisted, batch.refused = State.DISCARDED, at, [], []
    batch.save(update_fields=["state", "settled_at", "unlisted", "refused"])


def clear(at: datetime) -> int:
    """Remove scans and lists that nobody filed, and what lists said long ago; gives how many."""
    cleared = _clear_drafts(at)
    unfiled = PaperBatch.objects.filter(state__in=[State.DRAWING, State.READY])
    for batch in unfiled.filter(created_at__lte=at - UNFILED_KEPT):
        _discard_old(batch, at)
        cleared += 1
    old = PaperBatch.objects.filter(settled_at__lte=at - LISTS_KEPT)
    cleared += PaperItem.objects.filter(batch__in=old).exclude(cells={}).update(cells={}, faults=[])
    old.exclude(unlisted=[], refused=[]).update(unlisted=[], refused=[])
    old.update(list_name="", archive_name="")
    return cleared


@transactions.atomic
def _clear_drafts(at: datetime) -> int:
    drafts = PaperPledge.objects.filter(state=PaperState.DRAFT, batch=None)
    old_ones = drafts.filter(filed_at__lte=at - DRAFTS_KEPT)
    old = list(old_ones.select_for_update(no_key=True).order_by("pk"))
    filing.remove_drafts(old)
    return len(old)


@transactions.atomic
def _discard_old(batch: PaperBatch, at: datetime) -> None:
    locked = _lock(batch.pk)
    if locked.state in (State.DRAWING, State.READY):
        _discard(locked, at)
