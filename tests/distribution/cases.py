"""The forgeries that the installed verifier is held to, each as its receiver has it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import pem
from asn1crypto import x509 as asn1

from pledges.proof import verdict_json
from pledges.proof.judging import judge
from pledges.proof.keys.trust import Trust
from tests.attacks import exchanges, proofs, renderings, structures, substitutions, wrapping
from tests.attacks.honest import honest
from tests.attacks.table import ALL

# Each entered its forgeries into the table.
TABLES = (exchanges, proofs, renderings, structures, substitutions, wrapping)
FORGERIES = (
    "a_byte_of_the_text_exchanged-signed",
    "a space behind the end-finished",
    "document_timestamp_stripped-lta",
    "third_seal_by_an_impostor-finished",
    "an_impostor_as_the_manager-signed",
    "an_impostor_as_the_company-signed",
    "another_answer_in_the_evidence-signed",
    "a_key_that_was_never_enrolled-signed",
    "a_proof_by_another_key_alone-finished",
    "copied_signature-finished",
    "same_object_written_again-lta",
    "note_over_the_text/rendered-signed",
)

OPTIONS = {
    "--proof": "proof.json",
    "--tsa-trust": "tsa-roots.pem",
    "--company-trust": "company-roots.pem",
}


@dataclass(frozen=True)
class Case:
    """A folder with `file.pdf`, `root.pem` and whatever else its receiver has.

    That is, where it is needed: `proof.json`, `tsa-roots.pem`, `company-roots.pem`, and `pins.txt`
    with a pin a line.
    """

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    def arguments(self) -> list[str]:
        """What the command is given."""
        given = [str(self.folder / "file.pdf"), "--trust", str(self.folder / "root.pem")]
        for option, name in OPTIONS.items():
            if (self.folder / name).exists():
                given += [option, str(self.folder / name)]
        pins = self.folder / "pins.txt"
        for pin in pins.read_text("utf-8").splitlines() if pins.exists() else ():
            given += ["--company-pin", pin]
        return given

    def verdict(self) -> dict[str, Any]:
        """The verdict that is expected, as JSON."""
        found: dict[str, Any] = json.loads((self.folder / "expected.json").read_bytes())
        return found


def forgery(title: str, place: Path) -> Case:
    """A forgery of the table as its receiver has it, with the verdict that this checkout gives."""
    made, (entered,) = honest(), (each for each in ALL if each.title == title)
    forged = entered.forged(made)
    by = made.basic if entered.base in ("signed", "finished") else made.stamped
    return _keep(place, forged.pdf, **{"trust": by.trust, **forged.told})


def _keep(folder: Path, pdf: bytes, trust: Trust, proof: bytes | None = None) -> Case:
    verdict = judge(pdf, trust=trust, at=datetime.now(UTC), proof=proof)
    files = {
        "file.pdf": pdf,
        "proof.json": proof or b"",
        "root.pem": _pem(trust.roots),
        "tsa-roots.pem": _pem(trust.tsa_roots),
        "company-roots.pem": _pem(trust.company_roots),
        "pins.txt": "\n".join(map(str, trust.company_pins)).encode(),
        "expected.json": json.dumps(verdict_json.to_json(verdict)).encode(),
    }
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        if content:
            (folder / name).write_bytes(content)
    return Case(folder)


def _pem(certificates: tuple[asn1.Certificate, ...]) -> bytes:
    return b"".join(pem.armor("CERTIFICATE", each.dump()) for each in certificates)
