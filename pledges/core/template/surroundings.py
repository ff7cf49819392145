"""What a pledge text prints around a blank, so that no answer says it a second time."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from pledges.core.languages import CHINESE, ENGLISH, Localized
from pledges.core.template.clauses import Slot, Text
from pledges.core.template.outline import parse_in

QUOTES = {"“": "”", '"': '"', "„": "“", "「": "」", "『": "』", "‘": "’", "＂": "＂"}
TITLE_MARKS = {"《": "》", "〈": "〉"}
MAX_LAYERS = 8
"""Marks or nouns around an answer, one within the other: no more are taken off."""

_OPENING = re.compile(r"[《“\"「『‘]$")
# The rest of a title may follow within its quotes: 《…法》.
_CLOSING = re.compile(r"(?P<noun>[^《》“”\"「」『』‘’，。；：,;:.\s]{0,10})(?P<mark>[》”\"」』’])")
_LAW_OF = re.compile(r"[”\"] (?P<noun>[A-Z][a-z]+)\b")
# Words that end the title of another instrument: 《民法典法》 is no law.
_INSTRUMENT = re.compile(
    r"(?:法典|条例|规定|细则|规则|准则|通则|总则|决定|解释|意见|公约|章程"
    r"|\b(?:code|regulations?|measures|rules|provisions))$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Surroundings:
    """What stands around one blank in the two texts.

    `quoted`: it is printed between quotation marks; `titled`: between 《 and 》. `nouns` are the
    words that the texts themselves add at its end («法» in 《…法》). `is_article`: it is printed
    within 第…条.
    """

    quoted: bool = False
    titled: bool = False
    nouns: tuple[str, ...] = ()
    is_article: bool = False

    def trimmed(self, answer: str) -> str:
        """The answer without the marks and nouns that the text prints in any case."""
        pairs = (QUOTES if self.quoted or self.titled else {}) | (
            TITLE_MARKS if self.titled else {}
        )
        for _layer in range(MAX_LAYERS):
            before = answer
            answer = unwrapped(answer, pairs)
            for noun in self.nouns:
                if answer.casefold().endswith(noun.casefold()):
                    answer = answer[: -len(noun)].rstrip() or answer
            if answer == before:
                break
        return answer

    def unprintable(self, answer: str) -> str:
        """How the text would print a title to which its noun does not fit; "" where it fits."""
        if not (self.titled and self.nouns and _INSTRUMENT.search(answer)):
            return ""
        return f"《…{self.nouns[0]}》"


def unwrapped(text: str, pairs: Mapping[str, str]) -> str:
    """`text` without one pair of marks that encloses the whole of it; “A”和“B” stays."""
    if len(text) < 3 or pairs.get(text[0]) != text[-1]:
        return text
    inner = text[1:-1]
    depth = 0
    for character in inner:
        depth += (character == text[0]) - (character == text[-1] and text[0] != text[-1])
        if depth < 0:
            return text
    if depth or (text[0] == text[-1] and text[0] in inner):
        return text
    return inner.strip(" \u3000") or text


NOTHING_AROUND: Mapping[str, Surroundings] = MappingProxyType({})


def surroundings_of(source: Localized) -> Mapping[str, Surroundings]:
    """What stands around each blank of a pledge text, by its code; both languages together.

    Together, because a draft may be put into the other language with its answers.
    """
    found: dict[str, Surroundings] = {}
    for code, before, after in _places(source, CHINESE):
        own = _marks(before, after, found.get(code, Surroundings()))
        is_article = before.endswith("第") and after.lstrip().startswith("条")
        found[code] = replace(own, is_article=own.is_article or is_article)
    for code, before, after in _places(source, ENGLISH):
        own = _marks(before, after, found.get(code, Surroundings()))
        if own.titled and own.nouns and (law := _LAW_OF.match(after)):
            own = replace(own, nouns=(*own.nouns, f" {law['noun']}"))
        found[code] = own
    return found


def _places(source: Localized, language: str) -> Iterator[tuple[str, str, str]]:
    """Each blank of a text with the words before and after it."""
    for _, clause in parse_in(language, source)[0].walk():
        words = [run.text if isinstance(run, Text) else "" for run in clause.runs]
        for index, run in enumerate(clause.runs):
            if isinstance(run, Slot):
                before = words[index - 1] if index else ""
                after = words[index + 1] if index + 1 < len(words) else ""
                yield run.code, before.rstrip(), after


def _marks(before: str, after: str, known: Surroundings) -> Surroundings:
    opening, closing = _OPENING.search(before), _CLOSING.match(after)
    if not (opening and closing) or (QUOTES | TITLE_MARKS)[opening[0]] != closing["mark"]:
        return known
    titled = opening[0] in TITLE_MARKS
    noun = closing["noun"]
    return replace(
        known,
        titled=known.titled or titled,
        quoted=known.quoted or not titled,
        nouns=(*known.nouns, noun) if noun and noun not in known.nouns else known.nouns,
    )
