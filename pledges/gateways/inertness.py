"""Nothing in a pledge's file may act, hide or cover: no scripts, no layers, no foreign fields."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pyhanko.pdf_utils import generic

from pledges.core.verdict import Rejected
from pledges.gateways.revisions import catalog_of, followed, raw
from pledges.gateways.sealfields import COMPANY_FIELD

# Whatever makes a page depend on a script, a viewer's choice or another file.
ACTIVE: Final = frozenset(
    {"/OpenAction", "/AA", "/JS", "/JavaScript", "/OCProperties", "/OC", "/XFA",
     "/RichMediaContent", "/Collection", "/Alternates", "/OPI", "/Threads"}
)  # fmt: skip
LAYERS: Final = frozenset({"/OCG", "/OCMD"})
# Actions of ISO 32000-2, table 201, wherever they stand: one action can call the next.
ACTIONS: Final = frozenset(
    {"/GoToR", "/GoToE", "/GoToDp", "/Launch", "/Thread", "/Sound", "/Movie", "/Hide", "/Named",
     "/SubmitForm", "/ResetForm", "/ImportData", "/JavaScript", "/SetOCGState", "/Rendition",
     "/Trans", "/GoTo3DView", "/RichMediaExecute"}
)  # fmt: skip
# A stream with one of these shows what stands in another file.
ELSEWHERE: Final = frozenset({"/F", "/FFilter", "/FDecodeParms", "/Ref"})
FONTS: Final = frozenset({"/Type0", "/CIDFontType0", "/CIDFontType2"})
FONT_FILES: Final = frozenset({"/FontFile2", "/FontFile3"})
LINK: Final = frozenset(
    {"/Type", "/Subtype", "/Rect", "/BS", "/Contents", "/A", "/Dest", "/StructParent", "/F"}
)
STAMP: Final = frozenset({"/FT", "/T", "/TU", "/Type", "/Subtype", "/F", "/Rect", "/P", "/V"})
"""What the field of a timestamp has, which nobody sees."""
BOX: Final = (76 * 72 / 25.4, 40 * 72 / 25.4)
"""The size of a seal's box in points: 76 by 40 mm."""
CLOSE: Final = 0.1  # points
MOST_PAGES: Final = 2_000
INERT_ACTIONS: Final = frozenset({"/URI", "/GoTo"})


def check_objects(reader: Any) -> None:
    """Raise `Rejected` for anything active in any object of any revision, used or not."""
    for revision in range(reader.total_revisions):
        resolver = reader.get_historical_resolver(revision)
        for reference in reader.xrefs.explicit_refs_in_revision(revision):
            for found in _dictionaries(resolver.get_object(reference)):
                _check(found)


def _check(found: Any) -> None:
    active = ACTIVE & set(found)
    if active:
        raise Rejected("active-content", what=min(active))
    # Followed: a name may stand in an object of its own.
    if followed(raw(found, "/Type")) in LAYERS:
        raise Rejected("active-content", what="/OCG")
    action = followed(raw(found, "/A"))
    # In a structure element, /A holds attributes, which have no /S.
    is_action = isinstance(action, generic.DictionaryObject) and "/S" in action
    if is_action and action["/S"] not in INERT_ACTIONS:
        raise Rejected("active-content", what=str(action["/S"]))
    if followed(raw(found, "/S")) in ACTIONS:
        raise Rejected("active-content", what=str(found["/S"]))
    _check_font(found)
    if isinstance(found, generic.StreamObject):
        _check_stream(found)


def _check_font(found: Any) -> None:
    """A font that is not in the file looks as each reader likes."""
    kind = followed(raw(found, "/Type"))
    if kind == "/Font" and followed(raw(found, "/Subtype")) not in FONTS:
        raise Rejected("active-content", what=str(found.get("/Subtype")))
    if kind == "/FontDescriptor" and not FONT_FILES & set(found):
        raise Rejected("active-content", what="/FontDescriptor")


def _check_stream(found: Any) -> None:
    elsewhere = ELSEWHERE & set(found)
    scripted = {followed(raw(found, "/Subtype")), followed(raw(found, "/Subtype2"))}
    if elsewhere or "/PS" in scripted:
        raise Rejected("active-content", what=min(elsewhere, default="/PS"))


def _dictionaries(value: Any) -> Iterator[Any]:
    """Every dictionary within one object; references are not followed."""
    if isinstance(value, generic.DictionaryObject):
        yield value
        for key in value:
            yield from _dictionaries(value.raw_get(key))
    elif isinstance(value, generic.ArrayObject):
        for index in range(len(value)):
            yield from _dictionaries(value.raw_get(index))


def check_fields(reader: Any, revision: int, names: Sequence[str]) -> None:
    """Raise `Rejected` unless the form of `revision` has exactly the fields `names`.

    The first two are the seals' boxes; those after them are timestamps, which are not seen. No
    page may have any annotation but these fields and links.
    """
    root = catalog_of(reader.get_historical_resolver(revision))
    fields = root["/AcroForm"]["/Fields"]
    found = [str(field.get("/T")) for field in map(_item(fields), range(len(fields)))]
    if found != list(names):
        raise Rejected("unexpected-field", fields=", ".join(found))
    known = set()
    for index, name in enumerate(names):
        field = _item(fields)(index)
        if field.get("/FT") != "/Sig" or "/Kids" in field or field.get("/Subtype") != "/Widget":
            raise Rejected("unexpected-field", fields=name)
        if index >= 2 and (any(float(edge) for edge in field["/Rect"]) or set(field) - STAMP):
            raise Rejected("unexpected-field", fields=name)
        if index < 2 and not _is_box(field):
            raise Rejected("unexpected-field", fields=name)
        if name == COMPANY_FIELD and not _locks(field):
            raise Rejected("not-locking")
        known.add(_key(fields.raw_get(index)))
    for page in _pages(root["/Pages"], set()):
        _check_annotations(page, known)


def _is_box(field: Any) -> bool:
    """Of the size that every seal's box has, with one appearance whatever a mouse does."""
    left, bottom, right, top = (float(edge) for edge in field["/Rect"])
    wide, high = abs(right - left - BOX[0]) < CLOSE, abs(top - bottom - BOX[1]) < CLOSE
    return wide and high and set(field.get("/AP", {"/N"})) == {"/N"}


def _locks(field: Any) -> bool:
    lock = followed(raw(field, "/Lock")) or {}
    return bool(lock.get("/Action") == "/All" and set(lock) == {"/Type", "/Action"})


def _item(array: Any) -> Any:
    return lambda index: array[index]


def _pages(node: Any, seen: set[tuple[int, int]]) -> Iterator[Any]:
    """The pages under `node`, each once: a tree that meets itself again might never end."""
    for index in range(len(node["/Kids"])):
        key = _key(node["/Kids"].raw_get(index))
        if key in seen or len(seen) >= MOST_PAGES:
            raise Rejected("unreadable")
        seen.add(key)
        kid = node["/Kids"][index]
        if kid.get("/Type") == "/Page":
            if "/Kids" in kid:
                raise Rejected("unreadable")
            yield kid
        else:
            yield from _pages(kid, seen)


def _check_annotations(page: Any, known: set[tuple[int, int]]) -> None:
    annotations = page.get("/Annots", generic.ArrayObject())
    for index in range(len(annotations)):
        annotation = annotations[index]
        if annotation.get("/Subtype") == "/Link" and _is_plain(annotation):
            continue
        reference = annotations.raw_get(index)
        if not isinstance(reference, generic.IndirectObject) or _key(reference) not in known:
            raise Rejected("active-content", what=str(annotation.get("/Subtype")))


def _is_plain(link: Any) -> bool:
    """Nothing of it is seen: no picture, no border."""
    border = link.get("/BS")
    return set(link) <= LINK and border is not None and border.get("/W") == 0


def _key(reference: Any) -> tuple[int, int]:
    return reference.idnum, reference.generation
