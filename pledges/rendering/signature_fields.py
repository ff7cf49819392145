"""The empty signature fields that a pledge, or a record, carries from its first byte on."""

from collections.abc import Iterator, Sequence

import pydyf
from weasyprint import Document
from weasyprint.document import Page
from weasyprint.formatting_structure import boxes

from pledges.rendering.box_places import OF_PLEDGE, PLACES

PRINT = 4
"""Annotation flag bit 3 (ISO 32000-1, table 165); PDF/A demands it."""
SIGNATURES_EXIST = 1
"""AcroForm SigFlags bit 1 (table 219). AppendOnly comes with the first signature."""

POINTS_PER_PIXEL = 0.75


def mark_places(document: Document) -> None:
    """Have the boxes of the fields tagged as /Art, which nothing else on the paper is.

    `add_fields` then finds these structure elements and turns them into /Form elements.
    """
    for _, _, box in _places(document):
        box.element_tag = "article"


def _places(document: Document) -> Iterator[tuple[int, Page, boxes.Box]]:
    found: set[str] = set()
    for number, page in enumerate(document.pages):
        for box in page._page_box.descendants():
            place = _id_of(box)
            if place in PLACES and place not in found:
                found.add(place)
                yield number, page, box


def _id_of(box: boxes.Box) -> str:
    return "" if box.element is None else str(box.element.get("id", ""))


def add_fields(document: Document, pdf: pydyf.PDF, wanted: Sequence[str] = OF_PLEDGE) -> None:
    """Put an empty signature field at each of `wanted`, by `PLACES`; a WeasyPrint finisher.

    The elements themselves must be empty.
    Raises ValueError when the HTML does not hold just these.
    """
    places = list(_places(document))
    if {_id_of(box) for _, _, box in places} != set(wanted):
        raise ValueError(f"the page must have elements with the ids {', '.join(wanted)}")
    elements = [item for item in pdf.objects if _is_art(item)]
    widgets = []
    for (number, page, box), element in zip(places, elements, strict=True):
        widget = _widget(pdf, page, box)
        page_reference = pdf.page_references[number]
        widget["P"] = page_reference
        _annotations(object_at(pdf, page_reference)).append(widget.reference)
        _tag(pdf, element, widget, page_reference)
        widgets.append(widget.reference)
    pdf.catalog["AcroForm"] = pydyf.Dictionary(
        {"Fields": pydyf.Array(widgets), "SigFlags": SIGNATURES_EXIST}
    )


def _is_art(item: object) -> bool:
    return isinstance(item, dict) and item.get("S") == "/Art"


def object_at(pdf: pydyf.PDF, reference: bytes) -> pydyf.Object:
    """What `reference` refers to."""
    return pdf.objects[int(reference.split()[0])]


def _annotations(page: pydyf.Dictionary) -> pydyf.Array:
    return page.setdefault("Annots", pydyf.Array())


class _Apart(pydyf.Dictionary):  # type: ignore[misc]  # the library has no types
    """Stands outside the object stream, which pyHanko would read anew for each look at it."""

    compressible = False


def _widget(pdf: pydyf.PDF, page: Page, box: boxes.Box) -> pydyf.Dictionary:
    width, height = box.border_width() * POINTS_PER_PIXEL, box.border_height() * POINTS_PER_PIXEL
    left = box.border_box_x() * POINTS_PER_PIXEL
    top = (page.height - box.border_box_y()) * POINTS_PER_PIXEL
    appearance = pydyf.Stream(
        [],
        pydyf.Dictionary(
            {
                "Type": "/XObject",
                "Subtype": "/Form",
                "BBox": pydyf.Array([0, 0, width, height]),
                "Resources": pydyf.Dictionary(),
            }
        ),
    )
    pdf.add_object(appearance)
    widget = _Apart(
        {
            "Type": "/Annot",
            "Subtype": "/Widget",
            "FT": "/Sig",
            "T": pydyf.String(PLACES[box.element.get("id")]),
            "TU": pydyf.String(box.element.get("title", "")),
            "F": PRINT,
            "Rect": pydyf.Array([left, top - height, left + width, top]),
            "AP": pydyf.Dictionary({"N": appearance.reference}),
        }
    )
    if box.element.get("id") == "box-company":
        # Every field is locked, and nothing is said of other changes (no /P): a document timestamp
        # follows, which readers may take for a change that /P 1 forbids (ISO 32000-2, table 236).
        lock = _Apart({"Type": "/SigFieldLock", "Action": "/All"})
        pdf.add_object(lock)
        widget["Lock"] = lock.reference
    pdf.add_object(widget)
    return widget


def _tag(
    pdf: pydyf.PDF, element: pydyf.Dictionary, widget: pydyf.Dictionary, page_reference: bytes
) -> None:
    """Make `element` the /Form element of the widget, in both directions (ISO 32000-1, 14.7.4).

    It says what the field is for, now and when it is filled: no later revision touches it.
    """
    element["S"] = "/Form"
    element["Alt"] = widget["TU"]
    # Not in an array, though K is one elsewhere: pyHanko accepts that a later revision changes the
    # widget only when it finds it right here.
    element["K"] = pydyf.Dictionary(
        {"Type": "/OBJR", "Obj": widget.reference, "Pg": page_reference}
    )
    parents = object_at(pdf, object_at(pdf, pdf.catalog["StructTreeRoot"])["ParentTree"])["Nums"]
    key = max(parents[::2], default=-1) + 1
    parents.extend((key, element.reference))
    widget["StructParent"] = key
