"""A pledge's sheet → the HTML that is read on screen and the PDF that is signed."""

from pledges.rendering.answer_writer import write_for_paper, write_for_screen, write_signer
from pledges.rendering.closing import write_signed
from pledges.rendering.paper import paper_html, paper_text, render_pledge
from pledges.rendering.press import warm_engine
from pledges.rendering.record_pages import ReportDigests, draw_record_stamp, render_report
from pledges.rendering.signature_images import (
    SignatureImage,
    draw_signature,
    draw_stamp,
)
from pledges.rendering.warming import warm_up

__all__ = [
    "ReportDigests",
    "SignatureImage",
    "draw_record_stamp",
    "draw_signature",
    "draw_stamp",
    "paper_html",
    "paper_text",
    "render_pledge",
    "render_report",
    "warm_engine",
    "warm_up",
    "write_for_paper",
    "write_for_screen",
    "write_signed",
    "write_signer",
]
