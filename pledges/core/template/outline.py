"""Pledge text, one clause a line, to a clause tree and back; numbering recognised and checked.

Each line is a numbered clause, or a paragraph of the clause above it. Before the first numbered
clause, «label：{{code}}» alone on a line is a head field. After a line `---`, a closing paragraph
belongs to the whole. A leading backslash makes a line a paragraph,
whatever it looks like. Empty lines and outer spaces have no meaning.

English texts may number with I. and A. too. There such a line is a clause where its Chinese
counterpart is one: «A. Smith leads the audit» is none, and what was published before stays as it
was.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pledges.core.characters import code_point, refused_at, unified_line_breaks
from pledges.core.languages import ENGLISH, Localized
from pledges.core.template import clause_numbers
from pledges.core.template.clause_numbers import CAPITALS, LATIN, Marker
from pledges.core.template.clauses import (
    FIELD,
    PARAGRAPH,
    Clause,
    Outline,
    Run,
    Slot,
    Text,
)
from pledges.core.template.nesting import Nesting
from pledges.core.template.problems import Problem

__all__ = ["MAX_LINE", "Clause", "Outline", "Run", "Slot", "Text", "parse", "parse_in", "to_source"]

MAX_LINE = 2000
"""Characters in one line of pledge text, at most."""
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""What the code of a blank looks like."""

_SLOT = re.compile(r"\{\{ *(" + CODE.pattern + r") *\}\}")
_ODD_BRACES = re.compile(r"\{\{(?P<inside>[^{}]*)\}\}|\{\{|\}\}|｛｛|｝｝")
_FIELD = re.compile(r"[^：:{}]+[：:] *" + _SLOT.pattern)
_END_OF_CLAUSES = re.compile(r"-{3,}")
_NEEDS_NO_SPACE = ("、", "）")


@dataclass
class _Node:
    """A clause while its children are still being read."""

    number: str = ""
    style: str = PARAGRAPH
    runs: tuple[Run, ...] = ()
    line: int = 0
    children: list["_Node"] = field(default_factory=list)

    def frozen(self, key: str) -> Clause:
        return Clause(self.number, self.style, self.runs, self.frozen_children(key), key, self.line)

    def frozen_children(self, key: str) -> tuple[Clause, ...]:
        made: list[Clause] = []
        numbered = unnumbered = 0
        for child in self.children:
            if child.number:
                numbered += 1
                made.append(child.frozen(f"{key}.{numbered}" if key else str(numbered)))
            else:
                unnumbered += 1
                made.append(child.frozen(f"{key}p{unnumbered}"))
        return tuple(made)


@dataclass(frozen=True)
class _Line:
    """One line of the source that says something: its text, its place, its possible numbers."""

    text: str
    line: int
    column: int
    readings: tuple[Marker, ...]


def parse_in(language: str, source: Localized) -> tuple[Outline, tuple[Problem, ...]]:
    """The clause tree of the text in `language`, and its faults in reading order."""
    if language == ENGLISH:
        return parse(source.en, beside=parse(source.zh)[0])
    return parse(source.zh)


def parse(source: str, *, beside: Outline | None = None) -> tuple[Outline, tuple[Problem, ...]]:
    """The clause tree of a pledge text, and its faults in reading order.

    `beside` is the tree of the Chinese text where `source` is the English one. Never raises:
    whatever is wrong, the tree holds all the text.
    """
    reader = _Reader()
    lines = tuple(_lines(source, reader.problems))
    if beside is not None:
        lines = tuple(_with_capitals(lines, beside))
    for line, following in zip(lines, _next_in_latin(lines), strict=True):
        reader.take(line, following)
    return Outline(reader.root.frozen_children("")), tuple(sorted(reader.problems))


def to_source(outline: Outline) -> str:
    """The text that parses to this outline, one clause a line, with a line break at its end."""
    lines: list[str] = []
    seen_number = is_open = False
    for depth, clause in outline.walk():
        if clause.is_numbered:
            seen_number = is_open = True
            gap = "" if clause.number.endswith(_NEEDS_NO_SPACE) else " "
            lines.append((clause.number + gap + clause.text).rstrip())
            continue
        if depth == 0 and is_open:
            is_open = False
            lines.append("---")
        lines.append(_unmistakable(clause, seen_number))
    return "".join(line + "\n" for line in lines)


def _unmistakable(clause: Clause, seen_number: bool) -> str:
    text = clause.text
    is_field = not seen_number and bool(_FIELD.fullmatch(text))
    looks_special = (
        not text
        or clause_numbers.read(text)
        or clause_numbers.unreadable(text)
        or text.startswith("\\")
        or _END_OF_CLAUSES.fullmatch(text)
        or (is_field and clause.style != FIELD)
    )
    return "\\" + text if looks_special else text


def _lines(source: str, problems: list[Problem]) -> Iterator[_Line]:
    for number, raw in enumerate(unified_line_breaks(source).split("\n"), start=1):
        line = raw.replace("\t", " ")
        if len(line) > MAX_LINE:
            problems.append(
                Problem(number, MAX_LINE + 1, "line-too-long", str(MAX_LINE), str(len(line)))
            )
        refused = refused_at(line)
        if refused is not None:
            found = code_point(line[refused])
            problems.append(Problem(number, refused + 1, "control-character", "", found))
        text = line.strip()
        if text:
            column = line.index(text) + 1
            yield _Line(text, number, column, clause_numbers.read(text))


class _Reader:
    """Builds the tree line by line and gathers what is wrong."""

    def __init__(self) -> None:
        self.root = _Node()
        self.problems: list[Problem] = []
        self._trail = [self.root]
        self._nesting = Nesting()
        self._seen_number = self._closes = False

    def take(self, line: _Line, following: tuple[Marker, ...]) -> None:
        if line.readings:
            self._take_numbered(line, following)
        elif _END_OF_CLAUSES.fullmatch(line.text):
            self._closes = True
        else:
            self._take_paragraph(line)

    def _take_numbered(self, line: _Line, following: tuple[Marker, ...]) -> None:
        placed = self._nesting.place(line.readings, following)
        typed = placed.marker.typed
        if placed.fault:
            kind, expected = placed.fault.kind, placed.fault.expected
            self.problems.append(Problem(line.line, line.column, kind, expected, typed))
        rest = line.text[len(typed) :]
        node = _Node(typed, placed.marker.style, line=line.line)
        node.runs = self._runs(rest, line.line, line.column + len(typed))
        del self._trail[placed.depth + 1 :]
        self._trail[-1].children.append(node)
        self._trail.append(node)
        self._seen_number, self._closes = True, False

    def _take_paragraph(self, line: _Line) -> None:
        if self._closes:
            self._nesting.close()
            del self._trail[1:]
        escaped = line.text.startswith("\\")
        text, column = line.text[escaped:], line.column + escaped
        if not escaped and (found := clause_numbers.unreadable(text)):
            self.problems.append(Problem(line.line, column, "number-unreadable", "", found))
        is_field = not escaped and not self._seen_number and _FIELD.fullmatch(text)
        node = _Node("", FIELD if is_field else PARAGRAPH, line=line.line)
        node.runs = self._runs(text, line.line, column)
        self._trail[-1].children.append(node)

    def _runs(self, text: str, line: int, column: int) -> tuple[Run, ...]:
        column += len(text) - len(text.lstrip())
        text = text.lstrip()
        runs: list[Run] = []
        end = 0
        for match in (*_SLOT.finditer(text), None):
            words = text[end : match.start() if match else len(text)]
            if words:
                runs.append(Text(words))
                self.problems.extend(_odd_braces(words, line, column + end))
            if match:
                runs.append(Slot(match[1]))
                end = match.end()
        return tuple(runs)


def _with_capitals(lines: Sequence[_Line], chinese: Outline) -> Iterator[_Line]:
    """The lines of an English text, those numbered I. or A. with the readings of their number."""
    counterparts = [clause.is_numbered for _, clause in chinese.walk()]
    own = [line.line for line in lines if not _END_OF_CLAUSES.fullmatch(line.text)]
    # Where a line is missing, nothing lines up: then every number is one.
    aligned = len(own) == len(counterparts)
    numbered = dict(zip(own, counterparts, strict=True)) if aligned else dict.fromkeys(own, True)
    for line in lines:
        may_be = not line.readings and numbered.get(line.line, False)
        yield replace(line, readings=clause_numbers.read_capitals(line.text)) if may_be else line


def _next_in_latin(lines: Sequence[_Line]) -> list[tuple[Marker, ...]]:
    """For each line the readings of the next one numbered in Latin letters of the same size."""
    following: list[tuple[Marker, ...]] = []
    coming: dict[tuple[str, ...], tuple[Marker, ...]] = {}
    for line in reversed(lines):
        style = line.readings[0].style if line.readings else ""
        size = next((size for size in (LATIN, CAPITALS) if style in size), ())
        following.append(coming.get(size, ()))
        if size:
            coming[size] = line.readings
    return following[::-1]


def _odd_braces(words: str, line: int, column: int) -> Iterator[Problem]:
    for match in _ODD_BRACES.finditer(words):
        place = column + match.start()
        if match["inside"] is not None:
            yield Problem(line, place, "bad-code", "", match["inside"].strip())
        else:
            half = {"{{": "}}", "}}": "{{", "｛｛": "{{", "｝｝": "}}"}[match[0]]
            yield Problem(line, place, "malformed-blank", half, match[0])
