"""What a worker of the rendering pool does: a request becomes an answer, bytes both."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from pledges import crash_points
from pledges.forkserver import framing
from pledges.rendering import page_drawing, pdf
from pledges.rendering.box_places import OF_PLEDGE
from pledges.rendering.fonts import FontSubset, MissingGlyph, subsetter_available

Header = dict[str, Any]
Parts = Sequence[bytes]


def answer(request: bytes) -> bytes:
    """Do what the header of `request` names."""
    header, parts = framing.unpack(request)
    return b"".join(_JOBS[header["do"]](header, parts))


def warm() -> None:
    """Do once what makes a first document slow, before anybody waits for one."""
    pdf.warm_up()
    page_drawing.warm_up()


def _state(header: Header, parts: Parts) -> Parts:
    return framing.pack({"subsetter": subsetter_available()})


def _document(header: Header, parts: Parts) -> Parts:
    """The document that a request asks for, or what of it no font has."""
    html, serif, sans, *images = parts
    fonts = FontSubset(serif=serif, sans=sans, sha256=header["fonts"])
    try:
        made = pdf.render(
            html.decode(),
            css=header["css"],
            fonts=fonts,
            identifier=header["identifier"],
            boxes=header.get("boxes", OF_PLEDGE),
            images=[bytes(image) for image in images],
        )
    except MissingGlyph as missing:
        return framing.pack({"missing": missing.characters}, b"")
    crash_points.reach("rendering:rendered")
    return framing.pack({"missing": []}, made)


def _sizes(header: Header, parts: Parts) -> Parts:
    (document,) = parts
    return framing.pack({"sizes": page_drawing.sizes(document)})


def _page(header: Header, parts: Parts) -> Parts:
    (document,) = parts
    image = page_drawing.draw(document, header["number"])
    return framing.pack({}, *([] if image is None else [image]))


def _printout(header: Header, parts: Parts) -> Parts:
    html, document = parts
    frame = pdf.render_plain(html.decode(), css=header["css"])
    return framing.pack({}, page_drawing.draw_into(frame, document, tuple(header["place"])))


def _plain(header: Header, parts: Parts) -> Parts:
    (html,) = parts
    return framing.pack({}, pdf.render_plain(html.decode(), css=header["css"]))


_JOBS: Final[dict[str, Callable[[Header, Parts], Parts]]] = {
    "state": _state,
    "document": _document,
    "sizes": _sizes,
    "page": _page,
    "printout": _printout,
    "plain": _plain,
}
