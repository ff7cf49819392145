"""What was issued stays genuine: every golden file is judged as it was when it was made."""

import hashlib
import json
import subprocess
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko.pdf_utils import generic
from pyhanko.sign.signers import pdf_byterange
from pyhanko_certvalidator import context

from pledges.proof import evidence
from pledges.proof.fileformat import FORMAT_1, FORMATS, RECORD_FORMATS
from pledges.proof.judging import judge
from pledges.proof.records import receipts
from pledges.proof.records.judging import is_record, judge_any
from pledges.proof.records.verdict import any_to_json
from pledges.proof.signatures import signature_dictionaries
from pledges.proof.verdict import Outcome
from tests.attacks.honest import RENEWED
from tests.golden_files import FOLDER, SUMS, GoldenFile, golden_files
from tests.sealed import EXPIRES, NOW, Authority, Installation, rendered
from tests.second_opinions import Opinion, by_poppler

PROJECT = Path(__file__).parent.parent.parent
GOLDEN = list(golden_files())
MADE = {
    "format-1": 24,
    "record-1": 6,
}
"""How many files there are of each number, at least: more may come, none may go."""


def listed(text: str) -> dict[str, str]:
    return {name: digest for digest, name in (line.split("  ") for line in text.splitlines())}


def test_every_file_is_listed_and_as_it_was_listed():
    found = {
        str(path.relative_to(FOLDER)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.glob("*/*")
    }
    assert found == listed(SUMS.read_text())


def test_no_line_of_the_list_ever_vanished_or_changed():
    """Where there is history, in all of it."""
    name = str(SUMS.relative_to(PROJECT))
    git = ["git", "-C", str(PROJECT), "-c", "safe.directory=*"]
    known = subprocess.run([*git, "log", "--format=%H", "--", name], capture_output=True, text=True)
    now = listed(SUMS.read_text())
    for commit in known.stdout.split():
        before = subprocess.run([*git, "show", f"{commit}:{name}"], capture_output=True, text=True)
        assert listed(before.stdout).items() <= now.items()


def test_there_are_enough_of_every_number():
    assert len(FORMATS) + len(RECORD_FORMATS) == len(MADE)
    for number, count in MADE.items():
        assert len([each for each in GOLDEN if each.name.startswith(f"{number}-")]) >= count


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda each: each.name)
def test_a_golden_file_is_judged_as_ever(golden: GoldenFile):
    for at, expected in golden.expected:
        verdict = judge_any(golden.pdf, trust=golden.trust, at=at, proof=golden.proof)
        told = json.loads(json.dumps(any_to_json(verdict)))
        assert told == expected
        assert verdict.outcome is not Outcome.REJECTED


RECEIPTS = [golden for golden in GOLDEN if golden.receipt]


@pytest.mark.parametrize("golden", RECEIPTS, ids=lambda each: each.name)
def test_a_golden_receipt_is_judged_as_ever(golden: GoldenFile):
    """Beside its report and without it; beside another one it is refused."""
    assert golden.receipt and len(RECEIPTS) >= 5
    other = next(each for each in RECEIPTS if each is not golden)
    for at, _expected in golden.expected:
        files = (None, golden, other)
        verdicts = [
            receipts.judge_beside(
                golden.receipt,
                file and judge_any(file.pdf, trust=file.trust, at=at),
                trust=golden.trust,
                at=at,
            )
            for file in files
        ]
        outcomes = [verdict.outcome for verdict in verdicts]
        assert outcomes == [Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.REJECTED]


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda each: each.name)
def test_poppler_finds_its_signatures_valid(golden: GoldenFile):
    accepted = golden.expected[0][1]["outcome"] == Outcome.ACCEPTED
    if is_record(golden.pdf):
        assert by_poppler(golden.pdf) == [Opinion("CompanySeal", True)]
        return
    fields = ["ManagerSignature", "CompanySeal"] if accepted else ["ManagerSignature"]
    assert by_poppler(golden.pdf) == [Opinion(field, True) for field in fields]


# --- Whatever a library does ---------------------------------------------------------------------
@pytest.fixture
def another_library(monkeypatch):
    """pyHanko, as a later version might write: with a space more before every object."""

    def spaced(write):
        def write_to_stream(self, stream, handler=None, container_ref=None):
            stream.write(b" ")
            write(self, stream, handler, container_ref)

        return write_to_stream

    for module in (generic, pdf_byterange):
        for kind in vars(module).values():
            if isinstance(kind, type) and "write_to_stream" in vars(kind):
                monkeypatch.setattr(kind, "write_to_stream", spaced(kind.write_to_stream))


@pytest.fixture
def another_encoding(monkeypatch):
    """Names and addresses of certificates, as later versions might encode and decode them."""
    monkeypatch.setattr(x509.Name, "public_bytes", lambda *_: b"another encoding")
    monkeypatch.setattr(asn1.URI, "native", "another decoding", raising=False)


@pytest.fixture
def stricter_library(monkeypatch):
    """pyhanko-certvalidator, as a later version might judge algorithms unless told otherwise."""
    strict = partial(context.DisallowWeakAlgorithmsPolicy, frozenset({"sha256"}))
    monkeypatch.setattr(context, "DisallowWeakAlgorithmsPolicy", strict)


@pytest.mark.parametrize("change", ["another_library", "another_encoding", "stricter_library"])
def test_golden_files_do_not_depend_on_what_a_library_chooses(change, request):
    request.getfixturevalue(change)
    for golden in GOLDEN:
        at, expected = golden.expected[0]
        verdict = judge_any(golden.pdf, trust=golden.trust, at=at, proof=golden.proof)
        assert verdict.outcome == expected["outcome"]


def test_nor_does_what_is_signed_accepted_and_renewed(another_library, tmp_path):
    made = Installation(tmp_path / "pki", authority=Authority())
    signed = made.sign(rendered())
    accepted = made.accept(signed)
    renewed = made.renew(accepted, RENEWED)
    outcomes = [
        judge(pdf, trust=made.trust, at=max(NOW, RENEWED)).outcome
        for pdf in (signed, accepted, renewed)
    ]
    assert outcomes == [Outcome.SIGNED_ONLY, Outcome.ACCEPTED, Outcome.ACCEPTED]


def test_the_patch_changes_what_pyhanko_writes(another_library, tmp_path):
    """Else the two tests above would show nothing."""
    from tests.attacks import library_signing

    made = Installation(tmp_path / "pki")
    signed = made.sign(rendered(), by=library_signing)
    assert judge(signed, trust=made.trust, at=NOW).outcome is Outcome.REJECTED


# --- A number is judged by its own rules ---------------------------------------------------------
LATER = replace(FORMAT_1, name="shounuo-pledge/2", max_window=timedelta(hours=3))


def failed(verdict):
    return next((line.reason for line in verdict.lines if line.passed is False), "")


def said(made, document, file_format, *, hours=0):
    told = made.evidence(document)
    expires = (EXPIRES + timedelta(hours=hours)).isoformat()
    intent = {**told["intent"], "expires_at": expires}
    block = made.authentication(document, expires=EXPIRES + timedelta(hours=hours))
    return evidence.write(
        {**told, "format": file_format.name, "intent": intent, "authentication": block}
    )


@pytest.fixture
def made(tmp_path):
    return Installation(tmp_path / "pki")


@pytest.mark.parametrize("hours", [0, 2])
def test_a_number_that_is_not_known_is_named(made, hours):
    document = rendered()
    told = said(made, document, LATER, hours=hours)
    signed = made.sign(document, said=told, file_format=LATER)
    assert failed(judge(signed, trust=made.trust, at=NOW)) == "unknown-format"


@pytest.mark.parametrize(
    ("named", "told", "hours", "reason"),
    [
        (FORMAT_1, FORMAT_1, 0, ""),
        (LATER, LATER, 2, ""),
        (FORMAT_1, FORMAT_1, 2, "evidence-contradicts"),
        (FORMAT_1, LATER, 2, "evidence-malformed"),
        (LATER, FORMAT_1, 2, "evidence-malformed"),
    ],
)
def test_a_file_is_judged_by_the_number_that_it_names(
    made, monkeypatch, named, told, hours, reason
):
    monkeypatch.setitem(FORMATS, LATER.name, LATER)
    document = rendered()
    signed = made.sign(document, said=said(made, document, told, hours=hours), file_format=named)
    verdict = judge(signed, trust=made.trust, at=NOW)
    assert failed(verdict) == reason
    if not reason:
        assert verdict.summary and verdict.summary.file_format == named.name
        accepted = judge(made.accept(signed), trust=made.trust, at=NOW)
        assert accepted.outcome is Outcome.ACCEPTED


def test_signature_and_seal_are_of_one_number(made, monkeypatch):
    monkeypatch.setitem(FORMATS, LATER.name, LATER)
    signed = made.sign(rendered())
    monkeypatch.setattr(signature_dictionaries, "format_of", lambda *_: LATER)
    mixed = made.accept(signed)
    monkeypatch.undo()
    monkeypatch.setitem(FORMATS, LATER.name, LATER)
    assert failed(judge(mixed, trust=made.trust, at=NOW)) == "unknown-format"
