"""The raw bytes of a file, cut at its signatures: what each one covers, and its own bytes.

Signature wrapping lives from a difference between the bytes that are hashed and those that a reader
shows. So ranges are taken from the bytes themselves, in the one form in which they are written, and
before any object of the document is read.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, NoReturn

from pledges.proof.fileformat import DIGEST
from pledges.proof.pdf.objects import Budget, String
from pledges.proof.pdf.syntax import Parser
from pledges.proof.pdf.xref_precheck import Table
from pledges.proof.signatures import der
from pledges.proof.verdict import Rejected

MAX_SIGNATURE: Final = 64 * 1024
"""Bytes of a signature or timestamp, with the certificates in it and the zeros behind it."""
MAX_NODES: Final = 120
"""Of a signature's dictionary."""
MAX_BEHIND: Final = 2_000
"""Bytes of a signature's dictionary behind its byte range."""

_RANGE: Final = re.compile(rb"/ByteRange \[0 ([0-9]{1,10}) ([0-9]{1,10}) ([0-9]{1,10})\] {0,60}+\n")
_AHEAD: Final = re.compile(rb"\n?([0-9]{1,6}) 0 obj\n<<\n/Contents \Z")
_AHEAD_WIDTH: Final = 40


@dataclass(frozen=True)
class SignedRange:
    """One signature: in which object it stands, and which bytes it covers.

    `before` is the place of its `<`, `after` that behind its `>`; it covers all else up to `ends`.
    """

    number: int
    before: int
    after: int
    ends: int
    entries: Mapping[str, Any]
    encoded: bytes

    def digest(self, pdf: bytes) -> bytes:
        """The digest of what is covered."""
        found = hashlib.new(DIGEST, memoryview(pdf)[: self.before])
        found.update(memoryview(pdf)[self.after : self.ends])
        return found.digest()


def cut(pdf: bytes, tables: Sequence[Table]) -> tuple[SignedRange, ...]:
    """The signatures of `pdf`, one in each revision after the first; raises `Rejected`."""
    return tuple(_cut(pdf, before.ends, table.ends) for before, table in pairwise(tables))


def is_signed(pdf: bytes, before: Table, table: Table) -> bool:
    """Whether the revision that ends with `table` seems to hold a signature."""
    return pdf.find(b"/ByteRange", before.ends, table.ends) >= 0


def _cut(pdf: bytes, begins: int, ends: int) -> SignedRange:
    where = f"offsets {begins} to {ends}"
    place = pdf.find(b"/ByteRange", begins, ends)
    if place < 0 or pdf.find(b"/ByteRange", place + 1, ends) >= 0:
        _refuse("a revision has one byte range", place, where)
    said = _RANGE.match(pdf, place)
    if said is None:
        _refuse("a byte range is written in one way", pdf[place : place + 80], where)
    before, after, rest = (int(number) for number in said.groups())
    expected = (place - 1, ends)
    if (after, after + rest) != expected or not begins < before < after:
        _refuse("a signature covers all of the file up to its end but itself", said[0], where)
    if after - before > 2 * MAX_SIGNATURE:
        raise Rejected("too-large", "a signature is small", expected=MAX_SIGNATURE, where=where)
    return _read(pdf, begins, before, after, ends)


def _read(pdf: bytes, begins: int, before: int, after: int, ends: int) -> SignedRange:
    where = f"offset {before}"
    ahead = _AHEAD.search(pdf, max(begins, before - _AHEAD_WIDTH), before)
    if ahead is None:
        _refuse("a signature's dictionary begins with /Contents", pdf[before - 40 : before], where)
    number = int(ahead[1])
    start = ahead.end() - len(b"<<\n/Contents ")
    parser = Parser(pdf[start : min(ends, after + MAX_BEHIND)], Budget(nodes=MAX_NODES))
    entries, _end = parser.value(0)
    shown, contents = pdf[before:after], entries.get("/Contents")
    content = contents.value if isinstance(contents, String) else b""
    if shown != b"<%b>" % content.hex().upper().encode():
        _refuse("a signature is written in capital hexadecimal digits", shown[:40], where)
    try:
        encoded = der.first(content).encoded
    except ValueError as error:
        raise Rejected(
            "broken-signature", "a signature is DER", found=str(error), where=where
        ) from error
    if content[len(encoded) :].strip(b"\0"):
        _refuse("zeros stand behind a signature", content[len(encoded) :].strip(b"\0")[:20], where)
    return SignedRange(number, before, after, ends, entries, encoded)


def _refuse(rule: str, found: object, where: str) -> NoReturn:
    raise Rejected("not-covered", rule, found=found, where=where)
