"""The part of a draft's form that guides whoever fills in a blank: hint, example, default, list."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges import wording
from pledges.core.languages import Localized
from pledges.core.template.blank_schema import KEYS, MAX_GUIDANCE, MAX_SUGGESTIONS
from pledges.core.template.blanks import Blank, Kind, read
from pledges.core.template.guidance import WORDS
from pledges.core.template.yaml_nodes import MAX_SCALAR
from pledges.wording.language import here

_LABELS: dict[str, str | Promise] = {
    "hint": gettext_lazy("Hint"),
    "example": gettext_lazy("Example"),
    "default": gettext_lazy("Default"),
    "suggestions": gettext_lazy("Suggestions, one per line"),
}
_LANGUAGES: dict[str, str | Promise] = {
    "zh": gettext_lazy("Chinese"),
    "en": gettext_lazy("English"),
}


def names_of(blank: Blank) -> tuple[str, ...]:
    """What can be said of this blank beforehand."""
    return tuple(name for name in _LABELS if name in KEYS[blank.kind])


def fields_of(blank: Blank) -> dict[str, forms.Field]:
    """The fields: one for each language where words differ, one where a number is the same."""
    fields: dict[str, forms.Field] = {}
    for name in names_of(blank):
        if blank.kind is Kind.CHOICE and name == "default":
            options = [("", _("none")), *((one.value, here(one.label)) for one in blank.options)]
            fields[_key(blank, name)] = forms.ChoiceField(
                label=_label(blank, name), choices=options, required=False
            )
        elif _is_in_both(blank, name):
            fields |= {_key(blank, name, each): _text(blank, name, each) for each in _LANGUAGES}
        else:
            fields[_key(blank, name)] = _text(blank, name)
    return fields


def initial_of(blank: Blank) -> dict[str, str]:
    """The values that the fields begin with."""
    values: dict[str, str] = {}
    for name in names_of(blank):
        words = blank.suggestions if name == "suggestions" else (getattr(blank, name),)
        if blank.kind is Kind.CHOICE and name == "default":
            values[_key(blank, name)] = _option_meant(blank)
        elif _is_in_both(blank, name):
            for each in _LANGUAGES:
                values[_key(blank, name, each)] = "\n".join(getattr(one, each) for one in words)
        else:
            values[_key(blank, name)] = "\n".join(one.zh for one in words)
    return values


def edited(blank: Blank, typed: dict[str, Any]) -> Blank:
    """The blank with the guidance that was typed."""
    changes: dict[str, Any] = {}
    for name in names_of(blank):
        if blank.kind is Kind.CHOICE and name == "default":
            chosen = typed.get(_key(blank, name))
            if chosen != _option_meant(blank):
                labels = (one.label for one in blank.options if one.value == chosen)
                changes[name] = next(labels, Localized())
            continue
        keys = [_key(blank, name, each) for each in _LANGUAGES]
        if not _is_in_both(blank, name):
            keys = [_key(blank, name)] * 2
        zh, en = (typed.get(key, "").replace("\r\n", "\n").strip() for key in keys)
        if name == "suggestions":
            pairs = zip(_lines(zh), _lines(en), strict=False)
            changes[name] = tuple(Localized(*pair) for pair in pairs)
        else:
            changes[name] = Localized(zh, en)
    return replace(blank, **changes)


def faults(blank: Blank, typed: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Where the two languages do not say the same: the field, and what is wrong there."""
    for name in names_of(blank):
        if not _is_in_both(blank, name):
            continue
        keys = [_key(blank, name, each) for each in _LANGUAGES]
        counts = [len(_lines(typed.get(key, ""))) for key in keys]
        if bool(counts[0]) != bool(counts[1]):
            yield keys[counts.index(0)], _("Please fill in both languages or neither.")
        elif name == "suggestions" and counts[0] != counts[1]:
            yield keys[1], _("Please enter as many lines as in Chinese.")


def field_with(blank: Blank, found: str, typed: Mapping[str, Any]) -> str | None:
    """The field in which `found` was typed, None where it stands in none."""
    for key in fields_of(blank):
        value = str(typed.get(key, ""))
        if found and (value.strip().startswith(found) or found in _lines(value)):
            return key
    return None


def _option_meant(blank: Blank) -> str:
    return read([blank], {blank.code: blank.default.zh}).answers.get(blank.code, "")


def _is_in_both(blank: Blank, name: str) -> bool:
    """Whether it is told in each language; a number is written once, unless it was not."""
    if name == "hint" or blank.kind in (*WORDS, Kind.STATUTE, Kind.PROFILE):
        return True
    words = blank.suggestions if name == "suggestions" else (getattr(blank, name),)
    return any(one.zh != one.en for one in words)


def _key(blank: Blank, name: str, language: str = "both") -> str:
    return f"{blank.code}__{name}_{language}"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _text(blank: Blank, name: str, language: str = "") -> forms.CharField:
    lines = name == "suggestions" or (blank.kind is Kind.LONG_TEXT and name != "hint")
    longest = MAX_SCALAR if lines else MAX_GUIDANCE
    if name == "suggestions":
        longest = MAX_SUGGESTIONS * (MAX_GUIDANCE + 1)
    widget = forms.Textarea(attrs={"rows": 3}) if lines else forms.TextInput()
    label = _label(blank, name, language)
    return forms.CharField(label=label, required=False, max_length=longest, widget=widget)


def _label(blank: Blank, name: str, language: str = "") -> Any:
    """The blank's own label stands once above its fields; to the ear, at each of them."""
    said = _LABELS[name]
    if language:
        said = _("%(what)s (%(language)s)") % {"what": said, "language": _LANGUAGES[language]}
    return format_html('<span class="visually-hidden">{} </span>{}', wording.label(blank), said)
