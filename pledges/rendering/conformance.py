"""What PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) ask for and WeasyPrint does not write."""

from collections.abc import Iterable, Iterator

import pydyf

from pledges.rendering.signature_fields import POINTS_PER_PIXEL, object_at

UA_IDENTIFICATION = b"""\
<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>\
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"\
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"\
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name>\
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property>\
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
"""The claim of PDF/UA-1 (ISO 14289-1, 5), and its description as PDF/A wants one for every schema
that it does not know itself (ISO 19005-3, 6.6.2.3)."""

END_OF_RDF = b"</rdf:RDF>"


def finish_document(pdf: pydyf.PDF) -> None:
    """Complete a tagged PDF/A-3a of WeasyPrint's; to be called when its tags are written."""
    _identify(pdf)
    finish_tags(pdf)


def finish_tags(pdf: pydyf.PDF) -> None:
    """Complete the tags of a document that claims nothing."""
    _unlist_page_numbers(pdf)
    for item in pdf.objects:
        if isinstance(item, dict) and item.get("S") == "/Figure":
            _place_figure(pdf, item)


def _identify(pdf: pydyf.PDF) -> None:
    metadata = object_at(pdf, pdf.catalog["Metadata"])
    [packet] = metadata.stream
    if packet.count(END_OF_RDF) != 1:
        raise ValueError("the metadata must hold one RDF element")
    metadata.stream[:] = [packet.replace(END_OF_RDF, UA_IDENTIFICATION + END_OF_RDF)]


def _unlist_page_numbers(pdf: pydyf.PDF) -> None:
    """Make artifacts of the page numbers (ISO 14289-1, 7.8).

    WeasyPrint tags the text of margin boxes and leaves its structure elements outside of the tree.
    """
    root = object_at(pdf, pdf.catalog["StructTreeRoot"])
    listed = set(_descendants(pdf, root))
    elements = [item for item in pdf.objects if _is(item, "/StructElem")]
    numbers = object_at(pdf, root["ParentTree"])["Nums"]
    pages = dict(zip(pdf.page_references, numbers[1::2], strict=False))
    for element in elements:
        if element.number in listed:
            continue
        for kid in element["K"]:
            if isinstance(kid, int):
                _turn_into_artifact(object_at(pdf, element["Pg"]), kid, pdf)
                pages[element["Pg"]][kid] = "null"
        pdf.objects[element.number] = _Null(element.number)


def _descendants(pdf: pydyf.PDF, element: pydyf.Dictionary) -> Iterator[int]:
    """The numbers of the objects below `element`: elements, and references to annotations."""
    kids = element.get("K", ())
    for kid in kids if isinstance(kids, list) else ():
        if not isinstance(kid, int):
            below = object_at(pdf, kid)
            yield below.number
            yield from _descendants(pdf, below)


def _turn_into_artifact(page: pydyf.Dictionary, mcid: int, pdf: pydyf.PDF) -> None:
    operations = object_at(pdf, page["Contents"]).stream
    [place] = (
        index
        for index, operation in enumerate(operations)
        if isinstance(operation, dict) and operation.get("MCID") == mcid
    )
    footer = pydyf.Dictionary({"Type": "/Pagination", "Subtype": "/Footer"})
    operations[place - 1 : place + 1] = [b"/Artifact", footer]


def _place_figure(pdf: pydyf.PDF, figure: pydyf.Dictionary) -> None:
    """Give the box of a figure in the page's own units, from the bottom (ISO 32000-1, 14.8.5.4.3).

    WeasyPrint gives it in pixels, from the top.
    """
    box: Iterable[float] = figure["A"]["BBox"]
    left, top, right, bottom = (edge * POINTS_PER_PIXEL for edge in box)
    height = object_at(pdf, figure["Pg"])["MediaBox"][3]
    figure["A"]["BBox"] = pydyf.Array([left, height - bottom, right, height - top])


class _Null(pydyf.Object):  # type: ignore[misc]  # the library has no types
    """Keeps the number of an object that is not needed."""

    data = b"null"

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def _is(item: object, kind: str) -> bool:
    return isinstance(item, dict) and item.get("Type") == kind
