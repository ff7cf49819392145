"""The verdict on honest files: what it says line by line, and what the file states."""

import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import pledges.proof
from pledges.core.digests import canonical_json, sha256_hex
from pledges.proof import evidence
from pledges.proof.fileformat import CURRENT
from pledges.proof.judging import checks, judge
from pledges.proof.keys.private_keys import to_asn1
from pledges.proof.keys.trust import Trust
from pledges.proof.messages import catalogue, wording
from pledges.proof.records import catalogue as record_catalogue
from pledges.proof.signatures import pades, signature_dictionaries
from pledges.proof.verdict import Check, Outcome
from tests.attacks.honest import LATER, honest, sign
from tests.sealed import ACCEPTED, NOW, ORGANISATION, SIGNED, Authority


def reasons(verdict):
    return {line.check: (line.passed, line.reason) for line in verdict.lines}


def test_what_a_signed_file_says():
    made = honest()
    verdict = judge(made.signed, trust=made.basic.trust, at=NOW)
    assert verdict.outcome is Outcome.SIGNED_ONLY
    assert reasons(verdict) == {
        Check.FILE: (True, "file-whole"),
        Check.REVISIONS: (True, "revisions-expected"),
        Check.MANAGER: (True, "manager-signed"),
        Check.COMPANY: (None, "company-not-yet"),
        Check.TIME: (None, "time-claimed"),
        Check.BYTES: (True, "bytes-accounted"),
        Check.EVIDENCE: (True, "evidence-agrees"),
        Check.AUTHENTICATION: (True, "passkey-verified"),
        Check.LEDGER: (True, "ledger-included"),
        Check.PROOF: (None, "proof-none"),
    }
    assert verdict.sha256 == sha256_hex(made.signed)


def test_what_an_accepted_file_states():
    made = honest()
    summary = judge(made.finished, trust=made.basic.trust, at=NOW).summary
    assert (summary.number, summary.template, summary.version) == (
        "CN-2026-000007", "contract", 1,
    )  # fmt: skip
    assert (summary.signer, summary.employee_number, summary.department) == (
        "李明", "E1001", "华东零售部",
    )  # fmt: skip
    assert summary.organisation == summary.accepted_by == ORGANISATION
    assert summary.signed_at == SIGNED
    assert summary.accepted_at == ACCEPTED.replace(microsecond=0)
    assert summary.method == "passkey" and summary.levels == ("B-B", "B-B")
    assert summary.answers == {"governing_article": "29"}


def test_timestamps_are_told_and_their_end():
    made = honest()
    trust = made.stamped.trust
    signed = judge(made.stamped_signed, trust=trust, at=NOW)
    finished = judge(made.lta, trust=trust, at=NOW)
    late = judge(made.lta, trust=trust, at=LATER + timedelta(days=366 * 20))
    assert reasons(signed)[Check.TIME] == (True, "time-trusted-signing")
    assert reasons(finished)[Check.TIME] == (True, "time-trusted")
    assert finished.summary.levels == ("B-LT", "B-LTA")
    assert late.outcome is Outcome.ACCEPTED
    assert reasons(late)[Check.TIME] == (None, "time-ran-out")


def test_a_timestamp_that_came_too_late_does_not_renew_the_one_before():
    """The key of an authority whose certificate has ended is nobody's care any more."""
    made = honest()
    old = made.stamped.authority
    at = SIGNED + timedelta(days=366 * old.years)
    for late, reason in ((False, (True, "time-trusted")), (True, (None, "time-ran-out"))):
        then = at + timedelta(days=2 if late else -30)
        new = Authority(begins=then - timedelta(days=1))
        trust = Trust(made.stamped.trust.roots, tsa_roots=tuple(map(to_asn1, (old.root, new.root))))
        pdf = pades.renew_timestamp(made.lta, at=then, timestamping=new.at(then))
        verdict = judge(pdf, trust=trust, at=then + timedelta(days=365))
        assert verdict.outcome is Outcome.ACCEPTED
        assert reasons(verdict)[Check.TIME] == reason


def test_a_signature_timestamp_runs_out_too():
    made = honest()
    late = LATER + timedelta(days=366 * 20)
    verdict = judge(made.stamped_signed, trust=made.stamped.trust, at=late)
    assert verdict.outcome is Outcome.SIGNED_ONLY
    assert reasons(verdict)[Check.TIME] == (None, "time-ran-out")


def test_a_password_is_accepted_and_called_what_it_is():
    made = honest()
    told = made.basic.evidence(made.rendered, authentication={"method": "password-totp"})
    verdict = judge(
        sign(made.basic, made.rendered, said=evidence.write(told)), trust=made.basic.trust, at=NOW
    )
    assert verdict.outcome is Outcome.SIGNED_ONLY
    assert reasons(verdict)[Check.AUTHENTICATION] == (None, "password-claimed")


def test_a_proof_of_this_file_is_confirmed():
    made = honest()
    entry = {
        "at": ACCEPTED.isoformat(timespec="microseconds"),
        "event": "pledge.accepted",
        "facts": {"issued": sha256_hex(made.finished)},
    }
    proof = canonical_json(made.basic.proof(entry))
    verdict = judge(made.finished, trust=made.basic.trust, at=NOW, proof=proof)
    assert reasons(verdict)[Check.PROOF] == (True, "proof-included")


def test_a_proof_of_another_file_is_refused():
    made = honest()
    entry = {
        "at": ACCEPTED.isoformat(timespec="microseconds"),
        "event": "pledge.accepted",
        "facts": {"issued": sha256_hex(made.signed)},
    }
    others = {b"{}": "proof-unreadable", b"[]": "proof-unreadable", b"\xff": "proof-unreadable"}
    for proof, reason in {
        canonical_json(made.basic.proof(entry)): "proof-invalid",
        **others,
    }.items():
        verdict = judge(made.finished, trust=made.basic.trust, at=NOW, proof=proof)
        assert verdict.outcome is Outcome.REJECTED
        assert reasons(verdict)[Check.PROOF] == (False, reason)


def test_after_the_first_failure_nothing_more_is_looked_at():
    made = honest()
    verdict = judge(made.finished, trust=made.impostor.trust, at=NOW)
    found = reasons(verdict)
    assert found[Check.FILE] == (True, "file-whole")
    assert found[Check.MANAGER] == (False, "untrusted-signature")
    after = list(Check)[list(Check).index(Check.MANAGER) + 1 :]
    assert {found[check] for check in after} == {(None, "not-reached")}
    assert verdict.summary is None


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_line_has_words(language):
    made = honest()
    for verdict in (
        judge(made.lta, trust=made.stamped.trust, at=NOW),
        judge(b"", trust=made.basic.trust, at=NOW),
    ):
        assert catalogue.OUTCOMES[verdict.outcome].in_(language)
        for line in verdict.lines:
            said = wording.say(line, language)
            assert said and "{" not in said and "  " not in said


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (RuntimeError, "failed"),
        (AssertionError, "failed"),
        (RecursionError, "too-costly"),
        (MemoryError, "too-costly"),
    ],
)
def test_whatever_goes_wrong_is_a_rejection(monkeypatch, fault, reason):
    def broken(*_arguments):
        raise fault("of a library")

    made = honest()
    monkeypatch.setattr(checks.active_content, "check", broken)
    verdict = judge(made.finished, trust=made.basic.trust, at=NOW)
    assert verdict.outcome is Outcome.REJECTED
    assert reasons(verdict)[Check.REVISIONS] == (False, reason)
    explanation = next(line.explanation for line in verdict.lines if line.passed is False)
    assert fault.__name__ in explanation.found
    if reason == "failed":
        assert "of a library" in explanation.found and "in broken" in explanation.trace


def test_moments_are_explained_as_people_write_them():
    made = honest()
    verdict = judge(made.signed, trust=made.basic.trust, at=SIGNED - timedelta(days=1))
    (explanation,) = (line.explanation for line in verdict.lines if line.passed is False)
    assert explanation.expected == "2026-11-22 02:01:30+00:00"


def literals(tree: ast.AST) -> set[str]:
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_reason_has_words_and_every_word_a_use():
    files = Path(pledges.proof.__file__).parent.rglob("*.py")
    trees = [ast.parse(file.read_text("utf-8")) for file in files if file.name != "catalogue.py"]
    raised = {
        node.args[0].value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Rejected"
        and isinstance(node.args[0], ast.Constant)
    }
    reasons = {**catalogue.REASONS, **record_catalogue.REASONS}
    assert raised <= set(reasons)
    assert set(reasons) <= set().union(*map(literals, trees))
    for words in reasons.values():
        assert words.in_("zh-hans") and words.in_("en")


@pytest.mark.parametrize("bound", [{"max_file_bytes": 9_000}, {"max_timestamps": 0}])
def test_a_file_keeps_to_the_bounds_of_its_own_number(monkeypatch, bound):
    """Whatever another number allows."""
    made = honest()
    lower = {CURRENT.name: replace(CURRENT, **bound)}
    monkeypatch.setattr(signature_dictionaries, "FORMATS", lower)
    verdict = made.judged("renewed", made.renewed)
    assert verdict.outcome is Outcome.REJECTED
    assert [line.reason for line in verdict.lines if line.passed is False] == ["too-large"]
