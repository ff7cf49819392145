"""The file in which a template is imported and exported: a YAML head, then the two pledge texts.

---
slug: ...            title, subtitle, change_note (zh, en), effective_on, term_months, blanks
---
=== zh-hans
...                  the Chinese pledge text, one clause a line
=== en
...                  the English one, in the same structure
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from yaml.nodes import Node

from pledges.core.characters import unified_line_breaks
from pledges.core.languages import CHINESE, ENGLISH, LANGUAGES, Localized
from pledges.core.template import agreement, guidance, outline
from pledges.core.template.blank_schema import read_blanks
from pledges.core.template.blanks import Blank
from pledges.core.template.definition import MAX_TERM_MONTHS, Definition
from pledges.core.template.problems import Problem
from pledges.core.template.template_writing import to_text
from pledges.core.template.yaml_nodes import NodeReader

__all__ = ["MAX_BYTES", "MAX_SLUG", "Definition", "check", "parse", "to_text"]

MAX_BYTES = 256 * 1024
"""Size of a template file in UTF-8, at most."""
MAX_SLUG = 50

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SECTION = re.compile(r"===[ \t]*(\S.*)?")
_FENCE = "---"
_MAX_FOUND = 40


@dataclass(frozen=True)
class _Text:
    """One language's pledge text and how many lines stand above it."""

    source: str
    lines_above: int


@dataclass(frozen=True)
class _Parts:
    """A template file cut into its head and its texts."""

    head: str
    head_lines_above: int
    texts: dict[str, _Text]

    def both(self) -> Localized:
        """The two texts; one that is missing is empty."""
        empty = _Text("", 0)
        return Localized(*(self.texts.get(name, empty).source for name in (CHINESE, ENGLISH)))


def parse(text: str) -> tuple[Definition | None, tuple[Problem, ...]]:
    """The definition that a template file holds, or its faults; never both, never an exception."""
    size = len(text.encode("utf-8", "replace"))
    if size > MAX_BYTES:
        return None, (Problem(1, 1, "file-too-large", str(MAX_BYTES), str(size)),)
    lines = unified_line_breaks(text.removeprefix("\ufeff")).split("\n")
    problems: list[Problem] = []
    parts = _cut(lines, problems)
    if parts is None:
        return None, tuple(problems)
    reader = NodeReader(parts.head_lines_above)
    definition, blanks = _read_head(reader, parts)
    problems += reader.problems
    problems += _text_problems(parts, blanks, len(lines), heads_are_read=not reader.problems)
    if definition is None or problems:
        return None, tuple(sorted(problems))
    return definition, ()


def check(definition: Definition) -> tuple[Problem, ...]:
    """What is wrong with a definition; lines and columns are those in its `to_text`."""
    text = to_text(definition)
    return tuple(_reserved_lines(definition, text.split("\n"))) or parse(text)[1]


def _reserved_lines(definition: Definition, lines: list[str]) -> Iterator[Problem]:
    """Lines of pledge text that in a file would begin another text."""
    first = lines.index(f"=== {CHINESE}")
    second = first + definition.source.zh.count("\n") + 2
    for index in range(first, len(lines)):
        if index not in (first, second) and _SECTION.fullmatch(lines[index]):
            yield Problem(index + 1, 1, "reserved-line", "", lines[index][:_MAX_FOUND])


def _cut(lines: list[str], problems: list[Problem]) -> _Parts | None:
    start = next((index for index, line in enumerate(lines) if line.strip()), 0)
    if lines[start].rstrip() != _FENCE:
        found = lines[start].strip()[:_MAX_FOUND]
        problems.append(Problem(start + 1, 1, "bad-front-matter", _FENCE, found))
        return None
    end = next((i for i in range(start + 1, len(lines)) if lines[i].rstrip() == _FENCE), None)
    if end is None:
        problems.append(Problem(len(lines), 1, "bad-front-matter", _FENCE))
        return None
    head = "\n".join(lines[start + 1 : end])
    return _Parts(head, start + 1, _cut_texts(lines, end + 1, problems))


def _cut_texts(lines: list[str], start: int, problems: list[Problem]) -> dict[str, _Text]:
    texts: dict[str, _Text] = {}
    heads = [i for i in range(start, len(lines)) if _SECTION.fullmatch(lines[i].rstrip())]
    stray = next((i for i in range(start, (heads or [len(lines)])[0]) if lines[i].strip()), None)
    if stray is not None:
        found = lines[stray].strip()[:_MAX_FOUND]
        problems.append(Problem(stray + 1, 1, "bad-front-matter", f"=== {CHINESE}", found))
    for head, end in pairwise([*heads, len(lines)]):
        language = lines[head].removeprefix("===").strip()
        body = lines[head + 1 : end]
        if language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            problems.append(Problem(head + 1, 1, "unknown-language", known, language))
        elif language in texts:
            problems.append(Problem(head + 1, 1, "duplicate-language", "", language))
        elif not any(line.strip() for line in body):
            problems.append(Problem(head + 1, 1, "empty-text", "", language))
            texts[language] = _Text("", head + 1)
        else:
            texts[language] = _Text("\n".join(body), head + 1)
    return texts


def _read_head(
    reader: NodeReader, parts: _Parts
) -> tuple[Definition | None, tuple[tuple[Blank, int, int], ...]]:
    node = reader.compose(parts.head)
    if node is None:
        if not reader.problems:
            place = parts.head_lines_above
            reader.problems.append(Problem(place, 1, "missing-key", "slug"))
        return None, ()
    required = ("slug", "title", "change_note", "effective_on", "blanks")
    values = reader.mapping(node, required, ("subtitle", "term_months"))
    slug = reader.text(values.get("slug"))
    if slug and (len(slug) > MAX_SLUG or not _SLUG.fullmatch(slug)):
        reader.fault(values["slug"], "bad-slug", _SLUG.pattern, slug[:_MAX_FOUND])
    title, subtitle = (reader.localized(values.get(name)) for name in ("title", "subtitle"))
    change_note = reader.localized(values.get("change_note"), lines=True)
    effective_on = reader.day(values.get("effective_on"))
    term = _term(reader, values.get("term_months"))
    blanks = read_blanks(reader, values.get("blanks"))
    placed = tuple((blank, *reader.place(node)) for blank, node in blanks)
    if effective_on is None:
        return None, placed
    declared = tuple(blank for blank, _ in blanks)
    made = Definition(
        slug, title, subtitle, change_note, effective_on, declared, parts.both(), term
    )
    return made, placed


def _term(reader: NodeReader, node: Node | None) -> int | None:
    if node is None:
        return None
    number = reader.number(node)
    if number is None:
        return None
    if number not in range(1, MAX_TERM_MONTHS + 1):
        reader.fault(node, "bad-term", f"1-{MAX_TERM_MONTHS}", str(number))
    return int(number)


def _text_problems(
    parts: _Parts,
    blanks: tuple[tuple[Blank, int, int], ...],
    last_line: int,
    *,
    heads_are_read: bool,
) -> list[Problem]:
    declared = {blank.code: blank for blank, _, _ in blanks}
    problems = [
        Problem(last_line, 1, "missing-language", language)
        for language in LANGUAGES
        if language not in parts.texts
    ]
    source = parts.both()
    outlines: dict[str, outline.Outline] = {}
    for language, text in parts.texts.items():
        outlines[language], found = outline.parse_in(language, source)
        if heads_are_read:
            found += tuple(agreement.used_blanks(text.source, outlines[language], declared))
        problems += [problem.moved(text.lines_above) for problem in found]
    if heads_are_read:
        used = {code for made in outlines.values() for code in made.slots()}
        problems += [
            Problem(line, column, "unused-blank", "", blank.code)
            for blank, line, column in blanks
            if blank.code not in used
        ]
        problems += guidance.faults(blanks, source)
    if len(outlines) == len(LANGUAGES):
        above = parts.texts[ENGLISH].lines_above
        found = tuple(agreement.differences(outlines[CHINESE], outlines[ENGLISH]))
        problems += [problem.moved(above) for problem in found]
    return problems
