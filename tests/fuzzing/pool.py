"""The honest files that are mutated: without timestamps and with, and one for each template."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from asn1crypto import cms

from pledges.core.promised_content import content_digest
from pledges.proof.judging import judge
from pledges.proof.signatures import pades
from pledges.proof.verdict import Outcome, Rejected, Verdict
from tests.attacks.honest import LATER, RENEWED, Honest, accept, honest, sign
from tests.attacks.structures import CONTENTS
from tests.fuzzing.anatomy import Part, apart
from tests.sealed import CONTENT, Installation

NAMES = ("signed", "finished", "stamped_signed", "lta", "renewed")
WITHOUT_TIMESTAMPS = NAMES[:2]
AT = LATER + timedelta(days=30)


@dataclass(frozen=True)
class Base:
    """One honest file, and who made it."""

    name: str
    pdf: bytes
    installation: Installation

    @cached_property
    def parts(self) -> list[Part]:
        return apart(self.pdf)

    @property
    def ends_with_timestamp(self) -> bool:
        """Anybody can have the last revision of such a file stamped again, whatever is in it."""
        return b"/DocTimeStamp" in self.parts[-1].raw

    def judged(self, pdf: bytes, *, signatures_first: bool = True) -> Verdict:
        """The verdict on `pdf`, for somebody who trusts who made this file."""
        trust = self.installation.trust
        return judge(pdf, trust=trust, at=AT, signatures_first=signatures_first)


@dataclass(frozen=True)
class Pool:
    """All honest files of a run."""

    honest: Honest
    bases: tuple[Base, ...]

    def says_the_same(self, pdf: bytes) -> bool:
        """Whether `pdf`, which was accepted, says what one of the files says: it is that file, or
        that file as it was earlier; or its timestamps are only dressed otherwise; or its last
        revision was stamped once more, as anybody can have it."""
        return any(
            base.pdf.startswith(pdf) or _is_dressed(base.pdf, pdf) or _is_restamped(base, pdf)
            for base in self.bases
        )


def _is_dressed(honest: bytes, pdf: bytes) -> bool:
    same = CONTENTS.sub(b"", honest) == CONTENTS.sub(b"", pdf)
    return same and _signed(honest) == _signed(pdf)


def _is_restamped(base: Base, pdf: bytes) -> bool:
    if not base.ends_with_timestamp:
        return False
    try:
        own, found = base.parts, apart(pdf)
    except Rejected:
        return False
    before, after = (b"".join(part.raw for part in each[:-1]) for each in (own, found))
    return len(own) == len(found) and _is_dressed(before, after) and _said(own) == _said(found)


def _signed(pdf: bytes) -> list[Any]:
    return [_essence(bytes.fromhex(digits.decode())) for digits in CONTENTS.findall(pdf)]


def _essence(encoded: bytes) -> list[Any]:
    """What somebody signed of a signature, and of the timestamp in it. What nobody signed of an
    authority's timestamp (RFC 5652, 5.1: certificates, parameters) has no one form, and may be
    changed until a later timestamp covers it; of a seal the verdict knows every byte."""
    content = cms.ContentInfo.load(encoded)["content"]
    [signer] = content["signer_infos"]
    tokens = [value for added in signer["unsigned_attrs"] for value in added["values"]]
    return [
        content["encap_content_info"]["content"].native,
        signer["sid"].dump(),
        signer["signed_attrs"].dump(),
        signer["signature"].native,
        *(_essence(token.dump()) for token in tokens),
    ]


def _said(parts: list[Part]) -> dict[int, Any]:
    """The values that the last revision changed, but for those that every stamper makes anew."""
    *before, last = parts
    known = {number: part.value(number) for part in before for number in part.numbers}
    values = {number: last.value(number) for number in last.numbers}
    for value in values.values():
        if isinstance(value, dict) and value.get("/Type") == "/DocTimeStamp":
            value["/Contents"] = value["/ByteRange"] = None
    return {number: value for number, value in values.items() if known.get(number) != value}


def small() -> Pool:
    """Files of two short pages: quick to make, and of every structure."""
    made = honest()
    return _pool(
        Base(name, made.base(name), made.basic if name in WITHOUT_TIMESTAMPS else made.stamped)
        for name in NAMES
    )


def large() -> Pool:
    """The same, and each built-in template filled in, signed, accepted and stamped."""
    return _pool(iter((*small().bases, *_of_templates())))


def _pool(bases: Iterator[Base]) -> Pool:
    pool = Pool(honest(), tuple(bases))
    for base in pool.bases:
        verdict = base.judged(base.pdf)
        if verdict.outcome is Outcome.REJECTED:
            raise RuntimeError(f"an honest file is rejected: {base.name}, {verdict.lines}")
    return pool


def _of_templates() -> Iterator[Base]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from benchmarks import contenders, samples

    made = honest()
    content = content_digest(CONTENT)
    for slug, language in zip(samples.SLUGS, ("zh-hans", "en", "zh-hans"), strict=True):
        sheet = replace(samples.sheet(slug, language), content_digest=content)
        printed = contenders.this_project(slug, sheet)()
        signed = sign(made.basic, printed)
        yield Base(f"{slug} finished", accept(made.basic, signed), made.basic)
        stamped = accept(made.stamped, sign(made.stamped, printed))
        stamp = made.stamped.stamp(RENEWED)
        renewed = pades.renew_timestamp(stamped, at=RENEWED, timestamping=stamp)
        yield Base(f"{slug} renewed", renewed, made.stamped)
