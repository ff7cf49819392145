"""A verdict in words: what each line found, and what the file states.

Whatever a file says passes here on its way to a terminal or a page, and is escaped.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final

from pledges.core.characters import shown
from pledges.core.languages import Localized
from pledges.proof.messages.catalogue import REASONS
from pledges.proof.verdict import Line, Summary

INTRODUCED: Final[Mapping[str, Localized]] = {
    "first": Localized(zh="，为其首个密钥", en=", the person's first"),
    "officer": Localized(
        zh="，经另一人当面核对后确认", en=", confirmed in person by a second person"
    ),
    "operator": Localized(zh="，经系统运维人员确认", en=", confirmed by the system operator"),
    "passkey": Localized(zh="，由其原有的密钥确认", en=", confirmed with an earlier one"),
}


WHY: Final[Mapping[str, Localized]] = {
    "facts.issued": Localized(
        zh="账本记载的不是这份文件", en="the ledger's entry is for another file"
    ),
    "inclusion": Localized(
        zh="账本检查点不包含这条记录", en="the ledger's checkpoint does not include the entry"
    ),
    "certificate": Localized(
        zh="账本的证书不是由所信任的根证书签发",
        en="the ledger's certificate was not issued under the trusted root",
    ),
}
"""What the codes of a failed proof mean."""


def say(line: Line, language: str) -> str:
    """What `line` found, in `language`."""
    values = _Lenient({name: shown(value) for name, value in line.values.items()})
    if values.get("why") in WHY:
        values["why"] = WHY[values["why"]].in_(language)
    if "introduced" in values:
        values["introduced"] = INTRODUCED[values["introduced"]].in_(language)
    return REASONS[line.reason].in_(language).format_map(values).strip()


EXPLAINED: Final[Mapping[str, Localized]] = {
    "rule": Localized(zh="规则", en="Rule"),
    "expected": Localized(zh="应为", en="Expected"),
    "found": Localized(zh="实为", en="Found"),
    "where": Localized(zh="位置", en="Where"),
}


def explain(line: Line, language: str) -> list[tuple[str, str]]:
    """Why `line` failed, as labels and texts; the texts are in English, and what a file says."""
    told = line.explanation
    if told is None:
        return []
    texts = {name: getattr(told, name) for name in EXPLAINED}
    return [(EXPLAINED[name].in_(language), shown(text)) for name, text in texts.items() if text]


def shown_summary(summary: Summary) -> Summary:
    """`summary` as people are shown it; to the letter it stands in the JSON of the command."""
    return replace(
        summary, **{each.name: _seen(getattr(summary, each.name)) for each in fields(summary)}
    )


def _seen(value: Any) -> Any:
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, Mapping):
        return {shown(name): shown(text) for name, text in value.items()}
    return value


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""
