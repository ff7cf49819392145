"""A document's pages drawn by pdfium: as images, or into another document. Done in a worker."""

import io
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import pypdfium2
from PIL import Image
from pypdfium2 import PdfDocument, PdfMatrix

WIDTH: Final = 1520
"""Pixels of a page: two for each of the column in which it is read."""
COLOURS: Final = 64
"""Ink, paper and stamp, with what lies between them at the edges of letters."""

Size = tuple[int, int]
Box = tuple[float, float, float, float]
"""Left, bottom, width and height, in points."""

# pdfium knows nothing of threads. Workers have none; a process that draws for itself may.
_one_at_a_time = threading.Lock()


class Unreadable(ValueError):
    """These bytes are no document that can be drawn."""


@contextmanager
def _opened(*pdfs: bytes) -> Iterator[Sequence[PdfDocument]]:
    with _one_at_a_time:
        documents: list[PdfDocument] = []
        try:
            documents += map(PdfDocument, pdfs)
            yield documents
        except pypdfium2.PdfiumError as error:
            raise Unreadable(str(error)) from error
        finally:
            for document in documents:
                document.close()


def sizes(pdf: bytes) -> list[Size]:
    """The size of each page's image, in pixels."""
    with _opened(pdf) as (document,):
        pages = map(document.get_page_size, range(len(document)))
        return [(WIDTH, round(WIDTH * height / width)) for width, height in pages]


def draw(pdf: bytes, number: int) -> bytes | None:
    """Page `number`, counted from one, as a PNG; none where the document has no such page."""
    with _opened(pdf) as (document,):
        if not 1 <= number <= len(document):
            return None
        document.init_forms()  # signature image and stamp are the appearances of fields
        page = document[number - 1]
        bitmap = page.render(scale=WIDTH / page.get_width(), rev_byteorder=True)
        image = bitmap.to_pil()
    return _png(image)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    few = image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    # The quickest way of choosing colours makes the paper a shade darker than it is.
    few.putpalette([255 if level == 254 else level for level in few.getpalette() or ()])
    few.save(out, "PNG")
    return out.getvalue()


def draw_into(frame: bytes, pdf: bytes, place: Box) -> bytes:
    """`frame` with the pages of `pdf` drawn into `place` of its last ones, each into one.

    What is drawn is what is seen, the appearances of fields included; fields, signatures,
    attachments and everything else of `pdf` stay behind.
    """
    with _opened(frame, pdf) as (framed, document):
        document.init_forms()
        first = len(framed) - len(document)
        for index in range(len(document)):
            document[index].flatten(pypdfium2.raw.FLAT_PRINT)
            drawing = document.page_as_xobject(index, framed).as_pageobject()
            drawing.set_matrix(_fitted(document.get_page_size(index), place))
            page = framed[first + index]
            page.insert_obj(drawing)
            page.gen_content()
        out = io.BytesIO()
        framed.save(out)
        return out.getvalue()


def _fitted(size: tuple[float, float], place: Box) -> PdfMatrix:
    """What moves a page of `size` into the middle of `place`, as large as it fits."""
    left, bottom, width, height = place
    scale = min(width / size[0], height / size[1])
    return PdfMatrix(
        a=scale,
        d=scale,
        e=left + (width - size[0] * scale) / 2,
        f=bottom + (height - size[1] * scale) / 2,
    )


def warm_up() -> None:
    """Draw an empty page, so that nobody's is the first."""
    out = io.BytesIO()
    document = PdfDocument.new()
    document.new_page(595, 842)
    document.save(out)
    document.close()
    draw(out.getvalue(), 1)
