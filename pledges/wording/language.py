"""Which of the two languages the active one is, for wordings that are data."""

from django.utils.translation import get_language

from pledges.core.languages import CHINESE, ENGLISH, Localized


def active() -> str:
    """The language tag, as the domain knows it, of the language that pages are shown in."""
    return ENGLISH if (get_language() or "").startswith("en") else CHINESE


def here(words: Localized) -> str:
    """`words` in the language that pages are shown in, or in the other where that is empty."""
    return words.in_(active()) or words.zh or words.en
