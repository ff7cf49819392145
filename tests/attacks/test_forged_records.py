"""Records and receipts that lie: each is refused for what it is, and honest ones are accepted."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf
import pytest

from pledges.core.completion_report import DepartmentCounts
from pledges.core.digests import canonical_json, sha256_hex
from pledges.proof.fileformat import CURRENT, CURRENT_RECORD
from pledges.proof.judging import judge
from pledges.proof.ledger import merkle
from pledges.proof.records import completion, contents, members, receipts
from pledges.proof.records.judging import is_record, judge_any, judge_record
from pledges.proof.records.standings import STANDINGS
from pledges.proof.signatures import pades
from pledges.proof.verdict import Outcome
from tests.attacks.honest import appended, writer_of
from tests.sealed import NOW, SIGNED, Authority, Installation
from tests.sealed import rendered as rendered_pledge
from tests.sealed_records import (
    OTHER_TASK,
    SEALED,
    TASK,
    RecordMaker,
    entry,
    member,
    rendered,
    report_of,
)

_kept: list[TemporaryDirectory[str]] = []


class House:
    """A company without and one with a timestamp authority, and somebody who has their names."""

    def __init__(self, folder: Path) -> None:
        self.maker = RecordMaker(Installation(folder / "basic"))
        self.stamped = RecordMaker(Installation(folder / "stamped", authority=Authority()))
        self.impostor = RecordMaker(Installation(folder / "impostor"))
        self.report = report_of(12)
        self.content = self.maker.content(self.report)
        self.pdf = self.maker.sealed(self.content)
        self.lta = self.stamped.report(12)
        self.other = self.maker.content(report_of(12, title="另一任务", task_id=OTHER_TASK))
        self.pledge = self.maker.by.finished()
        self.receipt = self.maker.receipt(self.content)

    def resealed(self, content: dict[str, Any], **options: Any) -> bytes:
        """What an insider with the company's key makes of another content."""
        return self.maker.sealed(content, **options)

    def judged(self, pdf: bytes) -> Any:
        return judge_record(pdf, trust=self.maker.by.trust, at=NOW)


@cache
def house() -> House:
    _kept.append(TemporaryDirectory(prefix="shounuo-records-"))
    return House(Path(_kept[0].name))


def reason(verdict: Any) -> str:
    return next((line.reason for line in verdict.lines if line.passed is False), "")


@dataclass(frozen=True)
class Forged:
    name: str
    make: Callable[[House], bytes]
    reasons: frozenset[str]


FILES: list[Forged] = []
RECEIPTS: list[Forged] = []


def file(*reasons: str):
    def enter(make):
        FILES.append(Forged(make.__name__, make, frozenset(reasons)))
        return make

    return enter


def receipt(*reasons: str):
    def enter(make):
        RECEIPTS.append(Forged(make.__name__, make, frozenset(reasons)))
        return make

    return enter


# --- The bytes ------------------------------------------------------------------------------------
@file("broken-signature")
def a_byte_of_a_page_exchanged(at: House) -> bytes:
    return at.pdf[:400] + bytes([at.pdf[400] ^ 1]) + at.pdf[401:]


@file("broken-signature")
def a_byte_of_the_list_exchanged(at: House) -> bytes:
    place = at.pdf.index(b"/EmbeddedFile") + 250
    return at.pdf[:place] + bytes([at.pdf[place] ^ 1]) + at.pdf[place + 1 :]


@file("trailing-bytes", "unreadable")
def shortened_by_a_line(at: House) -> bytes:
    return at.pdf[:-7]


@file("trailing-bytes")
def something_behind_its_end(at: House) -> bytes:
    return at.pdf + b" "


@file("unknown-shape", "unreadable")
def cut_back_to_what_was_rendered(at: House) -> bytes:
    place = at.pdf.index(b"%%EOF\n") + 6
    return at.pdf[:place]


@file("timestamp-missing")
def the_document_timestamp_cut_off(at: House) -> bytes:
    ends = [place for place in range(len(at.lta)) if at.lta.startswith(b"%%EOF\n", place)]
    return at.lta[: ends[1] + 6]


@file("not-covered", "unknown-shape", "broken-signature")
def a_revision_of_ones_own_behind_the_seal(at: House) -> bytes:
    def change(writer):
        writer.root["/Lang"] = writer.root.get("/Lang")
        writer.update_root()

    return appended(at.pdf, change)


# --- Whose seal it is -----------------------------------------------------------------------------
@file("untrusted-signature")
def sealed_by_an_impostor_of_the_same_name(at: House) -> bytes:
    return at.maker.sealed(at.content, identity=at.impostor.by.company(SEALED))


@file("wrong-issuer")
def sealed_by_a_manager_s_certificate(at: House) -> bytes:
    pages = rendered(contents.identifier(at.content))
    identity = at.maker.by.one_shot(sha256_hex(pages))
    return at.maker.sealed(at.content, pages=pages, identity=identity)


@file("from-the-future")
def sealed_tomorrow(at: House) -> bytes:
    then = NOW + timedelta(days=1)
    identity = at.maker.by.company(then)
    return at.maker.sealed(
        {**at.content, "sealed_at": then.isoformat()}, at=then, identity=identity
    )


# --- A record as a pledge, a pledge as a record ---------------------------------------------------
@file("is-a-pledge")
def a_pledge_shown_as_a_record(at: House) -> bytes:
    return at.pledge


@file("is-a-pledge")
def a_record_that_names_the_format_of_a_pledge(at: House) -> bytes:
    return at.maker.sealed(at.content, file_format=replace(CURRENT_RECORD, name=CURRENT.name))


@file("unexpected-field", "unexpected-change", "no-field")
def a_document_made_for_a_signature_sealed_as_a_record(at: House) -> bytes:
    return at.maker.sealed(at.content, pages=rendered_pledge())


@file("unknown-format")
def a_number_that_is_not_known(at: House) -> bytes:
    later = replace(CURRENT_RECORD, name="shounuo-record/2")
    return at.maker.sealed(at.content, file_format=later)


# --- What an insider with the company's key changes -----------------------------------------------
@file("list-contradicts")
def counts_made_better(at: House) -> bytes:
    counts = {**at.content["counts"], "in-force": 12, "due": 0}
    return at.resealed({**at.content, "counts": counts})


@file("list-contradicts")
def a_root_of_another_list(at: House) -> bytes:
    return at.resealed({**at.content, "roots": {**at.content["roots"], "members": "ab" * 32}})


@file("list-contradicts")
def a_department_made_better(at: House) -> bytes:
    [department] = at.content["departments"]
    counts = {**department["counts"], "in-force": department["counts"]["in-force"] + 1}
    return at.resealed({**at.content, "departments": [{**department, "counts": counts}]})


@file("list-contradicts")
def a_department_so_small_that_people_are_told_from_it(at: House) -> bytes:
    none = dict.fromkeys(STANDINGS, 0)
    [whole] = at.content["departments"]
    small = {**none, "in-force": 2}
    rest = {code: whole["counts"][code] - small[code] for code in STANDINGS}
    departments = [
        {"name": "总部", "departments": 1, "counts": rest},
        {"name": "两人部门", "departments": 1, "counts": small},
    ]
    return at.resealed({**at.content, "departments": departments})


def _relisted(at: House, listed: Any) -> bytes:
    """Another list, everything in the record made to fit it, but for the ledger."""
    listed = tuple(listed)
    changed = completion.content_of(replace(at.report, members=listed, departments=()))
    counts = DepartmentCounts("总部", changed["counts"])
    report = replace(at.report, members=listed, departments=(counts,))
    return at.resealed({**at.content, **completion.content_of(report)})


@file("entries-contradict")
def the_list_reordered(at: House) -> bytes:
    return _relisted(at, reversed(at.report.members))


@file("entries-contradict")
def a_member_taken_from_the_list(at: House) -> bytes:
    return _relisted(at, at.report.members[:-1])


@file("entries-contradict")
def a_member_added_to_the_list(at: House) -> bytes:
    return _relisted(at, (*at.report.members, member(40)))


@file("entries-contradict")
def a_member_exchanged(at: House) -> bytes:
    return _relisted(at, (*at.report.members[:-1], member(40)))


@file("entries-contradict")
def a_standing_made_better(at: House) -> bytes:
    better = [replace(each, standing="in-force") for each in at.report.members]
    return _relisted(at, better)


@file("entries-contradict")
def another_document_for_a_member(at: House) -> bytes:
    first, *others = at.report.members
    return _relisted(at, (replace(first, document="ab" * 32), *others))


@file("record-malformed")
def a_member_twice(at: House) -> bytes:
    return _relisted(at, (*at.report.members, at.report.members[0]))


@file("record-malformed")
def nobody_in_the_list(at: House) -> bytes:
    return _relisted(at, ())


@file("entries-contradict")
def another_moment_of_the_same_list(at: House) -> bytes:
    later = (SEALED - timedelta(minutes=1)).isoformat()
    return at.resealed({**at.content, "as_of": later})


@file("entries-contradict")
def renamed_to_another_task(at: House) -> bytes:
    report = replace(at.report, task_id=OTHER_TASK)
    return at.resealed({**at.content, **completion.content_of(report)})


@file("order-of-time")
def sealed_before_what_it_tells_of(at: House) -> bytes:
    late = report_of(12, as_of=SEALED + timedelta(minutes=1))
    return at.resealed(at.maker.content(late))


# --- The ledger -----------------------------------------------------------------------------------
def _with_entries(at: House, entries: list[bytes], **options: Any) -> bytes:
    return at.resealed({**at.content, "ledger": at.maker.block(entries, **options)})


@file("entries-contradict")
def an_entry_left_out(at: House) -> bytes:
    launched, _joined, reported = at.maker.entries(at.report)
    return _with_entries(at, [launched, reported])


@file("entries-contradict")
def without_its_launch(at: House) -> bytes:
    return _with_entries(at, at.maker.entries(at.report)[1:])


@file("entries-contradict")
def without_the_entry_that_took_it_down(at: House) -> bytes:
    return _with_entries(at, at.maker.entries(at.report)[:-1])


@file("entries-contradict")
def with_the_entries_of_another_task(at: House) -> bytes:
    return at.resealed({**at.content, "ledger": at.other["ledger"]})


@file("entries-contradict")
def with_an_entry_of_another_event(at: House) -> bytes:
    launched, joined, reported = at.maker.entries(at.report)
    told = json.loads(joined)
    other = entry(4, "task.extended", told["facts"], SIGNED - timedelta(days=9), TASK)
    return _with_entries(at, [launched, other, reported])


@file("entries-contradict")
def with_an_entry_that_commits_to_more_than_was_there(at: House) -> bytes:
    launched, joined, reported = at.maker.entries(at.report)
    told = json.loads(launched)
    more = entry(2, "task.launched", {**told["facts"], "size": 12}, SIGNED, TASK)
    return _with_entries(at, [more, joined, reported])


@file("ledger-invalid")
def by_the_ledger_of_an_impostor(at: House) -> bytes:
    block = at.impostor.block(at.maker.entries(at.report))
    return at.resealed({**at.content, "ledger": block})


@file("ledger-invalid")
def with_the_checkpoint_of_another_moment(at: House) -> bytes:
    block = at.maker.block(at.maker.entries(at.report), size=9)
    ledger = {**at.content["ledger"], "checkpoint": block["checkpoint"]}
    return at.resealed({**at.content, "ledger": ledger})


@file("ledger-invalid")
def with_a_path_that_leads_elsewhere(at: House) -> bytes:
    first, *rest = at.content["ledger"]["entries"]
    first = {**first, "inclusion": [*first["inclusion"][:-1], "ab" * 32]}
    ledger = {**at.content["ledger"], "entries": [first, *rest]}
    return at.resealed({**at.content, "ledger": ledger})


# --- The file and its JSON ------------------------------------------------------------------------
@file("record-contradicts")
def pages_of_another_report(at: House) -> bytes:
    """Mixed: the pages of one report with the list of another."""
    pages = rendered(contents.identifier(at.content))
    return at.resealed(at.other, pages=pages)


@file("record-contradicts")
def pages_that_say_something_else(at: House) -> bytes:
    read = rendered(contents.identifier(at.content))
    other = rendered(contents.identifier(at.content), "<h1>承诺书</h1>")
    document = {"sha256": sha256_hex(read), "size": len(read)}
    said = contents.write({"document": document, **at.content})
    return at.resealed(at.content, pages=other, said=said)


@file("record-contradicts")
def another_time_of_sealing(at: House) -> bytes:
    earlier = (SEALED - timedelta(seconds=30)).isoformat()
    return at.resealed({**at.content, "sealed_at": earlier})


def _said(at: House, change: Callable[[dict[str, Any]], Any]) -> bytes:
    """A record with JSON that its own writer would not write."""
    read = rendered(contents.identifier(at.content))
    document = {"sha256": sha256_hex(read), "size": len(read)}
    told = json.loads(contents.write({"document": document, **at.content}))
    said = change(told) or canonical_json(told)
    return at.resealed(at.content, pages=read, said=said)


@file("record-malformed")
def with_names_in_its_json(at: House) -> bytes:
    return _said(at, lambda told: told.update(names=["李明"]))


@file("record-malformed")
def of_an_unknown_kind(at: House) -> bytes:
    return _said(at, lambda told: told.update(kind="completion"))


@file("record-malformed")
def a_report_that_calls_itself_a_scan(at: House) -> bytes:
    return _said(at, lambda told: told.update(kind="paper-scan"))


@file("record-malformed")
def in_another_writing(at: House) -> bytes:
    return _said(at, lambda told: json.dumps(told, ensure_ascii=False).encode())


@file("record-malformed")
def with_a_standing_that_is_none(at: House) -> bytes:
    return _said(at, lambda told: told["members"][0].__setitem__(1, "signed"))


@file("evidence-missing")
def with_its_json_under_the_name_of_evidence(at: House) -> bytes:
    renamed = replace(CURRENT_RECORD, evidence_file="evidence.json")
    return at.maker.sealed(at.content, file_format=renamed)


@pytest.mark.parametrize("forged", FILES, ids=lambda each: each.name)
def test_a_forged_record_is_refused_for_what_it_is(forged):
    at = house()
    pdf = forged.make(at)
    trust = (at.stamped if b"055LTA" in pdf else at.maker).by.trust
    verdict = judge_record(pdf, trust=trust, at=NOW)
    assert verdict.outcome is Outcome.REJECTED and verdict.summary is None
    assert reason(verdict) in forged.reasons, verdict.lines
    assert judge_any(pdf, trust=trust, at=NOW).outcome is not Outcome.ACCEPTED or pdf == at.pledge


def test_a_record_shown_as_a_pledge_is_refused():
    at = house()
    for pdf in (at.pdf, at.maker.sealed(at.maker.scan_content())):
        verdict = judge(pdf, trust=at.maker.by.trust, at=NOW)
        assert verdict.outcome is Outcome.REJECTED and reason(verdict) == "is-a-record"


def test_a_record_sealed_under_the_name_of_a_pledge_is_no_pledge():
    at = house()
    pdf = a_record_that_names_the_format_of_a_pledge(at)
    assert not is_record(pdf)
    verdict = judge_any(pdf, trust=at.maker.by.trust, at=NOW)
    assert verdict.outcome is Outcome.REJECTED and reason(verdict) == "wrong-issuer"


# --- Receipts -------------------------------------------------------------------------------------
def _receipt(at: House, **changed: Any) -> bytes:
    return canonical_json({**json.loads(at.receipt), **changed})


@receipt("receipt-not-in-list")
def another_salt(at: House) -> bytes:
    return _receipt(at, salt="ab" * 32)


@receipt("receipt-not-in-list")
def another_name(at: House) -> bytes:
    person = json.loads(at.receipt)["person"]
    return _receipt(at, person={**person, "name": "张三"})


@receipt("receipt-not-in-list")
def another_number(at: House) -> bytes:
    person = json.loads(at.receipt)["person"]
    return _receipt(at, person={**person, "employee_number": "E9999"})


@receipt("receipt-not-in-list")
def a_better_standing(at: House) -> bytes:
    return _receipt(at, standing="on-paper")


@receipt("receipt-not-in-list")
def another_place_in_the_list(at: House) -> bytes:
    return _receipt(at, index=2)


@receipt("receipt-not-in-list")
def another_document(at: House) -> bytes:
    return _receipt(at, document="ab" * 32)


@receipt("receipt-not-in-list")
def without_its_document(at: House) -> bytes:
    return _receipt(at, document=None)


@receipt("receipt-not-in-list")
def a_path_in_the_tree_of_members(at: House) -> bytes:
    tree = completion.members_tree(str(TASK), at.content["members"])
    return _receipt(at, inclusion=[each.hex() for each in tree.inclusion(1)])


@receipt("receipt-contradicts")
def of_a_task_that_the_entry_is_not_about(at: House) -> bytes:
    return _receipt(at, task={"id": str(OTHER_TASK), "title": "另一任务"})


@receipt("receipt-contradicts")
def by_the_launch_instead_of_the_report(at: House) -> bytes:
    ledger = json.loads(at.receipt)["ledger"]
    return _receipt(at, ledger={**ledger, **at.content["ledger"]["entries"][0]})


@receipt("ledger-invalid")
def a_receipt_by_an_impostor_s_ledger(at: House) -> bytes:
    block = at.impostor.block(at.maker.entries(at.report))
    return at.maker.receipt({**at.content, "ledger": block})


@receipt("ledger-invalid", "receipt-contradicts")
def an_entry_written_for_it(at: House) -> bytes:
    ledger = json.loads(at.receipt)["ledger"]
    return _receipt(at, ledger={**ledger, "entry": ledger["entry"].replace("in-force", "in-farce")})


@receipt("receipt-malformed")
def a_receipt_in_another_writing(at: House) -> bytes:
    return json.dumps(json.loads(at.receipt)).encode()


@receipt("receipt-malformed")
def a_proof_shown_as_a_receipt(at: House) -> bytes:
    return canonical_json(at.content["ledger"])


@receipt("receipt-malformed")
def a_standing_that_is_none(at: House) -> bytes:
    return _receipt(at, standing="signed")


@pytest.mark.parametrize("forged", RECEIPTS, ids=lambda each: each.name)
def test_a_forged_receipt_is_refused(forged):
    at = house()
    beside = at.judged(at.pdf)
    for report in (None, beside.summary.content):
        verdict = receipts.judge(forged.make(at), trust=at.maker.by.trust, at=NOW, report=report)
        assert verdict.outcome is Outcome.REJECTED and not verdict.content
        assert reason(verdict) in forged.reasons, verdict.lines


def test_a_receipt_beside_anything_but_its_own_report_is_refused():
    at = house()
    trust = at.maker.by.trust
    other = at.judged(at.maker.sealed(at.other))
    scan = at.judged(at.maker.sealed(at.maker.scan_content()))
    forged = at.judged(counts_made_better(at))
    pledge = judge(at.pledge, trust=trust, at=NOW)
    expected = {
        "receipt-of-another": other,
        "not-a-report": scan,
    }
    for why, beside in expected.items():
        verdict = receipts.judge_beside(at.receipt, beside, trust=trust, at=NOW)
        assert (verdict.outcome, reason(verdict)) == (Outcome.REJECTED, why)
    for beside in (forged, pledge):
        verdict = receipts.judge_beside(at.receipt, beside, trust=trust, at=NOW)
        assert (verdict.outcome, reason(verdict)) == (Outcome.REJECTED, "not-a-report")


def test_nobody_is_given_a_receipt_for_the_row_of_another():
    at = house()
    salt, who = bytes(32), {"id": 1, "employee_number": "E1001", "name": "李明"}
    with pytest.raises(ValueError):
        receipts.make(at.content, index=1, salt=salt, person=who, document=None)
    assert members.member_commitment(salt, **_named(who)) != at.content["members"][1][0]


def _named(who: dict[str, Any]) -> dict[str, Any]:
    return {
        "person_id": who["id"],
        "employee_number": who["employee_number"],
        "name": who["name"],
    }


# --- Honest ones ----------------------------------------------------------------------------------
@pytest.mark.parametrize("size", [1, 2, 12, 45, 903])
def test_an_honest_report_and_its_receipts_are_accepted(size):
    at = house()
    content = at.maker.content(report_of(size))
    verdict = at.judged(at.maker.sealed(content))
    assert verdict.outcome is Outcome.ACCEPTED, verdict.lines
    assert verdict.summary.content["members"] == size
    assert sum(verdict.summary.content["counts"].values()) == size
    for place in {0, size // 2, size - 1}:
        made = at.maker.receipt(content, place)
        for beside in (None, verdict):
            found = receipts.judge_beside(made, beside, trust=at.maker.by.trust, at=NOW)
            assert found.outcome is Outcome.ACCEPTED, found.lines
            assert found.content["index"] == place


def test_a_report_is_accepted_with_its_timestamps_years_later():
    at = house()
    renewed = pades.renew_timestamp(
        at.lta, at=NOW, timestamping=at.stamped.by.stamp(NOW + timedelta(hours=1))
    )
    for pdf in (at.lta, renewed):
        for years in (0, 1, 5, 9):
            then = NOW + timedelta(days=2 + 366 * years)
            verdict = judge_record(pdf, trust=at.stamped.by.trust, at=then)
            assert verdict.outcome is Outcome.ACCEPTED, verdict.lines


def test_other_software_reads_records():
    at = house()
    for pdf in (at.pdf, at.lta):
        with pikepdf.open(BytesIO(pdf)) as opened:
            assert opened.pages and "record.json" in opened.attachments
    assert writer_of(at.pdf) is not None


def test_there_are_forgeries_enough():
    print(f"\nforged records: {len(FILES)}, forged receipts: {len(RECEIPTS)}")
    assert len(FILES) >= 30 and len(RECEIPTS) >= 12


def test_a_leaf_is_the_hash_of_canonical_json():
    """It is put together for speed: a list has tens of thousands."""
    for task in (TASK, "a task of “another” \\ maker"):
        said = {"format": members.MEMBER, "task": str(task), "commitment": "ab" * 32}
        assert members.member_leaf(task, "ab" * 32) == merkle.leaf_hash(canonical_json(said))
        for document in (None, "cd" * 32):
            more = {**said, "format": members.STANDING, "standing": "due", "document": document}
            leaf = members.standing_leaf(task, "ab" * 32, "due", document)
            assert leaf == merkle.leaf_hash(canonical_json(more))
