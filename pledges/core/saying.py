"""A verdict in words: what each line found, filled with what it found it of."""

from collections.abc import Mapping
from typing import Final

from pledges.core.blanks import Localized
from pledges.core.verdict import Line
from pledges.core.verdict_words import REASONS

INTRODUCED: Final[Mapping[str, Localized]] = {
    "first": Localized(zh="，为其首个密钥", en=", the person's first"),
    "operator": Localized(
        zh="，经系统运行人员准许", en=", permitted by whoever runs the installation"
    ),
    "passkey": Localized(zh="，由其先前的密钥确认", en=", confirmed by an earlier one"),
}


def say(line: Line, language: str) -> str:
    """What `line` found, in `language`."""
    values = _Lenient(line.values)
    if "introduced" in values:
        values["introduced"] = INTRODUCED[values["introduced"]].in_(language)
    return REASONS[line.reason].in_(language).format_map(values).strip()


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""
