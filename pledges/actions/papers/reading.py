"""What pages show of papers: their images, what else is known, and what waits for whom."""

from collections.abc import Sequence
from datetime import datetime

from pledges.actions.papers import keeping
from pledges.core.papers import STANDS, PaperState
from pledges.core.refusals import DocumentUnavailable, Unmade
from pledges.models import PaperPledge, Person
from pledges.models.papers import PaperQuerySet
from pledges.rendering import page_images

Size = tuple[int, int]
IMAGE, DRAWN = "image/jpeg", "image/png"


class NoSuchPage(LookupError):
    """The paper has no page of that number, or none any more."""


def sizes(paper: PaperPledge) -> Sequence[Size]:
    """Width and height of each page; nothing where there is none, or none is drawn just now."""
    if (file := paper.record_file) is None:
        return list(paper.pages.values_list("width", "height"))
    try:
        return page_images.sizes(record(paper), file.sha256)
    except (Unmade, DocumentUnavailable):
        return ()


def page(paper: PaperPledge, number: int) -> tuple[bytes, str]:
    """An image of that page, and what kind; raises NoSuchPage, DocumentUnavailable, Unmade.

    Of a confirmed paper it is a page of the record, the first of which tells about it.
    """
    if (file := paper.record_file) is not None:
        try:
            image = page_images.draw(file.sha256, number, lambda: record(paper))
        except page_images.NoSuchPage as missing:
            raise NoSuchPage(number) from missing
        return image, DRAWN
    row = paper.pages.filter(number=number).first()
    if row is None:
        raise NoSuchPage(number)
    return keeping.stored(row.sha256), IMAGE


def record(paper: PaperPledge) -> bytes:
    """The record of a confirmed paper; raises DocumentUnavailable."""
    if paper.record_file is None:
        raise DocumentUnavailable
    return keeping.stored(paper.record_file.sha256)


def same_scan(paper: PaperPledge) -> PaperQuerySet:
    """Other papers that are filed or confirmed with the very same upload."""
    if not paper.upload_sha256:
        return PaperPledge.objects.none()
    same = PaperPledge.objects.filter(upload_sha256=paper.upload_sha256, state__in=STANDS)
    return same.exclude(pk=paper.pk).select_related("person", "version")


def others_of(paper: PaperPledge) -> PaperQuerySet:
    """What else was filed of the same person on the same template."""
    same = PaperPledge.objects.filed().filter(
        person=paper.person_id, version__template=paper.version.template_id
    )
    return same.exclude(pk=paper.pk).select_related("version").order_by("-signed_on")


def waiting_for(officer: Person) -> PaperQuerySet:
    """What waits for `officer`: all that is neither theirs nor filed by them."""
    return PaperPledge.objects.to_confirm().exclude(person=officer).exclude(filed_by=officer)


def unfinished_of(uploader: Person) -> PaperQuerySet:
    """The scans that somebody uploaded one by one and did not file, the newest first."""
    drafts = PaperPledge.objects.filter(state=PaperState.DRAFT, batch=None, filed_by=uploader)
    return drafts.select_related("person", "version").order_by("-filed_at", "pk")


def next_after(paper: PaperPledge, officer: Person) -> PaperPledge | None:
    """The one that waits longest for `officer`, after `paper` was dealt with."""
    return waiting_for(officer).exclude(pk=paper.pk).first()


def filed_of(person: Person) -> list[PaperPledge]:
    """A person's own papers for their own list: what is filed, counts, or was taken back."""
    shown = [PaperState.FILED, PaperState.CONFIRMED, PaperState.WITHDRAWN, PaperState.REJECTED]
    rows = PaperPledge.objects.of(person).filter(state__in=shown)
    return list(rows.select_related("version").order_by("-signed_on"))


def ended_at(paper: PaperPledge) -> datetime | None:
    """When it was turned down or taken back."""
    return paper.withdrawn_at or (paper.settled_at if paper.state == PaperState.REJECTED else None)
