"""The form of one draft: an input for each blank, laid out as the sheet; it never refuses."""

from collections.abc import Collection, Iterable, Mapping

from crispy_forms.helper import FormHelper
from django import forms

from pledges.core.template.blanks import OTHER, Blank, Kind
from pledges.forms.hints import hints_of
from pledges.forms.notes import Former, Notes, gather
from pledges.forms.progress import Progress, measure
from pledges.forms.sheet_layout import TEMPLATE_PACK, SheetLayout
from pledges.forms.statute_input import list_id
from pledges.forms.understood import understood
from pledges.models import Pledge
from pledges.rendering.inline_text import typeset

PREFIX = "answer"
_MAX_INLINE = 60
_INPUT_MODES = {Kind.INTEGER: "numeric", Kind.DECIMAL: "decimal", Kind.PERCENT: "decimal"}


def field_name(code: str) -> str:
    """The name under which a browser sends the answer kept under `code`."""
    return f"{PREFIX}-{code}"


def typed_from(data: Mapping[str, str], blanks: Iterable[Blank]) -> dict[str, str]:
    """What was typed, by code; codes that were not sent are left out, not emptied."""
    codes = [code for blank in blanks for code in (blank.code, blank.code + OTHER)]
    return {
        code: data[field_name(code)].replace("\r\n", "\n")
        for code in codes
        if field_name(code) in data
    }


class FillingForm(forms.Form):
    """A draft as inputs on its sheet, with the notes about its answers.

    What was typed is kept as it was typed, right or wrong: the domain reads it
    (`pledges.core.template.blanks.read`), and this form only lays it out. What was understood
    otherwise than it was typed ("１２ 小时") is shown as the document will print it. `typed`,
    where given, stands in the inputs instead of what the draft holds. `strict` also names what is
    merely empty.
    """

    def __init__(
        self,
        pledge: Pledge,
        *,
        typed: Mapping[str, str] | None = None,
        profile: Mapping[str, str],
        reasons: Collection[tuple[str, str]] = (),
        former: Former | None = None,
        strict: bool = False,
    ) -> None:
        version, language = pledge.version, pledge.language
        blanks = version.blank_list
        shown = {**pledge.answers, **(typed or {})}
        outline = version.outline(language)
        reading = version.read(shown)
        self.understood = understood(blanks, shown, reading, language)
        super().__init__(initial={**shown, **self.understood}, prefix=PREFIX)
        self.notes: Notes = gather(
            outline,
            blanks,
            reading,
            profile=profile,
            typed=shown,
            reasons=reasons,
            former=former,
            strict=strict,
        )
        self.hints = hints_of(blanks, language)
        self.progress: Progress = measure(outline, language, blanks, reading)
        self.given = {**profile, **_serials(blanks, pledge.number)}
        for blank in blanks:
            if blank.filled_by_manager:
                self._add(blank, language)
        self.helper = FormHelper()
        self.helper.template_pack = TEMPLATE_PACK
        self.helper.form_tag = False
        self.helper.layout = SheetLayout(version, language)

    def _add(self, blank: Blank, language: str) -> None:
        self.fields[blank.code] = forms.CharField(
            required=False,
            strip=False,
            label=blank.label.in_(language),
            widget=_widget(blank, language, self.described(blank.code)),
        )
        if blank.other:
            name = f"{blank.label.in_(language)}: {blank.options[-1].label.in_(language)}"
            self.fields[blank.code + OTHER] = forms.CharField(
                required=False,
                strip=False,
                widget=forms.TextInput(
                    {
                        **_attributes(blank.code + OTHER, name, "answer-other"),
                        **self.described(blank.code),
                    }
                ),
            )

    def described(self, code: str) -> dict[str, str]:
        """What ties a blank to its hint and to the notes about it."""
        hint = self.hints.get(code)
        return self.notes.attributes(code, hint.element_id if hint else "")


def _serials(blanks: Iterable[Blank], number: str | None) -> dict[str, str]:
    return {blank.code: number or "" for blank in blanks if blank.kind is Kind.SERIAL}


def _widget(blank: Blank, language: str, described: Mapping[str, str]) -> forms.Widget:
    label, unit = blank.label.in_(language), blank.unit.in_(language)
    name = f"{label} ({unit})" if unit and unit not in label else label
    attributes = {
        **_attributes(blank.code, name, _css_class(blank)),
        **described,
    }
    if blank.kind is Kind.CHOICE:
        options = [
            (option.value, typeset(option.label.in_(language), language))
            for option in blank.options
        ]
        return forms.RadioSelect({"data-code": blank.code, "class": "box-input"}, options)
    if blank.kind is Kind.LONG_TEXT:
        return forms.Textarea({**attributes, "rows": "4"})
    if blank.kind in _INPUT_MODES:
        attributes["inputmode"] = _INPUT_MODES[blank.kind]
    if blank.kind is Kind.STATUTE:
        attributes["list"] = list_id(blank.code)
    return forms.TextInput({**attributes, "enterkeyhint": "next"})


def _attributes(code: str, name: str, css_class: str) -> dict[str, str]:
    return {
        "class": f"answer {css_class}",
        "aria-label": name,
        "autocomplete": "off",
        "data-code": code,
    }


def _css_class(blank: Blank) -> str:
    """The width class of a blank, by how long its answers can be."""
    if blank.kind is Kind.LONG_TEXT:
        return "answer-lines"
    if blank.kind is Kind.DATE:
        return "answer-date"
    if blank.kind.is_number:
        bounds = (blank.hard.minimum, blank.hard.maximum)
        longest = max((len(str(bound)) for bound in bounds if bound is not None), default=9)
        return "answer-number" if longest + blank.decimals <= 5 else "answer-long-number"
    if blank.kind is Kind.STATUTE:
        return "answer-wide"
    longest_text = blank.hard.maximum
    if longest_text is not None and int(str(longest_text)) > _MAX_INLINE:
        return "answer-wide"
    return "answer-text"
