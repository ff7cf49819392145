"""What differs between two versions of a template in a way that binds whoever signs it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Final

from pledges.core.languages import LANGUAGES
from pledges.core.template.blanks import Blank, to_data
from pledges.core.template.clauses import Clause, Slot
from pledges.core.template.definition import Definition
from pledges.core.template.outline import Outline

_RANGES: Final = ("hard", "expected", "expected_option")
# What helps with filling in and is printed nowhere.
_GUIDANCE: Final = ("hint", "example", "suggestions")
_NUMBER: Final = re.compile(
    r"[0-9０-９]+(?:[.,．][0-9０-９]+)*|[零〇一二两三四五六七八九十百千万亿半]+"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
    r"|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy"
    r"|eighty|ninety|hundred|thousand|million|half|once|twice)\b",
    re.IGNORECASE,
)
# In these, 应 is no duty.
_NO_DUTY: Final = re.compile("[相供反适对响效]应|应[用对急付]")
_DUTY: Final = re.compile(
    r"应|须|不得|不准|禁止|严禁|\b(?:shall|must|may not|cannot|required|prohibited)\b",
    re.IGNORECASE,
)


class What(StrEnum):
    """The kinds of difference that bind; what has none of them is editorial."""

    BLANK = "blank"
    RANGE = "range"
    NUMBER = "number"
    TERM = "term"
    DUTY = "duty"
    CLAUSE = "clause"


@dataclass(frozen=True)
class Difference:
    """One difference: in the blank of this code, or in words of one language; each or neither."""

    what: What
    code: str = ""
    language: str = ""
    words: str = ""


def differences(before: Definition, after: Definition) -> tuple[Difference, ...]:
    """What the step from `before` to `after` changes of what people undertake, without repeats.

    Empty for a step that is editorial. When in doubt there is a difference: a clause that states a
    duty, names a number or holds a blank must read as it did, to the letter.
    """
    found = list(_of_blanks(before.blanks, after.blanks))
    if before.term_months != after.term_months:
        found.append(Difference(What.TERM))
    for language in LANGUAGES:
        found += _of_text(before.outline(language), after.outline(language), language)
    return tuple(dict.fromkeys(found))


def _of_blanks(before: tuple[Blank, ...], after: tuple[Blank, ...]) -> Iterator[Difference]:
    then = {blank.code: to_data(blank) for blank in before}
    now = {blank.code: to_data(blank) for blank in after}
    for code in [*now, *(each for each in then if each not in now)]:
        was, is_ = then.get(code), now.get(code)
        if was is None or is_ is None or _asked(was) != _asked(is_):
            yield Difference(What.BLANK, code=code)
        elif [was.get(key) for key in _RANGES] != [is_.get(key) for key in _RANGES]:
            yield Difference(What.RANGE, code=code)


def _asked(blank: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in blank.items() if key not in (*_RANGES, *_GUIDANCE)}


def _of_text(before: Outline, after: Outline, language: str) -> Iterator[Difference]:
    then, now = list(_clauses(before)), list(_clauses(after))
    said, says = [_said(clause) for clause in then], [_said(clause) for clause in now]
    matched = SequenceMatcher(a=said, b=says, autojunk=False).get_opcodes()
    for kind, first, last, begin, end in matched:
        if kind == "equal":
            continue
        old, new = then[first:last], now[begin:end]
        if len(old) != len(new):
            for clause in old if len(old) > len(new) else new:
                yield Difference(What.CLAUSE, language=language, words=clause.text)
            continue
        for was, is_ in zip(old, new, strict=True):
            if what := _binds(was, is_):
                yield Difference(what, language=language, words=is_.text)


def _clauses(outline: Outline) -> Iterator[Clause]:
    return (clause for _depth, clause in outline.walk())


def _said(clause: Clause) -> tuple[str, str, str]:
    # Its key: what a clause stands under is a part of what it says.
    return clause.key, clause.style, clause.text


def _binds(was: Clause, is_: Clause) -> What | None:
    """How the change from one wording of a clause to the other binds; None: it reads better."""
    if (was.key, was.style) != (is_.key, is_.style):
        return What.CLAUSE
    if any(isinstance(run, Slot) for run in (*was.runs, *is_.runs)):
        return What.BLANK
    if _NUMBER.findall(was.text) != _NUMBER.findall(is_.text):
        return What.NUMBER
    if any(_DUTY.search(_NO_DUTY.sub("", each.text)) for each in (was, is_)):
        return What.DUTY
    return None
