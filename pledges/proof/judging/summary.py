"""What a file that was found genuine states: who promised what, when, and who accepted it."""

from collections.abc import Mapping
from typing import Any

from pledges.proof.evidence import moment
from pledges.proof.signatures.validation import ValidatedSignature
from pledges.proof.verdict import Summary


def summarise(
    evidence: Mapping[str, Any], manager: ValidatedSignature, company: ValidatedSignature | None
) -> Summary:
    """The summary of `evidence` and of the signatures that were judged."""
    person = evidence["person"]
    return Summary(
        number=evidence["pledge"]["number"],
        template=evidence["template"]["slug"],
        version=evidence["template"]["version"],
        language=evidence["language"],
        signer=person["name"],
        employee_number=person["employee_number"],
        department=person["department"],
        organisation=evidence["organisation"],
        signed_at=moment(evidence, "signed_at"),
        accepted_at=company.stamped_at or company.made_at if company else None,
        accepted_by=company.subject["common_name"] if company else "",
        method=evidence["authentication"]["method"],
        levels=tuple(made.level.value for made in (manager, company) if made),
        file_format=manager.file_format.name,
        answers=evidence["answers"],
        pledge_id=evidence["pledge"]["id"],
    )
