"""The layout of a draft's form for crispy-forms: the sheet, with an input in each slot."""

from collections.abc import Mapping
from typing import Any, Protocol

from crispy_forms.layout import LayoutObject
from crispy_forms.utils import render_field
from django.forms import BoundField
from django.forms.utils import flatatt
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pledges.core.languages import ENGLISH
from pledges.core.sheet import PledgeText
from pledges.core.template.blanks import OTHER, Blank, Kind
from pledges.core.template.clauses import Outline, Slot
from pledges.forms.hints import Hint, write_hints
from pledges.forms.notes import Notes
from pledges.forms.statute_input import title_list
from pledges.models import Organisation, TemplateVersion
from pledges.rendering.answer_writer import AnswerWriter
from pledges.rendering.clause_writer import write_clauses

TEMPLATE_PACK = "sheet"
_BLANKS = {Kind.CHOICE: "choice", Kind.LONG_TEXT: "lines", Kind.STATUTE: "statute"}


class SheetForm(Protocol):
    """What the layout needs of the form it lays out."""

    notes: Notes
    hints: dict[str, Hint]
    given: Mapping[str, str]
    rendered_fields: set[str]

    def __getitem__(self, name: str) -> BoundField: ...

    def described(self, code: str) -> dict[str, str]: ...


class SheetLayout(LayoutObject):
    """The whole form as one sheet."""

    def __init__(self, version: TemplateVersion, language: str) -> None:
        self.version, self.language = version, language
        # A pledge may be without blanks, and a layout without fields would pass for none.
        self.fields = ["", *(blank.code for blank in version.blank_list)]

    def render(
        self, form: SheetForm, context: Context, template_pack: str = TEMPLATE_PACK, **kwargs: Any
    ) -> SafeString:
        text = self._text()
        inputs = InputWriter(form, context, self.language)
        hints = write_hints(text.outline, form.hints, self.language)
        notes = _write_notes(text.outline, form.notes, hints)
        return write_clauses(text, inputs, notes=notes, anchors=True)

    def _text(self) -> PledgeText:
        version, language = self.version, self.language
        return PledgeText(
            language=language,
            title=version.title.in_(language),
            organisation=Organisation.current().name_in(language),
            outline=version.outline(language),
            blanks=version.blank_list,
            term_months=version.term_months,
        )


class InputWriter:
    """Has crispy-forms write the inputs in their slots; what the manager does not fill is read.

    Classes: `unbroken` an input with the punctuation that keeps to it; `answer-block` one
    of several lines, which takes the width of the sheet; `choice` with an `option` for each;
    `given-later` a number that the system has not given yet.
    """

    def __init__(self, form: SheetForm, context: Context, language: str) -> None:
        self._form, self._context, self._language = form, context, language
        self._given = AnswerWriter(language, form.given, for_screen=True)

    def write(self, blank: Blank, opening: SafeString, closing: SafeString) -> SafeString:
        if blank.filled_by_manager:
            return self._input(blank, opening, closing)
        if blank.kind is Kind.SERIAL and not self._form.given.get(blank.code):
            return opening + _promise(blank) + closing
        return self._given.write(blank, opening, closing)

    def _input(self, blank: Blank, opening: SafeString, closing: SafeString) -> SafeString:
        parts: dict[str, object] = {"opening": opening, "closing": closing}
        if blank.kind is Kind.CHOICE:
            parts["described"] = flatatt(self._form.described(blank.code))
        if blank.kind is Kind.STATUTE:
            parts |= {
                "mark": _title_marks(self._language),
                "titles": title_list(blank, self._language),
            }
        if blank.other:
            # It is rendered here, and not as a field of its own.
            self._form.rendered_fields.add(blank.code + OTHER)
            parts |= {"other": self._form[blank.code + OTHER], "other_value": blank.other_value}
        html = render_field(
            blank.code,
            self._form,
            self._context,
            template=f"{TEMPLATE_PACK}/blanks/{_BLANKS.get(blank.kind, 'input')}.html",
            template_pack=TEMPLATE_PACK,
            extra_context=parts,
        )
        # Between the words of a Chinese sentence the line break of a template would be a gap.
        return SafeString(html.strip())


def _title_marks(language: str) -> tuple[str, str]:
    """What a law is printed in; an English title stands for itself."""
    return ("", "") if language == ENGLISH else ("《", "》")


def _promise(blank: Blank) -> SafeString:
    return format_html(
        '<span class="blank given-later" data-code="{}" lang="{}">{}</span>',
        blank.code,
        get_language(),
        _("assigned when the document is prepared"),
    )


def _write_notes(
    outline: Outline, notes: Notes, hints: Mapping[str, SafeString]
) -> dict[str, SafeString]:
    """A place for notes under the head and under each clause with a blank, and where there are
    any: what is typed may bring more. Above them stand the hints, which stay as they are."""
    places = {
        clause.key: notes.at(clause.key)
        for _depth, clause in outline.walk()
        if notes.at(clause.key) or any(isinstance(run, Slot) for run in clause.runs)
    }
    return {
        key: hints.get(key, SafeString(""))
        + SafeString(
            render_to_string("sheet/place_of_notes.html", {"key": key, "notes": of_clause}).strip()
        )
        for key, of_clause in {"": notes.at(""), **places}.items()
    }
