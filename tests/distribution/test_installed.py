"""The verifier, installed where nothing else is: it judges as this checkout does."""

import json
import re

import pytest

from pledges.proof import fileformat
from pledges.proof.__main__ import EXIT
from pledges.proof.verdict import Outcome
from scripts import build_verifier
from tests.distribution.cases import FORGERIES, Case, forgery
from tests.golden_files import FOLDER, golden_files

# One process makes the environment, and one is enough.
pytestmark = pytest.mark.xdist_group("verifier")

COMMAND = "shounuo-verify"
NEEDED = {"pyhanko", "pyhanko-certvalidator", "fido2", "cryptography", "asn1crypto"}
REQUIREMENTS = (build_verifier.PROJECT / "requirements.txt").read_text("utf-8")
CONSTRAINTS = (build_verifier.PROJECT / "constraints.txt").read_text("utf-8")
PIN = re.compile(r"^([\w.-]+)(?:\[.*?\])?==(\S+)", re.MULTILINE)
# Imports each module of the wheel by itself, and tells of those that fail.
IMPORT_ALL = """
import importlib, pkgutil, pledges
for each in pkgutil.walk_packages(pledges.__path__, "pledges."):
    try:
        importlib.import_module(each.name)
    except ImportError as error:
        print(each.name, error.name)
"""


# Reads the golden files with what is installed, and judges each at its moments.
JUDGE_GOLDEN = """
import json, sys
from datetime import datetime
from pathlib import Path
from pledges.proof.keys import chains, company_pins
from pledges.proof.keys.trust import Trust
from pledges.proof.records.judging import judge_any
from pledges.proof.records.verdict import any_to_json

def certificates(file):
    return chains.from_pem(file.read_bytes()) if file.exists() else ()

found = {}
for folder in (each.parent for each in Path(sys.argv[1]).glob("*/file.pdf")):
    pins = folder / "pins.txt"
    trust = Trust(
        certificates(folder / "root.pem"),
        certificates(folder / "company-roots.pem"),
        certificates(folder / "tsa-roots.pem"),
        company_pins.read_all(",".join(pins.read_text().splitlines() if pins.exists() else [])),
    )
    pdf, proof = (folder / "file.pdf").read_bytes(), (folder / "proof.json").read_bytes()
    found[folder.name] = [
        any_to_json(
            judge_any(pdf, trust=trust, at=datetime.fromisoformat(each["at"]), proof=proof)
        )
        for each in json.loads((folder / "expected.json").read_text())
    ]
print(json.dumps(found))
"""


@pytest.fixture
def judged(environment):
    """The verdict of the installed command as JSON, without its words, and its exit status."""

    def judge(case, *options):
        done = environment.run(COMMAND, *case.arguments(), "--json", "--explain", *options)
        assert done.stderr == ""
        verdict = json.loads(done.stdout)
        for line in verdict["lines"]:
            assert all(line.pop("words").values())
        return verdict, done.returncode

    return judge


def test_every_golden_file_is_judged_as_ever(environment):
    """At both of its moments; the command knows the present one alone."""
    done = environment.run("python", "-c", JUDGE_GOLDEN, str(FOLDER))
    assert done.stderr == ""
    expected = {
        golden.name: [verdict for _at, verdict in golden.expected] for golden in golden_files()
    }
    assert json.loads(done.stdout) == expected and len(expected) >= 14


@pytest.mark.parametrize("golden", list(golden_files()), ids=lambda golden: golden.name)
def test_the_command_accepts_every_golden_file(environment, golden):
    done = environment.run(COMMAND, str(golden.folder / "file.pdf"), *golden.options, "--json")
    _at, expected = golden.expected[0]
    assert (done.stderr, json.loads(done.stdout)["outcome"]) == ("", expected["outcome"])
    assert done.returncode == EXIT[Outcome(expected["outcome"])]


@pytest.mark.parametrize("title", FORGERIES)
def test_a_forgery_is_refused(judged, tmp_path, title):
    case = forgery(title, tmp_path)
    verdict, status = judged(case)
    assert status == 1
    assert verdict == case.verdict() and verdict["outcome"] == Outcome.REJECTED
    (failed,) = (line for line in verdict["lines"] if line["passed"] is False)
    assert failed["reason"] != "failed" and failed["explanation"]["rule"]


def test_it_judges_under_limits_too(judged):
    """With `--limit` it imports more: the fork server."""
    case = Case(next(golden_files()).folder)
    assert judged(case, "--limit") == judged(case)


def test_a_receipt_is_judged_without_the_product(environment):
    """Beside its report, and without it; a report is of no use as a pledge's receipt."""
    for golden in (each for each in golden_files() if each.receipt):
        receipt = ["--receipt", str(golden.folder / "receipt.json")]
        file = str(golden.folder / "file.pdf")
        options = golden.options[:-2]  # the separate proof is the file's
        for beside in ([], [file]):
            done = environment.run(COMMAND, *receipt, *beside, *options, "--json")
            assert (done.stderr, done.returncode) == ("", 0), done.stdout
        pledge = str(next(golden_files()).folder / "file.pdf")
        assert environment.run(COMMAND, *receipt, pledge, *options).returncode == 1


def test_it_is_called_as_it_was_called(environment):
    said = environment.run(COMMAND, "--help").stdout
    assert said.startswith(f"usage: {COMMAND} ")
    said = environment.run("python", "-m", "pledges.proof", "--help").stdout
    assert said.startswith("usage: python -m pledges.proof ")


def test_it_tells_its_version_and_the_formats_it_knows(environment):
    done = environment.run(COMMAND, "--version")
    formats = ", ".join((*fileformat.FORMATS, *fileformat.RECORD_FORMATS))
    version = build_verifier.version()
    assert done.stdout.replace("\n", " ").strip() == f"{COMMAND} {version}, file formats: {formats}"
    assert environment.versions()[COMMAND] == build_verifier.version()


def test_every_module_finds_what_it_imports(environment):
    """All but the one for keys on tokens, which a verifier does not have."""
    done = environment.run("python", "-c", IMPORT_ALL)
    assert (done.stdout, done.stderr) == ("pledges.proof.keys.pkcs11 pkcs11\n", "")


def test_nothing_else_is_installed(environment, newest):
    """Of what the application needs just the five, and what these bring, at the tested version."""
    installed = environment.versions()
    print("\ninstalled:", *(f"{name}=={version}" for name, version in installed.items()))
    of_the_application = {name.lower() for name, _ in PIN.findall(REQUIREMENTS)}
    assert {"django", "weasyprint", "pydyf", "pyyaml"} <= of_the_application
    assert installed.keys() & of_the_application == NEEDED
    assert "pillow" not in installed
    assert environment.pip("check") == "No broken requirements found.\n"
    pinned = {name.lower(): version for name, version in PIN.findall(CONSTRAINTS)}
    del installed[COMMAND]
    assert newest or installed == {name: pinned[name] for name in installed}
