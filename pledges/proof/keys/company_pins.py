"""By what the company's seal is known where a foreign authority certified it: pins, with dates.

As text, `KIND=VALUE`, then, where wanted, `from DATE` and `until DATE`:

    sha256=3f0c…9a
    organizationIdentifier=VATCN-91310000MA1FL12345 from 2026-01-01 until 2028-12-31

`sha256` is the SHA-256 of a certificate's SubjectPublicKeyInfo, as 64 hexadecimal digits;
`organizationIdentifier` the attribute of that name (OID 2.5.4.97) of its subject, to the letter.
Both dates are days in UTC, and count themselves.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
FORM: Final = "sha256=<64 hexadecimal digits> or organizationIdentifier=<text>"


class Malformed(ValueError):
    """A text is no pin; says which one, and what is wrong with it."""


class PinKind(StrEnum):
    KEY = "sha256"
    ORGANISATION = "organizationIdentifier"


@dataclass(frozen=True)
class CompanyPin:
    """One key or one organisation that seals for the company, and the days on which it does."""

    kind: PinKind
    value: str
    begins: date | None = None
    ends: date | None = None

    def covers(self, at: datetime) -> bool:
        """Whether the pin counts for a seal made at `at` (aware)."""
        day = at.astimezone(UTC).date()
        return (self.begins or day) <= day <= (self.ends or day)

    def __str__(self) -> str:
        days = (("from", self.begins), ("until", self.ends))
        return f"{self.kind}={self.value}" + "".join(f" {word} {day}" for word, day in days if day)


def read_all(text: str) -> tuple[CompanyPin, ...]:
    """The pins in a list separated by commas; raises Malformed."""
    return tuple(read(each) for each in text.split(",") if each.strip())


def read(text: str) -> CompanyPin:
    """One pin; raises Malformed."""
    said, *words = text.split() or [""]
    kind, separator, value = said.partition("=")
    if not separator or not value or kind not in set(PinKind):
        raise Malformed(f"“{text.strip()}” is no pin of a company's seal: write {FORM}")
    if kind == PinKind.KEY:
        value = value.lower()
        if not _SHA256.fullmatch(value):
            raise Malformed(f"“{said}” is no pin: a SHA-256 has 64 hexadecimal digits")
    begins, ends = _days(text, words)
    if begins and ends and ends < begins:
        raise Malformed(f"“{text.strip()}” counts on no day: it ends before it begins")
    return CompanyPin(PinKind(kind), value, begins, ends)


def _days(text: str, words: list[str]) -> tuple[date | None, date | None]:
    names, days = words[::2], words[1::2]
    if names not in ([], ["from"], ["until"], ["from", "until"]) or len(names) != len(days):
        raise Malformed(
            f"“{text.strip()}” is no pin: after the value stand “from DATE”, “until DATE” or both"
        )
    try:
        read = dict(zip(names, map(_day, days), strict=True))
    except ValueError as error:
        raise Malformed(f"“{text.strip()}” is no pin: a date is written 2026-12-31") from error
    return read.get("from"), read.get("until")


def _day(text: str) -> date:
    read = date.fromisoformat(text)
    if text != f"{read}":  # 20261231 and 2026-W53-4 are read too
        raise ValueError(text)
    return read
