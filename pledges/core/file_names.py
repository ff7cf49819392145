"""What a file that leaves the site is called: it says by its name what it is, on any system."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from pledges.core.characters import is_refused, normalized
from pledges.core.languages import Localized

MAX_PART: Final = 78
"""Bytes (UTF-8) of one part: with the others, a name stays below the 255 that systems allow."""

PLEDGE: Final = Localized(zh="承诺书", en="Pledge")
STAGES: Final = (
    Localized(zh="未签署", en="not signed"),
    Localized(zh="公司未确认", en="not confirmed"),
)
"""What a file lacks, by its revision; from the company's seal on it lacks nothing."""

_SEPARATING: Final = re.compile(r'[<>:"/\\|?*]+')
"""What parts a path somewhere, or may not stand in a name on Windows."""
_DEVICES: Final = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])(?:\.|$)")
"""Names that Windows keeps for devices, with any ending."""


@dataclass(frozen=True)
class FileName:
    """A name in full, and one in ASCII for whoever cannot read that."""

    full: str
    plain: str

    def disposition(self, kept: str) -> str:
        """The header Content-Disposition (RFC 6266); `kept` is `attachment` or `inline`.

        The plain name stands first, as its appendix D advises.
        """
        return f"{kept}; filename=\"{self.plain}\"; filename*=UTF-8''{quote(self.full, safe='')}"


def name_document(
    *, kind: str, signer: str, number: str, revision: int, language: str, ending: str = "pdf"
) -> FileName:
    """The name of a pledge's file, in the language of the pledge.

    The number makes it unique: it is neither changed nor cut.
    """
    stage = STAGES[revision] if revision < len(STAGES) else Localized()
    parts = (PLEDGE.in_(language), safe_part(kind), safe_part(signer), number, stage.in_(language))
    plain = (number, stage.en.replace(" ", "-"))
    return FileName(f"{_joined(parts)}.{ending}", f"{_joined(plain)}.{ending}")


def safe_part(text: str) -> str:
    """`text` as part of a file's name: nothing that cannot be seen, parts a path or names a device.

    It may be empty, and is at most `MAX_PART` bytes long.
    """
    spaced = "".join(" " if each.isspace() else each for each in normalized("NFC", text))
    shown = "".join(each for each in spaced if not is_refused(each))
    # Windows drops dots and spaces at an end; a dot in front hides a file elsewhere.
    part = _cut(" ".join(_SEPARATING.sub("-", shown).split())).strip(" .-")
    return f"_{part}" if _DEVICES.match(part.upper()) else part


def _cut(text: str) -> str:
    """At most `MAX_PART` bytes of it, the last letter with its accents or not at all."""
    end = len(text.encode()[:MAX_PART].decode(errors="ignore"))
    while 0 < end < len(text) and unicodedata.category(text[end]).startswith("M"):
        end -= 1
    return text[:end]


def _joined(parts: tuple[str, ...]) -> str:
    return "-".join(part for part in parts if part)
