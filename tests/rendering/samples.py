"""A small page with both signature places, and how a test reads a PDF."""

import subprocess
from io import BytesIO

import pikepdf

from pledges.proof.fileformat import CURRENT
from pledges.rendering import fonts, pdf

CSS = """
@page { size: A4; margin: 25mm }
body { margin: 0 }
html { font: 12pt/1.6 "Pledge Serif", "Pledge Sans"; color: #1f2328 }
h1 { font: 16pt "PledgeBold" }
"""
CSS += "#box-manager, #box-company {{ width: {}pt; height: {}pt }}".format(*CURRENT.box)
_OPEN: list[pikepdf.Pdf] = []

FONTS = fonts.subset_for("承诺书客户经理")


def page(body: str = "<h1>承诺书</h1><p>客户经理</p>", lang: str = "zh-Hans") -> str:
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"/><title>承诺书</title>'
        '<meta name="dcterms.created" content="2026-11-23T10:42:00+08:00"/></head>'
        f'<body>{body}<div id="box-manager" title="Signature"></div>'
        '<div id="box-company" title="Company"></div></body></html>'
    )


def render(
    body: str = "<h1>承诺书</h1><p>客户经理</p>", css: str = CSS, identifier: str = "paper"
) -> bytes:
    return pdf.render(page(body), css=css, fonts=FONTS, identifier=identifier)


def opened(data: bytes) -> pikepdf.Pdf:
    document = pikepdf.open(BytesIO(data))
    _OPEN.append(document)  # its objects die with it
    return document


def poppler(tool: str, data: bytes, *options: str) -> str:
    return subprocess.run(
        [tool, *options, "-", *(["-"] if tool == "pdftotext" else [])],
        input=data,
        capture_output=True,
        check=True,
    ).stdout.decode()


def text_of(data: bytes) -> str:
    """The text of all pages without any white space: layout breaks lines as it likes."""
    return "".join(poppler("pdftotext", data).split())
