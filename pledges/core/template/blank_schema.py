"""The declaration of blanks in a template file: which keys each kind takes, and sane values."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from yaml.nodes import Node

from pledges.core.languages import Localized
from pledges.core.template.blank_kinds import GUIDANCE
from pledges.core.template.blanks import (
    PROFILE_FIELDS,
    Blank,
    Kind,
    Option,
    Range,
)
from pledges.core.template.outline import CODE
from pledges.core.template.yaml_nodes import NodeReader

MAX_DECIMALS = 6

MAX_GUIDANCE = 300
"""Characters of a hint, an example or a suggestion."""
MAX_SUGGESTIONS = 50

_NUMBER_KEYS = ("unit", "hard", "expected", *GUIDANCE, "suggestions")
KEYS: dict[Kind, tuple[str, ...]] = {
    Kind.INTEGER: (*_NUMBER_KEYS, "article_of"),
    Kind.DECIMAL: (*_NUMBER_KEYS, "decimals"),
    Kind.PERCENT: (*_NUMBER_KEYS, "decimals"),
    Kind.TEXT: ("hard", "expected", *GUIDANCE, "suggestions"),
    Kind.LONG_TEXT: ("hard", "expected", *GUIDANCE),
    Kind.DATE: ("hard", "expected", *GUIDANCE),
    Kind.CHOICE: ("hard", "options", "other", "expected_option", "hint", "default"),
    Kind.PROFILE: ("hard", "profile_field", "correctable", "hint", "example"),
    Kind.SERIAL: (),
    Kind.STATUTE: ("hard", *GUIDANCE, "suggestions"),
}
_ALL_KEYS = tuple(dict.fromkeys(key for keys in KEYS.values() for key in keys))


def read_blanks(reader: NodeReader, node: Node | None) -> tuple[tuple[Blank, Node], ...]:
    """The blanks that could be read, each with the node of its code, to place later faults."""
    read: dict[str, tuple[Blank, Node]] = {}
    for item in reader.sequence(node):
        values = reader.mapping(item, ("code", "kind", "label"), _ALL_KEYS)
        if "code" not in values or "kind" not in values:
            continue
        code, kind = reader.text(values["code"]), _kind(reader, values["kind"])
        if code and not CODE.fullmatch(code):
            reader.fault(values["code"], "bad-code", CODE.pattern, code)
        elif code in read:
            reader.fault(values["code"], "duplicate-code", "", code)
        elif code and kind:
            read[code] = (_blank(reader, code, kind, values), values["code"])
    return tuple(read.values())


def _kind(reader: NodeReader, node: Node) -> Kind | None:
    text = reader.text(node)
    if text in list(Kind):
        return Kind(text)
    if text:
        reader.fault(node, "unknown-kind", ", ".join(Kind), text)
    return None


def _blank(reader: NodeReader, code: str, kind: Kind, values: dict[str, Node]) -> Blank:
    for key in _ALL_KEYS:
        if key in values and key not in KEYS[kind]:
            reader.fault(values[key], "not-for-this-kind", ", ".join(KEYS[kind]), key)
    blank = Blank(
        code=code,
        kind=kind,
        label=reader.localized(values["label"]) if "label" in values else Localized(),
        unit=reader.localized(values.get("unit")),
        decimals=_decimals(reader, values.get("decimals")),
        article_of=reader.text(values.get("article_of")),
        **_guidance(reader, kind, values),
    )
    hard = _range(reader, blank, values.get("hard"))
    expected = _range(reader, blank, values.get("expected"))
    # An expectation that no accepted answer can meet would flag everybody.
    if hard and expected and not _overlap(hard, expected):
        reader.fault(values["expected"], "bad-range")
    blank = replace(blank, hard=hard or Range(), expected=expected or Range())
    if kind == Kind.CHOICE:
        return _choice(reader, blank, values)
    if kind == Kind.PROFILE:
        return _profile(reader, blank, values)
    return blank


def _guidance(reader: NodeReader, kind: Kind, values: dict[str, Node]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    if "hint" in values:
        read["hint"] = _short(reader, values["hint"], reader.localized(values["hint"]))
    for name in ("example", "default"):
        if name in values:
            lines = kind == Kind.LONG_TEXT
            words = reader.either(values[name], lines=lines)
            read[name] = words if lines else _short(reader, values[name], words)
    if "suggestions" in values:
        node, items = values["suggestions"], reader.sequence(values["suggestions"])
        if not 0 < len(items) <= MAX_SUGGESTIONS:
            reader.fault(node, "bad-count", f"1-{MAX_SUGGESTIONS}", str(len(items)))
        read["suggestions"] = tuple(_short(reader, each, reader.either(each)) for each in items)
    return read


def _short(reader: NodeReader, node: Node, words: Localized) -> Localized:
    if (length := max(len(words.zh), len(words.en))) > MAX_GUIDANCE:
        reader.fault(node, "text-too-long", str(MAX_GUIDANCE), str(length))
    return words


def _decimals(reader: NodeReader, node: Node | None) -> int:
    if node is None:
        return 0
    number = reader.number(node)
    if number is None or number not in range(MAX_DECIMALS + 1):
        reader.fault(node, "bad-decimals", f"0-{MAX_DECIMALS}", str(number or ""))
        return 0
    return int(number)


def _range(reader: NodeReader, blank: Blank, node: Node | None) -> Range | None:
    if node is None:
        return None
    ends = reader.mapping(node, (), ("minimum", "maximum"))
    bounds = Range(*(_bound(reader, blank, ends.get(end)) for end in ("minimum", "maximum")))
    if not ends or not bounds.is_in_order:
        reader.fault(node, "bad-range", "minimum, maximum")
        return None
    return bounds


def _bound(reader: NodeReader, blank: Blank, node: Node | None) -> Decimal | date | None:
    if node is None:
        return None
    if blank.kind == Kind.DATE:
        return reader.day(node)
    number = reader.number(node)
    if number is None:
        return None
    is_length = not blank.kind.is_number
    must_be_whole = is_length or blank.kind == Kind.INTEGER
    is_whole = number == number.to_integral_value()
    if (must_be_whole and not is_whole) or (is_length and number < 0):
        reader.fault(node, "bad-number", "", str(number))
        return None
    return number


def _overlap(first: Range, second: Range) -> bool:
    return (
        Range(first.minimum, second.maximum).is_in_order
        and Range(second.minimum, first.maximum).is_in_order
    )


def _choice(reader: NodeReader, blank: Blank, values: dict[str, Node]) -> Blank:
    options: dict[str, Option] = {}
    for item in reader.sequence(values.get("options")):
        fields = reader.mapping(item, ("value", "label"))
        if "value" not in fields or "label" not in fields:
            continue
        value = reader.text(fields["value"])
        if value and not CODE.fullmatch(value):
            reader.fault(fields["value"], "bad-code", CODE.pattern, value)
        if value in options:
            reader.fault(fields["value"], "duplicate-option", "", value)
        options[value] = Option(value, reader.localized(fields["label"]))
    if len(options) < 2:
        reader.fault(values.get("options", values["code"]), "too-few-options", "2")
    expected = ""
    if "expected_option" in values:
        expected = reader.text(values["expected_option"])
        if expected and expected not in options:
            reader.fault(values["expected_option"], "unknown-option", ", ".join(options), expected)
    return replace(
        blank,
        options=tuple(options.values()),
        expected_option=expected,
        other=reader.boolean(values.get("other")),
    )


def _profile(reader: NodeReader, blank: Blank, values: dict[str, Node]) -> Blank:
    name = ""
    if "profile_field" not in values:
        reader.fault(values["code"], "missing-key", "profile_field")
    else:
        name = reader.text(values["profile_field"])
        if name and name not in PROFILE_FIELDS:
            known = ", ".join(PROFILE_FIELDS)
            reader.fault(values["profile_field"], "unknown-profile-field", known, name)
    return replace(blank, profile_field=name, correctable=reader.boolean(values.get("correctable")))
