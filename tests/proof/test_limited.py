"""Judging in a limited child: the same verdicts as in the open, and an end to what is too much."""

import json
import pickle
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pledges.core.digests import canonical_json, sha256_hex
from pledges.forkserver import Busy, Unavailable, serving
from pledges.proof import evidence
from pledges.proof.judging import MAX_FILE_BYTES, judge
from pledges.proof.judging_service import client, limited
from pledges.proof.keys.trust import Trust
from pledges.proof.verdict import Outcome
from tests import vulnerable
from tests.attacks import largest
from tests.attacks.bombs import index_that_leads_back
from tests.attacks.honest import LATER, accept, honest, sign
from tests.judging import Service
from tests.sealed import ACCEPTED

PROJECT = Path(__file__).parent.parent.parent
AT = LATER + timedelta(days=30)
SECRETS = {"SECRET_KEY": "s3cret", "PKI_PASSPHRASE": "s3cret", "DATABASE_URL": "postgres://s3cret"}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A service that was started among secrets."""
    started = Service(tmp_path_factory.mktemp("judging") / "socket", **SECRETS)
    yield started
    started.end()


@pytest.fixture(scope="module")
def weak(tmp_path_factory):
    """One whose judge can be hurt."""
    path = tmp_path_factory.mktemp("weak") / "socket"
    started = Service(path, module="tests.vulnerable", **SECRETS)
    yield started
    started.end()


def password_file(made):
    told = made.basic.evidence(made.rendered, authentication={"method": "password-totp"})
    return sign(made.basic, made.rendered, said=evidence.write(told))


KINDS = {
    "signed": lambda made: made.signed,
    "finished": lambda made: made.finished,
    "password": password_file,
    "stamped_signed": lambda made: made.stamped_signed,
    "lta": lambda made: made.lta,
    "renewed": lambda made: made.renewed,
    "forged": lambda made: made.finished[:-1] + b" ",
    "foreign": lambda made: made.rendered,
    "nothing": lambda made: b"",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_verdict_is_that_of_the_judge(running, kind):
    made = honest()
    pdf = KINDS[kind](made)
    trust = made.stamped.trust if kind in ("stamped_signed", "lta", "renewed") else made.basic.trust
    judged = client.judge(running.path, pdf, trust=trust, at=AT)
    assert judged == judge(pdf, trust=trust, at=AT)
    honestly = kind not in ("forged", "foreign", "nothing")
    assert (judged.outcome is not Outcome.REJECTED) == honestly


def test_the_proof_and_every_kind_of_root_cross_too(running):
    made = honest()
    entry = {
        "at": ACCEPTED.isoformat(timespec="microseconds"),
        "event": "pledge.accepted",
        "facts": {"issued": sha256_hex(made.finished)},
    }
    proof = canonical_json(made.basic.proof(entry))
    own, other = made.basic.root, made.stamped.root
    for trust in (Trust((own,)), Trust((own,), (other,)), Trust((other, own), (), (own,))):
        for given in (proof, b"", None):
            judged = client.judge(running.path, made.finished, trust=trust, at=AT, proof=given)
            assert judged == judge(made.finished, trust=trust, at=AT, proof=given)


def test_the_largest_honest_file_is_within_the_limits(running):
    made = honest()
    pdf = accept(made.basic, sign(made.basic, largest.revision0()))
    assert 13_000_000 < len(pdf) < MAX_FILE_BYTES
    judged = client.judge(running.path, pdf, trust=made.basic.trust, at=AT)
    assert judged.outcome is Outcome.ACCEPTED, judged.lines


LOOK = """
import json, pickle, sys
from pledges.proof.judging_service import limited
requests = pickle.load(sys.stdin.buffer)
before = set(sys.modules)
for request in requests:
    limited.read(limited.answer(request))
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_judging_imports_nothing_that_was_not_imported_before():
    """Where a limited child could not: it would take an honest file for a broken one."""
    made = honest()
    requests = [
        b"".join(limited.request(KINDS[kind](made), trust=trust, at=AT, proof=b"{}"))
        for kind in KINDS
        for trust in (made.basic.trust, made.stamped.trust)
    ]
    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=PROJECT, input=pickle.dumps(requests), capture_output=True
    )
    assert json.loads(done.stdout) == [], done.stderr.decode()


@pytest.mark.parametrize(
    ("pdf", "reason"),
    [
        (vulnerable.SPINS, "too-costly"),
        (vulnerable.EATS, "too-costly"),
        (vulnerable.CRASHES, "judging-ended"),
        (vulnerable.SAYS, "judging-ended"),
    ],
)
def test_what_gets_the_better_of_the_judge_is_rejected(weak, pdf, reason):
    judged = client.judge(weak.path, pdf, trust=honest().basic.trust, at=AT)
    first, *others = judged.lines
    assert (judged.outcome, judged.sha256) == (Outcome.REJECTED, sha256_hex(pdf))
    assert (first.passed, first.reason) == (False, reason)
    assert {(line.passed, line.reason) for line in others} == {(None, "not-reached")}


def test_a_file_that_backtracks_is_rejected(running):
    pdf = index_that_leads_back(honest())
    judged = client.judge(running.path, pdf, trust=honest().basic.trust, at=AT)
    assert judged.outcome is Outcome.REJECTED


def test_no_secret_is_left_around_the_one_who_judges(weak):
    with weak.holding(vulnerable.HANGS):
        (child,) = weak.children()
        for process in (child.parent(), child):
            assert set(process.environ()) <= serving.HARMLESS
            assert "s3cret" not in " ".join(process.cmdline())


def test_it_is_busy_with_two_and_says_so(weak):
    with weak.holding(vulnerable.HANGS), weak.holding(vulnerable.HANGS), pytest.raises(Busy):
        client.judge(weak.path, b"", trust=honest().basic.trust, at=AT)


def test_a_service_that_is_killed_is_missed_and_its_successor_serves(tmp_path):
    path = tmp_path / "socket"
    Service(path).end(9)
    trust = honest().basic.trust
    with pytest.raises(Unavailable):
        client.judge(path, b"", trust=trust, at=AT)
    successor = Service(path)
    assert client.judge(path, b"", trust=trust, at=AT) == judge(b"", trust=trust, at=AT)
    assert successor.end() == 0


# --- The command ----------------------------------------------------------------------------------
def command(folder, pdf, module="pledges.proof"):
    made = honest()
    (folder / "file.pdf").write_bytes(pdf)
    (folder / "root.pem").write_bytes((made.basic.folder / "root.pem").read_bytes())
    options = ["--trust", str(folder / "root.pem"), "--limit", "--json"]
    return subprocess.run(
        [sys.executable, "-m", module, str(folder / "file.pdf"), *options],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )


def test_the_command_judges_under_limits_too(tmp_path):
    done = command(tmp_path, honest().finished)
    assert (done.returncode, json.loads(done.stdout)["outcome"]) == (0, "accepted"), done.stderr


@pytest.mark.parametrize(
    ("pdf", "reason"),
    [
        (vulnerable.SPINS, "too-costly"),
        (vulnerable.EATS, "too-costly"),
        (vulnerable.CRASHES, "judging-ended"),
    ],
)
def test_the_command_says_too_what_was_too_costly(tmp_path, pdf, reason):
    done = command(tmp_path, pdf, module="tests.vulnerable")
    found = json.loads(done.stdout)
    assert (done.returncode, found["lines"][0]["reason"]) == (1, reason), done.stderr
    assert found["lines"][0]["words"]["en"] and found["lines"][0]["words"]["zh-hans"]
