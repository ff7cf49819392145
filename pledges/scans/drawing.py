"""An uploaded file becomes JPEGs, page by page: pdfium draws PDFs, Pillow reads images.

Done in a limited process, which can open no file: all that is needed is imported here.
"""

import io
import math
from collections.abc import Iterator
from typing import Final

import pypdfium2
from PIL import (
    Image,
    ImageChops,
    ImageFile,
    ImageOps,
    ImageSequence,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
)

from pledges.core.scans import (
    DPI,
    LONG,
    MAX_DRAWN,
    MAX_PAGES,
    MAX_PIXELS,
    SHORT,
    DrawnPage,
    Fault,
    Kind,
    kind_of,
)

PLUGINS: Final = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin)
"""Pillow imports these when it first needs them, and by then no file can be opened."""
FORMATS: Final = {Kind.JPEG: ("JPEG", "MPO"), Kind.PNG: ("PNG",), Kind.TIFF: ("TIFF",)}
QUALITIES: Final = (78, 55, 35)
"""Of JPEG: the best at which all pages together stay within `MAX_DRAWN`."""
COLOURED: Final = 48
"""By so much a pixel's channels differ before it counts as coloured."""
ENOUGH_COLOUR: Final = 0.0002
"""Part of a page: a red seal has a hundred times as much, the noise of a scanner less."""
WHITE: Final = 245
PASSWORD: Final = 4
"""What pdfium calls the error of a document that asks for a password."""


class Refused(Exception):
    """No images are made of it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def draw(data: bytes) -> list[DrawnPage]:
    """The pages of an upload, in their order; raises Refused."""
    kind = kind_of(data)
    if not data:
        raise Refused(Fault.EMPTY)
    if kind is None:
        raise Refused(Fault.NOT_A_SCAN)
    Image.MAX_IMAGE_PIXELS = None  # ours is stricter, and looked at before anything is unpacked
    # Half a page is no scan of it; WeasyPrint, where it is loaded, has Pillow take halves.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    blank, pages = True, []
    for image in _pdf_pages(data) if kind is Kind.PDF else _image_pages(data, kind):
        page = _on_a4(image)
        darkest, _lightest = page.convert("L").getextrema()
        blank = blank and darkest >= WHITE  # type: ignore[operator]  # of one band, two numbers
        pages.append(_encoded(page, QUALITIES[0]))
    if blank:
        raise Refused(Fault.BLANK)
    for quality in QUALITIES[1:]:
        if sum(len(page.jpeg) for page in pages) <= MAX_DRAWN:
            break
        pages = [_encoded(Image.open(io.BytesIO(page.jpeg)), quality) for page in pages]
    if sum(len(page.jpeg) for page in pages) > MAX_DRAWN:
        raise Refused(Fault.TOO_LARGE)
    return pages


def _pdf_pages(data: bytes) -> Iterator[Image.Image]:
    try:
        document = pypdfium2.PdfDocument(data)
        if not len(document):
            raise Refused(Fault.DAMAGED)
        if len(document) > MAX_PAGES:
            raise Refused(Fault.TOO_MANY_PAGES)
        document.init_forms()  # what was filled into a form is part of what is seen
        for page in document:
            width, height = page.get_size()
            if not (math.isfinite(width) and math.isfinite(height) and min(width, height) >= 1):
                raise Refused(Fault.DAMAGED)
            across, down = _box(width, height)
            bitmap = page.render(scale=min(across / width, down / height), rev_byteorder=True)
            yield bitmap.to_pil()
            page.close()
    except pypdfium2.PdfiumError as error:
        asks = getattr(error, "err_code", None) == PASSWORD
        raise Refused(Fault.ENCRYPTED if asks else Fault.DAMAGED) from error


def _image_pages(data: bytes, kind: Kind) -> Iterator[Image.Image]:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS[kind]) as image:
            # A camera's JPEG may hold a preview as a second image; only TIFF has pages.
            frames = ImageSequence.Iterator(image) if kind is Kind.TIFF else [image]
            for number, frame in enumerate(frames, start=1):
                if number > MAX_PAGES:
                    raise Refused(Fault.TOO_MANY_PAGES)
                if frame.width * frame.height > MAX_PIXELS:
                    raise Refused(Fault.TOO_MANY_PIXELS)
                if kind is Kind.JPEG:
                    frame.draft(None, (LONG, LONG))  # unpacked no larger than needed
                frame.load()
                yield ImageOps.exif_transpose(frame)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, IndexError) as error:
        raise Refused(Fault.DAMAGED) from error


def _box(width: float, height: float) -> tuple[int, int]:
    """The room of a page on A4 turned as the page is, in pixels."""
    return (LONG, SHORT) if width > height else (SHORT, LONG)


def _on_a4(image: Image.Image) -> Image.Image:
    """The image in grey or in colour, no larger than A4 at the resolution of records."""
    flat = _flattened(image)
    across, down = _box(*flat.size)
    flat.thumbnail((across, down), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return flat.convert("RGB" if _is_coloured(flat) else "L")


def _flattened(image: Image.Image) -> Image.Image:
    """Without transparency: what is behind it is paper."""
    if image.mode.startswith("I"):  # sixteen bits of grey
        image = image.convert("I").point(lambda level: level / 256).convert("L")
    if image.mode in ("LA", "PA", "La", "RGBA", "RGBa") or "transparency" in image.info:
        over = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(over, mask=over.getchannel("A"))
        return paper
    return image if image.mode in ("L", "RGB") else image.convert("L" if _is_grey(image) else "RGB")


def _is_grey(image: Image.Image) -> bool:
    return image.mode in ("1", "F")


def _is_coloured(image: Image.Image) -> bool:
    if image.mode != "RGB":
        return False
    red, green, blue = image.split()
    highest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    lowest = ImageChops.darker(ImageChops.darker(red, green), blue)
    spread = ImageChops.difference(highest, lowest).histogram()
    return sum(spread[COLOURED:]) > ENOUGH_COLOUR * image.width * image.height


def _encoded(image: Image.Image, quality: int) -> DrawnPage:
    out = io.BytesIO()
    clean = image.copy()
    clean.info = {}  # what a camera wrote about place and time stays behind
    clean.save(out, "JPEG", quality=quality, optimize=True, dpi=(DPI, DPI))
    return DrawnPage(out.getvalue(), *clean.size)


def warm_up() -> None:
    """Do once all that might be imported late: a limited process opens no file."""
    sample = Image.new("RGB", (8, 8), "white")
    sample.putpixel((0, 0), (200, 0, 0))
    for name in ("PNG", "TIFF", "JPEG"):
        out = io.BytesIO()
        sample.save(out, name)
        draw(out.getvalue())
    out = io.BytesIO()
    document = pypdfium2.PdfDocument.new()
    document.new_page(72, 72)
    document.save(out)
    document.close()
    for _page in _pdf_pages(out.getvalue()):
        pass
