"""Words in a line: what is foreign to the language is set apart, and punctuation keeps close."""

import re

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from pledges.core.languages import ENGLISH

LATIN_RUN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 .,%/+&'-]*[A-Za-z0-9%])?")
FULL_WIDTH = re.compile("[‘’“”—…]+")

OPENING = re.compile("[（(《〈「『【［“‘\"']+$")
# An apostrophe brings its letters with it: the s of a genitive.
CLOSING = re.compile("^(?:[。；，、．.;,）)》〉」』】］”\":：!！?？%％]|[’'][a-z]*)+")

NUMBER = re.compile(r"\d[\d.,]*%?")
COUNTED = re.compile(r" ?[\u4e00-\u9fff]| [A-Za-z]+")
"""What a number counts, where its blank names no unit: the next character, or the next word."""
LONG_UNIT = re.compile(r"[\u4e00-\u9fff]{4,}")
COUNTING = re.compile(r"(?:第 ?|\b(?:Article|Clause|Section|No\.) )$")
"""What stands before a number that counts nothing."""


def typeset(text: str, language: str) -> SafeString:
    """Escaped text in which what is foreign to the language's setting stands in a `span`.

    In Chinese, Latin runs (class `latin`) get a little air, and a number keeps to what it counts
    (class `unbroken-words`). In English, quotes and dashes (class `narrow`) take their proportional
    forms: these fonts set them full-width by default.
    """
    foreign, name = (FULL_WIDTH, "narrow") if language == ENGLISH else (LATIN_RUN, "latin")
    pieces: list[str] = []
    end = 0
    for match in foreign.finditer(text):
        pieces.append(conditional_escape(text[end : match.start()]))
        piece = format_html('<span class="{}">{}</span>', name, match[0])
        end = match.end()
        if NUMBER.fullmatch(match[0]) and (unit := COUNTED.match(text, end)):
            piece = unbroken(piece + conditional_escape(unit[0]))
            end = unit.end()
        pieces.append(piece)
    return SafeString("".join((*pieces, conditional_escape(text[end:]))))


def unbroken(words: SafeString) -> SafeString:
    """What no line's end parts."""
    return format_html('<span class="unbroken-words">{}</span>', words)


def split_before_number(text: str) -> tuple[str, str]:
    """`text` without what keeps to the number after it, and that."""
    match = OPENING.search(text) or COUNTING.search(text)
    return (text[: match.start()], match[0]) if match else (text, "")


def split_after_number(text: str, unit: str) -> tuple[str, str]:
    """What of `text` keeps to the number before it, such as the name of its unit, and the rest.

    Of a long Chinese unit (个工作日) that is its measure word: if all of it went to the next line,
    the line before would be spread visibly.
    """
    if LONG_UNIT.fullmatch(unit):
        unit = unit[0]
    match = unit and re.match(f" ?{re.escape(unit)}", text)
    counted = (match or COUNTED.match(text) or [""])[0]
    closing, rest = split_closing(text[len(counted) :])
    return counted + closing, rest


def split_opening(text: str) -> tuple[str, str]:
    """`text` without the punctuation at its end that opens what follows, and that punctuation."""
    match = OPENING.search(text)
    return (text[: match.start()], match[0]) if match else (text, "")


def split_closing(text: str) -> tuple[str, str]:
    """The punctuation at the beginning of `text` that closes what precedes, and the rest."""
    match = CLOSING.match(text)
    return (match[0], text[match.end() :]) if match else ("", text)
