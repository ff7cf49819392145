"""The form of a file: fields of the signature, the seal and the timestamps, and nothing else."""

import codecs
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pledges.proof.fileformat import FileFormat, RevisionKind
from pledges.proof.pdf import page_content
from pledges.proof.pdf.objects import Budget, Name, Number, Reference, String, numbers
from pledges.proof.pdf.reader import Objects, Revision
from pledges.proof.verdict import Rejected

FIELD: Final = frozenset(
    {"/FT", "/T", "/TU", "/Type", "/Subtype", "/F", "/Rect", "/AP", "/P", "/V", "/Lock",
     "/StructParent"}
)  # fmt: skip
TIMESTAMP: Final = {
    "/Type": Name("/Annot"),
    "/Subtype": Name("/Widget"),
    "/FT": Name("/Sig"),
    "/F": Number("132"),
}
"""What the field of a timestamp has, beside its box, its place and its signature."""
UNSEEN: Final = [Number("-1")] * 4
"""The box of a timestamp's field: without extent, so that it shows nothing (ISO 32000-1, 12.7.4.5),
and off the page, so that it needs no place in the structure (ISO 14289-1, 7.18.1)."""
UNSEEN_BOXES: Final = (UNSEEN, [Number("0")] * 4)
"""Those of number 1 of the file format: at the corner of the page it counts as off it, too."""
TIMESTAMP_TOLD: Final = String(b"Timestamp")
"""What is read aloud of it: whoever gets a timestamp writes the field, and nobody signed that."""
PRINTED: Final = "4"
"""Of an annotation's flags (ISO 32000-1, table 165): it is printed, and nothing hides it."""
CLOSE: Final = 0.1  # points


def check(
    objects: Objects,
    names: Sequence[str],
    brought: Revision,
    file_format: FileFormat,
    budget: Budget,
) -> None:
    """The form's fields are exactly `names`; raises `Rejected`.

    The first ones are those of the signature and the seal, the others those of timestamps.
    """
    fields = [objects.dictionary(each) for each in field_references(objects)]
    found = [_text(field.get("/T")) for field in fields]
    if found != list(names):
        _refuse_field("the form has the fields of signature, seal and timestamps", ", ".join(found))
    changed = {id(value) for value in brought.objects.values()}
    for index, (name, field) in enumerate(zip(names, fields, strict=True)):
        if id(field) not in changed:
            continue  # it was looked at in the revision that brought it
        if field.get("/FT") != "/Sig" or field.get("/Subtype") != "/Widget":
            _refuse_field("a field is a signature field with its box", name)
        if index < len(file_format.signers):
            _check_box(objects, field, name, file_format, budget)
        else:
            _check_timestamp(field, name)


def field_references(objects: Objects) -> list[Reference]:
    """The references of the form's fields, each to a field of its own."""
    found = objects.array(form_of(objects).get("/Fields"))
    if not all(isinstance(each, Reference) for each in found) or len(set(found)) != len(found):
        _refuse_field("the form refers to its fields, each once", repr(found[:3]))
    return found


def _check_timestamp(field: Mapping[str, Any], name: str) -> None:
    rest = {key: value for key, value in field.items() if key not in ("/T", "/TU", "/P", "/V")}
    box = rest.pop("/Rect", None)
    if rest != TIMESTAMP or field.get("/TU", TIMESTAMP_TOLD) != TIMESTAMP_TOLD:
        _refuse_field("a timestamp's field says nothing", name)
    if box not in UNSEEN_BOXES:
        _refuse_field("a timestamp's field is not seen", name)


def _refuse_field(rule: str, fields: str) -> None:
    raise Rejected("unexpected-field", rule, found=fields, fields=fields)


def _text(value: object) -> str:
    """A text string (ISO 32000-1, 7.9.2.2) as people read it."""
    if not isinstance(value, String):
        return repr(value)
    if value.value.startswith(codecs.BOM_UTF16_BE):
        return value.value[2:].decode("utf-16-be", "replace")
    return value.value.decode("latin-1")


def _check_box(
    objects: Objects, field: Mapping[str, Any], name: str, file_format: FileFormat, budget: Budget
) -> None:
    """Of the size that every box has, printed, with one appearance whatever a mouse does."""
    left, bottom, right, top = numbers(field.get("/Rect"), 4)
    box = right - left, top - bottom
    if not _is_size(box, file_format) or set(field) - FIELD or field.get("/F") != PRINTED:
        _refuse_field("a signature's box has one size and is printed", name)
    appearance = objects.dictionary(field.get("/AP"))
    if set(appearance) != {"/N"}:
        _refuse_field("a signature's box looks one way", name)
    drawn = page_content.Looks(objects, budget).check_form(appearance["/N"])
    if not _is_size(drawn, file_format):
        _refuse_field("what a signature's box shows has its size", name)
    seals_after_others = RevisionKind.COMPANY in file_format.signers
    if seals_after_others and name == file_format.company_field and not _locks(objects, field):
        raise Rejected("not-locking", "the company's field locks all fields", field=name)


def _is_size(found: tuple[float, float], file_format: FileFormat) -> bool:
    """Whether it is the size of a box: what is stretched, readers fit in as they like."""
    return all(
        abs(side - expected) < CLOSE for side, expected in zip(found, file_format.box, strict=True)
    )


def _locks(objects: Objects, field: Mapping[str, Any]) -> bool:
    """FieldMDP All (ISO 32000-1, table 233). Without /P: timestamps follow, which readers may take
    for a change that /P 1 forbids (ISO 32000-2, table 236)."""
    lock = objects.dictionary(field.get("/Lock", {}))
    return lock == {"/Type": "/SigFieldLock", "/Action": "/All"}


def form_of(objects: Objects) -> Mapping[str, Any]:
    """The form's dictionary."""
    return objects.dictionary(objects.catalog.get("/AcroForm"))


def named(objects: Objects) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The form's fields with their names, in their order."""
    for reference in field_references(objects):
        field = objects.dictionary(reference)
        yield _text(field.get("/T")), field
