"""Nothing in a pledge's file may act, hide or cover: no scripts, no layers, no foreign fields."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn

from pledges.core.verdict import Rejected
from pledges.gateways import page_content
from pledges.gateways.fileformat import BOX, COMPANY_FIELD
from pledges.gateways.pdf_objects import (
    Number,
    Reference,
    Stream,
    String,
    dictionaries,
    real,
)
from pledges.gateways.reader import History, Objects

# Whatever makes a page depend on a script, a viewer's choice or another file.
ACTIVE: Final = frozenset(
    {"/OpenAction", "/AA", "/JS", "/JavaScript", "/OCProperties", "/OC", "/XFA",
     "/RichMediaContent", "/Collection", "/Alternates", "/OPI", "/Threads",
     "/AlternatePresentations", "/PresSteps", "/Requirements", "/NeedAppearances"}
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
        "/Type": "/DeveloperExtensions",
        "/BaseVersion": "/1.7",
        "/ExtensionLevel": Number("1"),
    }
}
"""What PAdES adds to PDF 1.7 (ETSI EN 319 142-1, 5.1)."""
LINK: Final = frozenset(
    {"/Type", "/Subtype", "/Rect", "/BS", "/Contents", "/A", "/Dest", "/StructParent", "/F"}
)
FIELD: Final = frozenset(
    {"/FT", "/T", "/TU", "/Type", "/Subtype", "/F", "/Rect", "/AP", "/P", "/V", "/Lock",
     "/StructParent"}
)  # fmt: skip
TIMESTAMP: Final = {
    "/FT": "/Sig",
    "/Type": "/Annot",
    "/Subtype": "/Widget",
    "/F": "132",
    "/Rect": ["0"] * 4,
    "/TU": String(b"Timestamp"),
}
"""What the field of a timestamp says beside its name, its page and its value: nobody sees it."""
PLACED: Final = {"/T", "/P", "/V"}
PRINTED: Final = "4"
"""Of an annotation's flags (ISO 32000-1, table 165): it is printed, and nothing hides it."""
CLOSE: Final = 0.1  # points


def check(history: History, fields: Sequence[str]) -> None:
    """Raise `Rejected` for anything active in any object of any revision, used or not.

    `fields` are the names of the form's fields: those of the two seals, then those of the
    timestamps, of which one comes with each revision from the third on.
    """
    for revision, brought in enumerate(history.revisions):
        objects = history.at(revision)
        for number, value in brought.objects.items():
            _check_object(objects, number, value)
        _check_catalog(objects)
        shown = _check_fields(objects, [*fields[:2], *fields[2:revision]], history)
        for page in page_content.pages(objects):
            _check_annotations(objects, page, shown)
    page_content.check(history.at(0), history.budget)


def _refuse(what: str, rule: str, where: str = "") -> NoReturn:
    raise Rejected("active-content", rule, found=what, where=where, what=what)


def _check_object(objects: Objects, number: int, value: Any) -> None:
    where = f"object {number}"
    for found in dictionaries(value):
        active = ACTIVE & set(found)
        if active:
            _refuse(min(active), "nothing acts or depends on a viewer", where)
        _check_actions(found, objects, where)
        if isinstance(found.get("/Type"), str) and found["/Type"] in LAYERS:
            _refuse("/OCG", "there are no layers", where)
    if isinstance(value, Stream):
        _check_stream(value, where)


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


def _check_stream(found: Stream, where: str) -> None:
    entries = found.entries
    elsewhere = ELSEWHERE & set(entries)
    if elsewhere or "/PS" in (entries.get("/Subtype"), entries.get("/Subtype2")):
        _refuse(min(elsewhere, default="/PS"), "a stream holds its own data, no program", where)
    if entries.get("/Filter", "/FlateDecode") != "/FlateDecode" or "/DecodeParms" in entries:
        _refuse(str(entries.get("/Filter")), "streams are compressed by FlateDecode alone", where)


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
    if form_of(objects).get("/SigFlags") not in SIGNATURE_FLAGS:
        _refuse("/SigFlags", "the form says that there are signatures (12.7.2)")


def _check_fields(objects: Objects, names: Sequence[str], history: History) -> set[int]:
    """The numbers of the form's fields, which are exactly `names`; raises `Rejected`."""
    references = objects.array(form_of(objects).get("/Fields"))
    fields = [objects.dictionary(each) for each in references]
    found = [_text(field.get("/T")) for field in fields]
    if found != list(names):
        _refuse_field("the form has the fields of seals and timestamps", ", ".join(found))
    for index, (name, field) in enumerate(zip(names, fields, strict=True)):
        if field.get("/FT") != "/Sig" or field.get("/Subtype") != "/Widget":
            _refuse_field("a field is a signature field with its box", name)
        if index < 2:
            _check_box(objects, field, name, history)
        elif {key: field[key] for key in field if key not in PLACED} != TIMESTAMP:
            _refuse_field("a timestamp's field is not seen", name)
    return {each.number for each in references if isinstance(each, Reference)}


def _refuse_field(rule: str, fields: str) -> None:
    raise Rejected("unexpected-field", rule, found=fields, fields=fields)


def _text(value: object) -> str:
    return value.value.decode("latin-1") if isinstance(value, String) else repr(value)


def _check_box(objects: Objects, field: Mapping[str, Any], name: str, history: History) -> None:
    """Of the size that every box has, printed, with one appearance whatever a mouse does."""
    edges = [real(edge) for edge in objects.array(field.get("/Rect"))]
    if len(edges) != 4:
        _refuse_field("a seal's box has four edges", name)
    left, bottom, right, top = edges
    wide, high = abs(right - left - BOX[0]) < CLOSE, abs(top - bottom - BOX[1]) < CLOSE
    if not (wide and high) or set(field) - FIELD or field.get("/F") != PRINTED:
        _refuse_field("a seal's box has one size and is printed", name)
    appearance = objects.dictionary(field.get("/AP"))
    if set(appearance) != {"/N"}:
        _refuse_field("a seal's box looks one way", name)
    page_content.check_form(objects, appearance["/N"], history.budget)
    if name == COMPANY_FIELD and not _locks(objects, field):
        raise Rejected("not-locking", "the company's field locks all fields", field=name)


def _locks(objects: Objects, field: Mapping[str, Any]) -> bool:
    """FieldMDP All (ISO 32000-1, table 233). Without /P: timestamps follow, and readers would call
    a file invalid that was to change no more."""
    lock = objects.dictionary(field.get("/Lock", {}))
    return lock == {"/Type": "/SigFieldLock", "/Action": "/All"}


def _check_annotations(objects: Objects, page: Mapping[str, Any], known: set[int]) -> None:
    """No page has any annotation but the form's fields and links."""
    for reference in objects.array(page.get("/Annots", [])):
        annotation = objects.dictionary(reference)
        if annotation.get("/Subtype") == "/Link" and _is_plain(objects, annotation):
            continue
        if not isinstance(reference, Reference) or reference.number not in known:
            _refuse(str(annotation.get("/Subtype")), "there are no annotations but plain links")


def _is_plain(objects: Objects, link: Mapping[str, Any]) -> bool:
    """Nothing of it is seen: no picture, no border."""
    border = objects.follow(link.get("/BS"))
    return set(link) <= LINK and border == {"/W": Number("0")}


def form_of(objects: Objects) -> Mapping[str, Any]:
    """The form's dictionary."""
    return objects.dictionary(objects.catalog.get("/AcroForm"))


def form_fields(objects: Objects) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The form's fields with their names, in their order."""
    for reference in objects.array(form_of(objects).get("/Fields")):
        field = objects.dictionary(reference)
        yield _text(field.get("/T")), field
