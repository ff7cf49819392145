"""The checks of a pledge's file, each a function that finds it in order or raises `Rejected`."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from pledges.proof import evidence as evidences
from pledges.proof.fileformat import FORMATS, Level, RevisionKind
from pledges.proof.judging import common, records
from pledges.proof.judging.case import SIGNERS, Case, Finding
from pledges.proof.keys.certificates import Signatory
from pledges.proof.pdf import (
    active_content,
    attachments,
    byte_coverage,
    revisions,
    xref_precheck,
)
from pledges.proof.signatures import subject_name, timestamp_tokens, validation
from pledges.proof.signatures.validation import ValidatedSignature
from pledges.proof.verdict import Check, Rejected

MAX_FILE_BYTES: Final = max(each.max_file_bytes for each in FORMATS.values())
"""What is looked at at all; the format of the file may allow less."""
MAX_TIMESTAMPS: Final = max(each.max_timestamps for each in FORMATS.values())


def _file(case: Case) -> Finding:
    if len(case.pdf) > MAX_FILE_BYTES:
        raise Rejected(
            "too-large", "a pledge is a small file", expected=MAX_FILE_BYTES, found=len(case.pdf)
        )
    case.tables = xref_precheck.read(case.pdf)
    most = 1 + len(SIGNERS) + MAX_TIMESTAMPS
    if not 2 <= len(case.tables) <= most:
        raise Rejected(
            "unknown-shape",
            "a document, the manager's signature, the company's seal, then timestamps",
            expected=f"2 to {most} revisions",
            found=len(case.tables),
        )
    return True, "file-whole", {}


def _manager(case: Case) -> Finding:
    signature = validation.read_signature(
        case.pdf, case.ranges[0], RevisionKind.MANAGER, case.trust
    )
    if signature.level is Level.ARCHIVAL or not signature.bound_to:
        rule = "a manager's certificate names the document that it is for"
        raise Rejected("wrong-issuer", rule, found=signature.level)
    _check_past(signature, case)
    case.manager = signature
    subject = signature.subject
    values = {"name": subject["common_name"], "number": subject["serial_number"]}
    return True, "manager-signed", values


def _company(case: Case) -> Finding:
    if len(case.ranges) < len(SIGNERS):
        return None, "company-not-yet", {}
    seal = validation.read_signature(case.pdf, case.ranges[1], RevisionKind.COMPANY, case.trust)
    if seal.bound_to:
        raise Rejected(
            "wrong-issuer",
            "the company's certificate is for no single document",
            found=seal.bound_to,
        )
    if seal.file_format is not case.file_format:
        rule = "signature and seal are of one format"
        raise Rejected(
            "unknown-format", rule, expected=case.file_format.name, found=seal.file_format.name
        )
    if seal.level is Level.LONG_TERM:
        rule = "a seal is of level B-B or B-LTA"
        raise Rejected("level-unknown", rule, found=seal.level)
    archival = seal.level is Level.ARCHIVAL
    if archival != (len(case.ranges) > len(SIGNERS)):
        rule = "document timestamps follow a seal of level B-LTA, and no other"
        reason = "timestamp-missing" if archival else "unknown-shape"
        raise Rejected(reason, rule, found=seal.level)
    _check_past(seal, case)
    if seal.made_at < case.signature.made_at:
        raise Rejected(
            "order-of-time",
            "the company seals after the manager",
            expected=case.signature.made_at,
            found=seal.made_at,
        )
    case.company = seal
    return True, "company-sealed", {"name": seal.subject["common_name"]}


def _check_past(signature: ValidatedSignature, case: Case) -> None:
    made = max(signature.made_at, signature.stamped_at or signature.made_at)
    common.check_not_later(made, case.at)


def _time(case: Case) -> Finding:
    for made in case.ranges[len(SIGNERS) :]:
        case.stamps.append(validation.read_timestamp(case.pdf, made, case.trust))
    tokens = [made.token for made in (case.manager, case.company) if made and made.token]
    tokens += case.stamps
    moments = [token.time for token in tokens]
    if moments != sorted(moments):
        raise Rejected("order-of-time", "timestamps follow each other in time", found=moments)
    if moments:
        common.check_not_later(moments[-1], case.at)
    signature = case.signature
    if signature.stamped_at is None:
        return None, "time-claimed", {"signed": common.shown_moment(signature.made_at)}
    signed = {"signed": common.shown_moment(signature.stamped_at)}
    until = timestamp_tokens.vouched_until(tokens)
    values = {**signed, "until": common.shown_moment(until)}
    if case.at > until:
        return None, "time-ran-out", values
    return (True, "time-trusted", values) if case.stamps else (True, "time-trusted-signing", signed)


def _bytes(case: Case) -> Finding:
    common.check_places(case.history, case.ranges)
    byte_coverage.check(case.pdf, case.history, case.tables)
    return True, "bytes-accounted", {}


def _revisions(case: Case) -> Finding:
    history = case.history
    active_content.check(history, case.file_format, case.fields)
    for revision in range(1, len(case.tables)):
        kind = SIGNERS[revision - 1] if revision <= len(SIGNERS) else RevisionKind.TIMESTAMP
        revisions.check(history, revision, case.file_format, kind)
    return True, "revisions-expected", {"count": str(len(case.tables))}


def _evidence(case: Case) -> Finding:
    history = case.history
    data = attachments.only_file(history.at(len(case.tables) - 1), case.file_format, history.budget)
    try:
        case.evidence = evidences.read(data, case.file_format)
        said = history.revisions[0].identifier[0].decode("ascii", "replace")
        found = evidences.contradictions(
            case.evidence, _seen(case), content=said, file_format=case.file_format
        )
        contradiction = next(found, None)
    except evidences.Malformed as error:
        rule = "the evidence file is as docs/evidence.md says"
        raise Rejected("evidence-malformed", rule, found=str(error), part=str(error)) from error
    if contradiction:
        _contradict(contradiction)
    if case.signature.bound_to != case.evidence["document"]["sha256"]:
        raise Rejected(
            "not-for-this-document",
            "the certificate is for the document that the evidence names",
            expected=case.evidence["document"]["sha256"],
            found=case.signature.bound_to,
        )
    return True, "evidence-agrees", {}


def _contradict(part: str, expected: object = "", found: object = "") -> None:
    rule = f"the evidence agrees with file, signature and certificate: {part}"
    raise Rejected("evidence-contradicts", rule, expected=expected, found=found, part=part)


def _seen(case: Case) -> dict[str, Any]:
    """What the bytes and the manager's certificate say, by the evidence's paths."""
    signature = case.signature
    read_size = case.tables[0].ends
    signed_at = evidences.moment(case.evidence, "signed_at")
    if signed_at.replace(microsecond=0) != signature.made_at:
        _contradict("signed_at", signature.made_at, signed_at)
    person = case.evidence["person"]
    signatory = Signatory(
        name=person["name"],
        employee_number=person["employee_number"],
        department=person["department"],
        organisation=case.evidence["organisation"],
    )
    if subject_name.write(signatory) != signature.certificate.subject.dump():
        _contradict("person", signature.certificate.subject.human_friendly, person)
    return {
        "document.size": read_size,
        "document.sha256": hashlib.sha256(case.pdf[:read_size]).hexdigest(),
        "signature.level": signature.level.value,
    }


def _authentication(case: Case) -> Finding:
    return records.authentication(case.evidence, case.trust.roots)


def _ledger(case: Case) -> Finding:
    return records.ledger(case.evidence, case.trust.roots)


def _proof(case: Case) -> Finding:
    if case.proof is None:
        return None, "proof-none", {}
    return records.proof(case.proof, hashlib.sha256(case.pdf).hexdigest(), case.trust.roots)


CHECKS: Final[Mapping[Check, Callable[[Case], Finding]]] = {
    Check.FILE: _file,
    Check.MANAGER: _manager,
    Check.COMPANY: _company,
    Check.TIME: _time,
    Check.REVISIONS: _revisions,
    Check.BYTES: _bytes,
    Check.EVIDENCE: _evidence,
    Check.AUTHENTICATION: _authentication,
    Check.LEDGER: _ledger,
    Check.PROOF: _proof,
}
