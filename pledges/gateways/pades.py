"""What pyHanko does to a signed file: here, the visible appearance of a signature field."""

import hashlib
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import AnnotAppearances
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from pledges.gateways.sealfields import COMPANY_FIELD, MANAGER_FIELD

__all__ = ["COMPANY_FIELD", "MANAGER_FIELD", "UnknownField", "draw_appearance", "field_names"]


class UnknownField(LookupError):
    """Raised when a PDF has no signature field of the asked name."""


class _QuietWriter(IncrementalPdfFileWriter):
    """Adds a revision without a clock: the metadata stay those of the document as rendered.

    pyHanko would date the revision and give it a random identifier; both would make equal input
    give unequal bytes, and a changed date in one place only would break PDF/A.
    """

    def _update_meta(self) -> None:
        return None

    def identify(self, seed: bytes) -> None:
        """Set the changing half of the file identifier (ISO 32000-1, 14.4) from the content."""
        changing = generic.ByteStringObject(hashlib.sha256(seed).digest()[:16])
        self._document_id = generic.ArrayObject([self._document_id[0], changing])


def draw_appearance(pdf: bytes, *, field: str, appearance: bytes) -> bytes:
    """`pdf` plus an incremental update in which the one page of `appearance` is what `field` shows.

    The result begins with `pdf`, byte for byte; equal arguments give equal bytes. The page should
    have the size of the field's box, else it is scaled. Raises UnknownField.
    """
    writer: Any = _QuietWriter(BytesIO(pdf))
    widget = _field(writer.root, field)
    drawn = writer.import_page_as_xobject(_without_profiles(appearance))
    widget[pdf_name("/AP")] = AnnotAppearances(normal=drawn).as_pdf_object()
    writer.update_container(widget)
    writer.identify(pdf + appearance)
    result = BytesIO()
    writer.write(result)
    return result.getvalue()


def _without_profiles(appearance: bytes) -> Any:
    # Colours are plain RGB under the document's own output intent: the figure's copy of the
    # colour profile would only add weight.
    figure: Any = PdfFileReader(BytesIO(appearance))
    _, resources = figure.find_page_for_modification(0)
    resources.get_object().pop(pdf_name("/ColorSpace"), None)
    return figure


def field_names(pdf: bytes) -> tuple[str, ...]:
    """The names of all form fields, in the order of the file."""
    return tuple(str(found["/T"]) for found in _fields(PdfFileReader(BytesIO(pdf)).root))


def _fields(root: Any) -> list[Any]:
    form = root.get("/AcroForm", {})
    return [reference.get_object() for reference in form.get("/Fields", [])]


def _field(root: Any, name: str) -> Any:
    for found in _fields(root):
        if found["/T"] == name and found.get("/FT") == "/Sig":
            return found
    raise UnknownField(f"the document has no signature field {name!r}")
