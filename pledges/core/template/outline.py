"""Pledge text, one clause a line, to a clause tree and back; numbering recognised and checked.

Each line is a numbered clause, or a paragraph of the clause above it. Before the first numbered
clause, «label：{{code}}» alone on a line is a head field. After a line `---`, a closing paragraph
belongs to the whole. A leading backslash makes a line a paragraph,
whatever it looks like. Empty lines and outer spaces have no meaning.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pledges.core.characters import code_point, refused_at, unified_line_breaks
from pledges.core.template import clause_numbers
from pledges.core.template.clause_numbers import LETTER, ROMAN, Marker
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

__all__ = ["MAX_LINE", "Clause", "Outline", "Run", "Slot", "Text", "parse", "to_source"]

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


def parse(source: str) -> tuple[Outline, tuple[Problem, ...]]:
    """The clause tree of a pledge text, and its faults in reading order.

    Never raises: whatever is wrong, the tree holds all the text.
    """
    reader = _Reader()
    lines = tuple(_lines(source, reader.problems))
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


def _next_in_latin(lines: Sequence[_Line]) -> list[tuple[Marker, ...]]:
    """For each line the readings of the next one numbered in Latin letters."""
    following: list[tuple[Marker, ...]] = []
    coming: tuple[Marker, ...] = ()
    for line in reversed(lines):
        following.append(coming)
        if line.readings and line.readings[0].style in (LETTER, ROMAN):
            coming = line.readings
    return following[::-1]


def _odd_braces(words: str, line: int, column: int) -> Iterator[Problem]:
    for match in _ODD_BRACES.finditer(words):
        place = column + match.start()
        if match["inside"] is not None:
            yield Problem(line, place, "bad-code", "", match["inside"].strip())
        else:
            half = {"{{": "}}", "}}": "{{", "｛｛": "{{", "｝｝": "}}"}[match[0]]
            yield Problem(line, place, "malformed-blank", half, match[0])
