"""`python -m pledges.proof`, as somebody runs it who has a file, a root and no Django."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from pledges.core.digests import canonical_json, sha256_hex
from tests.attacks.authorities import licensed, licensed_authority
from tests.attacks.honest import accept, honest
from tests.sealed import ACCEPTED, ORGANISATION

PROJECT = Path(__file__).parent.parent.parent
# Whoever checks a file need not have Django; here nobody has.
WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("django", "allauth", "psycopg2"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from pledges.proof.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The files that a receiver has."""
    made, place = honest(), tmp_path_factory.mktemp("received")
    for name in ("signed", "finished", "lta"):
        (place / f"{name}.pdf").write_bytes(made.base(name))
    (place / "forged.pdf").write_bytes(made.finished[:-1] + b" ")
    (place / "root.pem").write_bytes((made.basic.folder / "root.pem").read_bytes())
    (place / "stamped.pem").write_bytes((made.stamped.folder / "root.pem").read_bytes())
    tsa = made.stamped.authority.root.public_bytes(Encoding.PEM)
    (place / "tsa.pem").write_bytes(tsa)
    by = licensed(ORGANISATION)
    (place / "licensed.pdf").write_bytes(accept(made.basic, made.signed, identity=by.identity))
    authority = licensed_authority()[0].public_bytes(Encoding.PEM)
    (place / "licensed.pem").write_bytes(authority)
    (place / "licensed.pin").write_text(str(by.pin()), "utf-8")
    entry = {
        "at": ACCEPTED.isoformat(timespec="microseconds"),
        "event": "pledge.accepted",
        "facts": {"issued": sha256_hex(made.finished)},
    }
    (place / "proof.json").write_bytes(canonical_json(made.basic.proof(entry)))
    return place


@pytest.fixture
def run(folder):
    def check(name, *options, trust="root.pem"):
        return subprocess.run(
            [sys.executable, "-c", WITHOUT, folder / name, "--trust", folder / trust, *options],
            cwd=PROJECT,
            capture_output=True,
            text=True,
        )

    return check


@pytest.mark.parametrize(
    ("name", "code"), [("finished.pdf", 0), ("signed.pdf", 3), ("forged.pdf", 1), ("none.pdf", 2)]
)
def test_the_exit_status_tells(run, name, code):
    done = run(name)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_it_speaks_chinese_or_english(run):
    assert "文件真实" in run("finished.pdf").stdout
    said = run("finished.pdf", "--language", "en").stdout
    assert "Genuine: signed by the person, confirmed by the company" in said
    assert "✓ Authentication" in said and "governing_article: 29" in said


def test_json_has_all_of_it(run):
    told = json.loads(run("finished.pdf", "--json").stdout)
    assert told["outcome"] == "accepted"
    assert [line["check"] for line in told["lines"]][:3] == ["file", "manager", "company"]
    assert all(line["words"]["en"] and line["words"]["zh-hans"] for line in told["lines"])
    assert told["summary"]["number"] == "CN-2026-000007"


def test_a_timestamp_needs_an_authority_that_is_known(run, folder):
    assert run("lta.pdf", trust="stamped.pem").returncode == 1
    known = run("lta.pdf", "--tsa-trust", str(folder / "tsa.pem"), trust="stamped.pem")
    assert known.returncode == 0, known.stdout


def test_another_root_is_another_company(run):
    assert run("finished.pdf", trust="stamped.pem").returncode == 1


def test_a_root_that_is_none_is_said(run, folder):
    done = run("finished.pdf", trust="finished.pdf")
    assert (done.returncode, done.stdout) == (2, "")


def test_a_seal_by_another_authority_needs_a_pin_of_the_company(run, folder):
    def judged(*pins):
        given = [part for pin in pins for part in ("--company-pin", pin)]
        return run("licensed.pdf", "--company-trust", str(folder / "licensed.pem"), *given)

    pin = (folder / "licensed.pin").read_text("utf-8")
    assert judged(f"sha256={'0' * 64}", f"{pin} from 2026-01-01").returncode == 0
    refused = judged(f"sha256={'0' * 64}", f"{pin} until 2026-01-01")
    assert refused.returncode == 1 and pin in refused.stdout
    nonsense = judged("sha1=0")
    assert (nonsense.returncode, nonsense.stdout) == (2, "")
    assert "write sha256=" in nonsense.stderr


def test_the_separate_proof_is_checked(run, folder):
    assert run("finished.pdf", "--proof", str(folder / "proof.json")).returncode == 0
    assert run("signed.pdf", "--proof", str(folder / "proof.json")).returncode == 1


@pytest.mark.parametrize(
    ("option", "said"),
    [("--help", "usage: python -m pledges.proof "), ("--version", "shounuo-verify (a checkout")],
)
def test_as_a_module(option, said):
    """As it is called in a checkout of the project, where nothing is installed."""
    command = [sys.executable, "-m", "pledges.proof", option]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith(said)
