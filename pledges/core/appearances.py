"""What is drawn into a signature field, as data: for whoever reads it off a file or draws it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Appearance:
    """A drawing of `width` by `height` points, as the operators of PDF (ISO 32000-1, 7.8.2).

    `fonts` are the programs of the fonts that it names (OpenType); its letters are numbers of
    glyphs in them, of two bytes each.
    """

    width: float
    height: float
    operators: bytes
    fonts: Mapping[str, bytes]


@dataclass(frozen=True)
class SignedFields:
    """What the two signature fields of a file show, and of which days they are.

    A drawing is `None` where nothing stands, or nothing that can be read; without `confirmed_on`
    the company has confirmed nothing.
    """

    signed_on: date
    confirmed_on: date | None = None
    signature: Appearance | None = None
    stamp: Appearance | None = None
