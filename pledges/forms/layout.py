"""Our own crispy-forms layout objects: a pledge's clause tree as a sheet with blanks to fill in.

They lay out the same classes as `pledges.rendering.body` writes for reading, so that one style
sheet serves both; where an answer would stand, an input stands.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from crispy_forms.layout import LayoutObject
from crispy_forms.utils import render_field
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from pledges.core.languages import ENGLISH
from pledges.core.template.blanks import OTHER, Blank
from pledges.core.template.clauses import Clause
from pledges.forms.notes import Notes
from pledges.rendering.body import NEEDS_NO_SPACE, number_width, typeset

TEMPLATE_PACK = "sheet"


def set_narrow(text: str, language: str) -> SafeString:
    """Escaped text with the quotes and dashes of English as the reading page sets them.

    Latin runs in Chinese are left to the browser's own spacing, as they stand beside inputs.
    """
    return typeset(text, ENGLISH) if language == ENGLISH else conditional_escape(text)


class SheetForm(Protocol):
    """What the layout needs of the form it lays out."""

    notes: Notes
    given: Mapping[str, str]


class _Block(LayoutObject):
    """A part of the sheet with a template of its own; renders what it holds into it."""

    template = ""

    def __init__(self, *fields: LayoutObject) -> None:
        self.fields = list(fields)

    def facts(self, form: SheetForm) -> dict[str, Any]:
        return {}

    def render(
        self, form: Any, context: Context, template_pack: str = TEMPLATE_PACK, **kwargs: Any
    ) -> SafeString:
        inner = self.get_rendered_fields(form, context, template_pack, **kwargs)
        html = render_to_string(
            self.get_template_name(template_pack),
            {"block": self, "inner": inner, **self.facts(form)},
        )
        # Between the words of a Chinese sentence a line break in a template would be a gap.
        return SafeString(html.strip())


class Sheet(_Block):
    """The whole: the head, notes about the whole, and every clause."""

    template = "%s/layout/sheet.html"

    def __init__(self, *fields: LayoutObject, head: Mapping[str, str]) -> None:
        super().__init__(*fields)
        self.head = head

    def facts(self, form: SheetForm) -> dict[str, Any]:
        return {"head": self.head, "notes": form.notes.at("")}


class Line(LayoutObject):
    """The sentence of one clause: words, and blanks between them."""

    def __init__(self, *fields: LayoutObject) -> None:
        self.fields = list(fields)

    def render(
        self, form: Any, context: Context, template_pack: str = TEMPLATE_PACK, **kwargs: Any
    ) -> SafeString:
        return self.get_rendered_fields(form, context, template_pack, **kwargs)


class ClauseBlock(_Block):
    """A numbered clause: its line, the notes about it, and the clauses below it."""

    template = "%s/layout/clause.html"

    def __init__(self, clause: Clause, line: Line, *children: LayoutObject) -> None:
        super().__init__(*children)
        self.clause, self.line = clause, line
        self.hang = number_width(clause.number) if clause.number else 0
        self.gap = "" if clause.number.endswith(NEEDS_NO_SPACE) else " "
        self.has_blanks = bool(line.fields) and any(
            not isinstance(item, InlineWords) for item in line.fields
        )

    def facts(self, form: SheetForm) -> dict[str, Any]:
        return {"notes": form.notes.at(self.clause.key)}

    def render(
        self, form: Any, context: Context, template_pack: str = TEMPLATE_PACK, **kwargs: Any
    ) -> SafeString:
        inner = self.get_rendered_fields(form, context, template_pack, **kwargs)
        line = self.line.render(form, context, template_pack, **kwargs)
        html = render_to_string(
            self.get_template_name(template_pack),
            {"block": self, "line": line, "inner": inner, **self.facts(form)},
        )
        return SafeString(html.strip())


class SectionBlock(ClauseBlock):
    """A numbered clause that is a heading over others."""

    template = "%s/layout/section.html"

    def __init__(self, clause: Clause, line: Line, *children: LayoutObject, level: int) -> None:
        super().__init__(clause, line, *children)
        self.level = level
        self.heading_level = min(level + 1, 6)


class ParagraphBlock(ClauseBlock):
    """An unnumbered line."""

    template = "%s/layout/paragraph.html"
    css_class = "paragraph"


class FieldLine(ParagraphBlock):
    """A head line: a label and its blank."""

    template = "%s/layout/field_line.html"
    css_class = "field"


class InlineWords(LayoutObject):
    """Fixed words in a sentence."""

    def __init__(self, text: str, language: str) -> None:
        self.fields: list[Any] = []
        self.text, self.language = text, language

    def render(self, form: Any, context: Context, *args: Any, **kwargs: Any) -> SafeString:
        return set_narrow(self.text, self.language)


class InlineBlank(LayoutObject):
    """An input in the sentence, never parted from the punctuation around it."""

    template = "%s/field.html"

    def __init__(self, blank: Blank, lead: str = "", tail: str = "") -> None:
        self.fields: list[Any] = [blank.code]
        self.blank, self.lead, self.tail = blank, lead, tail

    def render(
        self, form: Any, context: Context, template_pack: str = TEMPLATE_PACK, **kwargs: Any
    ) -> SafeString:
        html = render_field(
            self.blank.code,
            form,
            context,
            template=self.get_template_name(template_pack),
            template_pack=template_pack,
            extra_context={"block": self},
        )
        return SafeString(html.strip())


class LinesBlank(InlineBlank):
    """A text of several lines: it takes the width of the sheet, the sentence goes on after it."""

    template = "%s/layout/lines.html"


class ChoiceBlank(InlineBlank):
    """A choice printed as boxes; its last option may take a text of its own."""

    template = "%s/layout/choice.html"

    def __init__(self, blank: Blank, lead: str = "", tail: str = "") -> None:
        super().__init__(blank, lead, tail)
        self.other_value = blank.other_value
        self.other_field = blank.code + OTHER
        if blank.other:
            self.fields.append(self.other_field)

    def render(
        self, form: Any, context: Context, template_pack: str = TEMPLATE_PACK, **kwargs: Any
    ) -> SafeString:
        other = form[self.other_field] if self.blank.other else None
        if other is not None and hasattr(form, "rendered_fields"):
            form.rendered_fields.add(self.other_field)
        html = render_field(
            self.blank.code,
            form,
            context,
            template=self.get_template_name(template_pack),
            template_pack=template_pack,
            extra_context={
                "block": self,
                "other": other,
                "about": form.notes.about(self.blank.code),
            },
        )
        return SafeString(html.strip())


class GivenBlank(LayoutObject):
    """A blank that the manager does not fill: from the record, or given by the system."""

    def __init__(self, blank: Blank, lead: str = "", tail: str = "") -> None:
        self.fields: list[Any] = []
        self.blank, self.lead, self.tail = blank, lead, tail

    def render(
        self, form: Any, context: Context, template_pack: str = TEMPLATE_PACK, **kwargs: Any
    ) -> SafeString:
        html = render_to_string(
            f"{template_pack}/layout/given.html",
            {"block": self, "value": form.given.get(self.blank.code, "")},
        )
        return SafeString(html.strip())
