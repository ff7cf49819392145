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


def typeset(text: str, language: str) -> SafeString:
    """Escaped text in which what is foreign to the language's setting stands in a `span`.

    In Chinese, Latin runs (class `latin`) get a little air. In English, quotes and dashes (class
    `narrow`) take their proportional forms: these fonts set them full-width by default.
    """
    foreign, name = (FULL_WIDTH, "narrow") if language == ENGLISH else (LATIN_RUN, "latin")
    pieces: list[str] = []
    end = 0
    for match in foreign.finditer(text):
        pieces.append(conditional_escape(text[end : match.start()]))
        pieces.append(format_html('<span class="{}">{}</span>', name, match[0]))
        end = match.end()
    return SafeString("".join((*pieces, conditional_escape(text[end:]))))


def split_opening(text: str) -> tuple[str, str]:
    """`text` without the punctuation at its end that opens what follows, and that punctuation."""
    match = OPENING.search(text)
    return (text[: match.start()], match[0]) if match else (text, "")


def split_closing(text: str) -> tuple[str, str]:
    """The punctuation at the beginning of `text` that closes what precedes, and the rest."""
    match = CLOSING.match(text)
    return (match[0], text[match.end() :]) if match else ("", text)
