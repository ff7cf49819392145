"""Which passwords are refused: those that whoever knows the person and the company tries first."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain, combinations
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from pledges import wording
from pledges.gateways import password_strength, pinyin
from pledges.models import Organisation, Person

MIN_GUESSES: Final = 10**10
"""The library's highest score begins here; whatever has three parts reaches the one below it."""
MAX_WORDS_TOGETHER: Final = 4
MAX_CHARACTERS_TOGETHER: Final = 7
ALWAYS_KNOWN: Final = (
    *("shounuo", "守诺", "pledge", "password", "密码", "admin", "administrator", "account manager"),
    *("customer manager", "compliance officer", "human resources", "auditor"),
)


class StrengthValidator:
    """Refuses what is easily guessed; nothing is said of capitals, digits or signs."""

    def validate(self, password: str, user: Any = None) -> None:
        # Each word once: the earlier it stands, the sooner it is tried.
        known = tuple(dict.fromkeys((*_own_words(user), *_pinyin())))
        found = password_strength.estimate(password, known)
        if found.guesses < MIN_GUESSES:
            why = wording.easily_guessed(found.warning, found.suggestions)
            raise ValidationError([ValidationError(each, code="easily_guessed") for each in why])

    def get_help_text(self) -> str:
        return _(
            "Use four or five words that have nothing to do with each other or with you, "
            "or a password made by a password manager. Names, dates, the company's name "
            "and rows of keys are refused."
        )


@cache
def _pinyin() -> tuple[str, ...]:
    return tuple(pinyin.words())


def _own_words(user: Any) -> Iterator[str]:
    """What the person and the company are called, in every way to write it together."""
    organisation = Organisation.current()
    texts = [organisation.name_zh, organisation.name_en, urlsplit(settings.PUBLIC_URL).hostname]
    if isinstance(user, Person):
        names = (user.name, user.username, user.employee_number)
        texts += [*names, *map(" ".join, combinations(filter(None, names), 2))]
        texts += [user.email, user.position]
        if user.department_id:
            texts += [user.department.name_zh, user.department.name_en]
    return chain.from_iterable(_spellings(text) for text in (*texts, *ALWAYS_KNOWN) if text)


def _spellings(text: str) -> Iterator[str]:
    """Each word of `text`, and several that stand beside each other written as one."""
    words = re.findall(r"[^\W_]+", text.lower())
    for begin, end in combinations(range(len(words) + 1), 2):
        if end - begin <= MAX_WORDS_TOGETHER:
            yield "".join(words[begin:end])
    if len(words) == 2:
        yield words[1] + words[0]
    yield from re.findall(r"\d{3,}", text)
    # Chinese is written without spaces: how the name of a company or department begins and ends,
    # in characters and as people type it into a field that takes Latin letters.
    if not text.isascii():
        for length in range(2, min(len(text), MAX_CHARACTERS_TOGETHER) + 1):
            for piece in (text[:length], text[-length:]):
                yield from (piece, *pinyin.spelled(piece))
