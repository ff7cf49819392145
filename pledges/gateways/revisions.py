"""The revisions of a sealed file, held to exactly what this product writes and nothing else.

Libraries ask whether a change is harmless; here a change is refused unless it is one of the few
that sealing makes: incremental updates (ISO 32000-1, 7.5.6), read backwards.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final

from pyhanko.pdf_utils import generic as untyped

from pledges.core.verdict import Rejected
from pledges.gateways import tables
from pledges.gateways.pades import TIMESTAMP_FIELD
from pledges.gateways.reading import Reader
from pledges.gateways.sealfields import COMPANY_FIELD, MANAGER_FIELD

generic: Any = untyped
END: Final = b"%%EOF\n"

NEW: Final = "may be added where it was not"
FREE: Final = "may change"
GROWS: Final = "an array that may get one more item"
Rule = str | Mapping[str, Any]

DSS: Final[Rule] = {"/Type": NEW, "/Certs": FREE, "/CRLs": FREE, "/OCSPs": FREE}
"""Only hints for validators; what is in it proves nothing by itself, and so may change."""
FORM: Final[Rule] = {"/SigFlags": FREE}

CATALOG: Final[Mapping[str, Mapping[str, Any]]] = {
    MANAGER_FIELD: {
        "/AF": NEW,
        "/Names": {"/EmbeddedFiles": NEW},
        "/Perms": NEW,
        "/Extensions": NEW,
        "/DSS": DSS,
        "/AcroForm": FORM,
    },
    COMPANY_FIELD: {"/DSS": DSS, "/AcroForm": FORM},
    TIMESTAMP_FIELD: {"/DSS": DSS, "/AcroForm": {"/SigFlags": FREE, "/Fields": GROWS}},
}
"""What a revision may change of the catalog, by the field that it fills."""
FILLED: Final[Rule] = {"/V": NEW, "/AP": FREE}
FIRST_PAGE: Final[Mapping[str, Any]] = {"/Annots": GROWS}

Key = tuple[int, int]


def read(pdf: bytes) -> Any:
    """A strict reader of `pdf`; raises `Rejected` unless it begins and ends as our files do."""
    if not pdf.startswith(b"%PDF-1."):
        raise Rejected("not-a-pdf")
    if not pdf.endswith(END):
        raise Rejected("trailing-bytes")
    tables.check(pdf)
    try:
        reader: Any = Reader(BytesIO(pdf))
        if reader.encrypted or reader.xrefs.hybrid_xrefs_present:
            raise Rejected("unreadable")
    except Rejected:
        raise
    except Exception as error:
        raise Rejected("unreadable") from error
    return reader


def check_revision(reader: Any, revision: int, fills: str) -> None:
    """Raise `Rejected` unless `revision` does no more than what filling the field `fills` takes.

    `fills` is the name of a seal's field, or `TIMESTAMP_FIELD` for a document timestamp.
    """
    before = reader.get_historical_resolver(revision - 1)
    after = reader.get_historical_resolver(revision)
    _check_trailer(before, after)
    rules = _rules(before, fills)
    for reference in reader.xrefs.explicit_refs_in_revision(revision):
        if reader.xrefs.get_introducing_revision(reference) == revision:
            continue
        key = (reference.idnum, reference.generation)
        name = f"{key[0]} {key[1]} obj"
        if key not in rules:
            # Not even if it says the same: what is written again may be read otherwise elsewhere.
            raise Rejected("unexpected-change", what=name)
        if rules[key] == FREE and reader.xrefs.get_introducing_revision(reference) == 0:
            # What was read and signed never is a mere hint, whatever refers to it.
            raise Rejected("unexpected-change", what=name)
        _compare(before.get_object(reference), after.get_object(reference), rules[key], name)


def catalog_of(resolver: Any) -> Any:
    """The catalog of one revision.

    By its reference: followed from the trailer, pyHanko's historical view gives the newest one.
    """
    return resolver.get_object(resolver.trailer_view.raw_get("/Root").reference)


def _check_trailer(before: Any, after: Any) -> None:
    old, new = before.trailer_view, after.trailer_view
    for key in ("/Root", "/Info", "/Encrypt"):
        if plain(raw(old, key)) != plain(raw(new, key)):
            raise Rejected("unexpected-change", what=f"trailer {key}")
    if before.document_id[0] != after.document_id[0]:
        raise Rejected("unexpected-change", what="trailer /ID")


def _rules(before: Any, fills: str) -> dict[Key, Rule]:
    """The objects of the revision before that may change, each with what may change in it."""
    catalog = catalog_of(before)
    rules: dict[Key, Rule] = {_key(before.trailer_view.raw_get("/Root")): CATALOG[fills]}
    _gather(rules, catalog, CATALOG[fills])
    if fills == TIMESTAMP_FIELD:
        page = first_page(catalog)
        rules[_key(page)] = FIRST_PAGE
        _gather(rules, page.get_object(), FIRST_PAGE)
    else:
        rules[_field(catalog["/AcroForm"], fills)] = FILLED
    return rules


def _gather(rules: dict[Key, Rule], holder: Any, rule: Mapping[str, Any]) -> None:
    for key, inner in rule.items():
        value = raw(holder, key)
        if isinstance(value, generic.IndirectObject):
            rules[_key(value)] = inner
            value = followed(value)
        if isinstance(inner, Mapping) and isinstance(value, generic.DictionaryObject):
            _gather(rules, value, inner)


def first_page(catalog: Any) -> Any:
    """The reference of the first page: document timestamps put their invisible field there."""
    node = catalog["/Pages"]
    while True:
        reference: Any = node["/Kids"].raw_get(0)
        node = reference.get_object()
        if node.get("/Type") == "/Page":
            return reference


def _field(form: Any, name: str) -> Key:
    fields = form["/Fields"]
    for index in range(len(fields)):
        reference = fields.raw_get(index)
        if reference.get_object().get("/T") == name:
            return _key(reference)
    raise Rejected("no-field", field=name)


def _compare(old: Any, new: Any, rule: Rule | None, name: str) -> None:
    if plain(old) == plain(new) or rule == FREE or (old is None and rule == NEW):
        return
    if rule == GROWS and old is None:
        old = generic.ArrayObject()
    if isinstance(rule, Mapping) and old is None:
        old, new = generic.DictionaryObject(), followed(new)
    arrays = isinstance(old, list) and isinstance(new, list)
    if rule == GROWS and arrays and len(new) == len(old) + 1 and plain(new)[:-1] == plain(old):
        return
    dictionaries = isinstance(old, dict) and isinstance(new, dict) and type(old) is type(new)
    if isinstance(rule, Mapping) and dictionaries and not isinstance(old, generic.StreamObject):
        for key in {*old, *new}:
            _compare(raw(old, key), raw(new, key), rule.get(key), f"{name} {key}")
        return
    raise Rejected("unexpected-change", what=name)


def raw(holder: Any, key: str) -> Any:
    """The value under `key` as it stands in the file, a reference unfollowed, or None."""
    return holder.raw_get(key) if key in holder else None


def followed(value: Any) -> Any:
    """What a reference leads to; anything else as it is."""
    if not isinstance(value, generic.IndirectObject):
        return value
    return value.get_object()


def plain(value: Any) -> Any:
    """`value` in a form that two revisions can be compared in; references are not followed."""
    if isinstance(value, generic.IndirectObject):
        return ("ref", value.idnum, value.generation)
    if isinstance(value, generic.StreamObject):
        keys = sorted(value)
        return ("stream", [(key, plain(value.raw_get(key))) for key in keys], value.encoded_data)
    if isinstance(value, generic.DictionaryObject):
        return {str(key): plain(value.raw_get(key)) for key in value}
    if isinstance(value, generic.ArrayObject):
        return [plain(value.raw_get(index)) for index in range(len(value))]
    return (type(value).__name__, str(value))


def _key(reference: Any) -> Key:
    return reference.idnum, reference.generation
