"""The checks of a record's file, each a function that finds it in order or raises `Rejected`."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from pledges.proof import evidence as evidences
from pledges.proof.fileformat import RECORD_FORMATS, Level, RecordFormat, RevisionKind
from pledges.proof.judging import common
from pledges.proof.judging import records as ledger_records
from pledges.proof.judging.case import Finding
from pledges.proof.keys.trust import Trust
from pledges.proof.pdf import (
    active_content,
    attachments,
    byte_coverage,
    objects,
    reader,
    revisions,
    xref_precheck,
)
from pledges.proof.pdf.objects import Budget
from pledges.proof.pdf.reader import History
from pledges.proof.pdf.xref_precheck import Table
from pledges.proof.records import chain, completion, contents, wording
from pledges.proof.records.trees import Tree
from pledges.proof.records.verdict import RecordCheck
from pledges.proof.signatures import signed_ranges, timestamp_tokens, validation
from pledges.proof.signatures.signed_ranges import SignedRange
from pledges.proof.signatures.timestamp_tokens import TimestampToken
from pledges.proof.signatures.validation import ValidatedSignature
from pledges.proof.verdict import Rejected

MAX_FILE_BYTES: Final = max(each.max_file_bytes for each in RECORD_FORMATS.values())
MAX_TIMESTAMPS: Final = max(each.max_timestamps for each in RECORD_FORMATS.values())
SIGNED: Final = len(RecordFormat.signers)


def budget_of(file_format: RecordFormat) -> Budget:
    """What may be read of a record: its list is longer than all of a pledge."""
    return Budget(inflated=objects.MAX_INFLATED + file_format.max_evidence_bytes)


@dataclass
class RecordCase:
    """The arguments of a judgement on a record, and its findings."""

    pdf: bytes
    trust: Trust
    at: datetime
    proof: bytes | None
    tables: Sequence[Table] = ()
    seal: ValidatedSignature | None = None
    stamps: list[TimestampToken] = field(default_factory=list)
    images: tuple[str, ...] = ()
    content: dict[str, Any] = field(default_factory=dict)
    entries: Sequence[int] = ()

    @cached_property
    def ranges(self) -> tuple[SignedRange, ...]:
        """What the seal and the timestamps cover, one for each revision after the first."""
        return signed_ranges.cut(self.pdf, self.tables)

    @cached_property
    def history(self) -> History:
        """The objects of all revisions."""
        budget = budget_of(self.file_format)
        return reader.read(self.pdf, self.tables, signed=SIGNED, budget=budget)

    @property
    def sealed(self) -> ValidatedSignature:
        """The seal, once it was read."""
        if self.seal is None:
            raise Rejected("no-field", "the company's seal is there", field="CompanySeal")
        return self.seal

    @cached_property
    def identifier(self) -> str:
        """What the permanent identifier of the PDF has to be, once the content was read."""
        return contents.identifier(self.content)

    @cached_property
    def members(self) -> Tree:
        """The tree over the list of a report."""
        return completion.members_tree(self.content["task"]["id"], self.content["members"])

    @property
    def file_format(self) -> RecordFormat:
        """The number that the seal names, by whose rules the file is judged."""
        return RECORD_FORMATS[self.sealed.file_format.name]


def _file(case: RecordCase) -> Finding:
    if len(case.pdf) > MAX_FILE_BYTES:
        rule = "a record is a file of bounded size"
        raise Rejected("too-large", rule, expected=MAX_FILE_BYTES, found=len(case.pdf))
    case.tables = xref_precheck.read(case.pdf)
    most = 1 + SIGNED + MAX_TIMESTAMPS
    if not 1 + SIGNED <= len(case.tables) <= most:
        rule, expected = "a document, the company's seal, then timestamps", f"2 to {most} revisions"
        raise Rejected("unknown-shape", rule, expected=expected, found=len(case.tables))
    return True, "file-whole", {}


def _seal(case: RecordCase) -> Finding:
    seal = validation.read_signature(case.pdf, case.ranges[0], RevisionKind.RECORD, case.trust)
    if seal.bound_to:
        rule = "the company's certificate is for no single document"
        raise Rejected("wrong-issuer", rule, found=seal.bound_to)
    archival = seal.level is Level.ARCHIVAL
    if seal.level is Level.LONG_TERM or archival != (len(case.ranges) > SIGNED):
        rule = "document timestamps follow a seal of level B-LTA, and no other"
        reason = "timestamp-missing" if archival else "unknown-shape"
        raise Rejected(reason, rule, found=seal.level)
    common.check_not_later(max(seal.made_at, seal.stamped_at or seal.made_at), case.at)
    case.seal = seal
    return True, "record-sealed", {"name": seal.subject["common_name"]}


def _time(case: RecordCase) -> Finding:
    case.stamps = [
        validation.read_timestamp(case.pdf, made, case.trust) for made in case.ranges[SIGNED:]
    ]
    seal = case.sealed
    tokens = [*([seal.token] if seal.token else []), *case.stamps]
    moments = [token.time for token in tokens]
    if moments != sorted(moments):
        raise Rejected("order-of-time", "timestamps follow each other in time", found=moments)
    if not tokens:
        return None, "record-time-claimed", {"sealed": common.shown_moment(seal.made_at)}
    common.check_not_later(moments[-1], case.at)
    until = timestamp_tokens.vouched_until(tokens)
    values = {
        "sealed": common.shown_moment(moments[0]),
        "until": common.shown_moment(until),
    }
    if case.at > until:
        return None, "record-time-ran-out", values
    return True, "record-time-trusted", values


def _revisions(case: RecordCase) -> Finding:
    history, file_format = case.history, case.file_format
    fields = file_format.fields(len(case.tables) - 1 - SIGNED)
    case.images = active_content.check(history, file_format, fields)
    for revision in range(1, len(case.tables)):
        kind = RevisionKind.RECORD if revision == SIGNED else RevisionKind.TIMESTAMP
        revisions.check(history, revision, file_format, kind)
    return True, "revisions-expected", {"count": str(len(case.tables))}


def _bytes(case: RecordCase) -> Finding:
    common.check_places(case.history, case.ranges)
    byte_coverage.check(case.pdf, case.history, case.tables)
    return True, "bytes-accounted", {}


def _record(case: RecordCase) -> Finding:
    """The JSON is a record's, and it is the one of this file."""
    history = case.history
    last = history.at(len(case.tables) - 1)
    data = attachments.only_file(last, case.file_format, history.budget)
    try:
        case.content = contents.read(data, case.file_format)
        sealed_at = evidences.moment(case.content, "sealed_at")
    except evidences.Malformed as error:
        rule = "the record is as docs/record-format.md says"
        raise Rejected("record-malformed", rule, found=str(error), part=str(error)) from error
    size = case.tables[0].ends
    seen = {
        "document.size": (size, case.content["document"]["size"]),
        "document.sha256": (
            hashlib.sha256(case.pdf[:size]).hexdigest(),
            case.content["document"]["sha256"],
        ),
        "sealed_at": (case.sealed.made_at, sealed_at.replace(microsecond=0)),
        "/ID": (
            history.revisions[0].identifier[0].decode("ascii", "replace"),
            case.identifier,
        ),
    }
    for part, (expected, found) in seen.items():
        if expected != found:
            rule = f"the record agrees with file and seal: {part}"
            raise Rejected("record-contradicts", rule, expected=expected, found=found, part=part)
    return True, "record-agrees", {}


def _content(case: RecordCase) -> Finding:
    """What the record says follows from what it lists."""
    scanned = case.content["kind"] == contents.SCAN
    expected = case.content["pages"] if scanned else []
    if list(case.images) != expected:
        rule = "the images on the pages are those that the record lists, in their order"
        raise Rejected("images-differ", rule, expected=expected, found=case.images)
    if scanned:
        return True, "scan-listed", {"count": str(len(expected))}
    for part in completion.contradictions(case.content, case.members):
        rule = f"roots and counts follow from the list: {part}"
        raise Rejected("list-contradicts", rule, found=part, part=part)
    return True, "list-counted", {"count": str(len(case.content["members"]))}


def _ledger(case: RecordCase) -> Finding:
    """The entries that a report names commit to its list."""
    if case.content["kind"] == contents.SCAN:
        return None, "ledger-beside", {}
    at = evidences.moment(case.content, "sealed_at")
    listed = chain.Listed(case.identifier, case.members)
    case.entries, size = chain.check(case.content, listed, case.trust.roots, at)
    if max(chain.reported_at(case.content), evidences.moment(case.content, "as_of")) > at:
        raise Rejected("order-of-time", "a report is sealed after what it tells of", found=at)
    values = {"sequences": wording.shortened(case.entries), "size": str(size)}
    return True, "entries-commit", values


def _proof(case: RecordCase) -> Finding:
    if case.proof is None:
        return None, "proof-none", {}
    sha256 = hashlib.sha256(case.pdf).hexdigest()
    return ledger_records.proof(case.proof, sha256, case.trust.roots)


CHECKS: Final[Mapping[RecordCheck, Callable[[RecordCase], Finding]]] = {
    RecordCheck.FILE: _file,
    RecordCheck.SEAL: _seal,
    RecordCheck.TIME: _time,
    RecordCheck.REVISIONS: _revisions,
    RecordCheck.BYTES: _bytes,
    RecordCheck.RECORD: _record,
    RecordCheck.CONTENT: _content,
    RecordCheck.LEDGER: _ledger,
    RecordCheck.PROOF: _proof,
}
