"""The files of papers that are not settled: what was uploaded, and the images of its pages.

Each is kept with the paper's key in it. Files are known by their digest, so none is shared, and one
may be removed without asking who else names it.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from functools import partial
from typing import Final

from django.db import transaction

from pledges.core.refusals import DocumentUnavailable
from pledges.core.scans import DrawnPage, marked
from pledges.models import PaperItem, PaperPage, PaperPledge, RecordFile
from pledges.storage import document_store

HEAD: Final = b"shounuo upload "
"""With this begins a stored upload, then comes whose it is, and a line's end."""


def keep_upload(data: bytes, owner: object) -> str:
    """Keep what was uploaded for `owner` (a key); gives the digest under which the store has it."""
    return document_store.put(HEAD + str(owner).encode() + b"\n" + data)


def read_upload(stored: str) -> bytes:
    """What was uploaded, as it was. Raises `document_store.Missing`, `Corrupt`, `Unreadable`."""
    return document_store.get(stored).partition(b"\n")[2]


def stored(sha256: str) -> bytes:
    """A stored file of a paper; raises DocumentUnavailable where it is missing or damaged."""
    try:
        return document_store.get(sha256)
    except (document_store.Missing, document_store.Corrupt) as error:
        raise DocumentUnavailable from error


def keep_pages(paper: PaperPledge, drawn: Sequence[DrawnPage]) -> list[PaperPage]:
    """Keep the images of a paper's pages; gives their rows, not saved yet."""
    return [
        PaperPage(
            paper=paper,
            number=number,
            sha256=document_store.put(marked(page.jpeg, f"{paper.pk} {number}")),
            width=page.width,
            height=page.height,
        )
        for number, page in enumerate(drawn, start=1)
    ]


def forget_unsettled(papers: Iterable[PaperPledge]) -> None:
    """Have the uploads and images of `papers` removed once the transaction is committed.

    Their rows of pages go now. A process killed after the commit leaves files that no row names:
    `sweeping.sweep` removes them.
    """
    keys = [paper.pk for paper in papers]
    pages = PaperPage.objects.filter(paper__in=keys)
    files = set(pages.values_list("sha256", flat=True))
    files |= {paper.upload_stored for paper in papers if paper.upload_stored}
    pages.delete()
    remove_later(files)


def remove_later(files: Set[str]) -> None:
    """Have stored files removed once the transaction is committed."""
    transaction.on_commit(partial(_remove, frozenset(files)))


def _remove(files: frozenset[str]) -> None:
    for digest in sorted(files):
        document_store.remove(digest)


def files_of(papers: Iterable[PaperPledge]) -> frozenset[str]:
    """The digests of all stored files of `papers`: uploads, images and records."""
    listed = list(papers)
    pages = PaperPage.objects.filter(paper__in=[paper.pk for paper in listed])
    records = RecordFile.objects.filter(record__paper__in=listed)
    named = {paper.upload_stored for paper in listed} - {""}
    for rows in (pages, records):
        named.update(rows.values_list("sha256", flat=True))
    return frozenset(named)


def kept_in(folder: str) -> Iterator[str]:
    """The digests with these first digits that papers and lists name, records apart."""
    end = f"{folder}g"  # behind every hexadecimal digit
    for model, column in (
        (PaperPage, "sha256"),
        (PaperPledge, "upload_stored"),
        (PaperItem, "upload_stored"),
    ):
        within = {f"{column}__gte": folder, f"{column}__lt": end}
        rows = model._default_manager.filter(**within)
        yield from rows.values_list(column, flat=True)
