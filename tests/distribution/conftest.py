"""The wheel, built once, and an environment that was empty before it was installed there."""

import json
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts import build_verifier

WHEELHOUSE = Path(sys.prefix) / "wheelhouse"
CONSTRAINTS = build_verifier.PROJECT / "constraints.txt"
# Nothing of this checkout and of its environment.
SURROUNDINGS = {"PATH": os.defpath, "LANG": "C.UTF-8"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--newest",
        action="store_true",
        help="install the verifier with the newest versions allowed, from the package registry",
    )


@dataclass(frozen=True)
class Environment:
    """A virtual environment without so much as pip in it."""

    folder: Path

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of its programs, in an empty folder."""
        command = [self.folder / "bin" / program, *arguments]
        place = self.folder / "empty"
        place.mkdir(exist_ok=True)
        return subprocess.run(command, cwd=place, env=SURROUNDINGS, capture_output=True, text=True)

    def pip(self, *arguments: str) -> str:
        """What pip says that works on it from outside."""
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        command += ["--python", str(self.folder / "bin" / "python"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            pytest.fail(f"pip {' '.join(arguments)}\n{done.stdout}{done.stderr}", pytrace=False)
        return done.stdout

    def versions(self) -> dict[str, str]:
        """What is installed in it, by names in small letters."""
        listed: list[dict[str, Any]] = json.loads(self.pip("list", "--format", "json"))
        return {each["name"].lower(): each["version"] for each in listed}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_verifier.build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def newest(pytestconfig: pytest.Config) -> bool:
    """Whether the newest versions are tried, and not the pinned ones."""
    return bool(pytestconfig.getoption("--newest", default=False))


@pytest.fixture(scope="session")
def environment(wheel: Path, newest: bool, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The wheel with all that it needs, and nothing else."""
    made = Environment(tmp_path_factory.mktemp("environment"))
    venv.create(made.folder, symlinks=True)
    made.pip("install", "--quiet", *_sources(newest), str(wheel))
    return made


def _sources(newest: bool) -> Sequence[str]:
    if newest:
        return ("--only-binary", ":all:")
    if not WHEELHOUSE.is_dir():
        pytest.fail(f"{WHEELHOUSE} is missing: run scripts/setup dev", pytrace=False)
    return ("--no-index", "--find-links", str(WHEELHOUSE), "--constraint", str(CONSTRAINTS))
