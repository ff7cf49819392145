"""How easily a password is guessed (zxcvbn): by words, names, patterns and dates, offline.

The library's time grows with the square of the length, and with each sign that it may read as a
letter: twenty characters can cost a second. So it is shown no more than `MAX_CHARACTERS`, and few
such signs. `python -m benchmarks.passwords` prints what is left of it.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from zxcvbn import zxcvbn

from pledges.core.characters import normalized

MAX_CHARACTERS: Final = 40
MAX_READ_AS_LETTERS: Final = 5
_READ_AS_LETTERS: Final = "@({[<!|$+%"
_SIGNS: Final = re.compile(r"[\W_年月日号]")
# The keys under the signs: columns and rows of keys stay that with the shift key held down.
_WITHOUT_SHIFT: Final = str.maketrans("!@#$%^&*()", "1234567890")
# The library knows rows of keys, and of columns the first few.
_COLUMNS: Final = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm")
_KEYBOARD_COLUMNS: Final = tuple(
    run[::step]
    for begin, end in combinations(range(len(_COLUMNS) + 1), 2)
    for turned in (_COLUMNS, tuple(each[::-1] for each in _COLUMNS))
    for run in ("".join(turned[begin:end]),)
    for step in (1, -1)
)
# Between words and dates a sign divides or decorates, and there are few of those. Among characters
# that make no word it is worth what the library reckons for each of them.
_TRIES_FOR_A_SIGN, _TRIES_FOR_A_CHARACTER = 3, 10
# The library keeps the known words of the password in hand in a variable of the whole process.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Estimate:
    """After how many guesses it is found, and in the library's English why so soon.

    `has_words_alone`: it consists of words, names, dates and patterns and of nothing else.
    """

    guesses: int
    has_words_alone: bool
    warning: str
    suggestions: Sequence[str]


def estimate(password: str, known: Sequence[str]) -> Estimate:
    """The strength of `password` against whoever would first try the words in `known`.

    The library takes a sign between two words for a part of its own, and makes much of capitals:
    so `Bank@2026!` passes for strong. The words are judged without both too.
    """
    seen = normalized("NFKC", password)[:MAX_CHARACTERS]
    typed = seen.translate(_WITHOUT_SHIFT)
    held_down = typed != seen and typed.isalnum()
    if held_down and (keys := _judge(typed.lower(), known)).has_words_alone:
        return min(keys, _written(seen, known), key=lambda one: one.guesses)
    return _written(seen, known)


def _written(seen: str, known: Sequence[str]) -> Estimate:
    bare, signs = _SIGNS.subn("", seen)
    whole = _judge(_with_few_substitutes(seen), known)
    if bare.lower() in ("", seen):
        return whole
    parts = _judge(bare.lower(), known)
    each = _TRIES_FOR_A_SIGN if parts.has_words_alone else _TRIES_FOR_A_CHARACTER
    parts = replace(parts, guesses=parts.guesses * each**signs)
    return min(whole, parts, key=lambda one: one.guesses)


def _with_few_substitutes(text: str) -> str:
    """The same with all but the first of the signs that stand for letters made one that does not.

    Nobody who replaces letters so that a word can still be read uses more of them.
    """
    found = dict.fromkeys(each for each in text if each in _READ_AS_LETTERS)
    others = list(found)[MAX_READ_AS_LETTERS:]
    return text.translate({ord(each): "~" for each in others})


def _judge(text: str, known: Sequence[str]) -> Estimate:
    with _one_at_a_time:
        found = zxcvbn(text, user_inputs=(*known, *_KEYBOARD_COLUMNS))
    feedback, parts = found["feedback"], {part["pattern"] for part in found["sequence"]}
    return Estimate(
        guesses=int(found["guesses"]),
        has_words_alone="bruteforce" not in parts,
        warning=feedback["warning"],
        suggestions=tuple(feedback["suggestions"]),
    )
