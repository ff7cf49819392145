"""What signature and seal show, drawn so that readers fit it into its box in different ways."""

import re
from io import BytesIO
from typing import Any

from pikepdf import Array
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.attacks import library_signing
from tests.attacks.appearances import drawn, painted
from tests.attacks.honest import accept
from tests.attacks.renderings import ACTIVE, rendering
from tests.attacks.structures import rebuilt
from tests.attacks.table import forgery
from tests.attacks.timestamps import beside_the_stamp

OVER_THE_PAGE = b"1 1 1 rg 0 0 400 600 re f"


def _stamp(name: str, *reasons: str, **entries: str) -> None:
    """A stamp whose form says that."""

    @forgery(*reasons, on=["finished"], name=name)
    def forge(honest: Any, _pdf: bytes) -> bytes:
        def harm(writer: Any) -> None:
            stamp = writer.root["/AcroForm"]["/Fields"][1]["/AP"]["/N"]
            stamp._data, stamp._encoded_data = OVER_THE_PAGE, None
            for key, numbers in entries.items():
                found = (generic.FloatObject(each) for each in numbers.split())
                stamp[generic.NameObject(f"/{key}")] = generic.ArrayObject(found)

        with beside_the_stamp(harm):
            return accept(honest.basic, honest.signed, by=library_signing)


# Poppler on Cairo, as in GNOME's viewer, draws these over the page from its corner.
_stamp("stamp without a place", ACTIVE, Matrix="0 0 0 0 0 0", BBox="0 0 400 600")
_stamp("stamp on a line", ACTIVE, Matrix="1 1 1 1 0 0")
# Seen in some readers and not in others.
_stamp("stamp far away", ACTIVE, Matrix="1 0 0 1 999999999999 0")
_stamp("stamp without a size", ACTIVE, BBox="0 0 0 0")
_stamp("stamp of no width", ACTIVE, BBox="0 0 0 100")
_stamp("stamp that is too large", ACTIVE, BBox="0 0 4294967296 4294967296")
_stamp("stamp that is too small", ACTIVE, BBox="0 0 0.000001 0.000001")
_stamp("stamp that begins elsewhere", ACTIVE, BBox="-10 -10 200 100")
_stamp("stamp of another size", "unexpected-field", BBox="0 0 400 600")


# --- Operators that some readers pass over --------------------------------------------------------
@rendering(ACTIVE)
def text_behind_a_matrix_that_cannot_be_inverted(pdf):
    painted(pdf, b"q 0 0 0 0 0 0 cm 100 100 200 200 re f Q")


@rendering(ACTIVE)
def text_so_small_that_some_readers_drop_it(pdf):
    font = next(iter(pdf.pages[0].Resources.Font.keys())).encode()
    painted(pdf, b"BT " + font + b" 0.000001 Tf 9000000 0 0 9000000 9 9 Tm <0041> Tj ET")


@rendering(ACTIVE)
def form_drawn_by_a_matrix_of_its_own(pdf):
    drawn(pdf, b"0 0 9 9 re f", Matrix=Array([0, 0, 0, 0, 0, 0]))


# --- Hints for validators that are none -----------------------------------------------------------
def _hint(name: str, old: bytes, new: bytes) -> None:
    @forgery("unexpected-change", ACTIVE, on=["lta"], name=name)
    def forge(honest: Any, _pdf: bytes) -> bytes:
        hints = PdfFileReader(BytesIO(honest.lta)).root.raw_get("/DSS").idnum

        def change(revision: Any) -> None:
            written = revision.objects[hints]
            revision.objects[hints] = re.sub(old, new, written, count=1)
            assert revision.objects[hints] != written

        return rebuilt(honest, change)


_hint("hint named twice", rb"( \d+ 0 R) \]", rb"\1\1 ]")
_hint("hint that was there as something else", rb" \]", rb" 6 0 R ]")
_hint("hints that call themselves something else", rb">>", b"/Type /Page\n>>")
