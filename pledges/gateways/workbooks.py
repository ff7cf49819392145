"""The first sheet of an XLSX workbook as a table, without trusting the file (ECMA-376, part 1).

Read with the standard library: a library for workbooks loads a whole file with its styles, takes
minutes and gigabytes for what a hostile one may hold, and tells of formulas or of their values, not
of both. Only what is shown in cells is read here; nothing is followed, and no entity is resolved.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Final
from xml.parsers import expat

from pledges.core.rosters.tables import Table, Unreadable, without_empty
from pledges.gateways.sheets import SheetReader
from pledges.gateways.workbook_formats import Formats, read_formats

MAX_UNPACKED: Final = 250 * 1024 * 1024
"""Bytes; a sheet of 50,000 rows and 40 columns has about 80 MB of XML."""
MAX_PARTS: Final = 3_000
CHUNK: Final = 1 << 16
MAX_SHARED: Final = 3_000_000
"""Texts that cells share; at most one for each cell that may be read."""
RELATIONSHIPS: Final = "xl/_rels/workbook.xml.rels"
Attributes = dict[str, str]


class Package:
    """The parts of a workbook; unpacks no more than `MAX_UNPACKED` bytes in all."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
            raise Unreadable("damaged") from error
        self._left = MAX_UNPACKED
        parts = self._zip.infolist()
        if len(parts) > MAX_PARTS:
            raise Unreadable("too-large-unpacked")
        self.names = {part.filename for part in parts}

    def feed(self, name: str, parser: expat.XMLParserType) -> None:
        """Give the part of that name to `parser`, piece by piece."""
        try:
            with self._zip.open(name) as part:
                while piece := part.read(CHUNK):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise Unreadable("too-large-unpacked")
                    parser.Parse(piece, False)
            parser.Parse(b"", True)
        except (
            *(zipfile.BadZipFile, zlib.error, EOFError, KeyError, RuntimeError, OSError),
            *(expat.ExpatError, UnicodeError),
        ) as error:
            raise Unreadable("damaged") from error


def read_workbook(data: bytes) -> Table:
    """The first visible sheet in which something stands. Raises Unreadable."""
    package = Package(data)
    if "xl/workbook.xml" not in package.names:
        raise Unreadable("not-a-workbook")
    sheets, from_1904 = _sheets(package)
    targets = _targets(package)
    shared = _shared(package)
    formats = _formats(package, from_1904)
    for name, relation in sheets:
        part = targets.get(relation, "")
        if part in package.names:
            reader = SheetReader(shared, formats)
            parse(package, part, reader.start, reader.end, reader.text)
            if rows := without_empty(reader.rows()):
                return Table(rows, name)
    raise Unreadable("empty")


def parse(
    package: Package,
    part: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Read one part; the functions are given local names. A document type is refused."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda name, attributes: start(_local(name), attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(_local(name))
    if text is not None:
        parser.CharacterDataHandler = text
    package.feed(part, parser)


def _refuse(*_declared: object) -> None:
    raise Unreadable("damaged")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _sheets(package: Package) -> tuple[list[tuple[str, str]], bool]:
    """The visible sheets with their relations, and whether days count from 1904."""
    found: list[tuple[str, str]] = []
    from_1904 = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal from_1904
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            relation = next((each for key, each in attributes.items() if key.endswith(":id")), "")
            found.append((attributes.get("name", "")[:80], relation))
        elif name == "workbookPr":
            from_1904 = attributes.get("date1904", "0") in ("1", "true")

    parse(package, "xl/workbook.xml", start)
    return found, from_1904


def _targets(package: Package) -> Mapping[str, str]:
    """By relation, the sheet's part."""
    found: dict[str, str] = {}

    def start(name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            inside = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            found[attributes.get("Id", "")] = posixpath.normpath(inside)

    if RELATIONSHIPS in package.names:
        parse(package, RELATIONSHIPS, start)
    return found


def _shared(package: Package) -> list[str]:
    """The texts that cells share; of rich text the runs joined, of ruby text none."""
    texts: list[str] = []
    pieces: list[str] = []
    inside = {"t": False, "rPh": False}

    def start(name: str, attributes: Attributes) -> None:
        if name == "si":
            pieces.clear()
            if len(texts) >= MAX_SHARED:
                raise Unreadable("too-large-unpacked")
        elif name in inside:
            inside[name] = True

    def end(name: str) -> None:
        if name == "si":
            texts.append(unescaped("".join(pieces)))
        elif name in inside:
            inside[name] = False

    def text(piece: str) -> None:
        if inside["t"] and not inside["rPh"]:
            pieces.append(piece)

    if "xl/sharedStrings.xml" in package.names:
        parse(package, "xl/sharedStrings.xml", start, end, text)
    return texts


def _formats(package: Package, from_1904: bool) -> Formats:
    if "xl/styles.xml" not in package.names:
        return Formats((), {}, from_1904)
    codes, styles, start, end = read_formats()
    parse(package, "xl/styles.xml", start, end)
    return Formats(tuple(styles), codes, from_1904)


_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """A text as it is shown: control characters are written `_x000D_` in a workbook.

    What no text may hold stays as it is written: NUL, which no database takes, and halves of
    characters.
    """
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if code == 0 or 0xD800 <= code < 0xE000 else chr(code)
