"""Words set without a layout engine: shaped by HarfBuzz, and fonts cut down to what was set.

For figures of a few words, where to lay out a page would cost ten times as much.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

import uharfbuzz

from pledges.core.languages import ENGLISH
from pledges.rendering import fonts
from pledges.rendering.fonts import FontSubset
from pledges.rendering.inline_text import FULL_WIDTH

NEEDLESS_TABLES = (b"GSUB", b"GPOS", b"GDEF", b"BASE", b"DSIG", b"VORG")


@dataclass(frozen=True)
class Glyph:
    """One glyph as placed: its number in the font, and lengths in em."""

    number: int
    advance: float
    right_by: float
    up_by: float


@dataclass(frozen=True)
class Run:
    """Glyphs of one face, one after the other."""

    face: "Face"
    glyphs: tuple[Glyph, ...]

    @property
    def advance(self) -> float:
        return sum(glyph.advance for glyph in self.glyphs)


@dataclass(eq=False)
class Face:
    """One of the faces while a figure is drawn, and which of its glyphs were set as what."""

    key: str
    data: bytes
    used: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._face = uharfbuzz.Face(self.data)
        self._font = uharfbuzz.Font(self._face)
        self._em = self._face.upem
        self.characters = frozenset(self._face.unicodes)
        extents = self._font.get_font_extents("ltr")
        self.ascent, self.descent = extents.ascender / self._em, extents.descender / self._em

    def shape(self, text: str, language: str, features: dict[str, bool]) -> Run:
        buffer = uharfbuzz.Buffer()
        # Each mark is a character of its own: so every glyph means something.
        buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
        buffer.add_str(text)
        buffer.direction = "ltr"
        buffer.guess_segment_properties()
        buffer.language = language
        uharfbuzz.shape(self._font, buffer, features)
        starts = sorted({info.cluster for info in buffer.glyph_infos})
        ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
        glyphs = []
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            self.used.setdefault(info.codepoint, text[info.cluster : ends[info.cluster]])
            lengths = (place.x_advance, place.x_offset, place.y_offset)
            glyphs.append(Glyph(info.codepoint, *(each / self._em for each in lengths)))
        return Run(self, tuple(glyphs))

    def width_of(self, glyph: int) -> float:
        """As the font says, in em."""
        return float(self._font.get_glyph_h_advance(glyph) / self._em)

    def cut(self) -> tuple[bytes, dict[int, int]]:
        """The font with the glyphs that were set and no others, and their numbers in it."""
        wanted = uharfbuzz.SubsetInput()
        wanted.glyph_set.set(set(self.used))
        wanted.drop_table_tag_set.update(fonts.tags(NEEDLESS_TABLES))
        # The identity charset makes CID and glyph number one, as Identity-H expects.
        wanted.flags = (
            uharfbuzz.SubsetFlags.NO_HINTING
            | uharfbuzz.SubsetFlags.DESUBROUTINIZE
            | uharfbuzz.SubsetFlags.CFF_IDENTITY_CHARSET
            | uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
        )
        plan = uharfbuzz.SubsetPlan(self._face, wanted)
        program = bytes(plan.execute().blob.data)
        return program, {glyph: plan.old_to_new_glyph_mapping[glyph] for glyph in self.used}


class Typesetter:
    """Sets lines in the serif face or the bold one, and in others what that has not."""

    def __init__(self, chosen: FontSubset, language: str, *, bold: bytes = b"") -> None:
        self.language = language
        self.serif, self.sans = Face("serif", chosen.serif), Face("sans", chosen.sans)
        self.bold = Face("bold", bold) if bold else self.serif
        self.faces = tuple(dict.fromkeys((self.serif, self.sans, self.bold)))

    def set(self, text: str, *, bold: bool = False) -> list[Run]:
        """The line that says `text`; its faces keep note of what they were used for."""
        face = self.bold if bold else self.serif
        order = (face, self.serif, self.sans)
        settings: list[tuple[Face, bool]] = []
        for character in text:
            face = _face_of(character, face, order)
            settings.append((face, self._is_narrow(character)))
        runs, start = [], 0
        for (own, narrow), group in groupby(settings):
            end = start + len(list(group))
            features = {"pwid": True} if narrow else {}
            runs.append(own.shape(text[start:end], self.language, features))
            start = end
        return runs

    def width(self, text: str, *, bold: bool = False) -> float:
        """How long the line is, in em."""
        return sum(run.advance for run in self.set(text, bold=bold))

    def _is_narrow(self, character: str) -> bool:
        # As on the paper (`inline_text`): these fonts set quotes and dashes full-width by default.
        return self.language == ENGLISH and bool(FULL_WIDTH.match(character))


def _face_of(character: str, before: Face, order: Sequence[Face]) -> Face:
    # A mark is drawn on its letter, by the font that has both.
    if unicodedata.combining(character) and ord(character) in before.characters:
        return before
    return next((face for face in order if ord(character) in face.characters), order[-1])
