"""Pages that would look otherwise elsewhere: fonts, boxes and pictures that each reader has its way
with. Revision 0 itself brings them, under true seals."""

import re
from typing import Any

from pikepdf import Array, Dictionary, Name, String

from tests.attacks.honest import seal_for
from tests.attacks.renderings import ACTIVE, link, rendered_with, rendering
from tests.attacks.table import forgery


def resources(pdf: Any) -> Any:
    return pdf.pages[0].Resources


def painted(pdf: Any, operators: bytes) -> None:
    """More on the first page."""
    contents = pdf.pages[0].Contents
    contents.write(contents.read_bytes() + b"\n" + operators)


def descendant(pdf: Any) -> Any:
    return next(iter(resources(pdf).Font.values())).DescendantFonts[0]


def drawn(pdf: Any, data: bytes = b"", **entries: Any) -> None:
    """A picture on the first page."""
    whole = {"Type": Name.XObject, "Subtype": Name.Form, "BBox": Array([0, 0, 9, 9]),
             "Resources": Dictionary(), **entries}  # fmt: skip
    resources(pdf).XObject = Dictionary(X=pdf.make_stream(data, **whole))
    painted(pdf, b"/X Do")


# --- Fonts that do not call themselves so --------------------------------------------------------
@rendering(ACTIVE)
def font_of_the_readers_own_without_a_type(pdf):
    resources(pdf).Font.Z = Dictionary(Subtype=Name.Type1, BaseFont=Name.Helvetica)
    painted(pdf, b"BT /Z 12 Tf <41> Tj ET")


@rendering(ACTIVE)
def font_drawn_by_a_program_without_a_type(pdf):
    glyph = pdf.make_stream(b"1000 0 d0 0 0 750 750 re f")
    resources(pdf).Font.Z = Dictionary(
        Subtype=Name.Type3,
        FontBBox=[0, 0, 750, 750],
        FontMatrix=[0.001, 0, 0, 0.001, 0, 0],
        CharProcs=Dictionary(a=glyph),
        Encoding=Dictionary(Differences=Array([97, Name.a])),
        FirstChar=97,
        LastChar=97,
        Widths=[1000],
    )


@rendering(ACTIVE)
def font_whose_outlines_are_elsewhere_without_a_type(pdf):
    descriptor = descendant(pdf).FontDescriptor
    for key in ("/Type", "/FontFile2", "/FontFile3"):
        if key in descriptor:
            del descriptor[key]


@rendering(ACTIVE)
def font_with_an_encoding_of_the_readers_own(pdf):
    next(iter(resources(pdf).Font.values())).Encoding = Name("/UniGB-UTF16-H")


@rendering(ACTIVE)
def glyphs_exchanged_by_a_map(pdf):
    descendant(pdf).CIDToGIDMap = pdf.make_stream(bytes(200))


@rendering(ACTIVE)
def text_in_a_font_that_is_not_there(pdf):
    painted(pdf, b"BT /Elsewhere 12 Tf <0041> Tj ET")


# --- What is shown of a page ----------------------------------------------------------------------
@rendering(ACTIVE)
def page_cropped_from_the_start(pdf):
    pdf.pages[0].obj.CropBox = Array([0, 500, 300, 600])


@rendering(ACTIVE)
def page_trimmed(pdf):
    pdf.pages[0].obj.TrimBox = Array([0, 500, 300, 600])


@rendering(ACTIVE)
def page_in_other_units(pdf):
    pdf.pages[0].obj.UserUnit = 2.5


@rendering(ACTIVE)
def page_turned_from_the_start(pdf):
    pdf.pages[0].obj.Rotate = 180


@rendering(ACTIVE)
def page_that_turns_itself(pdf):
    pdf.pages[0].obj.Dur = 3


@rendering(ACTIVE)
def slides_instead_of_pages(pdf):
    pdf.Root.Names = Dictionary(AlternatePresentations=Dictionary(Names=Array([])))


@rendering("unreadable")
def resources_that_pages_inherit(pdf):
    pdf.Root.Pages.Resources = resources(pdf)


@forgery("unreadable", on=["signed"])
def pages_that_are_counted_wrongly(honest, _pdf):
    made = rendered_with(honest)
    revision0 = re.sub(rb"/Count 2\b", b"/Count 1", made)
    return seal_for(honest.basic, revision0, revision0)


# --- How it is painted ----------------------------------------------------------------------------
@rendering(ACTIVE)
def colours_turned_over_by_a_transfer_function(pdf):
    turn = Dictionary(FunctionType=2, Domain=[0, 1], C0=[1], C1=[0], N=1)
    resources(pdf).ExtGState = Dictionary(T=Dictionary(TR=turn))
    painted(pdf, b"/T gs")


@rendering(ACTIVE)
def paint_that_depends_on_what_is_below(pdf):
    resources(pdf).ExtGState = Dictionary(B=Dictionary(BM=Name.Difference))


@rendering(ACTIVE)
def area_filled_by_a_function(pdf):
    blend = Dictionary(FunctionType=2, Domain=[0, 1], C0=[1, 1, 1], C1=[0, 0, 0], N=1)
    shading = Dictionary(
        ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=[0, 0, 9, 9], Function=blend
    )
    resources(pdf).Shading = Dictionary(S=shading)


@rendering(ACTIVE)
def colours_by_a_function(pdf):
    tint = Dictionary(FunctionType=2, Domain=[0, 1], C0=[1, 1, 1], C1=[0, 0, 0], N=1)
    spot = Array([Name.Separation, Name.All, Name.DeviceRGB, tint])
    resources(pdf).ColorSpace = Dictionary(S=spot)


@rendering(ACTIVE)
def picture_within_the_content(pdf):
    painted(pdf, b"BI /W 1 /H 1 /CS /G /BPC 8 ID x EI")


@rendering(ACTIVE)
def shading_within_the_content(pdf):
    painted(pdf, b"/S sh")


@rendering(ACTIVE)
def picture_in_pixels(pdf):
    drawn(pdf, bytes(3), Subtype=Name.Image, Width=1, Height=1, BitsPerComponent=8,
          ColorSpace=Name.DeviceRGB)  # fmt: skip


@rendering(ACTIVE)
def form_that_belongs_to_a_group(pdf):
    drawn(pdf, Group=Dictionary(S=Name.Transparency, K=True))


def _packed(name: str) -> None:
    def harm(pdf):
        drawn(pdf, b"0 0 9 9 re f")
        resources(pdf).XObject.X.write(b"x", filter=Name(f"/{name}"))

    harm.__name__ = f"stream packed by {name}"
    rendering(ACTIVE)(harm)


for _name in ("BrotliDecode", "JPXDecode", "DCTDecode"):
    _packed(_name)


# --- Where links lead -----------------------------------------------------------------------------
def _led(name: str, address: str) -> None:
    def harm(pdf):
        link(pdf, S=Name.URI, URI=String(address))
        pdf.pages[0].Annots[-1].BS = Dictionary(W=0)

    harm.__name__ = f"link to {name}"
    rendering(ACTIVE)(harm)


for _name, _address in {
    "a script": "javascript:alert(1)",
    "an unprotected address": "http://example.com/",
    "a file": "file:///etc/passwd",
    "no scheme": "//example.com/",
}.items():
    _led(_name, _address)


@rendering(ACTIVE)
def link_that_sends_where_the_mouse_was(pdf):
    link(pdf, S=Name.URI, URI=String("https://example.com"), IsMap=True)
    pdf.pages[0].Annots[-1].BS = Dictionary(W=0)
