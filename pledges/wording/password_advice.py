"""Why a password is easily guessed: what the library says, in the reader's language."""

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# To each text of zxcvbn's `feedback.py` ours; a test finds those that an upgrade adds.
ADVICE: Final = {
    "Use a few words, avoid common phrases.": gettext_lazy("Use several words, no common phrase."),
    "No need for symbols, digits, or uppercase letters.": gettext_lazy(
        "Signs, digits and capitals are not needed."
    ),
    "Add another word or two. Uncommon words are better.": gettext_lazy(
        "Add another word or two, best uncommon ones."
    ),
    "Straight rows of keys are easy to guess.": gettext_lazy(
        "It contains a row of keys, which is easily guessed."
    ),
    "Short keyboard patterns are easy to guess.": gettext_lazy(
        "It contains a pattern of neighbouring keys, which is easily guessed."
    ),
    "Use a longer keyboard pattern with more turns.": gettext_lazy("Do not use neighbouring keys."),
    'Repeats like "aaa" are easy to guess.': gettext_lazy(
        "It repeats a character, which is easily guessed."
    ),
    'Repeats like "abcabcabc" are only slightly harder to guess than "abc".': gettext_lazy(
        "It repeats itself: that is hardly harder to guess than what is repeated."
    ),
    "Avoid repeated words and characters.": gettext_lazy("Avoid words and characters that repeat."),
    'Sequences like "abc" or "6543" are easy to guess.': gettext_lazy(
        "It contains a sequence such as “abc” or “6543”, which is easily guessed."
    ),
    "Avoid sequences.": gettext_lazy("Avoid sequences."),
    "Recent years are easy to guess.": gettext_lazy(
        "It contains a recent year, which is easily guessed."
    ),
    "Avoid recent years.": gettext_lazy("Avoid recent years."),
    "Avoid years that are associated with you.": gettext_lazy(
        "Avoid years that have to do with you."
    ),
    "Dates are often easy to guess.": gettext_lazy("It contains a date, which is easily guessed."),
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
    "A word by itself is easy to guess.": gettext_lazy("A single word is easily guessed."),
    "Names and surnames by themselves are easy to guess.": gettext_lazy(
        "A name alone is easily guessed."
    ),
    "Common names and surnames are easy to guess.": gettext_lazy(
        "Common names are easily guessed."
    ),
    "Capitalization doesn't help very much.": gettext_lazy("A capital letter hardly helps."),
    "All-uppercase is almost as easy to guess as all-lowercase.": gettext_lazy(
        "Capitals throughout are guessed almost as easily as small letters."
    ),
    "Reversed words aren't much harder to guess.": gettext_lazy(
        "A word written backwards is hardly harder to guess."
    ),
    "Predictable substitutions like '@' instead of 'a' don't help very much.": gettext_lazy(
        "Replacing letters, such as “a” by “@”, hardly helps."
    ),
}


def easily_guessed(warning: str, suggestions: Iterable[str]) -> list[str]:
    """Why a password was refused, and what to do about it: a sentence each."""
    told = [str(ADVICE[text]) for text in (warning, *suggestions) if text in ADVICE]
    if not told:
        told = [_("Use four or five words that have nothing to do with each other or with you.")]
    return [_("This password is too easily guessed."), *told]
