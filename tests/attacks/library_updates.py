"""Incremental updates by pyHanko's writer: another hand than ours, for attackers and comparisons.

Objects are written as pyHanko writes them, which is our form too; the table is ours, so that a
forgery meets the rule that it is there for and not the one about how tables look.
"""

from datetime import datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic as untyped
from pyhanko.pdf_utils.content import AnnotAppearances
from pyhanko.pdf_utils.embed import EmbeddedFileObject, EmbeddedFileParams, FileSpec
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from pledges.proof.pdf import serialiser
from pledges.proof.pdf.objects import Reference
from pledges.proof.pdf.serialiser import Trailer

generic: Any = untyped


class UnknownField(LookupError):
    """Raised when a PDF has no signature field of the asked name."""


class QuietWriter(IncrementalPdfFileWriter):
    """Adds a revision and leaves the metadata those of the document as rendered."""

    def _update_meta(self) -> None:
        return None

    def _write(self, stream: Any, skip_header: bool = False) -> None:
        if not skip_header:
            self._write_header(stream)
        places: dict[Any, Any] = {}
        self._write_objects(stream, places)
        number, table = self._lastobj_id + 1, stream.tell()
        trailer = Trailer(
            Reference(self._root.idnum, 0),
            Reference(self._info.idnum, 0),
            tuple(each.original_bytes for each in self._document_id),
            self.prev.last_startxref,
        )
        rows = {each: place for (_, each), place in places.items() if isinstance(place, int)}
        listed = serialiser.table_of({**rows, number: table}, trailer)
        stream.write(serialiser.indirect(number, listed))
        stream.write(b"\nstartxref\n%d\n%%%%EOF\n" % table)


def show(writer: Any, field: str, appearance: bytes) -> None:
    """Make the one page of `appearance` what `field` shows; raises UnknownField.

    It should be a figure of the size of the field's box, else it is scaled.
    """
    widget = _field(writer.root, field)
    drawn = writer.import_page_as_xobject(_without_colour_spaces(appearance))
    widget[pdf_name("/AP")] = AnnotAppearances(normal=drawn).as_pdf_object()
    writer.update_container(widget)


def attach(
    writer: Any, *, name: str, description: str, content: bytes, mime_type: str, at: datetime
) -> None:
    """Add `content` as an associated file of the document (ISO 19005-3, 6.8; relationship Data).

    Not through pyHanko's `embed_file`, which would raise the file's version to 2.0 and so break
    PDF/A-3. Raises ValueError when the document has files already.
    """
    root = writer.root
    registry = root.get("/Names") or generic.DictionaryObject()
    if "/EmbeddedFiles" in registry or "/AF" in root:
        raise ValueError("the document has associated files already")
    stream = EmbeddedFileObject.from_file_data(
        writer,
        content,
        mime_type=mime_type,
        # Without its MD5, which says nothing that the seal does not, and is written now as text
        # and now in hexadecimal.
        params=EmbeddedFileParams(embed_checksum=False, modification_date=at, creation_date=at),
    )
    file = writer.add_object(
        FileSpec(
            name,
            file_name=name,
            embedded_data=stream,
            description=description,
            af_relationship=pdf_name("/Data"),
        ).as_pdf_object()
    )
    names = generic.ArrayObject([generic.pdf_string(name), file])
    registry["/EmbeddedFiles"] = generic.DictionaryObject({pdf_name("/Names"): names})
    if "/Names" in root:
        writer.update_container(registry)
    else:
        root["/Names"] = registry
    root["/AF"] = generic.ArrayObject([file])
    writer.update_root()


def _without_colour_spaces(appearance: bytes) -> Any:
    # Colours are plain RGB under the document's own output intent: the spaces that WeasyPrint
    # names in every file would only add weight.
    figure: Any = PdfFileReader(BytesIO(appearance))
    _, resources = figure.find_page_for_modification(0)
    resources.get_object().pop(pdf_name("/ColorSpace"), None)
    return figure


def _field(root: Any, name: str) -> Any:
    form = root.get("/AcroForm", {})
    for reference in form.get("/Fields", []):
        found = reference.get_object()
        if found["/T"] == name and found.get("/FT") == "/Sig":
            return found
    raise UnknownField(f"the document has no signature field {name!r}")
