"""Sheet → the pledge's PDF as it is read and signed: revision 0."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pledges.core.languages import Localized
from pledges.core.sheet import Sheet
from pledges.core.template.typed_values import written_date
from pledges.proof.fileformat import CURRENT
from pledges.rendering import paper_wording, press, qr_codes
from pledges.rendering.answer_writer import write_company, write_for_paper, write_signer
from pledges.rendering.fonts import FontSubset
from pledges.rendering.inline_text import typeset


@lru_cache(maxsize=8)
def stylesheet(*names: str) -> str:
    """The text of our own style sheets under static/document/, one after the other."""
    return "\n".join(_read_static(f"document/{name}") for name in names)


def _read_static(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(f"static file {name} is missing from the installation")
    return Path(found).read_text(encoding="utf-8")


def paper_html(sheet: Sheet) -> str:
    """The whole document as HTML, before it becomes a PDF."""
    in_language = {
        name: getattr(paper_wording, name.upper()).in_(sheet.language)
        for name in (
            "number", "consent", "pledgor_signature", "company_confirmation", "scan_to_verify",
        )
    }  # fmt: skip
    return render_to_string(
        "document/pledge.html",
        {
            "sheet": sheet,
            "words": in_language,
            "consent": typeset(sheet.consent, sheet.language),
            "lang": paper_wording.language_tag(sheet.language),
            "foot": _foot(sheet),
            "signer": write_signer(sheet),
            "company": write_company(sheet),
            "created": sheet.rendered_at.isoformat(timespec="seconds"),
            # No verdict accepts a link to an address that others on the way can answer for.
            "is_link": sheet.verify_url.startswith("https://"),
            "body": write_for_paper(sheet),
            "qr_code": qr_code(sheet.verify_url, paper_wording.VERIFY_CODE.in_(sheet.language)),
        },
    )


def _foot(sheet: Sheet) -> dict[str, str]:
    """What the style sheet prints under the pages, by the names that it uses."""
    language = sheet.language
    before, between, after = paper_wording.page_line(sheet.number, language)
    return {
        "form": paper_wording.form_line(
            sheet.subtitle, sheet.version, sheet.effective_on, language
        ),
        "digests": paper_wording.digest_line(sheet.version_digest, sheet.content_digest, language),
        "before-page": before,
        "between-pages": between,
        "after-pages": after,
    }


def qr_code(address: str, title: str) -> SafeString:
    """The address as a QR code drawn in lines (SVG), to be printed at any size."""
    size, path = qr_codes.draw(address)
    return format_html(
        '<svg class="qr-code" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}">'
        '<title>{}</title><path stroke="#1f2328" d="{}"/></svg>',
        size,
        size,
        title,
        path,
    )


def render_pledge(
    sheet: Sheet, fonts: FontSubset, *, within: float = press.WITHIN, urgent: bool = True
) -> bytes:
    """The document that the manager reads and signs; equal sheets give equal bytes.

    The digest of what it says is the file's permanent identifier, so that who signs the bytes
    signs the answers as data too. Raises `MissingGlyph` when a character on it cannot be
    printed, and `refusals.Unmade`; after `within` seconds, StillMaking: who asks again for the same
    then finds it done.
    """
    return press.render(
        paper_html(sheet),
        css=paper_css(),
        fonts=fonts,
        identifier=sheet.content_digest,
        within=within,
        urgent=urgent,
    )


def paper_css() -> str:
    """The style of the whole document, with the size that the file format gives the boxes."""
    width, height = CURRENT.box
    size = f"html {{ --box-width: {width}pt; --box-height: {height}pt }}"
    return size + stylesheet("sheet.css", "pledge.css")


def paper_text(language: str) -> str:
    """Every character the paper itself may print in this language: for a version's font subset."""
    values = (value for value in vars(paper_wording).values() if isinstance(value, Localized))
    return "".join(
        (
            *(value.in_(language) for value in values),
            *(written_date(date(2026, month, 1), language) for month in range(1, 13)),
            paper_wording.term_line(1, language),
            paper_wording.term_line(2, language),
            paper_wording.form_line("", 1, date(2026, 1, 1), language),
            paper_wording.digest_line("", "", language),
            *paper_wording.page_line("1", language),
        )
    )
