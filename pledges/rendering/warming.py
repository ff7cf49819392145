"""What a process does before it serves, so that nobody's document is the first that it writes."""

from datetime import UTC, date, datetime

from pledges.core.consent import wording
from pledges.core.languages import LANGUAGES, Localized
from pledges.core.sheet import Sheet
from pledges.core.template import outline
from pledges.core.template.blanks import Blank, Kind
from pledges.rendering import fonts, paper, signature_images
from pledges.rendering.answer_writer import write_for_screen

TEXT = "1. ABC（示例）：\n1.1 {{answer}} “A—B”。"
BLANK = Blank(code="answer", kind=Kind.TEXT, label=Localized("答", "Answer"))
THEN = datetime(2026, 1, 1, tzinfo=UTC)


def warm_up() -> None:
    """Write a small document in each language, and draw its signature image and its stamp.

    This loads what a first one would: libraries, templates, style sheets, the full fonts. It asks
    nobody; whoever lays out the pages has a warm-up of their own (`pdf.warm_up`).
    """
    paper.paper_css()
    for language in LANGUAGES:
        sheet = _sheet(language)
        faces = fonts.subset_for(paper.paper_text(language))
        write_for_screen(sheet)
        paper.paper_html(sheet)
        signature_images.draw_signature(
            signature_images.SignatureImage(typed=sheet.signer_name),
            name=sheet.signer_name,
            signed_at=THEN,
            language=language,
            fonts=faces,
        )
        signature_images.draw_stamp(
            organisation=sheet.organisation,
            number=sheet.number,
            accepted_at=THEN,
            language=language,
            fonts=faces,
        )


def _sheet(language: str) -> Sheet:
    return Sheet(
        language=language,
        title="示例",
        subtitle="示例",
        organisation="示例 ABC",
        number="CN-2026-000000",
        version=1,
        effective_on=date(2026, 1, 1),
        version_digest="0" * 64,
        content_digest="0" * 64,
        outline=outline.parse(TEXT)[0],
        blanks=(BLANK,),
        answers={"answer": "示例"},
        signer_name="示例",
        signer_employee_number="E1",
        signer_department="示例",
        verify_url="https://example.com/verify/",
        rendered_at=THEN,
        consent=wording().in_(language),
        term_months=12,
    )
