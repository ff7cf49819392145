"""The checks of a pledge's file, each a function that finds it in order or raises `Rejected`."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pledges.proof import evidence as evidences
from pledges.proof.fileformat import (
    COMPANY_FIELD,
    MANAGER_FIELD,
    TIMESTAMP_FIELD,
    Level,
)
from pledges.proof.judging import records
from pledges.proof.judging.case import SEALS, Case
from pledges.proof.keys.certificates import Signatory
from pledges.proof.pdf import (
    active_content,
    attachments,
    byte_coverage,
    form_fields,
    revisions,
    xref_precheck,
)
from pledges.proof.pdf.objects import Reference
from pledges.proof.signatures import timestamp_tokens, validation
from pledges.proof.signatures.validation import CLOCK_SKEW, ValidatedSignature
from pledges.proof.verdict import Check, Rejected

MAX_FILE_BYTES: Final = 20 * 1024 * 1024  # bytes
MAX_TIMESTAMPS: Final = 40
"""A file whose timestamps are renewed every other year is then eighty years old."""

Finding = tuple[bool | None, str, dict[str, str]]
"""Whether it is in order, or None where there was nothing to check; the reason and its values."""


def _file(case: Case) -> Finding:
    if len(case.pdf) > MAX_FILE_BYTES:
        raise Rejected(
            "too-large", "a pledge is a small file", expected=MAX_FILE_BYTES, found=len(case.pdf)
        )
    case.tables = xref_precheck.read(case.pdf)
    most = 1 + len(SEALS) + MAX_TIMESTAMPS
    if not 2 <= len(case.tables) <= most:
        raise Rejected(
            "unknown-shape",
            "a document, the manager's seal, the company's, then timestamps",
            expected=f"2 to {most} revisions",
            found=len(case.tables),
        )
    return True, "file-whole", {}


def _manager(case: Case) -> Finding:
    seal = validation.read_signature(case.pdf, case.ranges[0], MANAGER_FIELD, case.trust)
    if seal.level is Level.ARCHIVAL or not seal.bound_to:
        rule = "a manager's certificate names the document that it is for"
        raise Rejected("wrong-issuer", rule, found=seal.level)
    _check_past(seal, case)
    case.manager = seal
    subject = seal.subject
    values = {"name": subject["common_name"], "number": subject["serial_number"]}
    return True, "manager-sealed", values


def _company(case: Case) -> Finding:
    if len(case.ranges) < len(SEALS):
        return None, "company-not-yet", {}
    seal = validation.read_signature(case.pdf, case.ranges[1], COMPANY_FIELD, case.trust)
    if seal.bound_to:
        raise Rejected(
            "wrong-issuer",
            "the company's certificate is for no single document",
            found=seal.bound_to,
        )
    archival = seal.level is Level.ARCHIVAL
    if archival != (len(case.ranges) > len(SEALS)):
        rule = "document timestamps follow a seal of level B-LTA, and no other"
        reason = "timestamp-missing" if archival else "unknown-shape"
        raise Rejected(reason, rule, found=seal.level)
    _check_past(seal, case)
    if seal.sealed_at < case.seal.sealed_at:
        raise Rejected(
            "order-of-time",
            "the company seals after the manager",
            expected=case.seal.sealed_at,
            found=seal.sealed_at,
        )
    case.company = seal
    return True, "company-sealed", {"name": seal.subject["common_name"]}


def _check_past(seal: ValidatedSignature, case: Case) -> None:
    made = max(seal.sealed_at, seal.stamped_at or seal.sealed_at)
    _check_not_later(made, case)


def _check_not_later(made: datetime, case: Case) -> None:
    if made > case.at + CLOCK_SKEW:
        raise Rejected(
            "from-the-future", "nothing is dated later than now", expected=case.at, found=made
        )


def _time(case: Case) -> Finding:
    for made in case.ranges[len(SEALS) :]:
        case.stamps.append(validation.read_timestamp(case.pdf, made, case.trust))
    tokens = [seal.token for seal in (case.manager, case.company) if seal and seal.token]
    tokens += case.stamps
    moments = [token.time for token in tokens]
    if moments != sorted(moments):
        raise Rejected("order-of-time", "timestamps follow each other in time", found=moments)
    if moments:
        _check_not_later(moments[-1], case)
    seal = case.seal
    if seal.stamped_at is None:
        return None, "time-claimed", {"signed": _shown(seal.sealed_at)}
    signed = {"signed": _shown(seal.stamped_at)}
    until = timestamp_tokens.vouched_until(tokens)
    values = {**signed, "until": _shown(until)}
    if case.at > until:
        return None, "time-ran-out", values
    return (True, "time-trusted", values) if case.stamps else (True, "time-trusted-signing", signed)


def _bytes(case: Case) -> Finding:
    _check_places(case)
    byte_coverage.check(case.pdf, case.history, case.tables)
    return True, "bytes-accounted", {}


def _revisions(case: Case) -> Finding:
    history = case.history
    active_content.check(history, case.fields)
    for revision in range(1, len(case.tables)):
        kind = SEALS[revision - 1] if revision <= len(SEALS) else TIMESTAMP_FIELD
        revisions.check(history, revision, kind)
    return True, "revisions-expected", {"count": str(len(case.tables))}


def _check_places(case: Case) -> None:
    """Each signature that was judged stands in its own field, and certifies if it is the first."""
    objects = case.history.at(len(case.tables) - 1)
    made = [Reference(each.number, 0) for each in case.ranges]
    for index, (name, field_found) in enumerate(form_fields.named(objects)):
        expected = made[index] if index < len(made) else None
        if field_found.get("/V") != expected:
            rule = "a signature stands in its field"
            found = field_found.get("/V")
            raise Rejected("no-field", rule, expected=expected, found=found, field=name)
    for each in case.ranges:
        # Bytes that look like a signature may lie within a stream, and its number be another's.
        if objects.known.get(each.number) != each.entries:
            rule = "the signature that was judged is the object of that number"
            raise Rejected("no-field", rule, where=f"object {each.number}", field="/V")
    certifies = objects.dictionary(objects.catalog.get("/Perms", {}))
    if certifies != {"/DocMDP": made[0]}:
        rule = "the manager's seal certifies the document (12.8.4)"
        raise Rejected("not-certifying", rule, expected=made[0], found=certifies)


def _evidence(case: Case) -> Finding:
    history = case.history
    data = attachments.only_file(history.at(len(case.tables) - 1), history.budget)
    try:
        case.evidence = evidences.read(data)
        said = history.revisions[0].identifier[0].decode("ascii", "replace")
        found = evidences.contradictions(case.evidence, _seen(case), content=said)
        contradiction = next(found, None)
    except evidences.Malformed as error:
        rule = "the evidence file is as docs/evidence.md says"
        raise Rejected("evidence-malformed", rule, found=str(error), part=str(error)) from error
    if contradiction:
        _contradict(contradiction)
    if case.seal.bound_to != case.evidence["document"]["sha256"]:
        raise Rejected(
            "not-for-this-document",
            "the certificate is for the document that the evidence names",
            expected=case.evidence["document"]["sha256"],
            found=case.seal.bound_to,
        )
    return True, "evidence-agrees", {}


def _contradict(part: str, expected: object = "", found: object = "") -> None:
    rule = f"the evidence agrees with file, seal and certificate: {part}"
    raise Rejected("evidence-contradicts", rule, expected=expected, found=found, part=part)


def _seen(case: Case) -> dict[str, Any]:
    """What the bytes and the manager's certificate say, by the evidence's paths."""
    seal = case.seal
    read_size = case.tables[0].ends
    signed_at = evidences.moment(case.evidence, "signed_at")
    if signed_at.replace(microsecond=0) != seal.sealed_at:
        _contradict("signed_at", seal.sealed_at, signed_at)
    person = case.evidence["person"]
    signatory = Signatory(
        name=person["name"],
        employee_number=person["employee_number"],
        department=person["department"],
        organisation=case.evidence["organisation"],
    )
    if signatory.subject().public_bytes() != seal.certificate.subject.dump():
        _contradict("person", seal.certificate.subject.human_friendly, person)
    return {
        "document.size": read_size,
        "document.sha256": hashlib.sha256(case.pdf[:read_size]).hexdigest(),
        "seal.level": seal.level.value,
    }


def _authentication(case: Case) -> Finding:
    return records.authentication(case.evidence, case.trust.roots)


def _ledger(case: Case) -> Finding:
    return records.ledger(case.evidence, case.trust.roots)


def _proof(case: Case) -> Finding:
    if case.proof is None:
        return None, "proof-none", {}
    return records.proof(case.proof, hashlib.sha256(case.pdf).hexdigest(), case.trust.roots)


def _shown(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


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
