"""Compliance's forms: a draft's wording, dates and ranges; how long pledges are kept."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pledges import wording
from pledges.admin import guidance_forms
from pledges.core.languages import Localized
from pledges.core.template.blanks import Blank, Kind, Range
from pledges.core.template.definition import MAX_TERM_MONTHS
from pledges.core.template.problems import Problem
from pledges.core.template.template_file import Definition, to_text
from pledges.models import PledgeTemplate
from pledges.wording.language import here

_LENGTHS = {Kind.TEXT, Kind.LONG_TEXT}
_ENDS = ("minimum", "maximum")
_CROSSED = {
    ("hard_minimum", "hard_maximum"): "hard_minimum",
    ("expected_minimum", "expected_maximum"): "expected_minimum",
    ("expected_minimum", "hard_maximum"): "expected_minimum",
    ("hard_minimum", "expected_maximum"): "expected_maximum",
}
"""Of which bounds the first must not be above the second, and at which field that is said."""
_BOUNDS = {
    "hard_minimum": _("minimum allowed"),
    "hard_maximum": _("maximum allowed"),
    "expected_minimum": _("minimum expected"),
    "expected_maximum": _("maximum expected"),
}


def _text(label: Any, rows: int = 3, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **options)


class RetentionForm(forms.ModelForm):
    """For how many years the pledges of a template are kept; saved by an action."""

    class Meta:
        model = PledgeTemplate
        fields = ("retention_years",)


class DefinitionForm(forms.Form):
    """A draft's definition as a form; `definition()` is what was typed, once it is valid.

    Blanks are not added or removed here, only their ranges, expected choices and guidance are set:
    a new blank needs its place in both texts, and comes with an imported file.
    """

    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=120)
    title_en = forms.CharField(label=_("Title (English)"), max_length=200)
    subtitle_zh = forms.CharField(label=_("Subtitle (Chinese)"), max_length=60)
    subtitle_en = forms.CharField(label=_("Subtitle (English)"), max_length=120)
    effective_on = forms.DateField(
        label=_("Effective date"), widget=forms.DateInput(attrs={"type": "date"})
    )
    term_months = forms.IntegerField(
        label=_("Term in months"),
        required=False,
        min_value=1,
        max_value=MAX_TERM_MONTHS,
        help_text=_(
            "For how many months a pledge is in force from the day of signing. Leave empty if "
            "it is in force until revoked."
        ),
    )
    change_note_zh = _text(_("What has changed, and why (Chinese)"))
    change_note_en = _text(_("What has changed, and why (English)"))
    source_zh = _text(_("Text (Chinese)"), rows=24)
    source_en = _text(_("Text (English)"), rows=24)
    base = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        self.before = definition
        super().__init__(*args, **kwargs)
        # A date input takes and gives ISO dates whatever the language writes.
        self.fields["effective_on"].widget.format = "%Y-%m-%d"
        for blank in definition.blanks:
            self.fields.update(_fields_of(blank))
            self.fields.update(guidance_forms.fields_of(blank))

    def clean(self) -> None:
        for blank in self.before.blanks:
            for name, fault in guidance_forms.faults(blank, self.cleaned_data):
                self.add_error(name, fault)
            for name, fault in _crossed(blank, self.cleaned_data):
                self.add_error(name, fault)

    def guidance(self) -> Iterator[dict[str, Any]]:
        """Each blank that can be guided, with its fields; open where one is to be corrected."""
        for blank in self.before.blanks:
            if cells := [self[name] for name in guidance_forms.fields_of(blank)]:
                is_open = any(cell.errors for cell in cells)
                label = wording.label(blank)
                yield {"label": label, "code": blank.code, "cells": cells, "open": is_open}

    def rows(self) -> Iterator[tuple[Blank, str, list[forms.BoundField]]]:
        """Each blank whose ranges can be set: the blank, what is set, its fields."""
        for blank in self.before.blanks:
            option = f"{blank.code}__expected_option"
            if option in self.fields:
                yield blank, "option", [self[option]]
                continue
            names = [f"{blank.code}__{bound}" for bound in _BOUNDS]
            if cells := [self[name] for name in names if name in self.fields]:
                yield blank, "length" if blank.kind in _LENGTHS else "value", cells

    def definition(self) -> Definition:
        """The definition as edited."""
        typed = self.cleaned_data
        pairs: dict[str, Any] = {
            name: Localized(typed[f"{name}_zh"], typed[f"{name}_en"])
            for name in ("title", "subtitle", "change_note", "source")
        }
        blanks = tuple(self._edited(blank) for blank in self.before.blanks)
        plain = {name: typed[name] for name in ("effective_on", "term_months")}
        return replace(self.before, blanks=blanks, **plain, **pairs)

    def _edited(self, blank: Blank) -> Blank:
        blank = guidance_forms.edited(blank, self.cleaned_data)
        if f"{blank.code}__expected_option" in self.fields:
            return replace(
                blank, expected_option=self.cleaned_data[f"{blank.code}__expected_option"]
            )
        ranges: dict[str, Any] = {}
        for name in ("hard", "expected"):
            old: Range = getattr(blank, name)
            ends = (self._bound(blank, name, end, getattr(old, end)) for end in _ENDS)
            ranges[name] = Range(*ends)
        return replace(blank, **ranges)

    def _bound(self, blank: Blank, name: str, end: str, old: Decimal | date | None) -> Any:
        return self.cleaned_data.get(f"{blank.code}__{name}_{end}", old)

    def point_at(self, problems: tuple[Problem, ...]) -> None:
        """Show each fault at the text that it is in, its line counted within that text."""
        lines = to_text(self.definition()).split("\n")
        chinese, english = lines.index("=== zh-hans") + 1, lines.index("=== en") + 1
        for problem in problems:
            if problem.line > english:
                self._add("source_en", problem, english)
            elif problem.line > chinese:
                self._add("source_zh", problem, chinese)
            elif not self._points_at_guidance(problem, lines[problem.line - 1]):
                line = lines[problem.line - 1].strip()
                self.add_error(None, f"{wording.text_problem(problem)} ({line})")

    def _points_at_guidance(self, problem: Problem, line: str) -> bool:
        if problem.kind != "not-an-answer":
            return False
        code = line.strip().removeprefix("- code: ")
        blank = next((each for each in self.before.blanks if each.code == code), None)
        name = blank and guidance_forms.field_with(blank, problem.found, self.data)
        if name:
            self.add_error(name, wording.fault(problem))
        return bool(name)

    def _add(self, name: str, problem: Problem, above: int) -> None:
        typed = str(self.data.get(name, "")).replace("\r\n", "\n")
        skipped = len(typed) - len(typed.lstrip("\n"))
        self.add_error(name, wording.text_problem(problem.moved(skipped - above)))


def initial_of(definition: Definition, base: str) -> dict[str, Any]:
    """The form's values for `definition`; `base` names the state it was read in."""
    values: dict[str, Any] = {
        "effective_on": definition.effective_on,
        "term_months": definition.term_months,
        "base": base,
    }
    for name in ("title", "subtitle", "change_note", "source"):
        pair: Localized = getattr(definition, name)
        values |= {f"{name}_zh": pair.zh, f"{name}_en": pair.en}
    for blank in definition.blanks:
        values |= guidance_forms.initial_of(blank)
        values[f"{blank.code}__expected_option"] = blank.expected_option
        for bound in _BOUNDS:
            name, end = bound.split("_")
            values[f"{blank.code}__{bound}"] = getattr(getattr(blank, name), end)
    return values


def _fields_of(blank: Blank) -> dict[str, forms.Field]:
    if blank.kind is Kind.CHOICE:
        options: list[tuple[str, Any]] = [("", _("any"))]
        options += [(option.value, here(option.label)) for option in blank.options]
        field = forms.ChoiceField(
            label=_label(blank, _("expected")), choices=options, required=False
        )
        return {f"{blank.code}__expected_option": field}
    if blank.kind in _LENGTHS:
        bounds = [bound for bound in _BOUNDS if bound.startswith("hard")]
    elif blank.kind.is_number or blank.kind is Kind.DATE:
        bounds = list(_BOUNDS)
    else:
        bounds = []
    return {f"{blank.code}__{bound}": _bound_field(blank, bound) for bound in bounds}


def _crossed(blank: Blank, typed: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Where bounds leave no answer: the field, and which two of them contradict each other."""
    for (low, high), named in _CROSSED.items():
        least, most = (typed.get(f"{blank.code}__{bound}") for bound in (low, high))
        if not Range(least, most).is_in_order:
            said = {"low": _BOUNDS[low], "least": least, "high": _BOUNDS[high], "most": most}
            fault = gettext("“%(low)s” (%(least)s) is above “%(high)s” (%(most)s).")
            yield f"{blank.code}__{named}", fault % said


def _label(blank: Blank, bound: Any) -> str:
    """What is bounded stands once at the row's beginning; to the ear, at each of its fields."""
    return format_html('<span class="visually-hidden">{} </span>{}', wording.label(blank), bound)


def _bound_field(blank: Blank, bound: str) -> forms.Field:
    label = _label(blank, _BOUNDS[bound])
    if blank.kind is Kind.DATE:
        calendar = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(label=label, required=False, widget=calendar)
    places = blank.decimals if blank.kind.is_number else 0
    widget = forms.TextInput(attrs={"inputmode": "decimal", "size": 6})
    return forms.DecimalField(
        label=label, required=False, decimal_places=places, max_digits=14, widget=widget
    )
