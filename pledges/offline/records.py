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
    laid = passkeys.Laid(
        document_sha256=evidence["document"]["sha256"],
        version_digest=evidence["template"]["digest"],
        person_id=person["id"],
        nonce=evidence["intent"]["nonce"],
        created_at=moment(evidence, "intent.created_at"),
        expires_at=moment(evidence, "intent.expires_at"),
    )
    try:
        passkeys.reverify(block, laid)
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
    by = statement.introduced_by
    introduced = by if by in (enrolments.FIRST, enrolments.OPERATOR) else "passkey"
    values = {"enrolled": enrolled.date().isoformat(), "introduced": introduced}
    return True, "passkey-verified", values


def ledger(evidence: Mapping[str, Any], roots: Roots) -> Finding:
    """Verify that a signed checkpoint includes the entry of this signing's intent."""
    checkpoint = _included(evidence["ledger"], roots, moment(evidence, "signed_at"))
    sequence = evidence["ledger"]["index"] + 1
    return True, "ledger-included", {"sequence": str(sequence), "size": str(checkpoint.size)}


def proof(data: bytes, sha256: str, roots: Roots) -> Finding:
    """Verify that the ledger records the file with this SHA-256 as issued."""
    try:
        found = json.loads(data.decode("utf-8"))
        entry = json.loads(found["entry"])
        if set(found) != PROOF or entry["facts"]["issued"] != sha256:
            raise Rejected("proof-invalid", why="facts.issued")
        at = datetime.fromisoformat(entry["at"])
        sequence = entry["sequence"]
        if sequence != found["index"] + 1:
            raise Rejected("proof-invalid", why="index")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Rejected("proof-unreadable") from error
    try:
        checkpoint = _included(found, roots, at)
    except Rejected as rejection:
        raise Rejected("proof-invalid", **rejection.values) from rejection
    return True, "proof-included", {"sequence": str(sequence), "size": str(checkpoint.size)}


def _included(block: Mapping[str, Any], roots: Roots, at: datetime) -> checkpoints.Checkpoint:
    key = _ledger_key(block, roots, at)
    try:
        checkpoint = checkpoints.read(
            block["checkpoint"],
            public_key=key,
            verify=lambda signature, message: ledgerkey.verify(key, signature, message),
        )
        path = [bytes.fromhex(each) for each in block["inclusion"]]
    except (ValueError, TypeError) as error:
        raise Rejected("ledger-invalid", why=str(error)) from error
    leaf = merkle.leaf_hash(block["entry"].encode())
    if not merkle.verify_inclusion(leaf, block["index"], checkpoint.size, path, checkpoint.root):
        raise Rejected("ledger-invalid", why="inclusion")
    return checkpoint


def _ledger_key(block: Mapping[str, Any], roots: Roots, at: datetime) -> bytes:
    """The raw public key of the ledger, from a certificate that a root issued directly."""
    try:
        pem = block["certificate"].encode("ascii")
        key = ledgerkey.public_key(pem)
        certificates = chains.from_pem(pem)
    except (ValueError, UnicodeError, AttributeError) as error:
        raise Rejected("ledger-invalid", why="certificate") from error
    if len(certificates) != 1 or not chains.was_issued_under(certificates[0], roots, at):
        raise Rejected("ledger-invalid", why="certificate")
    return key
