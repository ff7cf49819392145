"""The record of a paper: its images set into a PDF of our own, which is all that is kept of it."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from pledges.actions.papers import keeping
from pledges.actions.records import issuing
from pledges.actions.records.issuing import KeptRecord
from pledges.core import refusals
from pledges.core.digests import sha256_hex
from pledges.core.languages import CHINESE
from pledges.core.scans import DrawnPage
from pledges.models import Organisation, PaperPledge, Person
from pledges.proof.records import contents, members
from pledges.rendering import paper_scans
from pledges.rendering.fonts import MissingGlyph


def make(paper: PaperPledge, *, confirmed_by: Person, at: datetime) -> KeptRecord:
    """Make and seal the record of `paper`, and keep it; it is issued when the paper is confirmed.

    Raises DocumentUnavailable where an image is lost, SealUnavailable, kinds of `refusals.Unmade`,
    StorageUnavailable, Unprintable.
    """
    pages = [
        DrawnPage(keeping.stored(page.sha256), page.width, page.height)
        for page in paper.pages.all()
    ]
    content = {
        "kind": contents.SCAN,
        "language": CHINESE,
        "organisation": Organisation.current().name_in(CHINESE),
        **said(paper, pages),
    }
    identifier = contents.identifier(content)
    try:
        read = paper_scans.render(_scan(paper, identifier, confirmed_by, at), pages)
    except MissingGlyph as missing:
        raise refusals.Unprintable(tuple(missing.characters)) from missing
    return issuing.keep(issuing.seal(read, content, at=at), kind=contents.SCAN, at=at)


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
    paper: PaperPledge, identifier: str, confirmed_by: Person, at: datetime
) -> paper_scans.Scan:
    organisation = Organisation.current()
    return paper_scans.Scan(
        identifier=identifier,
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
