"""Where a member of a task stands: the codes that a record knows, which number 1 froze."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from pledges.core.languages import Localized

STANDINGS: Final[Mapping[str, Localized]] = {
    "in-force": Localized(zh="生效中", en="In force"),
    "on-paper": Localized(zh="纸质承诺书", en="On paper"),
    "in-review": Localized(zh="审核中", en="In review"),
    "excused": Localized(zh="已豁免", en="Excused"),
    "left": Localized(zh="已离职", en="Left"),
    "returned": Localized(zh="已退回", en="Returned"),
    "on-leave": Localized(zh="休假中", en="On leave"),
    "overdue": Localized(zh="已逾期", en="Overdue"),
    "due": Localized(zh="待签", en="To be signed"),
}
"""By code, in the order in which the first that holds is where a member stands."""


def counted(codes: Iterable[str]) -> dict[str, int]:
    """How many there are of each code, those with nobody too, in their order."""
    found = Counter(codes)
    return {code: found[code] for code in STANDINGS}


def in_words(counts: Mapping[str, int], language: str) -> str:
    """The counts that are not zero, as one line."""
    there = {code: words for code, words in STANDINGS.items() if counts[code]}
    return " · ".join(f"{words.in_(language)} {counts[code]}" for code, words in there.items())
