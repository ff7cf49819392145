"""The end of a signed document as a page shows it: the declaration, and what is in the boxes."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from pledges.core.appearances import Appearance, SignedFields
from pledges.core.languages import Localized
from pledges.core.sheet import Sheet
from pledges.core.template.typed_values import written_date
from pledges.rendering import drawings, paper_wording
from pledges.rendering.answer_writer import write_for_screen, write_signer
from pledges.rendering.clause_writer import NO_NOTES
from pledges.rendering.inline_text import typeset

logger = logging.getLogger(__name__)

EMPTY = Localized(zh="空白", en="empty")
COMMA = Localized(zh="，", en=", ")


@dataclass(frozen=True)
class Box:
    """A box with its label: the drawing in it, or the same in lines where it cannot be drawn."""

    label: str
    drawing: SafeString | None
    lines: Sequence[str]


def write_signed(
    sheet: Sheet, fields: SignedFields, *, notes: Mapping[str, SafeString] = NO_NOTES
) -> SafeString:
    """A signed document as a page shows it, to its end, with `notes` under its clauses."""
    return write_for_screen(sheet, notes=notes) + write_closing(sheet, fields)


def write_closing(sheet: Sheet, fields: SignedFields) -> SafeString:
    """The declaration and the two boxes, in the language of the document."""
    language = sheet.language
    context = {
        "lang": paper_wording.language_tag(language),
        "heading": paper_wording.CONSENT.in_(language),
        "consent": typeset(sheet.consent, language),
        "signer": write_signer(sheet),
        "boxes": (_signature_box(sheet, fields), _company_box(sheet, fields)),
        "empty": EMPTY.in_(language),
    }
    return render_to_string("sheet/closing.html", context)


def _signature_box(sheet: Sheet, fields: SignedFields) -> Box:
    language = sheet.language
    dated = _dated(paper_wording.SIGNING_DATE, fields.signed_on, language)
    lines = [sheet.signer_name, dated]
    return _box(paper_wording.PLEDGOR_SIGNATURE, fields.signature, lines, language)


def _company_box(sheet: Sheet, fields: SignedFields) -> Box:
    language = sheet.language
    if fields.confirmed_on is None:
        return Box(paper_wording.COMPANY_CONFIRMATION.in_(language), None, ())
    lines = [
        paper_wording.CONFIRMED.in_(language),
        paper_wording.IN_EFFECT.in_(language),
        f"{paper_wording.NUMBER.in_(language)} {sheet.number}",
        _dated(paper_wording.CONFIRMATION_DATE, fields.confirmed_on, language),
    ]
    return _box(paper_wording.COMPANY_CONFIRMATION, fields.stamp, lines, language)


def _box(label: Localized, shown: Appearance | None, lines: Sequence[str], language: str) -> Box:
    said = label.in_(language)
    spoken = paper_wording.labelled(label, language) + COMMA.in_(language).join(lines)
    try:
        return Box(said, drawings.draw(shown, spoken) if shown else None, lines)
    except drawings.Undrawable as error:
        logger.warning("What a box shows cannot be drawn: %s", error)
        return Box(said, None, lines)


def _dated(label: Localized, day: date, language: str) -> str:
    return paper_wording.labelled(label, language) + written_date(day, language)
