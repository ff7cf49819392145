"""Our own HTML, read and styled for WeasyPrint without what only foreign pages need."""

import re
from xml.etree import ElementTree

import cssselect2
from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher

ELEMENTS = """
html, body, main, section, header, div, p, h1, h2, h3, h4, h5, h6 { display: block }
head, script, style { display: none }
br::before { content: "\\A"; white-space: pre-line }
h1 { bookmark-level: 1 }
h2 { bookmark-level: 2 }
h3 { bookmark-level: 3 }
h4 { bookmark-level: 4 }
h5 { bookmark-level: 5 }
h6 { bookmark-level: 6 }
h1, h2, h3, h4, h5, h6 { bookmark-label: content(text); break-after: avoid; break-inside: avoid }
svg { overflow: hidden }
@page { @bottom-center { text-align: center } }
"""
"""What the elements of the paper are before its own style sheets speak.

WeasyPrint's sheet for the whole of HTML tries a hundred rules on each element and lays out
sixteen margin boxes on each page: a fifth of the time that a pledge's layout takes.
"""

# Without a base, WeasyPrint would pass over a relative reference in silence.
NOWHERE = "paper:"

UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document can hold (XML 1.0, production 2)."""


class Markup(HTML):  # type: ignore[misc]  # the library has no types
    """HTML that is well-formed XML too, parsed as XML: ten times as fast, and nothing is guessed.

    WeasyPrint's own constructor would parse the text itself, so this one takes its place and sets
    what the pinned version sets.

    Raises `xml.etree.ElementTree.ParseError` for what is not well-formed.
    """

    def __init__(self, text: str, *, url_fetcher: URLFetcher) -> None:
        self.base_url = NOWHERE
        self.url_fetcher = url_fetcher
        self.media_type = "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(
            ElementTree.fromstring(text), content_language=None
        )
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_SHEET]


_SHEET = CSS(string=ELEMENTS)
