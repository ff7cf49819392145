"""What WeasyPrint does not set by itself: even Chinese lines, and a face bolder than the font."""

import re
from collections.abc import Iterable, Iterator

from weasyprint import Document
from weasyprint.formatting_structure import boxes
from weasyprint.pdf.stream import Stream

HEAVY = {(31, 35, 41): 0.018, (31, 35, 42): 0.03}
"""Marker colours (one step from ink, the same to the eye) → stroke width in em.

The fonts come in one weight. Text in #1f2329 is printed slightly bolder, in #1f232a clearly bolder:
its outlines are stroked as well as filled.
"""

MAX_STRETCH_EM = 3.0
"""A line shorter than the column by more than this was ended on purpose."""

IDEOGRAPHIC = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")


def spread_chinese_lines(document: Document) -> None:
    """Make left-aligned Chinese lines fill the column by widening the gaps between characters.

    WeasyPrint justifies at spaces only, of which Chinese has none. Last lines stay as they are.
    """
    for block, lines in _paragraphs(document):
        style = block.style
        if not (style["lang"] or "").startswith("zh") or style["text_align_all"] != "left":
            continue
        for parent, line in lines[:-1]:
            _spread(line, parent.content_box_x() + parent.width)


Line = tuple[boxes.Box, boxes.LineBox]
"""A line with the block that it stands in."""


def _paragraphs(document: Document) -> Iterator[tuple[boxes.Box, list[Line]]]:
    """Each block that holds lines, with its lines on all pages it runs over."""
    paragraphs: dict[int, tuple[boxes.Box, list[Line]]] = {}
    for page in document.pages:
        for block in _blocks(page._page_box):
            lines = [(block, child) for child in block.children if _is_line(child)]
            if lines:
                # Pieces of one paragraph on two pages share the element; anonymous ones do not
                # matter: their style carries no alignment of its own.
                key = id(block.element) if block.element_tag else id(block)
                paragraphs.setdefault(key, (block, []))[1].extend(lines)
    yield from paragraphs.values()


def _is_line(box: boxes.Box) -> bool:
    return isinstance(box, boxes.LineBox)


def _blocks(box: boxes.Box) -> Iterator[boxes.Box]:
    if isinstance(box, boxes.ParentBox):
        if isinstance(box, boxes.BlockContainerBox):
            yield box
        for child in box.children:
            yield from _blocks(child)


def _spread(line: boxes.LineBox, right: float) -> None:
    texts = [box for box in _texts(line) if IDEOGRAPHIC.search(box.text)]
    count = sum(len(box.text) for box in texts)
    last = line.children[-1] if line.children else None
    if last is None or count < 2:
        return
    slack = right - (last.position_x + last.margin_width())
    if 0.05 < slack <= MAX_STRETCH_EM * line.style["font_size"]:
        gap = slack / (count - 1)
        # Pango puts half of the gap on either side of a character: start half a gap earlier.
        _widen(line, gap, set(map(id, texts)), -gap / 2)


def _texts(box: boxes.Box) -> Iterator[boxes.TextBox]:
    if isinstance(box, boxes.TextBox):
        yield box
    elif isinstance(box, boxes.LineBox | boxes.InlineBox):
        for child in box.children:
            yield from _texts(child)


def _widen(box: boxes.Box, gap: float, texts: set[int], shift: float) -> float:
    """Move `box` right by `shift`, widen its Chinese text, and return the shift after it."""
    if isinstance(box, boxes.TextBox):
        box.position_x += shift
        if id(box) in texts:
            extra = gap * len(box.text)
            box.style = box.style.copy()
            spacing = box.style["letter_spacing"]
            box.style["letter_spacing"] = gap + (0 if spacing == "normal" else spacing)
            box.width += extra
            shift += extra
    elif isinstance(box, boxes.LineBox | boxes.InlineBox):
        before = shift
        box.position_x += shift
        for child in box.children:
            shift = _widen(child, gap, texts, shift)
        box.width += shift - before
    else:
        box.translate(shift, 0)
    return shift


def embolden(streams: Iterable[Stream]) -> None:
    """Stroke the outlines of text that is set in one of the marker colours of `HEAVY`."""
    for stream in streams:
        if any(_marker(operation) for operation in stream.stream):
            stream.stream[:] = list(_emboldened(stream.stream))


def _emboldened(operations: list[object]) -> Iterator[object]:
    weight: float | None = None
    stack: list[float | None] = []
    size = 0.0
    for operation in operations:
        yield operation
        # Tags and property lists stand between the operators as other types.
        if not isinstance(operation, bytes):
            continue
        if operation == b"q":
            stack.append(weight)
        elif operation == b"Q":
            weight = stack.pop()
        elif operation.endswith(b" rg"):
            weight = _marker(operation)
            yield operation[:-2] + b"RG 1 j 2 Tr" if weight else b"0 Tr"
        elif operation.endswith(b" Tf"):
            size = float(operation.split()[-2])
        if weight and operation.endswith((b" rg", b" Tf")):
            yield f"{weight * size:.4f} w".encode()


def _marker(operation: object) -> float | None:
    if not isinstance(operation, bytes) or not operation.endswith(b" rg"):
        return None
    red, green, blue = (round(float(part) * 255) for part in operation.split()[:3])
    return HEAVY.get((red, green, blue))
