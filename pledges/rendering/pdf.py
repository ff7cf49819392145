"""HTML and CSS of our own making → a tagged PDF/A-3 and PDF/UA-1 file, with nothing fetched."""

import atexit
import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element

import pydyf
from weasyprint import CSS, Document
from weasyprint.pdf.stream import Stream
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from pledges.rendering import conformance, line_drawings, signature_fields, typesetting
from pledges.rendering import fonts as faces
from pledges.rendering.box_places import OF_PLEDGE
from pledges.rendering.fonts import FontSubset
from pledges.rendering.fonts import MissingGlyph as MissingGlyph
from pledges.rendering.markup import UNFIT, Markup

# Families that the style sheets name. The bold one is no weight of another, which would be made up
# where it is missing; and it is one word, because Pango takes "Bold" for a weight.
FONT_FACES = """
@font-face { font-family: "Pledge Serif"; src: url(font:serif); font-weight: 400; }
@font-face { font-family: "Pledge Sans"; src: url(font:sans); font-weight: 400; }
@font-face { font-family: "PledgeBold"; src: url(font:bold); font-weight: 400; }
"""
BOLD = frozenset(("b", "h1", "h2", "h3", "h4", "h5", "h6"))
"""The elements that a style sheet may set in "PledgeBold"."""

UNPRINTABLE = "□"
"""Stands for a character that no font has."""

OPAQUE = (b"/a1 gs", b"/a1.0 gs", b"/A1 gs", b"/A1.0 gs")
"""What WeasyPrint writes where nothing is transparent."""

# Pango's font maps and Fontconfig's configurations are not safe to share between threads.
_one_at_a_time = threading.Lock()


class ResourceRefused(Exception):
    """Raised when the HTML or CSS refers to anything outside itself."""


class _Refusal(FatalURLFetchingError):  # type: ignore[misc]  # the library has no types
    """The one kind of error that WeasyPrint does not swallow while fetching."""


class _ClosedFetcher(URLFetcher):  # type: ignore[misc]  # the library has no types
    """Knows the fonts or images in memory and refuses every other address, whatever its scheme."""

    def __init__(self, known: Mapping[str, bytes], kind: str = "font/otf") -> None:
        super().__init__(allowed_protocols=())
        self._known, self._kind = known, kind

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url not in self._known:
            raise _Refusal(f"the paper may not refer to {url!r}")
        return URLFetcherResponse(url, self._known[url], {"Content-Type": self._kind})


_CLOSED = _ClosedFetcher({})


@lru_cache(maxsize=4)
def _parsed(css: str) -> CSS:
    """The style sheet, which is the same for every version: kept per process."""
    return CSS(string=css, url_fetcher=_CLOSED)


@lru_cache(maxsize=16)
def _prepared(fonts: FontSubset, bold: bytes) -> tuple[FontConfiguration, CSS]:
    """The fonts of one version, registered; kept per process."""
    configuration = FontConfiguration()
    known = {"font:serif": fonts.serif, "font:sans": fonts.sans, "font:bold": bold}
    fetcher = _ClosedFetcher(known)
    faces_of_it = CSS(string=FONT_FACES, font_config=configuration, url_fetcher=fetcher)
    return configuration, faces_of_it


# A font configuration owns a temporary folder, which it can no longer remove at shutdown.
atexit.register(_prepared.cache_clear)


def render(
    html: str,
    *,
    css: str,
    fonts: FontSubset,
    identifier: str,
    boxes: Sequence[str] = OF_PLEDGE,
    images: Sequence[bytes] = (),
) -> bytes:
    """The PDF of `html`, which must be well-formed XML; equal arguments give equal bytes.

    It is PDF/A-3a and PDF/UA-1. The boxes of the elements whose ids are `boxes`, those of a pledge
    or of a record, are empty signature fields, and the file says for good that it is `identifier`
    (printable ASCII; ISO 32000-1, 14.4). `images` are JPEGs, which `html` calls "image:1" and so
    on; they stand in the file byte for byte.

    Characters outside `fonts` are taken from the full fonts, as is all that is bold. Raises
    MissingGlyph for a character that no font has and ResourceRefused for a reference to anything
    outside `html`.
    """
    if unfit := UNFIT.findall(html):
        raise MissingGlyph(tuple(dict.fromkeys(unfit)))
    options = {"pdf_variant": "pdf/a-3a", "pdf_identifier": identifier.encode("ascii")}
    return _render(html, css, fonts, options, boxes, images)


def render_plain(html: str, *, css: str) -> bytes:
    """A tagged PDF of `html` without fields, and without a claim to conform to anything.

    What no font has is a box in it. Raises ResourceRefused as `render` does.
    """
    html = UNFIT.sub(UNPRINTABLE, html)
    lacking = faces.missing_glyphs(html)
    html = html.translate({ord(each): UNPRINTABLE for each in lacking})
    fonts = faces.subset_for(html)
    return _render(html, css, fonts, {"pdf_tags": True}, ())


def _render(
    html: str,
    css: str,
    fonts: FontSubset,
    options: dict[str, Any],
    boxes: Sequence[str],
    images: Sequence[bytes] = (),
) -> bytes:
    shown = {f"image:{number}": image for number, image in enumerate(images, start=1)}
    fetcher = _ClosedFetcher(shown, "image/jpeg") if shown else _CLOSED
    with _one_at_a_time:
        try:
            parsed = Markup(html, url_fetcher=fetcher)
            drawings = line_drawings.take_out(parsed.etree_element)
            root = parsed.etree_element
            written = "".join(_printed(root)) + css
            if missing := faces.missing_glyphs(written):
                raise MissingGlyph(missing)
            bold = faces.bold_for("".join(_bold(root)))
            configuration, own = _prepared(faces.covering(fonts, written), bold)
            document = parsed.render(
                font_config=configuration, stylesheets=[own, _parsed(css)], **options
            )
            seed = hashlib.sha256(html.encode()).digest()
            return _write(document, options, seed, drawings, boxes)
        except _Refusal as refusal:
            raise ResourceRefused(str(refusal)) from None


def _printed(root: Element) -> Iterator[str]:
    """The text of elements, and of the attributes that a style sheet may print."""
    yield from root.itertext()
    for element in root.iter():
        yield from (value for name, value in element.items() if name.startswith("data-"))


def _bold(root: Element) -> Iterator[str]:
    for element in root.iter():
        if element.tag in BOLD:
            yield from element.itertext()


def _write(
    document: Document,
    options: dict[str, Any],
    seed: bytes,
    drawings: list[bytes],
    boxes: Sequence[str],
) -> bytes:
    typesetting.spread_chinese_lines(document)
    if boxes:
        signature_fields.mark_places(document)

    def finish(document: Document, pdf: pydyf.PDF) -> None:
        _name_subsets(pdf, seed)
        streams = [item for item in pdf.objects if isinstance(item, Stream)]
        line_drawings.put_back(drawings, streams)
        if boxes:
            signature_fields.add_fields(document, pdf, boxes)
            conformance.finish_document(pdf)
        else:
            conformance.finish_tags(pdf)
            _drop_opacity(streams)
            pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})
        _serialise_once(pdf)

    written: bytes = document.write_pdf(finisher=finish, **options)
    return written


def _name_subsets(pdf: pydyf.PDF, seed: bytes) -> None:
    """Give the embedded subsets a tag of this content: WeasyPrint's is the same in every file, but
    subsets that meet in one file must differ in it (ISO 32000-1, 9.6.4)."""
    tag = bytes(65 + byte % 26 for byte in seed[:6])
    for item in pdf.objects:
        for key in ("BaseFont", "FontName"):
            if isinstance(item, dict) and key in item:
                item[key] = b"/" + tag + b"+" + item[key].split(b"+", 1)[1]


def _drop_opacity(streams: Iterable[Stream]) -> None:
    """Take out what says that all is opaque, as it is: pdfium, which draws into these pages, drops
    some of the states that are named there."""
    for stream in streams:
        stream.stream[:] = [each for each in stream.stream if each not in OPAQUE]


def _serialise_once(pdf: pydyf.PDF) -> None:
    """Put the finished bytes of each object in its place: the writer would make them once for the
    file identifier and again for the file."""
    pdf.objects[1:] = [_Serialised(item) for item in pdf.objects[1:]]


class _Serialised(pydyf.Object):  # type: ignore[misc]  # the library has no types
    data, compressible = b"", False

    def __init__(self, source: pydyf.Object) -> None:
        super().__init__()
        self.number = source.number
        self.compressible = source.compressible
        self.data = source.data


SAMPLE = (
    '<html lang="zh-hans"><head><title>诺</title></head><body><h1>诺</h1>'
    '<div id="box-manager" title="1"></div><div id="box-company" title="2"></div>'
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>3</title>'
    '<path stroke="#000" d="M0 0.5h1"/></svg></body></html>'
)
SAMPLE_CSS = 'html { font-family: "Pledge Serif", "Pledge Sans" }'


def warm_up() -> None:
    """Render something, so that nobody's document is the first: it loads the libraries and fonts.

    Needs neither settings nor templates.
    """
    render(SAMPLE, css=SAMPLE_CSS, fonts=faces.subset_for(""), identifier="sample")
