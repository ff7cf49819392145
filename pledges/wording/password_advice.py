"""Why a password is easily guessed: what the library says, in the reader's language."""

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# To each text of zxcvbn's `feedback.py` ours; a test finds those that an upgrade adds.
ADVICE: Final = {
    "Use a few words, avoid common phrases.": gettext_lazy(
        "Use several words, but not a common phrase."
    ),
    "No need for symbols, digits, or uppercase letters.": gettext_lazy(
        "Symbols, digits and capital letters are not needed."
    ),
    "Add another word or two. Uncommon words are better.": gettext_lazy(
        "Add another word or two, preferably uncommon ones."
    ),
    "Straight rows of keys are easy to guess.": gettext_lazy(
        "It contains a row of keys, which is easy to guess."
    ),
    "Short keyboard patterns are easy to guess.": gettext_lazy(
        "It contains a pattern of neighbouring keys, which is easy to guess."
    ),
    "Use a longer keyboard pattern with more turns.": gettext_lazy("Do not use neighbouring keys."),
    'Repeats like "aaa" are easy to guess.': gettext_lazy(
        "It repeats a character, which is easy to guess."
    ),
    'Repeats like "abcabcabc" are only slightly harder to guess than "abc".': gettext_lazy(
        "It repeats itself, which hardly makes it harder to guess."
    ),
    "Avoid repeated words and characters.": gettext_lazy("Avoid repeated words and characters."),
    'Sequences like "abc" or "6543" are easy to guess.': gettext_lazy(
        "It contains a sequence such as “abc” or “6543”, which is easy to guess."
    ),
    "Avoid sequences.": gettext_lazy("Avoid sequences."),
    "Recent years are easy to guess.": gettext_lazy(
        "It contains a recent year, which is easy to guess."
    ),
    "Avoid recent years.": gettext_lazy("Avoid recent years."),
    "Avoid years that are associated with you.": gettext_lazy(
        "Avoid years that have to do with you."
    ),
    "Dates are often easy to guess.": gettext_lazy("It contains a date, which is easy to guess."),
    "Avoid dates and years that are associated with you.": gettext_lazy(
        "Avoid dates and years that have to do with you."
    ),
    "This is a top-10 common password.": gettext_lazy(
        "It is one of the ten most common passwords."
    ),
    "This is a top-100 common password.": gettext_lazy(
        "It is one of the hundred most common passwords."
    ),
    "This is a very common password.": gettext_lazy("It is a very common password."),
    "This is similar to a commonly used password.": gettext_lazy("It resembles a common password."),
    "A word by itself is easy to guess.": gettext_lazy("A single word is easy to guess."),
    "Names and surnames by themselves are easy to guess.": gettext_lazy(
        "A name alone is easy to guess."
    ),
    "Common names and surnames are easy to guess.": gettext_lazy("Common names are easy to guess."),
    "Capitalization doesn't help very much.": gettext_lazy(
        "A capital letter at the start hardly helps."
    ),
    "All-uppercase is almost as easy to guess as all-lowercase.": gettext_lazy(
        "All capitals are almost as easy to guess as all lower-case letters."
    ),
    "Reversed words aren't much harder to guess.": gettext_lazy(
        "A word written backwards is hardly harder to guess."
    ),
    "Predictable substitutions like '@' instead of 'a' don't help very much.": gettext_lazy(
        "Replacing letters, such as “a” with “@”, hardly helps."
    ),
}


def easily_guessed(warning: str, suggestions: Iterable[str]) -> list[str]:
    """Why a password was refused, and what to do about it: a sentence each."""
    told = [str(ADVICE[text]) for text in (warning, *suggestions) if text in ADVICE]
    if not told:
        told = [_("Use four or five words that have nothing to do with each other or with you.")]
    return [_("This password is too easy to guess."), *told]
