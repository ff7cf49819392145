"""A pledge's sheet → the HTML that is read on screen and the PDF that is signed."""

from pledges.rendering.body import body_html
from pledges.rendering.paper import paper_html, paper_text, pledge_pdf
from pledges.rendering.signature_images import (
    SignatureImage,
    acceptance_appearance,
    signature_appearance,
)

__all__ = [
    "SignatureImage",
    "acceptance_appearance",
    "body_html",
    "paper_html",
    "paper_text",
    "pledge_pdf",
    "signature_appearance",
]
