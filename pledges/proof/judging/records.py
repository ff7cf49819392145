"""What the evidence file records, checked again: the passkey, its enrolment, the ledger."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from asn1crypto import x509 as asn1

from pledges.proof.evidence import Malformed, ledger_entry, moment, read_proof
from pledges.proof.judging.case import Finding
from pledges.proof.keys import chains
from pledges.proof.ledger import checkpoints, merkle, signing_key
from pledges.proof.passkeys import ceremony, enrolment_statements
from pledges.proof.verdict import Rejected

Roots = Sequence[asn1.Certificate]
HASH: Final = re.compile(r"[0-9a-f]{64}")


def authentication(evidence: Mapping[str, Any], roots: Roots) -> Finding:
    """Verify the passkey's assertion over this document and its enrolment for this person."""
    block = evidence["authentication"]
    if block["method"] != "passkey":
        return None, "password-claimed", {}
    person = evidence["person"]
    signed_document = ceremony.ToBeSigned(
        document_sha256=evidence["document"]["sha256"],
        version_digest=evidence["template"]["digest"],
        person_id=person["id"],
        nonce=evidence["intent"]["nonce"],
        created_at=moment(evidence, "intent.created_at"),
        expires_at=moment(evidence, "intent.expires_at"),
    )
    try:
        ceremony.reverify(block, signed_document)
        key = _ledger_key(evidence["ledger"], roots, moment(evidence, "signed_at"))
        statement = enrolment_statements.check(
            block,
            person_id=person["id"],
            employee_number=person["employee_number"],
            verifier=lambda signature, message: signing_key.verify(key, signature, message),
        )
    except ceremony.Refused as refusal:
        rule = "a passkey enrolled as this person's signed this document (WebAuthn, 7.2)"
        why = str(refusal)
        raise Rejected("passkey-invalid", rule, found=why, why=why) from refusal
    enrolled, signed_at = (
        datetime.fromisoformat(statement.enrolled_at),
        moment(evidence, "signed_at"),
    )
    if enrolled > signed_at:
        why, rule = "enrolled after the signing", "a passkey is enrolled before it signs"
        raise Rejected("passkey-invalid", rule, expected=signed_at, found=enrolled, why=why)
    introduced = enrolment_statements.kind_of(statement.introduced_by)
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
        _check_issued(entry["facts"]["issued"], sha256)
        at = moment(entry, "at")
    except (Malformed, KeyError, TypeError) as error:
        rule = "a proof is written in one way (docs/verify.md)"
        raise Rejected("proof-unreadable", rule, found=str(error)) from error
    try:
        checkpoint = _included(found, roots, at)
    except Rejected as rejection:
        rejection.reason = "proof-invalid"
        raise
    values = {"sequence": str(found["index"] + 1), "size": str(checkpoint.size)}
    return True, "proof-included", values


def _check_issued(issued: object, sha256: str) -> None:
    if issued != sha256:
        rule = "the entry records this very file as issued"
        raise Rejected("proof-invalid", rule, expected=sha256, found=issued, why="facts.issued")


def _included(block: Mapping[str, Any], roots: Roots, at: datetime) -> checkpoints.Checkpoint:
    checkpoint = signed_checkpoint(block, roots, at)
    check_included(block, checkpoint)
    return checkpoint


def signed_checkpoint(
    block: Mapping[str, Any], roots: Roots, at: datetime
) -> checkpoints.Checkpoint:
    """The checkpoint in a proof, which a ledger signed that a root knew at `at`."""
    key = _ledger_key(block, roots, at)
    try:
        return checkpoints.read(
            block["checkpoint"],
            public_key=key,
            verify=lambda signature, message: signing_key.verify(key, signature, message),
        )
    except (ValueError, TypeError) as error:
        raise _unwritten(error) from error


def check_included(block: Mapping[str, Any], checkpoint: checkpoints.Checkpoint) -> None:
    """Raise `Rejected` unless the entry of a proof is in the ledger as `checkpoint` has it."""
    try:
        path = [_hash(each) for each in block["inclusion"]]
    except (ValueError, TypeError) as error:
        raise _unwritten(error) from error
    leaf = merkle.leaf_hash(block["entry"].encode())
    if not merkle.verify_inclusion(leaf, block["index"], checkpoint.size, path, checkpoint.root):
        rule = "the path leads from the entry to the checkpoint's root (RFC 9162, 2.1.3.2)"
        raise Rejected("ledger-invalid", rule, expected=checkpoint.root.hex(), why="inclusion")


def _unwritten(error: Exception) -> Rejected:
    why, rule = str(error), "a checkpoint is a signed note (C2SP), hashes are in hexadecimal"
    return Rejected("ledger-invalid", rule, found=why, why=why)


def _hash(text: str) -> bytes:
    """32 bytes from their one writing: `bytes.fromhex` alone reads capitals and spaces too."""
    if not HASH.fullmatch(text):
        raise ValueError("inclusion")
    return bytes.fromhex(text)


def _ledger_key(block: Mapping[str, Any], roots: Roots, at: datetime) -> bytes:
    """The raw public key of the ledger, from a certificate that a root issued directly.

    The text is the certificate's in the one way to write it (RFC 7468, 3): in any other text
    another reader of PEM may find another certificate.
    """
    try:
        text = block["certificate"].encode("ascii")
        (certificate,) = chains.from_pem(text)
        if chains.to_pem([certificate]) != text:
            raise ValueError("PEM")
        key = signing_key.of_certificate(certificate.dump())
    except (ValueError, AttributeError) as error:
        rule = "the ledger's certificate is one, for an Ed25519 key"
        raise Rejected("ledger-invalid", rule, found=str(error), why="certificate") from error
    if not chains.was_issued_under(certificate, roots, at):
        rule, found = "a root issued the ledger's certificate, good then", certificate.subject
        raise Rejected("ledger-invalid", rule, found=found.human_friendly, why="certificate")
    return key
