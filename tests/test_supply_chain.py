"""What the application consists of: listed whole, locked by hash, looked up in what is known."""

import hashlib
import json
import subprocess
import sys
import zipfile
from importlib.metadata import version

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from scripts import audit_dependencies, build_sbom, lock_requirements
from scripts.build_sbom import ROOT, bill, closure, requirements


@pytest.fixture(scope="module")
def sbom(tmp_path_factory):
    """The file as `make dist` writes it."""
    target = tmp_path_factory.mktemp("dist") / "shounuo.cdx.json"
    wanted = list(requirements(ROOT / "requirements.txt"))
    text = build_sbom.JsonV1Dot6(bill(closure(wanted))).output_as_string()
    target.write_text(text)
    return text


def test_the_bill_of_materials_follows_its_schema(sbom):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(sbom) is None


def test_it_names_what_the_application_imports_and_what_that_brings(sbom):
    told = {each["name"]: each for each in json.loads(sbom)["components"]}
    for requirement in requirements(ROOT / "requirements.txt"):
        assert told[canonicalize_name(requirement.name)]["version"] == version(requirement.name)
    for brought in ("argon2-cffi-bindings", "tinycss2", "asgiref", "cffi", "qrcode"):
        assert brought in told
    for tool in ("pytest", "mypy", "playwright", "pip-audit"):
        assert tool not in told
    django = told["django"]
    assert django["purl"] == f"pkg:pypi/django@{version('django')}"
    assert django["licenses"][0]["license"]["id"] == "BSD-3-Clause"


def test_it_tells_what_needs_what(sbom):
    needs = {each["ref"]: each.get("dependsOn", []) for each in json.loads(sbom)["dependencies"]}
    names = {ref.split("@")[0].removeprefix("pkg:pypi/") for ref in needs}
    assert "django" in names and len(needs) == len(json.loads(sbom)["components"]) + 1
    (weasyprint,) = [ref for ref in needs if ref.startswith("pkg:pypi/weasyprint@")]
    assert any(ref.startswith("pkg:pypi/pydyf@") for ref in needs[weasyprint])


@pytest.fixture
def index(tmp_path):
    """A folder of wheels with one package in it."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    _wheel(folder, b"pass\n")
    (tmp_path / "wanted.txt").write_text("trifle==1.0\n")
    return tmp_path


def _wheel(folder, content):
    info = "trifle-1.0.dist-info"
    files = {
        "trifle.py": content,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: Trifle\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    with zipfile.ZipFile(folder / "trifle-1.0-py3-none-any.whl", "w") as wheel:
        for name, data in files.items():
            wheel.writestr(name, data)


def _install(place, lock):
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--require-hashes", "-r", lock]
    more = ["--find-links", place / "wheels", "--target", place / "site", "--no-cache-dir"]
    return subprocess.run([*command, *more], capture_output=True, text=True, check=False)


def test_a_lock_installs_the_very_files_that_it_was_made_from_and_no_others(index):
    offline = ("--no-index", "--find-links", str(index / "wheels"))
    text = lock_requirements.lock(lock_requirements.report(index / "wanted.txt", *offline))
    wheel = (index / "wheels" / "trifle-1.0-py3-none-any.whl").read_bytes()
    assert text == f"trifle==1.0 --hash=sha256:{hashlib.sha256(wheel).hexdigest()}\n"
    lock = index / "requirements.lock"
    lock.write_text(text)
    assert _install(index, lock).returncode == 0
    _wheel(index / "wheels", b"import os\n")
    refused = _install(index, lock)
    assert refused.returncode != 0 and "THESE PACKAGES DO NOT MATCH THE HASHES" in refused.stderr


def test_a_lock_is_made_from_what_an_older_pip_tells_too():
    archive = {"hash": f"sha256={'ab' * 32}"}
    told = {"metadata": {"name": "Trifle", "version": "1.0"}}
    found = {"install": [{**told, "download_info": {"archive_info": archive}}]}
    assert lock_requirements.lock(found) == f"trifle==1.0 --hash=sha256:{'ab' * 32}\n"


AUDITED = {"name": "django", "version": "5.2.19", "vulns": []}
UNKNOWN = {"name": "trifle", "skip_reason": "Dependency not found on PyPI"}
FLAWED = {
    "name": "trifle",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"], "aliases": []}],
}


@pytest.mark.parametrize(
    ("found", "trouble", "code", "said"),
    [
        ([AUDITED], "", 0, "1 packages audited, 0 vulnerabilities"),
        ([AUDITED, UNKNOWN], "", 0, "the index does not know them: 1 packages"),
        ([AUDITED, FLAWED], "", 1, "trifle 1.0: PYSEC-2026-1, mended in 1.1"),
        (None, "Connection refused", 0, "could not be asked: Connection refused"),
    ],
)
def test_a_vulnerability_ends_the_check_and_a_missing_network_is_said(found, trouble, code, said):
    lines, ended = audit_dependencies.told(found and {"dependencies": found}, trouble)
    assert ended == code and said in "\n".join(lines)


def test_an_index_that_does_not_answer_is_told_of(monkeypatch):
    """The real pip-audit, sent to where nobody listens."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    found, trouble = audit_dependencies.asked()
    assert found is None and trouble
    assert audit_dependencies.told(found, trouble)[1] == 0
