"""HR files what was signed on paper: a scan is uploaded and looked at, then filed."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions.papers import keeping
from pledges.core import lifecycle, papers
from pledges.core.characters import made_visible
from pledges.core.digests import sha256_hex
from pledges.core.paper_lists import RowFault, day_fault
from pledges.core.paper_refusals import NobodyOfThatNumber, PaperDayWrong, PaperFiledAlready
from pledges.core.papers import MAX_NOTE, STANDS, PaperState
from pledges.core.refusals import VersionNotOpen
from pledges.core.scans import DrawnPage
from pledges.models import (
    Organisation,
    PaperBatch,
    PaperItem,
    PaperPage,
    PaperPledge,
    Person,
    TemplateVersion,
)
from pledges.scans import process

MAX_NAME = 255
SALT = 32  # bytes


@dataclass(frozen=True)
class Facts:
    """What HR says of a paper; nothing of it is read from the scan."""

    person: Person
    version: TemplateVersion
    signed_on: date
    ends_on: date | None = None
    note: str = ""
    file_name: str = ""


def upload(data: bytes, facts: Facts, *, actor: Person, at: datetime) -> PaperPledge:
    """Draw a scan and keep it as a draft, which its uploader looks at; nothing is filed by it.

    Raises ScanRefused, PaperDayWrong, PaperFiledAlready, NobodyOfThatNumber, and TooBusy.
    """
    access.require(actor, Act.FILE_PAPER)
    check(facts, at)
    drawn = process.draw(data)
    return keep_draft(data, drawn, facts, actor=actor, at=at)


def keep_draft(
    data: bytes,
    drawn: Sequence[DrawnPage],
    facts: Facts,
    *,
    actor: Person,
    at: datetime,
    batch: PaperBatch | None = None,
) -> PaperPledge:
    """Keep a scan that was drawn, with its images, as a draft."""
    key = uuid.uuid4()
    paper = PaperPledge(
        id=key,
        person=facts.person,
        version=facts.version,
        signed_on=facts.signed_on,
        ends_on=facts.ends_on,
        note=made_visible(facts.note.strip())[:MAX_NOTE],
        batch=batch,
        state=PaperState.DRAFT,
        file_name=made_visible(facts.file_name)[:MAX_NAME],
        upload_sha256=sha256_hex(data),
        upload_stored=keeping.keep_upload(data, key),
        salt=secrets.token_hex(SALT),
        page_count=len(drawn),
        filed_at=at,
        filed_by=actor,
    )
    return _save(paper, keeping.keep_pages(paper, drawn))


@transactions.atomic
def _save(paper: PaperPledge, pages: list[PaperPage]) -> PaperPledge:
    paper.save(force_insert=True)
    PaperPage.objects.bulk_create(pages)
    return paper


def check(facts: Facts, at: datetime) -> None:
    """Raise a refusal unless such a paper may be filed at `at`."""
    today = Organisation.current().localdate(at)
    if (why := day_fault(facts.signed_on, today)) is not None:
        raise PaperDayWrong(facts.signed_on, why)
    if facts.ends_on is not None and facts.ends_on < facts.signed_on:
        raise PaperDayWrong(facts.ends_on, RowFault.ENDS_BEFORE)
    if facts.version.status == lifecycle.VersionState.DRAFT:
        raise VersionNotOpen
    if facts.person.erased_at is not None:
        raise NobodyOfThatNumber
    if is_filed(facts.person, facts.version, facts.signed_on):
        raise PaperFiledAlready


def is_filed(person: Person, version: TemplateVersion, signed_on: date) -> bool:
    """Whether a paper of that person, version and day is filed or confirmed."""
    same = PaperPledge.objects.filter(person=person, version=version, signed_on=signed_on)
    return same.filter(state__in=STANDS).exists()


@transactions.atomic
def correct(paper: PaperPledge, facts: Facts, *, actor: Person, at: datetime) -> PaperPledge:
    """Have a draft say other `facts` of the same scan; that of a list says what its row says.

    Raises PaperDayWrong, PaperFiledAlready, NobodyOfThatNumber.
    """
    both = Person.objects.filter(pk__in=[paper.person_id, facts.person.pk])
    list(both.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    locked = lock(paper)
    lifecycle.require(papers.FILE, locked.state)
    access.require(actor, Act.FILE_PAPER, locked)
    facts.person.refresh_from_db(fields=["erased_at"])
    check(facts, at)
    drafts = PaperPledge.objects.filter(pk=locked.pk, state=PaperState.DRAFT, batch=None)
    if not drafts.update(
        person=facts.person,
        version=facts.version,
        signed_on=facts.signed_on,
        ends_on=facts.ends_on,
        note=made_visible(facts.note.strip())[:MAX_NOTE],
    ):
        raise lifecycle.Forbidden(papers.FILE, locked.state)
    locked.refresh_from_db()
    return locked


@transactions.atomic
def file(paper: PaperPledge, *, actor: Person, at: datetime) -> PaperPledge:
    """File a draft for compliance to confirm. Raises PaperFiledAlready, NobodyOfThatNumber."""
    locked = lock(paper)
    lifecycle.require(papers.FILE, locked.state)
    access.require(actor, Act.FILE_PAPER, locked)
    if locked.person.erased_at is not None:
        raise NobodyOfThatNumber
    if is_filed(locked.person, locked.version, locked.signed_on):
        raise PaperFiledAlready
    drafts = PaperPledge.objects.filter(pk=locked.pk, state=PaperState.DRAFT)
    if not drafts.update(state=papers.FILE.target, filed_at=at):
        raise lifecycle.Forbidden(papers.FILE, locked.state)
    locked.refresh_from_db()
    audit.record(
        papers.FILE.event, actor=actor, subject=locked, at=at, facts=facts_of_filing(locked)
    )
    return locked


def facts_of_filing(paper: PaperPledge) -> dict[str, object]:
    """What the ledger tells of a paper: on which version, and what was uploaded."""
    return {
        "version": paper.version.digest,
        "upload": paper.upload_sha256,
        "pages": paper.page_count,
    }


@transactions.atomic
def discard(paper: PaperPledge, *, actor: Person) -> None:
    """Remove a draft that is not to be filed, with its upload and images; nothing is told of it."""
    Person.objects.select_for_update(no_key=True).get(pk=paper.person_id)
    # The row of a list lets go of it: rows are locked before papers.
    list(PaperItem.objects.select_for_update(no_key=True).filter(paper=paper.pk))
    locked = lock(paper)
    lifecycle.require(papers.FILE, locked.state)
    access.require(actor, Act.FILE_PAPER, locked)
    remove_drafts([locked])


def remove_drafts(drafts: Sequence[PaperPledge]) -> None:
    """Remove drafts that the caller has locked, with all their files."""
    keeping.forget_unsettled(drafts)
    keys = [draft.pk for draft in drafts]
    PaperPledge.objects.filter(pk__in=keys, state=PaperState.DRAFT).delete()


def lock(paper: PaperPledge) -> PaperPledge:
    """The paper, locked after its person, so that nobody is erased meanwhile."""
    Person.objects.select_for_update(no_key=True).get(pk=paper.person_id)
    rows = PaperPledge.objects.select_for_update(no_key=True, of=("self",))
    found = rows.select_related("person", "version__template").filter(pk=paper.pk).first()
    if found is None:  # a draft that was discarded meanwhile
        raise lifecycle.Forbidden(papers.FILE, "discarded")
    return found
