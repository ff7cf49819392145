"""Receipts: for one member, that they stood in an issued report, and how."""

from pledges.actions.records import issuing
from pledges.models import IssuedRecord
from pledges.proof.records import receipts
from pledges.proof.records.judging import content_of


def make(
    record: IssuedRecord,
    *,
    commitment: str,
    salt: bytes,
    person_id: int,
    employee_number: str,
    name: str,
    document: str | None,
) -> bytes:
    """The receipt (JSON) of the member with that commitment in the issued report `record`.

    `salt` and the person's fields are those that the commitment was made of; `document` is the
    SHA-256 of the file that counted for them then. Kept nowhere. Raises LookupError for somebody
    who is not in the list, ValueError where salt and fields do not open their row, and what
    `issuing.read` raises.
    """
    content = content_of(issuing.read(record))
    places = {row[0]: place for place, row in enumerate(content["members"])}
    return receipts.make(
        content,
        index=places[commitment],
        salt=salt,
        person={"id": person_id, "employee_number": employee_number, "name": name},
        document=document,
    )
