"""One revision to be appended to a pledge's file: what it changes, what it adds, how it is written.

Written by our own serialiser, so that no library's way of writing decides whether a file that was
issued is accepted later. It keeps PDF/A-3 and PDF/UA-1: the metadata stay those of the document as
rendered, and what a field shows and the attached file come as ISO 19005-3 asks.
"""

import secrets
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from pledges.proof.pdf import reader, revisions, serialiser, xref_precheck
from pledges.proof.pdf.objects import Name, Number, Reference, Stream, String
from pledges.proof.pdf.reader import Objects
from pledges.proof.pdf.serialiser import Trailer

IDENTIFIER_BYTES: Final = 16
"""Of a revision's own identifier (ISO 32000-1, 14.4)."""


class UnknownField(LookupError):
    """Raised when a file has no signature field of the asked name."""


class IncrementalUpdate:
    """A revision in the making. Raises `Rejected` for a file that is none of ours.

    `catalog` and other dictionaries are copies: what is changed in them counts when it is given to
    `replace`.
    """

    def __init__(self, pdf: bytes) -> None:
        tables = xref_precheck.read(pdf)
        history = reader.read(pdf, tables)
        self.pdf, self.tables = pdf, tables
        self._last = tables[-1]
        self._identifier = history.revisions[0].identifier[0]
        self._before = history.at(len(tables) - 1)
        self._brought: dict[int, Any] = {}
        self._next = self._last.size

    @property
    def objects(self) -> Objects:
        """All objects as they stand after this revision."""
        return Objects({**self._before.known, **self._brought}, self._before.trailer)

    @property
    def catalog(self) -> dict[str, Any]:
        return dict(self.objects.catalog)

    def add(self, value: Any) -> Reference:
        """Add an object, and give its name."""
        number, self._next = self._next, self._next + 1
        self._brought[number] = value
        return Reference(number, 0)

    def replace(self, reference: Reference, value: Any) -> None:
        self._brought[reference.number] = value

    def replace_catalog(self, catalog: Mapping[str, Any]) -> None:
        self.replace(self.objects.root, dict(catalog))

    def set_in_catalog(self, key: str, value: Mapping[str, Any]) -> None:
        """Set a dictionary of the catalog, wherever it stands."""
        catalog = self.catalog
        held = catalog.get(key)
        if isinstance(held, Reference):
            self.replace(held, dict(value))
        else:
            self.replace_catalog({**catalog, key: dict(value)})

    def field(self, name: str) -> tuple[Reference, dict[str, Any]]:
        """The form's field of that name; raises `UnknownField`."""
        objects = self.objects
        form = objects.dictionary(objects.catalog.get("/AcroForm", {}))
        for reference in objects.array(form.get("/Fields", [])):
            found = objects.dictionary(reference)
            if found.get("/T") == String(name.encode()):
                return reference, dict(found)
        raise UnknownField(f"the document has no signature field {name!r}")

    def first_page(self) -> tuple[Reference, dict[str, Any]]:
        objects = self.objects
        reference = revisions.first_page(objects)
        return reference, dict(objects.dictionary(reference))

    def written(self) -> bytes:
        """The file with this revision behind it."""
        root, info = self._last.entries["/Root"], self._last.entries["/Info"]
        identifier = (self._identifier, secrets.token_bytes(IDENTIFIER_BYTES))
        trailer = Trailer(root, info, identifier, self._last.place)
        return self.pdf + serialiser.revision(self._brought, trailer, begins=len(self.pdf))


# --- What a revision of a pledge brings ----------------------------------------------------------
def show(update: IncrementalUpdate, field: str, appearance: bytes) -> None:
    """Make the one page of the PDF `appearance` what `field` shows; raises `UnknownField`.

    It should be a figure (`pledges.rendering.pdf.render`) of the size of the field's box, else it
    is scaled.
    """
    reference, widget = update.field(field)
    drawn = update.add(None)
    update.replace(drawn, _form_xobject(update, appearance))
    update.replace(reference, {**widget, "/AP": {"/N": drawn}})


def _form_xobject(update: IncrementalUpdate, appearance: bytes) -> Stream:
    """The page as a form XObject (8.10), with all that it is drawn with."""
    source = IncrementalUpdate(appearance)
    _, page = source.first_page()
    resources = dict(source.objects.dictionary(page["/Resources"]))
    # Colours are plain RGB under the document's own output intent: the spaces that WeasyPrint
    # names in every file would only add weight.
    resources.pop("/ColorSpace", None)
    content = source.objects.follow(page["/Contents"])
    entries = {
        "/Type": Name("/XObject"),
        "/Subtype": Name("/Form"),
        "/BBox": page["/MediaBox"],
        "/Resources": _copied(update, source.objects, resources, {}),
    }
    packing = {key: content.entries[key] for key in ("/Filter",) if key in content.entries}
    return Stream({**entries, **packing}, content.data)


def _copied(
    update: IncrementalUpdate, source: Objects, value: Any, known: dict[int, Reference]
) -> Any:
    """`value` of another file, with everything that it refers to, once each."""
    if isinstance(value, Reference):
        if value.number not in known:
            known[value.number] = update.add(None)
            copy = _copied(update, source, source.follow(value), known)
            update.replace(known[value.number], copy)
        return known[value.number]
    if isinstance(value, Stream):
        return Stream(_copied(update, source, value.entries, known), value.data)
    if isinstance(value, dict):
        return {key: _copied(update, source, inner, known) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copied(update, source, inner, known) for inner in value]
    return value


def attach(
    update: IncrementalUpdate, content: bytes, *, name: str, description: str, at: datetime
) -> None:
    """Add JSON as the document's one associated file (ISO 19005-3, 6.8; relationship Data).

    Raises ValueError when the document has files already.
    """
    objects = update.objects
    names = objects.dictionary(objects.catalog.get("/Names", {}))
    if "/EmbeddedFiles" in names or "/AF" in objects.catalog:
        raise ValueError("the document has associated files already")
    dated = date(at)
    entries = {
        "/Type": Name("/EmbeddedFile"),
        "/Subtype": Name("/application/json"),
        "/Filter": Name("/FlateDecode"),
        "/Params": {"/Size": Number(len(content)), "/CreationDate": dated, "/ModDate": dated},
    }
    stream = update.add(Stream(entries, zlib.compress(content)))
    called = String(name.encode())
    file = update.add(
        {
            "/Type": Name("/Filespec"),
            "/F": called,
            "/UF": called,
            "/EF": {"/F": stream, "/UF": stream},
            "/Desc": text(description),
            "/AFRelationship": Name("/Data"),
        }
    )
    update.set_in_catalog("/Names", {**names, "/EmbeddedFiles": {"/Names": [called, file]}})
    update.replace_catalog({**update.catalog, "/AF": [file]})


def add_hints(
    update: IncrementalUpdate, *, certificates: Sequence[bytes], crls: Sequence[bytes]
) -> None:
    """Add what a validator needs later to the document's security store (ISO 32000-2, 12.8.4.3).

    What is there already is not added once more.
    """
    objects = update.objects
    held = objects.catalog.get("/DSS")
    store = dict(objects.dictionary(held)) if held else {}
    for key, given in (("/Certs", certificates), ("/CRLs", crls)):
        known = list(objects.array(store.get(key, [])))
        present = {objects.follow(each).data for each in known}
        for each in dict.fromkeys(given):
            if each not in present:
                known.append(update.add(Stream({}, each)))
        if known:
            store[key] = known
    if isinstance(held, Reference):
        update.replace(held, store)
    else:
        update.replace_catalog({**update.catalog, "/DSS": update.add(store)})


def text(value: str) -> String:
    """A text string (ISO 32000-1, 7.9.2.2)."""
    return String(b"\xfe\xff" + value.encode("utf-16-be"))


def date(at: datetime) -> String:
    """A date (7.9.4), in UTC and to the second."""
    return String(at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ").encode())
