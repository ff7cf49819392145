"""Honest files of every kind, made once, and the hands that an attacker works with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pyhanko.sign.signers import PdfTimeStamper

from pledges.core.digests import sha256_hex
from pledges.proof import evidence
from pledges.proof.fileformat import CURRENT, DIGEST, RevisionKind
from pledges.proof.judging import judge
from pledges.proof.signatures import event_loop, pades
from pledges.proof.verdict import Verdict
from tests.attacks.library_updates import QuietWriter
from tests.sealed import ACCEPTED, Authority, Installation, figure, rendered

Change = Callable[[Any], None]
RENEWED = ACCEPTED + timedelta(days=2)
LATER = RENEWED + timedelta(days=2)
BODY = "<h1>承诺书</h1><p>客户经理</p><p style='break-before: page'>客户经理</p>"


@dataclass
class Honest:
    """Two companies' files: `basic` has no timestamp authority, `stamped` has one."""

    folder: Path

    def _at(self, name: str, **options: Any) -> Installation:
        return Installation(self.folder / name, **options)

    @cached_property
    def basic(self) -> Installation:
        return self._at("basic")

    @cached_property
    def stamped(self) -> Installation:
        return self._at("stamped", authority=Authority())

    @cached_property
    def impostor(self) -> Installation:
        """Keys that somebody made for themselves, under the very same names."""
        return self._at("impostor")

    @cached_property
    def foreign_authority(self) -> Authority:
        return Authority()

    @cached_property
    def rendered(self) -> bytes:
        return rendered(BODY)

    @cached_property
    def rendered_elsewhere(self) -> bytes:
        return rendered()

    @cached_property
    def signed(self) -> bytes:
        return sign(self.basic, self.rendered)

    @cached_property
    def finished(self) -> bytes:
        return accept(self.basic, self.signed)

    @cached_property
    def stamped_signed(self) -> bytes:
        return sign(self.stamped, self.rendered)

    @cached_property
    def lta(self) -> bytes:
        return accept(self.stamped, self.stamped_signed)

    @cached_property
    def renewed(self) -> bytes:
        return pades.renew_timestamp(self.lta, at=RENEWED, timestamping=self.stamped.stamp(RENEWED))

    def base(self, name: str) -> bytes:
        """The honest file of that name."""
        found: bytes = getattr(self, name)
        return found

    def judged(self, base: str, pdf: bytes, **options: Any) -> Verdict:
        """The verdict on `pdf`, for somebody who trusts the company that made `base`."""
        made_by = self.basic if base in ("signed", "finished") else self.stamped
        given = {"trust": made_by.trust, "at": LATER + timedelta(days=30), **options}
        return judge(pdf, **given)


@cache
def honest() -> Honest:
    """The files of this process; their keys' folder goes with it."""
    _kept.append(TemporaryDirectory(prefix="shounuo-attacks-"))
    return Honest(Path(_kept[0].name))


_kept: list[TemporaryDirectory[str]] = []
drawn = cache(figure)


def sign(installation: Installation, revision0: bytes, **options: Any) -> bytes:
    return installation.sign(revision0, **{"appearance": drawn("李明"), **options})


def accept(installation: Installation, signed: bytes, **options: Any) -> bytes:
    return installation.accept(signed, **{"appearance": drawn("Company"), **options})


def seal_for(installation: Installation, read: bytes, sealed: bytes, **options: Any) -> bytes:
    """Evidence and certificate for the document `read`, in a seal on `sealed`."""
    said = evidence.write(installation.evidence(read))
    identity = installation.one_shot(sha256_hex(read))
    return sign(installation, sealed, **{"said": said, "identity": identity, **options})


# --- An attacker's hands --------------------------------------------------------------------------
def writer_of(pdf: bytes) -> Any:
    return QuietWriter(BytesIO(pdf))


def appended(pdf: bytes, change: Change) -> bytes:
    """One more revision with `change` in it, well-formed, and sealed by nobody."""
    writer = writer_of(pdf)
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def stamped_over(
    pdf: bytes, change: Change, installation: Installation, at: datetime = RENEWED
) -> bytes:
    """One more revision with `change` and, after it, an honest authority's timestamp over it all.

    Anybody can get one: an authority stamps whatever hash it is sent.
    """
    count = pdf.count(b"/DocTimeStamp") + 1
    writer = writer_of(pdf)
    change(writer)
    timestamping = installation.stamp(at)
    stamper = PdfTimeStamper(
        timestamping.stamper, field_name=CURRENT.field_of(RevisionKind.TIMESTAMP, count)
    )
    result: BytesIO = event_loop.run(stamper.async_timestamp_pdf(writer, DIGEST))
    return result.getvalue()
