"""What the evidence file records, checked again: the passkey, its enrolment, the ledger."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from asn1crypto import x509 as asn1

from pledges.core import checkpoints, merkle
from pledges.core.evidence import moment
from pledges.core.verdict import Rejected
from pledges.gateways import chains, enrolments, ledgerkey, passkeys

Finding = tuple[bool | None, str, dict[str, str]]
Roots = Sequence[asn1.Certificate]
PROOF: Final = frozenset({"entry", "index", "inclusion", "checkpoint", "certificate"})


def authentication(evidence: Mapping[str, Any], roots: Roots) -> Finding:
    """Verify the passkey's assertion over this document and its enrolment for this person."""
    block = evidence["authentication"]
    if block["method"] != "passkey":
        return None, "password-claimed", {}
    person = evidence["person"]
    try:
        passkeys.reverify(
            block,
            document_sha256=evidence["document"]["sha256"],
            version_digest=evidence["template"]["digest"],
            person_id=person["id"],
            nonce=evidence["intent"]["nonce"],
        )
        key = _ledger_key(evidence["ledger"], roots, moment(evidence, "signed_at"))
        statement = enrolments.check(
            block,
            person_id=person["id"],
            employee_number=person["employee_number"],
            verifier=lambda signature, message: ledgerkey.verify(key, signature, message),
        )
    except passkeys.Refused as refusal:
        raise Rejected("passkey-invalid", why=str(refusal)) from refusal
    enrolled = datetime.fromisoformat(statement.enrolled_at)
    if enrolled > moment(evidence, "signed_at"):
        raise Rejected("passkey-invalid", why="enrolled after the signing")
    values = {"enrolled": enrolled.date().isoformat(), "introduced": statement.introduced_by}
    return True, "passkey-verified", values
