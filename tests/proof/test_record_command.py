"""`shounuo-verify` of records and receipts, as somebody runs it without Django and database."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.attacks.test_forged_records import counts_made_better, house
from tests.proof.test_command import WITHOUT

PROJECT = Path(__file__).parent.parent.parent
PROVED = ["Proved offline", "Proved only with the whole ledger", "Not proved"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What a receiver has."""
    at, place = house(), tmp_path_factory.mktemp("received")
    files = {
        "report.pdf": at.pdf,
        "lta.pdf": at.lta,
        "other.pdf": at.maker.sealed(at.other),
        "forged.pdf": counts_made_better(at),
        "pledge.pdf": at.pledge,
        "receipt.json": at.receipt,
        "root.pem": (at.maker.by.folder / "root.pem").read_bytes(),
        "stamped.pem": (at.stamped.by.folder / "root.pem").read_bytes(),
        "tsa.pem": at.stamped.by.authority.root.public_bytes(Encoding.PEM),
    }
    for name, content in files.items():
        (place / name).write_bytes(content)
    return place


@pytest.fixture
def run(folder):
    def check(*arguments, trust="root.pem"):
        return subprocess.run(
            [sys.executable, "-c", WITHOUT, *arguments, "--trust", folder / trust],
            cwd=folder,
            env={"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
        )

    return check


def test_a_report_is_recognised_and_what_it_proves_is_told_in_order(run):
    done = run("report.pdf", "--language", "en")
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout
    assert said.startswith("Genuine record: a completion report sealed by the company")
    assert "Computed by this program from the list" in said and "12 members" in said
    assert "In force 9 · On paper 1 · In review 1 · Excused 1" in said
    places = [said.index(each) for each in PROVED]
    assert places == sorted(places)
    assert "nobody was left out" not in said.lower()
    assert "that no entry of this task was left out." in said
    said = run("report.pdf").stdout
    places = [said.index(each) for each in ("离线即可证明", "只有凭完整账本才能证明", "不能证明")]
    assert places == sorted(places)


def test_a_stamped_report_wants_the_authority(run, folder):
    assert run("lta.pdf", trust="stamped.pem").returncode == 1
    assert run("lta.pdf", "--tsa-trust", "tsa.pem", trust="stamped.pem").returncode == 0


@pytest.mark.parametrize("options", [(), ("--limit",)])
def test_a_forged_one_is_refused(run, options):
    done = run("forged.pdf", "--explain", *options, "--language", "en")
    assert done.returncode == 1
    assert "does not follow from its list" in done.stdout and "Traceback" not in done.stdout


@pytest.mark.parametrize("beside", [(), ("report.pdf",), ("report.pdf", "--limit")])
def test_a_receipt_is_judged_beside_its_report_or_without(run, beside):
    done = run("--receipt", "receipt.json", *beside, "--language", "en")
    assert (done.returncode, done.stderr) == (0, "")
    assert "王芳 (E1002)" in done.stdout and "In force" in done.stdout


@pytest.mark.parametrize("beside", ["other.pdf", "forged.pdf", "pledge.pdf"])
def test_a_receipt_beside_another_file_is_refused(run, beside):
    assert run("--receipt", "receipt.json", beside).returncode == 1


def test_json_has_the_words_and_the_statements(run):
    verdict = json.loads(run("report.pdf", "--json").stdout)
    assert verdict["of"] == "record" and verdict["outcome"] == "accepted"
    assert verdict["summary"]["content"]["counts"]["in-force"] == 9
    assert [heading for heading, _ in verdict["statements"]["en"]][1].startswith(PROVED[1])
    assert all(line["words"]["zh-hans"] and line["words"]["en"] for line in verdict["lines"])
    receipt = json.loads(run("--receipt", "receipt.json", "--json").stdout)
    assert receipt["of"] == "receipt" and receipt["content"]["standing"] == "in-force"


def test_without_a_file_and_a_receipt_there_is_nothing_to_judge(run):
    done = run()
    assert done.returncode == 2 and "give a FILE" in done.stderr
    assert run("--receipt", "none.json").returncode == 2
