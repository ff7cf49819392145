"""The golden files: what was issued under each number of the file format, kept for good.

One folder a file under tests/golden/: `file.pdf`, its separate proof `proof.json`, the certificates
that a verifier is told (`root.pem`, `tsa-roots.pem`, `company-roots.pem`), the company's pins
(`pins.txt`), of a report the `receipt.json` of a member, and `expected.json`: the whole verdict at
two moments, one of them after the end of every certificate.
They are only ever added to, by `tests/making_golden_files.py`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pledges.proof.keys import chains, company_pins
from pledges.proof.keys.trust import Trust

FOLDER = Path(__file__).parent / "golden"
SUMS = FOLDER / "SHA256SUMS"


@dataclass(frozen=True)
class GoldenFile:
    """One file with all that somebody needs to check it."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def pdf(self) -> bytes:
        return (self.folder / "file.pdf").read_bytes()

    @property
    def proof(self) -> bytes:
        return (self.folder / "proof.json").read_bytes()

    @property
    def receipt(self) -> bytes | None:
        """The receipt of a member, of a report that has one kept beside it."""
        file = self.folder / "receipt.json"
        return file.read_bytes() if file.exists() else None

    @property
    def trust(self) -> Trust:
        return Trust(
            roots=self._certificates("root.pem"),
            company_roots=self._certificates("company-roots.pem"),
            tsa_roots=self._certificates("tsa-roots.pem"),
            company_pins=company_pins.read_all(",".join(self.pins)),
        )

    @property
    def pins(self) -> list[str]:
        file = self.folder / "pins.txt"
        return file.read_text("utf-8").splitlines() if file.exists() else []

    @property
    def expected(self) -> list[tuple[datetime, dict[str, Any]]]:
        """Moments, each with the whole verdict as JSON."""
        told = json.loads((self.folder / "expected.json").read_text("utf-8"))
        return [(datetime.fromisoformat(each["at"]), each["verdict"]) for each in told]

    @property
    def options(self) -> list[str]:
        """What the command is told."""
        given = ["--trust", str(self.folder / "root.pem")]
        for option, name in (("--tsa-trust", "tsa-roots"), ("--company-trust", "company-roots")):
            if (self.folder / f"{name}.pem").exists():
                given += [option, str(self.folder / f"{name}.pem")]
        for pin in self.pins:
            given += ["--company-pin", pin]
        return [*given, "--proof", str(self.folder / "proof.json")]

    def _certificates(self, name: str) -> tuple[chains.Certificate, ...]:
        file = self.folder / name
        return chains.from_pem(file.read_bytes()) if file.exists() else ()


def golden_files() -> Iterator[GoldenFile]:
    """Every golden file, by name."""
    for file in sorted(FOLDER.glob("*/file.pdf")):
        yield GoldenFile(file.parent)
