"""One damage for each rule of PDF/A-3a and PDF/UA-1, done to a finished file."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

Damage = Callable[[bytes], bytes]


def _edit(change: Callable[[Pdf], Any]) -> Damage:
    def damage(data: bytes) -> bytes:
        with pikepdf.open(BytesIO(data)) as pdf:
            change(pdf)
            out = BytesIO()
            pdf.save(out)
            return out.getvalue()

    return damage


untouched = _edit(lambda pdf: None)
"""What saving the file anew breaks by itself."""


def _draw(content: bytes) -> Damage:
    def append(pdf: Pdf) -> None:
        page = pdf.pages[0]
        page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"\n" + content)

    return _edit(append)


def _in_metadata(old: bytes, new: bytes) -> Damage:
    def replace(pdf: Pdf) -> None:
        packet = pdf.Root.Metadata.read_bytes()
        if old not in packet:
            raise ValueError(f"the metadata does not say {old!r}")
        pdf.Root.Metadata.write(packet.replace(old, new))

    return _edit(replace)


def _font(pdf: Pdf) -> Any:
    return next(iter(pdf.pages[0].Resources.Font.values()))


def _below(pdf: Pdf) -> Any:
    return _font(pdf).DescendantFonts[0]


def _field(pdf: Pdf) -> Any:
    return pdf.Root.AcroForm.Fields[0]


def _link(pdf: Pdf) -> Any:
    return next(each for page in pdf.pages for each in page.get("/Annots", []) if "/A" in each)


def _elements(pdf: Pdf, kind: str) -> list[Any]:
    return [item for item in pdf.objects if isinstance(item, Dictionary) and item.get("/S") == kind]


def _set(find: Callable[[Pdf], Any], key: str, value: object) -> Damage:
    return _edit(lambda pdf: find(pdf).__setitem__(key, value))


def _drop(find: Callable[[Pdf], Any], key: str) -> Damage:
    return _edit(lambda pdf: find(pdf).__delitem__(key))


def _root(pdf: Pdf) -> Any:
    return pdf.Root


def _first_width(pdf: Pdf) -> None:
    widths = _below(pdf).W[1]
    for index in range(len(widths)):
        widths[index] = 1


def _tagged_appearance(pdf: Pdf) -> None:
    shown = _field(pdf).AP.N
    shown.write(shown.read_bytes().replace(b"/Artifact BMC", b"/P <</MCID 0>> BDC", 1))


def _levels(pdf: Pdf) -> None:
    for heading in _elements(pdf, "/H2"):
        heading.S = Name.H3


def _image(pdf: Pdf) -> None:
    pdf.Root.Picture = pdf.make_stream(b"\0", Type=Name.XObject, Subtype=Name.Image)


def _cid_set(pdf: Pdf) -> None:
    _below(pdf).FontDescriptor.CIDSet = pdf.make_stream(b"\x80")


def _document(pdf: Pdf) -> Any:
    return pdf.Root.StructTreeRoot.K[0]


NOTDEF = _edit(
    lambda pdf: pdf.pages[0].__setattr__(
        "Contents",
        pdf.make_stream(
            pdf.pages[0].Contents.read_bytes()
            + b"\n/Artifact BMC BT %b 9 Tf <0000> Tj ET EMC"
            % next(iter(pdf.pages[0].Resources.Font.keys())).encode()
        ),
    )
)

ARCHIVAL: dict[str, Damage] = {
    "header": lambda data: data.replace(b"%PDF-1.7", b"%PDF-2.0", 1),
    "trailer": lambda data: data + b"\n",
    "streams": lambda data: data.replace(b"/Filter /FlateDecode", b"/FFilter/FlateDecode", 1),
    "permissions": _set(lambda pdf: pdf.Root.Perms, "/UR3", Dictionary()),
    "limits": _draw(b"q " * 29 + b"Q " * 29),
    "operators": _draw(b"BX EX"),
    "output_intent": _drop(_root, "/OutputIntents"),
    "plain_states": _set(lambda pdf: pdf.pages[0].Resources.ExtGState, "/Thin", Dictionary(ca=0.5)),
    "x_objects": _edit(_image),
    "composite": _set(_font, "/Encoding", Name("/Identity-V")),
    "embedded": _drop(lambda pdf: _below(pdf).FontDescriptor, "/FontFile3"),
    "no_cid_set": _edit(_cid_set),
    "widths": _edit(_first_width),
    "unicode_maps": _drop(_font, "/ToUnicode"),
    "no_notdef": NOTDEF,
    "annotation_types": _set(_link, "/Subtype", Name.Text),
    "annotation_flags": _set(_field, "/F", 6),
    "appearance": _set(lambda pdf: _field(pdf).AP, "/D", Dictionary()),
    "forms": _set(lambda pdf: pdf.Root.AcroForm, "/NeedAppearances", True),
    "signatures": lambda data: re.sub(rb"/ByteRange \[0 ", b"/ByteRange [1 ", data),
    "actions": _set(_root, "/OpenAction", Dictionary(S=Name.Named, N=Name.NextPage)),
    "metadata": _in_metadata(b"pdfaSchema:namespaceURI", b"pdfaSchema:namespace"),
    "in_step": _edit(lambda pdf: pdf.docinfo.__setitem__("/Title", "Other")),
    "identification": _in_metadata(b'conformance="A"', b'conformance="B"'),
    "tagged": _set(lambda pdf: pdf.Root.MarkInfo, "/Marked", False),
    "embedded_files": _drop(lambda pdf: pdf.Root.AF[0], "/Desc"),
    "no_choices": _set(_root, "/OCProperties", Dictionary()),
}
ACCESSIBLE: dict[str, Damage] = {
    "tagged_or_artifact": _draw(b"0 0 m 9 9 l S"),
    "appearances_are_artifacts": _edit(_tagged_appearance),
    "parent_tree": _set(lambda pdf: pdf.Root.StructTreeRoot.ParentTree, "/Nums", Array()),
    "reading_order": _edit(
        lambda pdf: _document(pdf).__setitem__("/K", Array(list(_document(pdf).K)[::-1]))
    ),
    "not_suspect": _set(lambda pdf: pdf.Root.MarkInfo, "/Suspects", True),
    "standard_types": _set(_document, "/S", Name.Brochure),
    "title": _drop(lambda pdf: pdf.Root.ViewerPreferences, "/DisplayDocTitle"),
    "identification": _in_metadata(b'pdfuaid:part="1"', b'pdfuaid:part="2"'),
    "language": _drop(_root, "/Lang"),
    "figures": _drop(lambda pdf: _elements(pdf, "/Figure")[0], "/Alt"),
    "headings": _edit(_levels),
    "files": _drop(lambda pdf: pdf.Root.AF[0], "/UF"),
    "no_xfa": _set(lambda pdf: pdf.Root.AcroForm, "/XFA", Array()),
    "outline": _set(lambda pdf: pdf.Root.Outlines.First, "/Title", String("")),
    "annotations_in_structure": _drop(_field, "/StructParent"),
    "annotations_in_words": _drop(_field, "/TU"),
    "tabs": _drop(lambda pdf: pdf.pages[-1].obj, "/Tabs"),
    "drawn_once": _draw(b"/Artifact BMC /X Do EMC"),
}
