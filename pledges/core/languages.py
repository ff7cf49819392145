"""The two languages, and one wording in both."""

from dataclasses import dataclass

ENGLISH = "en"
CHINESE = "zh-hans"
LANGUAGES = (CHINESE, ENGLISH)


@dataclass(frozen=True)
class Localized:
    """One wording in both languages."""

    zh: str = ""
    en: str = ""

    def in_(self, language: str) -> str:
        """The wording in "en", or the Chinese one for any other language tag."""
        return self.en if language == ENGLISH else self.zh

    def to_data(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}
