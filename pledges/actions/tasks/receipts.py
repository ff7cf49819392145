"""A member's receipt of a closed task: that they stood in its report, and how; for them alone."""

import json
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from pledges import access
from pledges.access import Act
from pledges.actions.records import receipts
from pledges.actions.tasks import reports
from pledges.core.digests import sha256_hex
from pledges.core.refusals import DocumentUnavailable
from pledges.models import Document, Organisation, TaskMember
from pledges.proof.evidence import ledger_entry
from pledges.proof.records import members, wording
from pledges.proof.records.standings import STANDINGS
from pledges.rendering.receipt_sheets import ReceiptSheet, print_receipt
from pledges.storage import document_store


def make(member: TaskMember, *, actor: access.Actor) -> bytes | None:
    """The receipt (JSON), kept nowhere; None where there is no report, or nothing opens its row.

    Nothing opens it once the salt is erased, or when name or number have changed since the member
    was written down. Raises `DocumentUnavailable`.
    """
    access.require(actor, Act.FILL_PLEDGE, member)
    report = reports.of(member.task)
    if report is None or not member.salt:
        return None
    person = member.person
    try:
        return receipts.make(
            report,
            commitment=member.commitment,
            salt=bytes.fromhex(member.salt),
            person_id=person.pk,
            employee_number=person.employee_number,
            name=person.name,
            document=_document(member),
        )
    except (LookupError, ValueError):
        return None
    except document_store.Corrupt as error:
        raise DocumentUnavailable from error


def print_sheet(member: TaskMember, *, actor: access.Actor, language: str) -> bytes | None:
    """The receipt as a sheet of paper (PDF) in `language`, kept nowhere; None as `make` gives it.

    Raises `DocumentUnavailable`, kinds of `refusals.Unmade`.
    """
    made = make(member, actor=actor)
    return None if made is None else print_receipt(_sheet(made, language), language=language)


def _sheet(receipt: bytes, language: str) -> ReceiptSheet:
    said = json.loads(receipt)
    entry = ledger_entry(said["ledger"])
    as_of = datetime.fromisoformat(entry["facts"]["as_of"])
    return ReceiptSheet(
        organisation=said["organisation"],
        title=said["task"]["title"],
        task=said["task"]["id"],
        name=said["person"]["name"],
        employee_number=said["person"]["employee_number"],
        standing=STANDINGS[said["standing"]].in_(language),
        as_of=Organisation.current().localtime(as_of),
        place=said["index"] + 1,
        entry=entry["sequence"],
        document=said["document"] or "",
        sha256=sha256_hex(receipt),
        statements=wording.statements("receipt", language),
        address=settings.PUBLIC_URL.rstrip("/") + reverse("verify_file"),
    )


def _document(member: TaskMember) -> str | None:
    """The digest of the file that counted for them at the close, where one did."""
    if not member.document_at_close:
        return None
    own = Document.objects.filter(pledge__person=member.person_id)
    salt = bytes.fromhex(member.salt)
    for sha256 in own.values_list("sha256", flat=True):
        if members.document_commitment(salt, sha256) == member.document_at_close:
            return sha256
    return None
