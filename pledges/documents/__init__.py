"""A pledge's sheet → the HTML that is read on screen and the PDF that is signed."""

from pledges.documents.body import body_html
from pledges.documents.marks import Mark, acceptance_appearance, signature_appearance
from pledges.documents.paper import paper_html, paper_text, pledge_pdf

__all__ = [
    "Mark",
    "acceptance_appearance",
    "body_html",
    "paper_html",
    "paper_text",
    "pledge_pdf",
    "signature_appearance",
]
