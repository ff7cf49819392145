"""What erasure does with papers: kept as long as pledges, then blanked with all their files."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from django.db.models import Q, QuerySet

from pledges import access
from pledges.actions.papers import keeping
from pledges.actions.records import issuing
from pledges.core.papers import PaperState
from pledges.core.periods import erasable_from
from pledges.core.refusals import RetainedPledge
from pledges.models import (
    IssuedRecord,
    Organisation,
    PaperBatch,
    PaperItem,
    PaperPage,
    PaperPledge,
    Person,
)
from pledges.models.paper_batches import PaperItemQuerySet
from pledges.models.papers import PaperQuerySet

BLANK = {"note": "", "file_name": "", "upload_sha256": "", "upload_stored": "", "reason": ""}


def lock_rows(person: Person) -> None:
    """Lock the rows and lists that name `person`: they come before pledges and papers."""
    rows = _rows_of(person) | PaperItem.objects.filter(paper__person=person)
    list(PaperItem.objects.select_for_update(no_key=True).filter(pk__in=rows).order_by("pk"))
    list(_lists_naming(person).select_for_update(no_key=True).order_by("pk"))


def locked(person: Person) -> list[PaperPledge]:
    """All papers of `person`, locked."""
    rows = papers_of(person).select_for_update(no_key=True, of=("self",))
    return list(rows.order_by("pk"))


def papers_of(person: Person) -> PaperQuerySet:
    """All papers of `person`, with what says how long they are kept."""
    return PaperPledge.objects.of(person).select_related("version__template", "record")


def kept(papers: Iterable[PaperPledge], at: datetime) -> Iterator[RetainedPledge]:
    """The papers that keep their person from being erased, each with why."""
    organisation = Organisation.current()
    today = organisation.localdate(at)
    for paper in papers:
        if paper.state == PaperState.FILED:
            yield RetainedPledge(paper.short, "paper-filed")
        elif paper.state == PaperState.CONFIRMED and not paper.is_over(today):
            yield RetainedPledge(paper.short, "paper-confirmed")
        elif paper.state in (PaperState.CONFIRMED, PaperState.WITHDRAWN) and paper.record_id:
            years = paper.version.template.retention_years
            day = erasable_from(_ended(paper, organisation), years)
            if today < day:
                yield RetainedPledge(paper.short, "paper-over", day)


def _ended(paper: PaperPledge, organisation: Organisation) -> date:
    """The day of the last thing that happened to a paper that was confirmed."""
    events = (paper.settled_at, paper.withdrawn_at)
    days = [organisation.localdate(event) for event in events if event is not None]
    days += [paper.ends_on] if paper.ends_on and paper.withdrawn_at is None else []
    return max(days)


def blank(papers: Sequence[PaperPledge]) -> frozenset[str]:
    """Blank papers that are `locked`; gives their files, to be removed after the commit."""
    files = keeping.files_of(papers)
    keys = [paper.pk for paper in papers]
    PaperPage.objects.filter(paper__in=keys).delete()
    PaperItem.objects.filter(paper__in=keys).update(cells={}, faults=[])
    PaperPledge.objects.filter(pk__in=keys).update(state=PaperState.ERASED, salt="", **BLANK)
    return files


def erase_records(papers: Sequence[PaperPledge], *, actor: access.Actor, at: datetime) -> None:
    """Note that the records of `papers` are erased; the ledger is told, so this comes last."""
    records = IssuedRecord.objects.select_for_update(no_key=True).filter(paper__in=papers)
    # All of them, before the first has the ledger's turn taken.
    list(records.order_by("pk"))
    for paper in papers:
        if paper.record is not None:
            issuing.erase(paper.record, actor=actor, at=at)


def forget_rows(person: Person) -> None:
    """Blank the rows of lists that name somebody by their number, filed or not.

    The names of files go too that stood in a ZIP and tell whose scan they hold.
    """
    _rows_of(person).update(cells={}, faults=[])
    for batch in _lists_naming(person):
        batch.unlisted = [name for name in batch.unlisted if not _tells(name, person)]
        batch.refused = [row for row in batch.refused if not _tells(row[0], person)]
        for field in ("list_name", "archive_name"):
            if _tells(getattr(batch, field), person):
                setattr(batch, field, "")
        batch.save(update_fields=["unlisted", "refused", "list_name", "archive_name"])


def _rows_of(person: Person) -> PaperItemQuerySet:
    return PaperItem.objects.filter(cells__number__iexact=person.employee_number)


def _lists_naming(person: Person) -> QuerySet[PaperBatch]:
    told = Q()
    for word in _words_for(person):
        for field in ("unlisted", "refused", "list_name", "archive_name"):
            told |= Q(**{f"{field}__icontains": word})
    return PaperBatch.objects.filter(told)


def _tells(name: str, person: Person) -> bool:
    return any(word.casefold() in name.casefold() for word in _words_for(person))


def _words_for(person: Person) -> tuple[str, ...]:
    return person.name, person.employee_number
