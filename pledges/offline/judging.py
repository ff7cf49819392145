"""The one function that judges a pledge's file: the page, the command and the verifier share it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from pledges.core import evidence as evidences
from pledges.core.verdict import Check, Line, Outcome, Rejected, Verdict
from pledges.gateways import attachments, exactness, inertness, layout, revisions, seals
from pledges.gateways.certificates import Signatory
from pledges.gateways.pades import TIMESTAMP_FIELD, Level
from pledges.gateways.sealfields import COMPANY_FIELD, MANAGER_FIELD
from pledges.gateways.seals import CLOCK_SKEW, Seal
from pledges.gateways.trust import Trust
from pledges.offline import records
from pledges.offline.statements import stated

LARGEST: Final = 20 * 1024 * 1024  # bytes
MOST_TIMESTAMPS: Final = 40
"""A file whose timestamps are renewed every other year is then eighty years old."""


@dataclass
class _Case:
    """A file under judgement, and what the checks found so far."""

    pdf: bytes
    trust: Trust
    at: datetime
    proof: bytes | None
    file: Any = None
    fills: tuple[str, ...] = ()
    manager: Seal | None = None
    company: Seal | None = None
    stamped: list[datetime] = field(default_factory=list)
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seal(self) -> Seal:
        """The manager's seal, once it was read."""
        if self.manager is None:
            raise Rejected("no-field", field=MANAGER_FIELD)
        return self.manager


def judge(pdf: bytes, *, trust: Trust, at: datetime, proof: bytes | None = None) -> Verdict:
    """The verdict on `pdf` as of `at` (aware), reading nothing but the arguments.

    `proof` is the separate proof (JSON) that the ledger records this very file. The checks run
    in the order of `Check`; the first that fails ends it. Any exception is a rejection.
    """
    case = _Case(pdf, trust, at, proof)
    lines: list[Line] = []
    failed = False
    for check, look in _CHECKS.items():
        if failed:
            lines.append(Line(check, None, "not-reached"))
            continue
        line = _look(check, look, case)
        failed = line.passed is False
        lines.append(line)
    outcome = Outcome.ACCEPTED if case.company else Outcome.SIGNED_ONLY
    sha256 = hashlib.sha256(pdf).hexdigest()
    if failed:
        return Verdict(Outcome.REJECTED, tuple(lines), sha256)
    return Verdict(outcome, tuple(lines), sha256, stated(case.evidence, case.seal, case.company))


Finding = tuple[bool | None, str, dict[str, str]]


def _look(check: Check, look: Callable[[_Case], Finding], case: _Case) -> Line:
    try:
        passed, reason, values = look(case)
    except Rejected as rejection:
        return Line(check, False, rejection.reason, rejection.values)
    except (MemoryError, RecursionError):
        return Line(check, False, "too-costly")
    except Exception:
        # Whatever a hostile file makes a parser raise: what cannot be checked is not accepted.
        return Line(check, False, "failed")
    return Line(check, passed, reason, values)


def _file(case: _Case) -> Finding:
    if len(case.pdf) > LARGEST:
        raise Rejected("too-large")
    reader = revisions.read(case.pdf)
    case.file = seals.File(case.pdf, reader, layout.ends(case.pdf, reader))
    return True, "file-whole", {}


def _revisions(case: _Case) -> Finding:
    reader, count = case.file.reader, len(case.file.ends)
    stamps = max(0, count - 3)
    if count < 2 or stamps > MOST_TIMESTAMPS:
        raise Rejected("unknown-shape")
    seals_there = (MANAGER_FIELD, COMPANY_FIELD)[: count - 1]
    case.fills = (*seals_there, *(f"{TIMESTAMP_FIELD}{n + 1}" for n in range(stamps)))
    inertness.check_objects(reader)
    for revision in range(count):
        fields = [MANAGER_FIELD, COMPANY_FIELD, *case.fills[2:revision]]
        inertness.check_fields(reader, revision, fields)
    for revision, name in enumerate(case.fills, start=1):
        kind = name if revision < 3 else TIMESTAMP_FIELD
        revisions.check_revision(reader, revision, kind)
    return True, "revisions-expected", {"count": str(count)}


def _manager(case: _Case) -> Finding:
    seal = seals.read_seal(case.file, 1, MANAGER_FIELD, case.trust)
    if seal.level is Level.ARCHIVAL or not seal.bound_to:
        raise Rejected("wrong-issuer")
    _check_past(seal, case)
    case.manager = seal
    subject = seal.subject
    values = {"name": subject["common_name"], "number": subject["serial_number"]}
    return True, "manager-sealed", values


def _company(case: _Case) -> Finding:
    if len(case.fills) < 2:
        return None, "company-not-yet", {}
    seal = seals.read_seal(case.file, 2, COMPANY_FIELD, case.trust)
    if seal.bound_to:
        raise Rejected("wrong-issuer")
    archival = seal.level is Level.ARCHIVAL
    if archival != (len(case.fills) > 2):
        raise Rejected("timestamp-missing" if archival else "unknown-shape")
    _check_past(seal, case)
    if seal.sealed_at < case.seal.sealed_at:
        raise Rejected("order-of-time")
    case.company = seal
    return True, "company-sealed", {"name": seal.subject["common_name"]}


def _check_past(seal: Seal, case: _Case) -> None:
    if max(seal.sealed_at, seal.stamped_at or seal.sealed_at) > case.at + CLOCK_SKEW:
        raise Rejected("from-the-future")


def _time(case: _Case) -> Finding:
    for revision, name in enumerate(case.fills[2:], start=3):
        stamped = seals.read_timestamp(case.file, revision, name, case.trust)
        case.stamped.append(stamped)
    moments = [seal.stamped_at for seal in (case.manager, case.company) if seal and seal.stamped_at]
    moments += case.stamped
    if moments != sorted(moments):
        raise Rejected("order-of-time")
    if moments and moments[-1] > case.at + CLOCK_SKEW:
        raise Rejected("from-the-future")
    seal = case.seal
    if seal.stamped_at is None:
        return None, "time-claimed", {"signed": _shown(seal.sealed_at)}
    signed = {"signed": _shown(seal.stamped_at)}
    if not case.stamped:
        return True, "time-trusted-signing", signed
    until = seals.authority_until(case.file.reader, case.fills[-1])
    values = {**signed, "until": _shown(until)}
    return (True, "time-trusted", values) if case.at <= until else (None, "time-ran-out", values)


def _bytes(case: _Case) -> Finding:
    exactness.check(case.pdf, case.file.reader, case.file.ends)
    return True, "bytes-accounted", {}


def _evidence(case: _Case) -> Finding:
    data = attachments.only_file(case.file.reader)
    try:
        case.evidence = evidences.read(data)
        said = bytes(case.file.reader.document_id[0]).decode("ascii", "replace")
        found = evidences.contradictions(case.evidence, _seen(case), content=said)
        contradiction = next(found, None)
    except evidences.Malformed as error:
        raise Rejected("evidence-malformed", where=str(error)) from error
    if contradiction:
        raise Rejected("evidence-contradicts", where=contradiction)
    if case.seal.bound_to != case.evidence["document"]["sha256"]:
        raise Rejected("not-for-this-document")
    return True, "evidence-agrees", {}


def _seen(case: _Case) -> dict[str, Any]:
    """What the bytes and the manager's certificate say, by the evidence's paths."""
    seal = case.seal
    read_size = case.file.ends[0]
    signed_at = evidences.moment(case.evidence, "signed_at")
    if signed_at.replace(microsecond=0) != seal.sealed_at:
        raise Rejected("evidence-contradicts", where="signed_at")
    person = case.evidence["person"]
    signatory = Signatory(
        name=person["name"],
        employee_number=person["employee_number"],
        department=person["department"],
        organisation=case.evidence["organisation"],
    )
    if signatory.subject().public_bytes() != seal.certificate.subject.dump():
        raise Rejected("evidence-contradicts", where="person")
    return {
        "document.size": read_size,
        "document.sha256": hashlib.sha256(case.pdf[:read_size]).hexdigest(),
        "seal.level": seal.level.value,
    }


def _authentication(case: _Case) -> Finding:
    return records.authentication(case.evidence, case.trust.roots)


def _ledger(case: _Case) -> Finding:
    return records.ledger(case.evidence, case.trust.roots)


def _proof(case: _Case) -> Finding:
    if case.proof is None:
        return None, "proof-none", {}
    return records.proof(case.proof, hashlib.sha256(case.pdf).hexdigest(), case.trust.roots)


def _shown(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


_CHECKS: Final[Mapping[Check, Callable[[_Case], Finding]]] = {
    Check.FILE: _file,
    Check.REVISIONS: _revisions,
    Check.MANAGER: _manager,
    Check.COMPANY: _company,
    Check.TIME: _time,
    Check.BYTES: _bytes,
    Check.EVIDENCE: _evidence,
    Check.AUTHENTICATION: _authentication,
    Check.LEDGER: _ledger,
    Check.PROOF: _proof,
}
