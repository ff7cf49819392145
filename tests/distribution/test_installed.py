"""The verifier, installed where nothing else is: it judges as this checkout does."""

import json
import re

import pytest

from pledges.proof.__main__ import EXIT
from pledges.proof.verdict import Outcome
from scripts import build_verifier
from tests.distribution.cases import FORGERIES, cases, forgery

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


def test_every_kept_file_is_judged_as_expected(judged, tmp_path):
    found = cases(tmp_path)
    expected = {case.name: case.verdict() for case in found}
    outcomes = {verdict["outcome"] for verdict in expected.values()}
    assert outcomes == {Outcome.ACCEPTED, Outcome.SIGNED_ONLY}
    assert {case.name: judged(case) for case in found} == {
        name: (verdict, EXIT[Outcome(verdict["outcome"])]) for name, verdict in expected.items()
    }


@pytest.mark.parametrize("title", FORGERIES)
def test_a_forgery_is_refused(judged, tmp_path, title):
    case = forgery(title, tmp_path)
    verdict, status = judged(case)
    assert status == 1
    assert verdict == case.verdict() and verdict["outcome"] == Outcome.REJECTED
    (failed,) = (line for line in verdict["lines"] if line["passed"] is False)
    assert failed["reason"] != "failed" and failed["explanation"]["rule"]


def test_it_judges_under_limits_too(judged, tmp_path):
    """With `--limit` it imports more: the fork server."""
    case = cases(tmp_path)[0]
    assert judged(case, "--limit") == judged(case)


def test_it_is_called_as_it_was_called(environment):
    said = environment.run(COMMAND, "--help").stdout
    assert said.startswith(f"usage: {COMMAND} ")
    said = environment.run("python", "-m", "pledges.proof", "--help").stdout
    assert said.startswith("usage: python -m pledges.proof ")


def test_it_tells_its_version(environment):
    done = environment.run(COMMAND, "--version")
    assert done.stdout == f"{COMMAND} {build_verifier.version()}\n"
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
