"""What the evidence file records, checked again: the passkey, its enrolment, the ledger."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from asn1crypto import x509 as asn1

from pledges.core import checkpoints, merkle
from pledges.core.evidence import Malformed, ledger_entry, moment, read_proof
from pledges.core.verdict import Rejected
from pledges.gateways import chains, enrolments, ledgerkey, passkeys

Finding = tuple[bool | None, str, dict[str, str]]
Roots = Sequence[asn1.Certificate]
HASH: Final = re.compile(r"[0-9a-f]{64}")


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
        found = read_proof(data)
        entry = ledger_entry(found)
        if entry["facts"]["issued"] != sha256:
            raise Rejected("proof-invalid", why="facts.issued")
        at = moment(entry, "at")
    except (Malformed, KeyError, TypeError) as error:
        raise Rejected("proof-unreadable") from error
    try:
        checkpoint = _included(found, roots, at)
    except Rejected as rejection:
        raise Rejected("proof-invalid", **rejection.values) from rejection
    values = {"sequence": str(found["index"] + 1), "size": str(checkpoint.size)}
    return True, "proof-included", values


def _included(block: Mapping[str, Any], roots: Roots, at: datetime) -> checkpoints.Checkpoint:
    key = _ledger_key(block, roots, at)
    try:
        checkpoint = checkpoints.read(
            block["checkpoint"],
            public_key=key,
            verify=lambda signature, message: ledgerkey.verify(key, signature, message),
        )
        path = [_hash(each) for each in block["inclusion"]]
    except (ValueError, TypeError) as error:
        raise Rejected("ledger-invalid", why=str(error)) from error
    leaf = merkle.leaf_hash(block["entry"].encode())
    if not merkle.verify_inclusion(leaf, block["index"], checkpoint.size, path, checkpoint.root):
        raise Rejected("ledger-invalid", why="inclusion")
    return checkpoint


def _hash(text: str) -> bytes:
    """32 bytes from their one writing: `bytes.fromhex` alone reads capitals and spaces too."""
    if not HASH.fullmatch(text):
        raise ValueError("inclusion")
    return bytes.fromhex(text)


def _ledger_key(block: Mapping[str, Any], roots: Roots, at: datetime) -> bytes:
    """The raw public key of the ledger, from a certificate that a root issued directly.

    The key is taken from the certificate that was checked, not from the text once more: another
    reader of PEM may find another certificate in it.
    """
    try:
        (certificate,) = chains.from_pem(block["certificate"].encode("ascii"))
        key = ledgerkey.of_certificate(certificate.dump())
    except (ValueError, AttributeError) as error:
        raise Rejected("ledger-invalid", why="certificate") from error
    if not chains.was_issued_under(certificate, roots, at):
        raise Rejected("ledger-invalid", why="certificate")
    return key
