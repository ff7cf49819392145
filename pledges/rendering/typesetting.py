"""What WeasyPrint does not set by itself: even Chinese lines."""

import re
from collections.abc import Iterator

from weasyprint import Document
from weasyprint.formatting_structure import boxes

MAX_STRETCH_EM = 8.0
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
        # What stands before the first character, such as a clause's number, stays where it is.
        box.translate(max(shift, 0.0), 0)
    return shift
