"""Drawings of horizontal lines alone, as QR codes are: written past WeasyPrint's reading of SVG.

It takes each of their thousand numbers apart, for a twelfth of the time of a whole document. So a
path is taken out before the layout, and put in place of its stand-in afterwards.
"""

import re
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element

from weasyprint.pdf.stream import Stream

PATH = "{http://www.w3.org/2000/svg}path"
LINES = re.compile(r"(?:M\d+ \d+\.5h\d+)+")
"""What `qr_codes.draw` writes; any other path is left to WeasyPrint."""
LINE = re.compile(r"M(\d+) (\d+\.5)h(\d+)")
BEGINNING = b"0 0 m"
STAND_IN = re.compile(rb"(\d+) 0 l")
"""A line from `BEGINNING`, as long as the place of its drawing in their list, counted from one."""


def take_out(document: Element) -> list[bytes]:
    """Replace each drawing by its stand-in; gives the operators that draw them, each once."""
    drawings: list[bytes] = []
    for path in document.iter(PATH):
        if LINES.fullmatch(lines := path.get("d", "")):
            drawing = b"\n".join(map(_line, LINE.findall(lines)))
            if drawing not in drawings:
                drawings.append(drawing)
            path.set("d", f"M0 0h{drawings.index(drawing) + 1}")
    return drawings


def _line(found: tuple[str, str, str]) -> bytes:
    x, y, length = found
    return f"{x} {y} m\n{int(x) + int(length)} {y} l".encode()


def put_back(drawings: Sequence[bytes], streams: Iterable[Stream]) -> None:
    """Draw each wherever its stand-in is; raises ValueError for one that is nowhere."""
    missing = set(range(len(drawings)))
    for stream in streams:
        operations = stream.stream
        for place, operation in enumerate(operations):
            if not isinstance(operation, bytes) or operations[place - 1] != BEGINNING:
                continue
            found = STAND_IN.fullmatch(operation)
            if found and (number := int(found[1]) - 1) < len(drawings):
                operations[place - 1 : place + 1] = [b"", drawings[number]]
                missing.discard(number)
    if missing:
        raise ValueError("a drawing has lost its place")
