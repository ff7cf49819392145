"""The record of a paper: its images set into a PDF of our own, which is all that is kept of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from pledges.actions.papers import keeping
from pledges.core.digests import sha256_hex
from pledges.core.scans import DrawnPage
from pledges.models import Organisation, PaperPledge, Person
from pledges.proof.records import members, scans
from pledges.rendering import paper_scans
from pledges.storage import document_store


@dataclass(frozen=True)
class Made:
    """A record in the store that no row names yet."""

    sha256: str
    size: int


def make(paper: PaperPledge, *, confirmed_by: Person, at: datetime) -> Made:
    """Make the record of `paper` and keep it; raises `refusals.Unmade`, `StorageUnavailable`.

    Images that are missing or damaged raise DocumentUnavailable.
    """
    pdf = render(paper, confirmed_by=confirmed_by, at=at)
    return Made(document_store.put(pdf), len(pdf))


def render(paper: PaperPledge, *, confirmed_by: Person, at: datetime) -> bytes:
    """The PDF of the record: a sheet about the paper, then each image in a frame that says so."""
    pages = [
        DrawnPage(keeping.stored(page.sha256), page.width, page.height)
        for page in paper.pages.all()
    ]
    return paper_scans.render(_scan(paper, pages, confirmed_by, at), pages)


def said(paper: PaperPledge, pages: Sequence[DrawnPage]) -> dict[str, object]:
    """What the record says of the paper as data (docs/record-format.md); it names nobody."""
    person = paper.person
    return {
        "paper": str(paper.pk),
        "template": {
            "slug": paper.version.template.slug,
            "version": paper.version.number,
            "digest": paper.version.digest,
        },
        "signed_on": paper.signed_on.isoformat(),
        "ends_on": paper.ends_on.isoformat() if paper.ends_on else None,
        "pages": [sha256_hex(page.jpeg) for page in pages],
        "upload": paper.upload_sha256,
        "commitment": members.member_commitment(
            bytes.fromhex(paper.salt), person.pk, person.employee_number, person.name
        ),
    }


def _scan(
    paper: PaperPledge, pages: Sequence[DrawnPage], confirmed_by: Person, at: datetime
) -> paper_scans.Scan:
    organisation = Organisation.current()
    return paper_scans.Scan(
        identifier=scans.content_digest(said(paper, pages)),
        short=paper.short,
        organisation=organisation.name_zh,
        person=f"{paper.person.name}（{paper.person.employee_number}）",
        version=paper.version.label("zh-hans"),
        version_en=paper.version.label("en"),
        signed_on=paper.signed_on,
        ends_on=paper.ends_on,
        filed=(paper.filed_by.name, organisation.localtime(paper.filed_at)),
        confirmed=(confirmed_by.name, organisation.localtime(at)),
        upload=paper.upload_sha256,
        address=f"{settings.PUBLIC_URL}/verify/paper/{paper.pk}/",
    )
