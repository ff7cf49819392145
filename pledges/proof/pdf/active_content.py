"""Nothing in a pledge's file may act, hide or cover: no scripts, no layers, no foreign fields."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

from pledges.proof.fileformat import FileFormat
from pledges.proof.pdf import form_fields, images, page_content
from pledges.proof.pdf.objects import (
    Budget,
    Name,
    Number,
    Reference,
    Stream,
    String,
    dictionaries,
)
from pledges.proof.pdf.reader import History, Objects
from pledges.proof.verdict import Rejected

# Whatever makes a page depend on a script, a viewer's choice or another file; and what some readers
# find pages by, instead of the page tree.
ACTIVE: Final = frozenset(
    {"/OpenAction", "/AA", "/JS", "/JavaScript", "/OCProperties", "/OC", "/XFA",
     "/RichMediaContent", "/Collection", "/Alternates", "/OPI", "/Threads",
     "/AlternatePresentations", "/PresSteps", "/Requirements", "/NeedAppearances", "/Linearized"}
)  # fmt: skip
LAYERS: Final = frozenset({"/OCG", "/OCMD"})
# Actions of ISO 32000-2, table 201, wherever they stand: one action can call the next.
ACTIONS: Final = frozenset(
    {"/GoToR", "/GoToE", "/GoToDp", "/Launch", "/Thread", "/Sound", "/Movie", "/Hide", "/Named",
     "/SubmitForm", "/ResetForm", "/ImportData", "/JavaScript", "/SetOCGState", "/Rendition",
     "/Trans", "/GoTo3DView", "/RichMediaExecute"}
)  # fmt: skip
INERT_ACTIONS: Final = frozenset({"/URI", "/GoTo"})
ACTION: Final = frozenset({"/Type", "/S", "/URI", "/D"})
SCHEMES: Final = (b"https://", b"mailto:")
# A stream with one of these shows what stands in another file.
ELSEWHERE: Final = frozenset({"/F", "/FFilter", "/FDecodeParms", "/Ref"})

CATALOG: Final = frozenset(
    {"/Type", "/Pages", "/Outlines", "/Lang", "/Names", "/StructTreeRoot", "/ViewerPreferences",
     "/MarkInfo", "/OutputIntents", "/Metadata", "/AcroForm", "/AF", "/Extensions", "/Perms",
     "/DSS"}
)  # fmt: skip
NAMES: Final = frozenset({"/Dests", "/EmbeddedFiles"})
VIEWER: Final = frozenset({"/DisplayDocTitle"})
FORM: Final = frozenset({"/Fields", "/SigFlags"})
SIGNATURE_FLAGS: Final = ("1", "3")
"""Signatures exist; after the first one, the file may only be appended to (12.7.2)."""
EXTENSIONS: Final = {
    "/ESIC": {
        "/Type": Name("/DeveloperExtensions"),
        "/BaseVersion": Name("/1.7"),
        "/ExtensionLevel": Number("1"),
    }
}
"""What PAdES adds to PDF 1.7 (ETSI EN 319 142-1, 5.1)."""
SRGB: Final = "384b832de3412066743b52a75ee906b6fb9fb8d9e09e936fc2c43223815c6e0a"
"""SHA-256 of the profile sRGB2014 of the International Color Consortium."""
PROFILE: Final = frozenset({"/N", "/Filter", "/Length"})
LINK: Final = frozenset(
    {"/Type", "/Subtype", "/Rect", "/BS", "/Contents", "/A", "/Dest", "/StructParent", "/F"}
)


def check(history: History, file_format: FileFormat, fields: Sequence[str]) -> tuple[str, ...]:
    """Raise `Rejected` for anything active in any object of any revision, used or not.

    `fields` are the names of the form's fields: those of signature and seal, then those of the
    timestamps, of which one comes with each revision behind these. Gives the digests of the images
    on the pages, where the format has any.
    """
    signed = len(file_format.signers)
    for revision, brought in enumerate(history.revisions):
        objects = history.at(revision)
        for number, value in brought.objects.items():
            _check_object(objects, number, value, with_images=file_format.has_images)
        _check_catalog(objects)
        names = [*fields[:signed], *fields[signed:revision]]
        form_fields.check(objects, names, brought, file_format, history.budget)
    _check_colours(history.at(0), history.budget)
    shown = page_content.check(history.at(0), history.budget, with_images=file_format.has_images)
    # In between, `revisions` lets only the first page change, and only by a timestamp's own field.
    for objects in (history.at(0), history.at(len(history.revisions) - 1)):
        _check_annotations(objects)
    return shown


def _refuse(what: str, rule: str, where: str = "") -> NoReturn:
    raise Rejected("active-content", rule, found=what, where=where, what=what)


def _check_object(objects: Objects, number: int, value: Any, *, with_images: bool) -> None:
    where = f"object {number}"
    for found in dictionaries(value):
        active = ACTIVE & set(found)
        if active:
            _refuse(min(active), "nothing acts or depends on a viewer", where)
        _check_actions(found, objects, where)
        if isinstance(found.get("/Type"), str) and found["/Type"] in LAYERS:
            _refuse("/OCG", "there are no layers", where)
    if isinstance(value, Stream):
        is_jpeg = (
            with_images and images.is_image(value) and value.entries.get("/Filter") == images.JPEG
        )
        _check_stream(value, where, packed_by=images.JPEG if is_jpeg else "/FlateDecode")


def _check_actions(found: Mapping[str, Any], objects: Objects, where: str) -> None:
    kind = found.get("/S")
    if isinstance(kind, str) and kind in ACTIONS:
        _refuse(kind, "there are no actions but links", where)
    for key in ("/S", "/Type", "/Subtype", "/URI"):
        if isinstance(found.get(key), Reference):
            _refuse(key, "what an object is stands in itself", where)
    if "/URI" in found and not _is_address(found["/URI"]):
        _refuse("/URI", f"links lead to {SCHEMES}", where)
    # In a structure element, /A holds attributes, which have no /S.
    action = objects.follow(found.get("/A"))
    if isinstance(action, dict) and "/S" in action:
        kind = action["/S"]
        if not isinstance(kind, str) or kind not in INERT_ACTIONS or set(action) - ACTION:
            _refuse(str(kind), "there are no actions but links, and none follows", where)


def _is_address(value: object) -> bool:
    return isinstance(value, String) and value.value.startswith(SCHEMES)


def _check_stream(found: Stream, where: str, *, packed_by: str) -> None:
    entries = found.entries
    elsewhere = ELSEWHERE & set(entries)
    if elsewhere or "/PS" in (entries.get("/Subtype"), entries.get("/Subtype2")):
        _refuse(min(elsewhere, default="/PS"), "a stream holds its own data, no program", where)
    if entries.get("/Filter", packed_by) != packed_by or "/DecodeParms" in entries:
        _refuse(str(entries.get("/Filter")), f"a stream is packed by {packed_by} alone", where)


def _check_catalog(objects: Objects) -> None:
    """Keys that a reader may act on are known, each for what it does."""
    catalog = objects.catalog
    known = {"/Names": NAMES, "/ViewerPreferences": VIEWER, "/AcroForm": FORM}
    parts = {"": (catalog, CATALOG)} | {
        f" under {key}": (objects.dictionary(catalog[key]), keys)
        for key, keys in known.items()
        if key in catalog
    }
    for part, (entries, keys) in parts.items():
        more = set(entries) - keys
        if more:
            _refuse(min(more), f"what stands in the catalog{part} is known")
    if catalog.get("/Extensions", EXTENSIONS) != EXTENSIONS:
        _refuse("/Extensions", "the one extension is that of PAdES")
    store = objects.dictionary(catalog.get("/DSS", {}))
    if store.get("/Type", "/DSS") != "/DSS":
        _refuse("/DSS", "the store of hints says what it is or nothing")
    if form_fields.form_of(objects).get("/SigFlags") not in SIGNATURE_FLAGS:
        _refuse("/SigFlags", "the form says that there are signatures (12.7.2)")


def _check_colours(objects: Objects, budget: Budget) -> None:
    """Some readers show all colours by the profile of the output intent (14.11.5), others do not:
    it is the one that makes no difference."""
    for intent in objects.array(objects.catalog.get("/OutputIntents", [])):
        profile = objects.follow(objects.dictionary(intent).get("/DestOutputProfile"))
        if not isinstance(profile, Stream) or set(profile.entries) - PROFILE:
            _refuse("/OutputIntents", "an output intent has its profile")
        if hashlib.sha256(budget.inflate(profile)).hexdigest() != SRGB:
            _refuse("/DestOutputProfile", "colours are those of sRGB")


def _check_annotations(objects: Objects) -> None:
    """No page has any annotation but the form's fields, each on one page, and links."""
    fields = []
    for page in page_content.pages(objects):
        for reference in objects.array(page.get("/Annots", [])):
            annotation = objects.dictionary(reference)
            if annotation.get("/Subtype") == "/Link" and _is_plain(objects, annotation):
                continue
            if not isinstance(reference, Reference):
                _refuse(str(annotation.get("/Subtype")), "there are no annotations but plain links")
            fields.append(reference)
    if sorted(fields) != sorted(form_fields.field_references(objects)):
        _refuse("/Annots", "pages have the form's fields, each once, and plain links")


def _is_plain(objects: Objects, link: Mapping[str, Any]) -> bool:
    """Nothing of it is seen, no picture, no border; and it does nothing but lead somewhere."""
    border, action = objects.follow(link.get("/BS")), objects.follow(link.get("/A"))
    leads = action is None or (isinstance(action, dict) and action.get("/S") in INERT_ACTIONS)
    return leads and set(link) <= LINK and border == {"/W": Number("0")}
