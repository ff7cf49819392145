"""Drawings of horizontal lines alone, as QR codes are: written past WeasyPrint's reading of SVG.

It takes each of their thousand numbers apart, for a twelfth of the time of a whole document. So a
path is taken out before the layout, and put in place of its stand-in afterwards.
"""

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from weasyprint.pdf.stream import Stream

PATH = "{http://www.w3.org/2000/svg}path"
LINES = re.compile(r"(?:M\d+ \d+\.5h\d+)+")
"""What `qr_codes.draw` writes; any other path is left to WeasyPrint."""
LINE = re.compile(r"M(\d+) (\d+\.5)h(\d+)")
STAND_IN = "M0 0h1"
DRAWN_STAND_IN = [b"0 0 m", b"1 0 l"]


def take_out(document: Element) -> list[bytes]:
    """Replace each drawing by its stand-in; gives the operators that draw them."""
    drawings = []
    for path in document.iter(PATH):
        if LINES.fullmatch(lines := path.get("d", "")):
            path.set("d", STAND_IN)
            drawings.append(b"\n".join(map(_line, LINE.findall(lines))))
    return drawings


def _line(found: tuple[str, str, str]) -> bytes:
    x, y, length = found
    return f"{x} {y} m\n{int(x) + int(length)} {y} l".encode()


def put_back(drawings: Iterable[bytes], streams: Iterable[Stream]) -> None:
    """Draw each in place of its stand-in, in their order; raises ValueError for one too few."""
    waiting = list(drawings)
    for stream in streams:
        for place, operation in enumerate(stream.stream):
            if operation == DRAWN_STAND_IN[1] and stream.stream[place - 1] == DRAWN_STAND_IN[0]:
                stream.stream[place - 1 : place + 1] = [b"", waiting.pop(0)]
    if waiting:
        raise ValueError("a drawing has lost its place")
