"""Honest files of every kind: each built-in pledge signed, accepted and renewed, with and without
timestamps. Made without a database, by keys that exist for this one run."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from benchmarks import samples
from benchmarks.contenders import this_project
from pledges.core.promised_content import content_digest
from pledges.proof import evidence
from pledges.proof.signatures import pades
from tests.attacks.honest import Honest, accept, sign
from tests.sealed import ACCEPTED, CONTENT, Installation

LANGUAGE = "zh-hans"
RENEWALS = 3


@dataclass(frozen=True)
class Kept:
    """A file on the disk, with the roots that a receiver was given to check it by."""

    name: str
    file: Path
    root: Path
    tsa_root: Path | None

    def options(self) -> list[str]:
        """As the command takes them."""
        stamps = ["--tsa-trust", str(self.tsa_root)] if self.tsa_root else []
        return [str(self.file), "--trust", str(self.root), *stamps]


def keep(folder: Path, name: str, pdf: bytes, made_by: Installation) -> Kept:
    file, tsa_root = folder / f"{name}.pdf", None
    file.write_bytes(pdf)
    if made_by.authority:
        tsa_root = made_by.folder / "tsa-root.pem"
        tsa_root.write_bytes(made_by.authority.root.public_bytes(Encoding.PEM))
    return Kept(name, file, made_by.folder / "root.pem", tsa_root)


def honest_files(folder: Path, honest: Honest) -> Iterator[Kept]:
    for slug in samples.SLUGS:
        for made_by in (honest.basic, honest.stamped):
            for stage, pdf in _stages(made_by, slug):
                yield keep(folder, f"{slug}, {stage}", pdf, made_by)


def _stages(made_by: Installation, slug: str) -> Iterator[tuple[str, bytes]]:
    levels = ("B-LT", "B-LTA") if made_by.authority else ("B-B", "B-B")
    document, content = _rendered(slug)
    said = evidence.write({**made_by.evidence(document), **content})
    signed = sign(made_by, document, said=said)
    yield f"signed {levels[0]}", signed
    pdf = accept(made_by, signed)
    yield f"accepted {levels[1]}", pdf
    for renewal in range(1, RENEWALS + 1 if made_by.authority else 0):
        at = ACCEPTED + timedelta(hours=renewal)
        pdf = pades.renew_timestamp(pdf, at=at, timestamping=made_by.stamp(at))
        if renewal in (1, RENEWALS):
            yield f"renewed {renewal} times" if renewal > 1 else "renewed once", pdf


@cache
def _rendered(slug: str) -> tuple[bytes, dict[str, object]]:
    """The document as it is read, and what of the evidence is about it."""
    sheet = samples.sheet(slug, LANGUAGE)
    content = {
        **CONTENT,
        "answers": dict(sheet.answers),
        "template": {**CONTENT["template"], "slug": slug},
    }
    sheet = replace(sheet, content_digest=content_digest(content))
    return this_project(slug, sheet)(), content
