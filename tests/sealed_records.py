"""Records and receipts made without database and network, for whoever reads or attacks them."""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from pledges.core.completion_report import (
    CompletionReport,
    CountedVersion,
    DepartmentCounts,
    ListedMember,
)
from pledges.core.digests import canonical_json, sha256_hex
from pledges.proof.fileformat import CURRENT, CURRENT_RECORD
from pledges.proof.ledger import checkpoints, merkle, signing_key
from pledges.proof.records import completion, contents, members, receipts
from pledges.proof.records.standings import STANDINGS
from pledges.proof.records.trees import Tree
from pledges.proof.signatures import pades
from pledges.proof.signatures.pades import Identity
from pledges.rendering import pdf
from pledges.rendering.box_places import OF_RECORD
from tests.rendering.samples import CSS, FONTS
from tests.sealed import ORGANISATION, SIGNED, Installation, figure

TASK = UUID("3c1c5b4e-4a5e-4b0e-8e43-7d1a5d9c0b44")
OTHER_TASK = UUID("5d2c5b4e-4a5e-4b0e-8e43-7d1a5d9c0b55")
LAUNCHED = SIGNED - timedelta(days=30)
AS_OF = SIGNED - timedelta(minutes=2)
SEALED = SIGNED
RECORD_CSS = CSS + "#box-record {{ width: {}pt; height: {}pt }}".format(*CURRENT.box)
NAMES = ("李明", "王芳", "陈静", "赵磊", "孙悦")


def salt_of(place: int) -> bytes:
    return bytes([place % 251]) * 31 + bytes([place // 251])


def person(place: int) -> dict[str, Any]:
    return {"id": place + 1, "employee_number": f"E{place + 1001}", "name": NAMES[place % 5]}


def document_of(place: int) -> str:
    return sha256_hex(f"file {place}".encode())


def member(place: int, *, task: UUID = TASK) -> ListedMember:
    """Every standing in turn, the most of them in force; those signed here have a document."""
    codes = list(STANDINGS)
    standing = codes[place // 3 % len(codes)] if place % 3 == 0 else "in-force"
    salt = salt_of(place)
    held = members.document_commitment(salt, document_of(place))
    who = person(place)
    commitment = members.member_commitment(salt, who["id"], who["employee_number"], who["name"])
    return ListedMember(commitment, standing, held if standing == "in-force" else None)


def report_of(size: int, *, language: str = "zh-hans", **changed: Any) -> CompletionReport:
    """A report of so many members, in departments of 40 and what is left."""
    listed = tuple(member(place) for place in range(size))
    departments = []
    for begins in range(0, size, 40):
        codes = [each.standing for each in listed[begins : begins + 40]]
        counts = {code: codes.count(code) for code in set(codes)}
        departments.append(DepartmentCounts(f"部门 {begins // 40 + 1}", counts))
    made = CompletionReport(
        task_id=TASK,
        title="2026 年度承诺书",
        state="closed",
        template_slug="contract",
        template_title="合同承诺书",
        versions=(CountedVersion(1, "c3" * 32), CountedVersion(2, "c4" * 32)),
        due_on=date(2026, 11, 20),
        as_of=AS_OF,
        language=language,
        organisation=ORGANISATION,
        members=listed,
        departments=tuple(departments),
        audience="全体在职员工",
    )
    return replace(made, **changed)


def entry(sequence: int, event: str, facts: dict[str, Any], at: datetime, task: UUID) -> bytes:
    return canonical_json(
        {
            "sequence": sequence,
            "at": at.isoformat(timespec="microseconds"),
            "event": event,
            "actor": "person:3",
            "subject": completion.subject_of(task),
            "facts": facts,
        }
    )


@dataclass
class RecordMaker:
    """An installation with a ledger in which a task was launched, joined, and reported."""

    by: Installation

    def entries(self, report: CompletionReport, joined: int = 1) -> list[bytes]:
        """Entries 2, 4 (where somebody joined) and 6 of a ledger."""
        task, rows = str(report.task_id), completion.rows_of(report)
        tree = completion.members_tree(task, rows)
        first = max(1, len(rows) - joined)
        launched = {
            "task": task,
            "template": report.template_slug,
            "size": first,
            "root": tree.root(first).hex(),
            "due_on": "2026-11-20",
        }
        made = [entry(2, "task.launched", launched, LAUNCHED, report.task_id)]
        previous = 2
        if first < len(rows):
            facts = {"previous": 2, "size": len(rows), "root": tree.root().hex()}
            later = LAUNCHED + timedelta(days=3)
            made.append(entry(4, "task.joined", facts, later, report.task_id))
            previous = 4
        facts = completion.facts_of(report, previous)
        made.append(entry(6, "task.reported", facts, report.as_of, report.task_id))
        return made

    def block(self, entries: list[bytes], *, size: int = 7) -> dict[str, Any]:
        """The proof that a ledger of that size has these entries, each at its sequence."""
        placed = {json.loads(each)["sequence"]: each for each in entries}
        leaves = [merkle.leaf_hash(placed.get(at, b"%d" % at)) for at in range(1, size + 1)]
        tree = Tree(leaves)
        checkpoint = checkpoints.Checkpoint("pledges.example.com/ledger", size, tree.root())
        public = signing_key.public_key(self.by.ledger_pem)
        return {
            "entries": [
                {
                    "entry": each.decode(),
                    "index": sequence - 1,
                    "inclusion": [one.hex() for one in tree.inclusion(sequence - 1)],
                }
                for sequence, each in sorted(placed.items())
            ],
            "checkpoint": checkpoints.write(
                checkpoint, public_key=public, sign=self.by.ledger.sign
            ),
            "certificate": self.by.ledger_pem.decode(),
        }

    def content(self, report: CompletionReport, **changed: Any) -> dict[str, Any]:
        """The JSON of the report, all but the document that it is for."""
        return {
            "format": CURRENT_RECORD.name,
            "kind": contents.COMPLETION,
            **completion.content_of(report),
            "sealed_at": SEALED.isoformat(),
            "ledger": self.block(self.entries(report)),
            **changed,
        }

    def sealed(self, content: dict[str, Any], **options: Any) -> bytes:
        """A record with that JSON under the company's seal, on a page of its own."""
        read = options.pop("pages", None) or rendered(contents.identifier(content))
        document = {"sha256": sha256_hex(read), "size": len(read)}
        said = options.pop("said", None) or contents.write({"document": document, **content})
        facts: dict[str, Any] = {
            "appearance": stamp(),
            "record": said,
            "identity": self.company,
            "at": SEALED,
            "timestamping": self.by.stamp(SEALED),
        }
        return pades.seal_record(read, **{**facts, **options})

    def report(self, size: int = 12, **changed: Any) -> bytes:
        return self.sealed(self.content(report_of(size, **changed)))

    def scan_content(self, **changed: Any) -> dict[str, Any]:
        return {
            "format": CURRENT_RECORD.name,
            "kind": contents.SCAN,
            "language": "zh-hans",
            "organisation": ORGANISATION,
            "sealed_at": SEALED.isoformat(),
            "paper": str(OTHER_TASK),
            "template": {"slug": "contract", "version": 1, "digest": "c3" * 32},
            "signed_on": "2024-03-01",
            "ends_on": None,
            "pages": ["ab" * 32],
            "upload": "cd" * 32,
            "commitment": "ef" * 32,
            **changed,
        }

    @cached_property
    def company(self) -> Identity:
        return self.by.company(SEALED)

    def receipt(self, content: dict[str, Any], place: int = 1) -> bytes:
        """That of the member in row `place`."""
        held = content["members"][place][2]
        return receipts.make(
            content,
            index=place,
            salt=salt_of(place),
            person=person(place),
            document=document_of(place) if held else None,
        )


@cache
def rendered(identifier: str, body: str = "<h1>承诺书</h1><p>客户经理</p>") -> bytes:
    """A page with the box of a record's seal."""
    html = (
        '<!DOCTYPE html><html lang="zh-Hans"><head><meta charset="utf-8"/><title>承诺书</title>'
        '<meta name="dcterms.created" content="2026-11-23T10:42:00+08:00"/></head>'
        f'<body>{body}<div id="box-record" title="Company"></div></body></html>'
    )
    return pdf.render(html, css=RECORD_CSS, fonts=FONTS, identifier=identifier, boxes=OF_RECORD)


@cache
def stamp() -> bytes:
    return figure("Company")
