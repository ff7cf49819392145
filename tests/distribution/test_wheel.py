"""The wheel of the verifier: exactly what it must hold, ranges that fit, the same bytes again."""

import os
import re
import sys
from email import message_from_bytes
from importlib.metadata import packages_distributions
from pathlib import PurePosixPath
from zipfile import ZipFile

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from scripts import build_verifier

PROJECT = build_verifier.PROJECT
OF_THE_CORE = {
    "pledges.core",
    "pledges.core.appearances",
    "pledges.core.characters",
    "pledges.core.completion_report",
    "pledges.core.digests",
    "pledges.core.languages",
    "pledges.core.log_lines",
    "pledges.core.promised_content",
    "pledges.core.refusal",
    "pledges.core.seal_refusals",
}
STANDARD_LIBRARY_ALONE = {
    "pledges.crash_points",
    "pledges.durable_files",
    "pledges.forkserver",
    "pledges.forkserver.child",
    "pledges.forkserver.client",
    "pledges.forkserver.framing",
    "pledges.forkserver.limits",
    "pledges.forkserver.memory",
    "pledges.forkserver.server",
    "pledges.forkserver.serving",
    "pledges.forkserver.sockets",
}
# Their interfaces change in minor versions.
NEXT_MINOR_EXCLUDED = {"pyHanko", "pyhanko-certvalidator", "fido2"}
# For keys on tokens, which no verifier has.
OPTIONAL = {"python-pkcs11"}
PINNED = dict(
    re.findall(r"^([\w-]+)==(\S+)", (PROJECT / "requirements.txt").read_text("utf-8"), re.MULTILINE)
)


def module(path: str) -> str:
    parts = PurePosixPath(path).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.fixture(scope="module")
def content(wheel):
    """The files of the wheel."""
    with ZipFile(wheel) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.fixture(scope="module")
def requirements(content):
    (name,) = (name for name in content if name.endswith("/METADATA"))
    told = message_from_bytes(content[name]).get_all("Requires-Dist")
    return {each.name: each for each in map(Requirement, told)}


def test_it_carries_the_proof_and_of_the_rest_what_that_imports(content):
    carried = {module(name) for name in content if ".dist-info/" not in name}
    proof = {
        module(path.relative_to(PROJECT).as_posix())
        for path in (PROJECT / "pledges" / "proof").rglob("*.py")
    }
    assert carried == {"pledges"} | proof | OF_THE_CORE | STANDARD_LIBRARY_ALONE


def test_its_modules_are_those_of_the_project(content):
    for name, source in content.items():
        assert ".dist-info/" in name or source == (PROJECT / name).read_bytes(), name


def test_it_brings_the_command_and_its_readme(content):
    (commands,) = (text for name, text in content.items() if name.endswith("/entry_points.txt"))
    assert b"shounuo-verify=pledges.proof.__main__:main" in commands
    (told,) = (text for name, text in content.items() if name.endswith("/METADATA"))
    readme = (build_verifier.PACKAGING / "README.md").read_text("utf-8")
    assert message_from_bytes(told).get_payload(decode=True).decode().strip() == readme.strip()


def test_it_needs_just_what_its_modules_import(requirements):
    """No package that another one happens to bring, and none for nothing."""
    graph = grimp.build_graph("pledges", include_external_packages=True, cache_dir=None)
    imported = {
        found.partition(".")[0]
        for each in build_verifier.modules()
        for found in graph.find_modules_directly_imported_by(each)
    }
    brought_by = packages_distributions()
    packages = {
        package
        for each in imported - {"pledges"} - sys.stdlib_module_names
        for package in brought_by[each]
    }
    assert packages - OPTIONAL == requirements.keys()


def test_the_ranges_begin_at_the_pins_and_end_before_what_was_never_tried(requirements):
    for name, requirement in requirements.items():
        pin = Version(PINNED[name])
        minor = f"{pin.major}.{pin.minor + 1}"
        begins = {each.version for each in requirement.specifier if each.operator == ">="}
        assert begins == {str(pin)}, name
        assert requirement.specifier.contains(pin), name
        assert requirement.specifier.contains(minor) is (name not in NEXT_MINOR_EXCLUDED), name
        assert not requirement.specifier.contains(f"{pin.major + 2}.0"), name


def test_the_same_sources_give_the_same_bytes(wheel, tmp_path):
    """Whoever makes it, and whenever."""
    before = os.umask(0o077)
    try:
        again = build_verifier.build(tmp_path)
    finally:
        os.umask(before)
    assert again.name == wheel.name and again.read_bytes() == wheel.read_bytes()
