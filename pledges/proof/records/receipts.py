"""A receipt: for one member of a signing task, that they stood in its report, and how.

Canonical JSON that is checked with the root certificate alone, beside the report or without it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pledges.core.digests import canonical_json
from pledges.proof import evidence
from pledges.proof.evidence import LEDGER, Malformed, ledger_entry
from pledges.proof.judging import common, look
from pledges.proof.judging import records as ledger_records
from pledges.proof.judging.case import Finding
from pledges.proof.keys.trust import Trust
from pledges.proof.ledger import merkle
from pledges.proof.records import members
from pledges.proof.records.completion import HASH, REPORTED, standings_tree, subject_of
from pledges.proof.records.standings import STANDINGS
from pledges.proof.records.verdict import ReceiptCheck, ReceiptVerdict, RecordVerdict
from pledges.proof.verdict import Explanation, Line, Outcome, Rejected, Verdict

FORMAT: Final = "shounuo-receipt/1"
MAX_BYTES: Final = 256 * 1024
SHAPE: Final[Mapping[str, Any]] = {
    "format": str,
    "organisation": str,
    "task": {"id": str, "title": str},
    "person": {"id": int, "employee_number": str, "name": str},
    "salt": str,
    "index": int,
    "standing": str,
    "document": (str, type(None)),
    "inclusion": list,
    "entries": list,
    "ledger": LEDGER,
}
Report = Mapping[str, Any]


def make(
    report: Report,
    *,
    index: int,
    salt: bytes,
    person: Mapping[str, Any],
    document: str | None,
) -> bytes:
    """The receipt for row `index` (from 0) of a report, whose JSON `report` is.

    `person` has `id`, `employee_number` and `name` as their commitment was made; `document` is the
    SHA-256 of the file that counts for them. Raises ValueError where salt, person and document do
    not open that row.
    """
    task, row = report["task"]["id"], report["members"][index]
    held = members.document_commitment(salt, document) if document else None
    if [_commitment(salt, person), held] != [row[0], row[2]]:
        raise ValueError("the receipt does not open the row of the report")
    block = report["ledger"]
    sequences = [ledger_entry(each)["sequence"] for each in block["entries"]]
    proof = standings_tree(task, report["members"]).inclusion(index)
    return canonical_json(
        {
            "format": FORMAT,
            "organisation": report["organisation"],
            "task": {"id": task, "title": report["task"]["title"]},
            "person": dict(person),
            "salt": salt.hex(),
            "index": index,
            "standing": row[1],
            "document": document,
            "inclusion": [each.hex() for each in proof],
            "entries": sequences,
            "ledger": {
                **block["entries"][-1],
                "checkpoint": block["checkpoint"],
                "certificate": block["certificate"],
            },
        }
    )


def _commitment(salt: bytes, person: Mapping[str, Any]) -> str:
    return members.member_commitment(salt, person["id"], person["employee_number"], person["name"])


def read(data: bytes) -> dict[str, Any]:
    """The receipt in `data`, exactly as `make` writes one; raises Malformed."""
    if len(data) > MAX_BYTES:
        raise Malformed("size")
    found = evidence.canonical(data)
    evidence.check_shape(found, SHAPE, "")
    if found["format"] != FORMAT:
        raise Malformed("format")
    if found["standing"] not in STANDINGS:
        raise Malformed("standing")
    for path in ("salt", "document"):
        if found[path] is not None and not HASH.fullmatch(found[path]):
            raise Malformed(path)
    if not all(isinstance(each, str) and HASH.fullmatch(each) for each in found["inclusion"]):
        raise Malformed("inclusion")
    if not all(type(each) is int for each in found["entries"]):
        raise Malformed("entries")
    return found


class _Case:
    """A receipt under judgement; `report` is what a report that was found genuine says."""

    def __init__(self, data: bytes, trust: Trust, at: datetime, report: Report | None) -> None:
        self.data, self.trust, self.at, self.report = data, trust, at, report
        self.receipt: dict[str, Any] = {}
        self.facts: dict[str, Any] = {}

    def find_receipt(self) -> Finding:
        try:
            self.receipt = read(self.data)
        except Malformed as error:
            rule = "a receipt is as docs/record-format.md says"
            raise Rejected("receipt-malformed", rule, found=str(error), part=str(error)) from error
        return True, "receipt-read", {}

    def find_ledger(self) -> Finding:
        """The ledger has an entry that takes down a report of this task."""
        block = self.receipt["ledger"]
        try:
            entry = ledger_entry(block)
            at = evidence.moment(entry, "at")
            known = entry["event"] == REPORTED
            known &= entry["subject"] == subject_of(self.receipt["task"]["id"])
            self.facts = entry["facts"]
            known &= entry["sequence"] == self.receipt["entries"][-1]
        except (Malformed, KeyError, TypeError, IndexError) as error:
            rule = "an entry of the ledger is written in one way"
            raise Rejected("receipt-contradicts", rule, found=str(error)) from error
        if not known:
            rule = "the entry takes down a report of the task that the receipt names"
            raise Rejected("receipt-contradicts", rule, found=block["entry"])
        common.check_not_later(at, self.at)
        checkpoint = ledger_records.signed_checkpoint(block, self.trust.roots, at)
        ledger_records.check_included(block, checkpoint)
        values = {"sequence": str(entry["sequence"]), "size": str(checkpoint.size)}
        return True, "receipt-in-ledger", values

    def find_member(self) -> Finding:
        """Who holds the receipt was in the list, with that standing."""
        found = self.receipt
        salt = bytes.fromhex(found["salt"])
        document = found["document"]
        leaf = members.standing_leaf(
            found["task"]["id"],
            _commitment(salt, found["person"]),
            found["standing"],
            members.document_commitment(salt, document) if document else None,
        )
        path = [bytes.fromhex(each) for each in found["inclusion"]]
        root, size = bytes.fromhex(self.facts["standings"]), self.facts["size"]
        if not merkle.verify_inclusion(leaf, found["index"], size, path, root):
            rule = "the path leads from the member to the report's root (RFC 9162, 2.1.3.2)"
            raise Rejected("receipt-not-in-list", rule, expected=root.hex())
        person = found["person"]
        values = {"name": person["name"], "number": person["employee_number"]}
        return True, "receipt-in-list", {**values, "standing": found["standing"]}

    def find_report(self) -> Finding:
        """The report at hand is the one that the receipt is of."""
        if self.report is None:
            return None, "report-none", {}
        expected = self.report["list"], self.report["entries"]
        found = self.facts.get("list"), self.receipt["entries"]
        if found != expected:
            rule = "a receipt is of the report beside it"
            raise Rejected("receipt-of-another", rule, expected=expected, found=found)
        return True, "receipt-of-report", {"place": str(self.receipt["index"] + 1)}


def judge_beside(
    data: bytes, beside: Verdict | RecordVerdict | None, *, trust: Trust, at: datetime
) -> ReceiptVerdict:
    """The verdict on a receipt beside a file that was judged, which must be a genuine report."""
    summary = beside.summary if isinstance(beside, RecordVerdict) else None
    if beside is None:
        return judge(data, trust=trust, at=at)
    if summary is not None and "list" in summary.content:
        return judge(data, trust=trust, at=at, report=summary.content)
    failed = next((line.reason for line in beside.lines if line.passed is False), "")
    why = failed or "not-a-report"
    told = Explanation("what lies beside a receipt is a genuine report", found=why)
    wrong = Line(ReceiptCheck.REPORT, False, "not-a-report", {"why": why}, told)
    others = [each for each in ReceiptCheck if each is not ReceiptCheck.REPORT]
    lines = (*(Line(each, None, "not-reached") for each in others), wrong)
    return ReceiptVerdict(Outcome.REJECTED, lines)


def judge(
    data: bytes, *, trust: Trust, at: datetime, report: Report | None = None
) -> ReceiptVerdict:
    """The verdict on a receipt as of `at`. Any exception is a rejection.

    `report` is what the summary of a genuine report beside it says (`RecordSummary.content`).
    """
    case = _Case(data, trust, at, report)
    finds = {
        ReceiptCheck.RECEIPT: case.find_receipt,
        ReceiptCheck.LEDGER: case.find_ledger,
        ReceiptCheck.MEMBER: case.find_member,
        ReceiptCheck.REPORT: case.find_report,
    }
    lines: list[Line] = []
    for check, find in finds.items():
        if any(line.passed is False for line in lines):
            lines.append(Line(check, None, "not-reached"))
        else:
            lines.append(look(check, find))
    if any(line.passed is False for line in lines):
        return ReceiptVerdict(Outcome.REJECTED, tuple(lines))
    said = ("organisation", "task", "person", "standing", "index", "entries")
    told = {key: case.receipt[key] for key in said}
    return ReceiptVerdict(Outcome.ACCEPTED, tuple(lines), {**told, "as_of": case.facts["as_of"]})
