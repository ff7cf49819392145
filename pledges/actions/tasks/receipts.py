"""A member's receipt of a closed task: that they stood in its report, and how; for them alone."""

from pledges import access
from pledges.access import Act
from pledges.actions.records import receipts
from pledges.actions.tasks import reports
from pledges.core.refusals import DocumentUnavailable
from pledges.models import Document, TaskMember
from pledges.proof.records import members
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
