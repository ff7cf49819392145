"""What a blank is: its kind, its labels, its hard and expected ranges, its options."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, cast

from pledges.core.languages import Localized

PROFILE_FIELDS = ("name", "employee_number", "position", "department", "contact")
GUIDANCE = ("hint", "example", "default")
"""The fields of a blank that guide whoever fills it in, one wording each."""
_PLAIN = ("expected_option", "decimals", "other", "profile_field", "correctable", "article_of")


class Kind(StrEnum):
    """What may stand in a blank."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    PERCENT = "percent"
    TEXT = "text"
    LONG_TEXT = "long_text"
    DATE = "date"
    CHOICE = "choice"
    PROFILE = "profile"
    SERIAL = "serial"
    STATUTE = "statute"

    @property
    def is_number(self) -> bool:
        return self in (Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT)


@dataclass(frozen=True)
class Range:
    """Bounds, both included; a missing one does not bind.

    Decimals for numbers and for lengths in characters, dates for dates.
    """

    minimum: Decimal | date | None = None
    maximum: Decimal | date | None = None

    def admits(self, value: Decimal | date) -> bool:
        """Whether a value of the same sort as the bounds lies within them."""
        return self._in_order(self.minimum, value) and self._in_order(value, self.maximum)

    @property
    def is_in_order(self) -> bool:
        """Whether the bounds are of one sort and the minimum is not above the maximum."""
        return self._in_order(self.minimum, self.maximum)

    @staticmethod
    def _in_order(low: Decimal | date | None, high: Decimal | date | None) -> bool:
        if low is None or high is None:
            return True
        if isinstance(low, Decimal) and isinstance(high, Decimal):
            return low <= high
        if isinstance(low, date) and isinstance(high, date):
            return low <= high
        return False


@dataclass(frozen=True)
class Option:
    """One box of a choice."""

    value: str
    label: Localized


@dataclass(frozen=True)
class Blank:
    """One blank of a pledge, as its version declares it.

    An answer outside `hard` is refused, one outside `expected` is accepted and flagged. For text
    both count characters. `decimals` is how many a decimal or percent may have. `other` says that
    the last option takes a text of its own. `unit` is for labels, forms and spreadsheets: in the
    sentence the unit is part of the pledge text.

    Guidance for whoever fills it in, none of it printed: `hint` says what belongs there, `example`
    shows an answer, `default` is an answer that one press puts in, `suggestions` are answers
    to choose from. A number that is the article of a law names that law's blank in `article_of`.
    """

    code: str
    kind: Kind
    label: Localized
    unit: Localized = Localized()
    hard: Range = Range()
    expected: Range = Range()
    expected_option: str = ""
    decimals: int = 0
    options: tuple[Option, ...] = ()
    other: bool = False
    profile_field: str = ""
    correctable: bool = False
    hint: Localized = Localized()
    example: Localized = Localized()
    default: Localized = Localized()
    suggestions: tuple[Localized, ...] = ()
    article_of: str = ""

    @property
    def filled_by_manager(self) -> bool:
        """False for a serial, and for a profile blank that may not be corrected."""
        return self.kind != Kind.SERIAL and (self.kind != Kind.PROFILE or self.correctable)

    @property
    def other_value(self) -> str:
        """The value of the option that takes a text, "" when there is none."""
        return self.options[-1].value if self.other and self.options else ""


def to_data(blank: Blank) -> dict[str, Any]:
    """The blank as JSON-able data, everything that is not at its default; numbers as text."""
    data: dict[str, Any] = {
        "code": blank.code,
        "kind": blank.kind.value,
        "label": blank.label.to_data(),
    }
    if blank.unit != Localized():
        data["unit"] = blank.unit.to_data()
    for name in ("hard", "expected"):
        bounds = getattr(blank, name)
        written = {
            end: str(bound)
            for end in ("minimum", "maximum")
            if (bound := getattr(bounds, end)) is not None
        }
        if written:
            data[name] = written
    if blank.options:
        data["options"] = [
            {"value": option.value, "label": option.label.to_data()} for option in blank.options
        ]
    for name in _PLAIN:
        if value := getattr(blank, name):
            data[name] = value
    for name in GUIDANCE:
        if (wording := getattr(blank, name)) != Localized():
            data[name] = wording.to_data()
    if blank.suggestions:
        data["suggestions"] = [each.to_data() for each in blank.suggestions]
    return data


def from_data(data: Mapping[str, Any]) -> Blank:
    """The blank that `to_data` wrote. Raises KeyError or ValueError for anything else."""
    kind = Kind(data["kind"])
    return Blank(
        code=data["code"],
        kind=kind,
        label=_localized(data["label"]),
        unit=_localized(data.get("unit", {})),
        hard=_range(kind, data.get("hard", {})),
        expected=_range(kind, data.get("expected", {})),
        expected_option=data.get("expected_option", ""),
        decimals=data.get("decimals", 0),
        options=tuple(
            Option(option["value"], _localized(option["label"]))
            for option in data.get("options", ())
        ),
        other=data.get("other", False),
        profile_field=data.get("profile_field", ""),
        correctable=data.get("correctable", False),
        article_of=data.get("article_of", ""),
        suggestions=tuple(_localized(each) for each in data.get("suggestions", ())),
        **{name: _localized(data.get(name, {})) for name in GUIDANCE},
    )


def _localized(data: Mapping[str, str]) -> Localized:
    return Localized(data.get("zh", ""), data.get("en", ""))


def _range(kind: Kind, data: Mapping[str, str]) -> Range:
    read = date.fromisoformat if kind == Kind.DATE else Decimal
    bounds = (read(data[end]) if end in data else None for end in ("minimum", "maximum"))
    return Range(*cast("tuple[Decimal | date | None, ...]", tuple(bounds)))
