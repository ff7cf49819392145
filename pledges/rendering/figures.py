"""Figures: a few lines of text and some strokes on one page, written without a layout engine."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import pydyf

from pledges.rendering import font_objects
from pledges.rendering.lettering import Run, Typesetter

POINTS_PER_MM = 72 / 25.4
ROUND = 1
"""Line cap and line join (ISO 32000-1, 8.4.3)."""
ARC = 0.5523
"""How long the handles of a Bezier curve are that stands for a quarter of a circle, in radii."""

Point = tuple[float, float]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Line:
    """A line of text as set: where it begins on its baseline, in millimetres from the top left."""

    runs: Sequence[Run]
    at: Point
    size: float
    spacing: float


@dataclass
class Figure:
    """What is drawn so far, in one colour; lengths in millimetres from the top left.

    All of it is an artifact: what an annotation means is said by its structure element, and text in
    an appearance cannot be part of the document's structure.
    """

    width: float
    height: float
    colour: Colour
    typesetter: Typesetter
    _lines: list[Line] = field(default_factory=list)
    _strokes: list[bytes] = field(default_factory=list)

    def write(
        self,
        text: str,
        *,
        top: float,
        height: float,
        size: float,
        spacing: float = 0.0,
        bold: bool = False,
    ) -> None:
        """A centred line of letters of `size` in a strip of that `height`.

        `spacing` is put between letters, in em.
        """
        runs = self.typesetter.set(text, bold=bold)
        long = sum(run.advance for run in runs) * size
        count = sum(len(run.glyphs) for run in runs)
        left = (self.width - long - max(0, count - 1) * spacing * size) / 2
        face = self.typesetter.serif
        baseline = top + (height + (face.ascent + face.descent) * size) / 2
        self._lines.append(Line(runs, (left, baseline), size, spacing))

    def stroke(self, points: Sequence[bytes], width: float) -> None:
        """Draw along a path that was made of `move_to`, `line_to` and `curve_to`."""
        drawn = b" ".join(points)
        self._strokes.append(b"%s w %s S" % (_number(width * POINTS_PER_MM), drawn))

    def frame(
        self, left: float, top: float, right: float, bottom: float, radius: float, width: float
    ) -> None:
        """A rectangle with round corners; the line runs in the middle of its width."""
        near = radius * (1 - ARC)
        path = [self.move_to((left + radius, top)), self.line_to((right - radius, top))]
        path.append(self.curve_to((right - near, top), (right, top + near), (right, top + radius)))
        path.append(self.line_to((right, bottom - radius)))
        path.append(
            self.curve_to((right, bottom - near), (right - near, bottom), (right - radius, bottom))
        )
        path.append(self.line_to((left + radius, bottom)))
        path.append(
            self.curve_to((left + near, bottom), (left, bottom - near), (left, bottom - radius))
        )
        path.append(self.line_to((left, top + radius)))
        path.append(self.curve_to((left, top + near), (left + near, top), (left + radius, top)))
        self.stroke([*path, b"h"], width)

    def move_to(self, point: Point) -> bytes:
        return b"%s m" % self._place(point)

    def line_to(self, point: Point) -> bytes:
        return b"%s l" % self._place(point)

    def curve_to(self, first: Point, second: Point, end: Point) -> bytes:
        """A cubic Bezier curve, by its two handles and its end."""
        return b"%s c" % b" ".join(self._place(point) for point in (first, second, end))

    def _place(self, point: Point) -> bytes:
        x, y = point
        return b"%s %s" % (
            _number(x * POINTS_PER_MM),
            _number((self.height - y) * POINTS_PER_MM),
        )

    def finished(self) -> bytes:
        """The PDF of one page; equal figures give equal bytes."""
        pdf = pydyf.PDF()
        pdf.info["Producer"] = pydyf.String("Shounuo")
        tag = self._tag()
        known: dict[str, dict[int, int]] = {}
        resources = pydyf.Dictionary()
        for face in self.typesetter.faces:
            if face.used:
                resources[face.key], known[face.key] = font_objects.embed(pdf, face, tag)
        content = pydyf.Stream(self._content(known), compress=True)
        pdf.add_object(content)
        box = [0, 0, self.width * POINTS_PER_MM, self.height * POINTS_PER_MM]
        page = {
            "Type": "/Page",
            "Parent": pdf.pages.reference,
            "MediaBox": pydyf.Array(box),
            "Resources": pydyf.Dictionary({"Font": resources}),
            "Contents": content.reference,
        }
        pdf.add_page(pydyf.Dictionary(page))
        out = io.BytesIO()
        pdf.write(out, version=b"1.7", identifier=b"figure", compress=True)
        return out.getvalue()

    def _tag(self) -> str:
        """Six letters that are those of this content."""
        told = repr(
            (
                self._strokes,
                [(line.at, line.size, [run.glyphs for run in line.runs]) for line in self._lines],
            )
        )
        return "".join(chr(65 + byte % 26) for byte in hashlib.sha256(told.encode()).digest()[:6])

    def _content(self, known: dict[str, dict[int, int]]) -> list[bytes]:
        colour = b" ".join(_number(part / 255) for part in self.colour)
        operations = [b"/Artifact BMC", b"%s rg %s RG" % (colour, colour)]
        operations.append(b"%d J %d j" % (ROUND, ROUND))
        operations.extend(self._strokes)
        for line in self._lines:
            operations.extend((b"BT", *self._shown(line, known), b"ET"))
        return [*operations, b"EMC"]

    def _shown(self, line: Line, known: dict[str, dict[int, int]]) -> Sequence[bytes]:
        size = line.size * POINTS_PER_MM
        operations = []
        x, y = line.at[0] * POINTS_PER_MM, (self.height - line.at[1]) * POINTS_PER_MM
        for run in line.runs:
            operations.append(b"/%s %s Tf" % (run.face.key.encode(), _number(size)))
            for glyph in run.glyphs:
                place = _number(x + glyph.right_by * size), _number(y + glyph.up_by * size)
                operations.append(b"1 0 0 1 %s %s Tm" % place)
                operations.append(b"<%04x> Tj" % known[run.face.key][glyph.number])
                x += (glyph.advance + line.spacing) * size
        return operations


def _number(value: float) -> bytes:
    """A number of a content stream, to a thousandth of a point."""
    written = f"{value:.3f}".rstrip("0").rstrip(".")
    return (written if written != "-0" else "0").encode()
