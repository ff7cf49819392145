"""The faces of the paper, cut down with HarfBuzz to the characters that a pledge uses.

A serif for the text, a sans for what that lacks, and a bold sans for headings and answers.
"""

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import uharfbuzz
from pylopdf_fonts_zh_cn import sans_path, serif_path

# What answers are made of most often, so that a version's own subset fits most pledges whole:
# ASCII, Latin letters with diacritics, Chinese punctuation, full-width forms, box and tick.
COMMON = (
    "".join(
        chr(code)
        for first, last in ((0x20, 0x7E), (0xA0, 0xFF), (0x3001, 0x3011), (0xFF01, 0xFF5E))
        for code in range(first, last + 1)
    )
    + "—–…‘’“”·□✓○年月日第版页"
)
NUMBERS = "0123456789.,-%"
"""What most answers are made of where the wording is the same."""

# A line break and a tab are layout, not ink: no font has them, and none needs to.
LAYOUT = frozenset("\n\t\r")

# Contextual forms that horizontal text needs; everything for vertical setting is left out.
FEATURES = (b"ccmp", b"kern", b"liga", b"locl", b"mark", b"pwid")
BOLD_FEATURES = (b"ccmp", b"kern", b"mark", b"pwid")
DROPPED_TABLES = (b"BASE", b"VORG", b"vhea", b"vmtx")

BOLD_FILE = Path(str(files("manimgx_fonts_cjk") / "NotoSansCJK-VF.otf.ttc"))
SIMPLIFIED_CHINESE: Final = 2
"""Which font of that collection it is."""
BOLD_WEIGHT: Final = 600.0


@dataclass(frozen=True)
class FontSubset:
    """Serif and sans as small OpenType fonts, and the digest over both, which keys every cache."""

    serif: bytes
    sans: bytes
    sha256: str


class MissingGlyph(Exception):
    """Raised before rendering when the text holds characters that no font can draw."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        self.characters = characters
        listed = ", ".join(map(describe, characters))
        super().__init__(f"no font has a glyph for: {listed}")


@lru_cache(maxsize=3)
def _face(path: Path, index: int = 0) -> uharfbuzz.Face:
    # Mapped, not read: the many megabytes stay on disk but for the pages that are touched.
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)), index)


@lru_cache(maxsize=3)
def _repertoire(path: Path, index: int = 0) -> frozenset[int]:
    return frozenset(_face(path, index).unicodes)


def missing_glyphs(text: str) -> tuple[str, ...]:
    """The characters of `text` that neither face can draw, each once, in order of appearance."""
    serif, sans = _repertoire(serif_path()), _repertoire(sans_path())
    return tuple(
        char
        for char in dict.fromkeys(text)
        if ord(char) not in serif and ord(char) not in sans and char not in LAYOUT
    )


def describe(character: str) -> str:
    """How an error names a character: `𠮷 (U+20BB7 CJK UNIFIED IDEOGRAPH-20BB7)`."""
    name = unicodedata.name(character, "unnamed character")
    shown = character if character.isprintable() else "�"
    return f"{shown} (U+{ord(character):04X} {name})"


def tags(names: Iterable[bytes]) -> set[int]:
    """OpenType tags as HarfBuzz takes them."""
    return {int.from_bytes(name, "big") for name in names}


def _wanted(characters: frozenset[int], features: Iterable[bytes]) -> uharfbuzz.SubsetInput:
    wanted = uharfbuzz.SubsetInput()
    wanted.unicode_set.update(characters)
    # `set` only adds to what HarfBuzz keeps by default, with alternates that nothing asks for.
    wanted.layout_feature_tag_set.clear()
    wanted.layout_feature_tag_set.update(tags(features))
    wanted.drop_table_tag_set.update(tags(DROPPED_TABLES))
    # The identity charset makes CID and glyph number one, as a PDF with Identity-H expects.
    wanted.flags = (
        uharfbuzz.SubsetFlags.NO_HINTING
        | uharfbuzz.SubsetFlags.DESUBROUTINIZE
        | uharfbuzz.SubsetFlags.CFF_IDENTITY_CHARSET
    )
    return wanted


def _subset(path: Path, characters: frozenset[int]) -> bytes:
    wanted = _wanted(characters & _repertoire(path), FEATURES)
    return bytes(wanted.subset(_face(path)).blob.data)


@lru_cache(maxsize=64)
def _cut_bold(characters: frozenset[int]) -> bytes:
    face = _face(BOLD_FILE, SIMPLIFIED_CHINESE)
    wanted = _wanted(characters & _repertoire(BOLD_FILE, SIMPLIFIED_CHINESE), BOLD_FEATURES)
    wanted.pin_axis_location(face, "wght", BOLD_WEIGHT)
    # No PDF holds the outlines of a variable font (CFF2).
    wanted.flags |= uharfbuzz.SubsetFlags.DOWNGRADE_CFF2
    return bytes(wanted.subset(face).blob.data)


def bold_for(text: str) -> bytes:
    """The bold face reduced to `text` and digits, so that answers in numbers give the same font.

    It is cut from a variable font, which takes as long as all else: so for what is bold alone, and
    whenever that is printed. Characters that it lacks are left out; the other faces have them.
    """
    return _cut_bold(frozenset(map(ord, _inked(text + NUMBERS))))


@lru_cache(maxsize=32)
def _build(characters: frozenset[int]) -> FontSubset:
    serif, sans = _subset(serif_path(), characters), _subset(sans_path(), characters)
    digest = hashlib.sha256(hashlib.sha256(serif).digest() + hashlib.sha256(sans).digest())
    return FontSubset(serif=serif, sans=sans, sha256=digest.hexdigest())


def subset_for(text: str) -> FontSubset:
    """Both faces reduced to `text`, digits, Latin and the common punctuation.

    The same characters give the same bytes with the same font and HarfBuzz versions. Characters
    that no font has are left out here: `missing_glyphs` tells them, and rendering refuses them.
    """
    return _build(frozenset(map(ord, text + COMMON)))


@lru_cache(maxsize=64)
def _covered(font: bytes) -> frozenset[int]:
    return frozenset(uharfbuzz.Face(font).unicodes)


def covering(fonts: FontSubset, text: str) -> FontSubset:
    """`fonts` itself when it can draw `text`, else a subset widened from the full fonts."""
    own = _covered(fonts.serif) | _covered(fonts.sans)
    lacking = frozenset(map(ord, _inked(text))) - own
    return _build(own | lacking) if lacking else fonts


def covering_alone(fonts: FontSubset, text: str) -> FontSubset:
    """`fonts` itself when it can draw `text`, else a subset of the full fonts for `text` alone."""
    own = _covered(fonts.serif) | _covered(fonts.sans)
    needed = frozenset(map(ord, _inked(text)))
    return fonts if needed <= own else _build(needed)


def _inked(text: str) -> Iterable[str]:
    return (char for char in text if char not in LAYOUT)


def subsetter_available() -> bool:
    """Whether the PDF writer found the system's HarfBuzz subsetter: without it a render takes
    seconds instead of hundredths and embeds more than it needs."""
    from weasyprint.text import ffi

    return ffi.harfbuzz_subset is not None
