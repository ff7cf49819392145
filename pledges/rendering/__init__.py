"""A pledge's sheet → the HTML that is read on screen and the PDF that is signed."""

from pledges.rendering.answer_writer import write_for_paper, write_for_screen
from pledges.rendering.paper import paper_html, paper_text, pledge_pdf
from pledges.rendering.signature_images import (
    SignatureImage,
    acceptance_appearance,
    signature_appearance,
)

__all__ = [
    "SignatureImage",
    "acceptance_appearance",
    "paper_html",
    "paper_text",
    "pledge_pdf",
    "signature_appearance",
    "write_for_paper",
    "write_for_screen",
]
