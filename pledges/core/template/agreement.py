"""Whether the two texts of a template say the same thing in the same places."""

import re
from collections.abc import Iterator, Mapping

from pledges.core.template.blanks import Blank
from pledges.core.template.clauses import Clause, Outline, Slot
from pledges.core.template.problems import Problem

_MAX_FOUND = 24


def used_blanks(source: str, outline: Outline, blanks: Mapping[str, Blank]) -> Iterator[Problem]:
    """Blanks that a text uses though they are not declared, or twice though one fills them."""
    lines = source.split("\n")
    seen: set[str] = set()
    for _, clause in outline.walk():
        for code in _codes(clause):
            blank = blanks.get(code)
            # The same input twice on a page could be given two answers.
            if blank is None or (code in seen and blank.filled_by_manager):
                kind = "blank-used-twice" if blank else "undeclared-blank"
                column = _column(lines[clause.line - 1], code, last=bool(blank))
                yield Problem(clause.line, column, kind, "", code)
            seen.add(code)


def differences(first: Outline, second: Outline) -> Iterator[Problem]:
    """Where the second text leaves the structure of the first, or has other blanks in a clause.

    Each language may number in its own way (一、 and I.): levels and places agree, numerals need
    not. Only the first departure is reported: after it nothing lines up. Lines are those of the
    second text.
    """
    ours = [clause for _, clause in first.walk()]
    theirs = [clause for _, clause in second.walk()]
    for one, other in zip(ours, theirs, strict=False):
        if _place(one) != _place(other):
            yield Problem(other.line, 1, "structure-differs", _named(one), _named(other))
            return
        if sorted(_codes(one)) != sorted(_codes(other)):
            expected, found = ", ".join(_codes(one)), ", ".join(_codes(other))
            yield Problem(other.line, 1, "blanks-differ", expected, found)
    if len(ours) > len(theirs):
        line = theirs[-1].line if theirs else 1
        yield Problem(line, 1, "structure-differs", _named(ours[len(theirs)]))
    elif len(theirs) > len(ours):
        extra = theirs[len(ours)]
        yield Problem(extra.line, 1, "structure-differs", "", _named(extra))


def _place(clause: Clause) -> tuple[str, str]:
    return clause.key, "" if clause.is_numbered else clause.style


def _codes(clause: Clause) -> tuple[str, ...]:
    return tuple(run.code for run in clause.runs if isinstance(run, Slot))


def _named(clause: Clause) -> str:
    return clause.number or clause.text[:_MAX_FOUND]


def _column(line: str, code: str, *, last: bool) -> int:
    starts = [match.start() + 1 for match in re.finditer(r"\{\{ *" + code + r" *\}\}", line)]
    return starts[-1 if last else 0] if starts else 1
