"""A short run of the fuzzer, and that its mutants get as far as they are meant to."""

import os
import signal

import pytest

from pledges.proof.verdict import Check, Outcome
from tests.attacks.structures import notarized
from tests.fuzzing import mutants, pool
from tests.fuzzing.anatomy import copied, together
from tests.fuzzing.report import FINDINGS, Report
from tests.fuzzing.trial import BATCH, tried

SEED = 20261129
ROUNDS = 8


@pytest.fixture(scope="module")
def honest():
    return pool.small()


def test_no_mutant_is_accepted_and_none_is_a_surprise(honest):
    """Every kind of mutation in its turn; `python -m tests.fuzzing` does the same for longer."""
    report = Report(honest)
    count = ROUNDS * len(mutants.KINDS)
    for begin in range(0, count, BATCH):
        batch = [mutants.mutant(honest, SEED, n) for n in range(begin, min(count, begin + BATCH))]
        for mutant, found in zip(batch, tried(batch), strict=True):
            report.add(mutant, found)
    print(f"\nmutants: {report.judged}, rejected by {dict(report.ended)}")
    assert {finding: report.count(finding) for finding in FINDINGS} == dict.fromkeys(FINDINGS, 0), (
        report.as_text()
    )
    assert set(report.ended) >= {
        Check.FILE,
        Check.MANAGER,
        Check.TIME,
        Check.REVISIONS,
        Check.BYTES,
    }


@pytest.mark.parametrize("name", pool.NAMES)
def test_a_file_put_together_again_fails_by_its_signatures_alone(honest, name):
    """Else mutants would be rejected for how they are put together."""
    base = next(each for each in honest.bases if each.name == name)
    last = len(base.parts) - 1
    assert together(copied(base.parts), 1) == base.pdf
    verdict = base.judged(together(copied(base.parts), 0), signatures_first=False)
    failed = next(line for line in verdict.lines if line.passed is False)
    assert (failed.check, failed.reason) == (Check.MANAGER, "broken-signature")
    if base.ends_with_timestamp:
        stamped = notarized(honest.honest, together(copied(base.parts), last))
        assert base.judged(stamped).outcome is Outcome.ACCEPTED
        assert honest.says_the_same(stamped)


def test_a_mutant_is_made_again_from_seed_and_index(honest):
    first, again = (mutants.mutant(honest, SEED, 0) for _ in range(2))
    assert (first.kind, first.base.name, first.pdf) == (again.kind, again.base.name, again.pdf)


class Accepted:
    """What a verdict must never be."""

    outcome = Outcome.ACCEPTED


def test_what_befalls_a_child_is_told(honest, monkeypatch):
    """One that is ended is reported, and those after it are judged all the same."""
    batch = [mutants.mutant(honest, SEED, index) for index in range(4)]
    acts = (
        lambda: Accepted,
        lambda: 1 / 0,
        lambda: bytes(4 * 1024**3),
        lambda: os.kill(os.getpid(), signal.SIGKILL),
    )
    monkeypatch.setattr(mutants.Mutant, "judged", lambda mutant: acts[mutant.index]())
    found = tried(batch)
    assert [each.ended for each in found] == ["accepted", "uncaught", "uncaught", "killed"]
    assert "ZeroDivisionError" in found[1].trace
    assert "MemoryError" in found[2].trace
    report = Report(honest)
    for mutant, each in zip(batch, found, strict=True):
        report.add(mutant, each)
    assert (report.count("accepted"), report.count("uncaught"), report.count("killed")) == (1, 2, 1)
