"""Pages that one reader takes by the letter and another mends: operators with operands that are
missing or run together, trees that disagree with themselves, boxes on two pages or on none."""

from typing import Any

from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils import generic

from tests.attacks import library_signing, library_updates
from tests.attacks.appearances import descendant, drawn, painted
from tests.attacks.honest import Honest, seal_for, sign
from tests.attacks.renderings import ACTIVE, link, rendered_with, rendering
from tests.attacks.table import forgery

UNREADABLE = "unreadable"


# --- Operators ------------------------------------------------------------------------------------
def _painted(name: str, operators: bytes) -> None:
    def harm(pdf: Any) -> None:
        painted(pdf, operators)

    harm.__name__ = name
    rendering(ACTIVE)(harm)


for _name, _operators in {
    "number that runs into its operator": b"0 0 100 100re f",
    "size that runs into its operator": b"BT /Elsewhere 12Tf ET",
    "number with two points": b"1.2.3 w",
    "operand missing": b"0 0 100 re f",
    "operand too many": b"1 0 0 1 g",
    "text outside a text object": b"<0041> Tj",
    "half a glyph": b"BT <00> Tj ET",
    "line that goes on from a closed path": b"0 0 9 9 re 9 0 l s",
    "more operands than any operator has": b"1 " * 100_000,
    "path that is interrupted": b"0 0 9 9 re 1 0 0 rg f",
    "text that is not painted": b"BT 3 Tr <0041> Tj ET",
    "layer within the content": b"/OC <</MCID 0>> BDC EMC",
    "layer that a reader may hide": b"/OC <</Usage <</View <</ViewState /OFF>>>>>> BDC EMC",
    "other words for what is shown": b"/Span <</ActualText <0041>>> BDC EMC",
    "name spelled in hexadecimal": b"/a1#2e0 gs",
    "colours by a profile": b"/lab-d50 cs 0 0 0 sc",
}.items():  # fmt: skip
    _painted(_name, _operators)


# --- The page tree --------------------------------------------------------------------------------
@rendering(UNREADABLE)
def page_that_inherits_from_another_parent(pdf):
    """Some readers turn it, others go down the tree and do not."""
    pages = pdf.Root.Pages
    other = Dictionary(Type=Name.Pages, Kids=pages.Kids, Count=pages.Count, Rotate=180)
    pdf.pages[0].obj.Parent = pdf.make_indirect(other)


@forgery(UNREADABLE, on=["signed"])
def tree_that_counts_wrongly_below_its_root(honest, _pdf):
    """Some readers go by the counts to find a page."""

    def harm(pdf: Any) -> None:
        pages = pdf.Root.Pages
        inner = Dictionary(Type=Name.Pages, Kids=Array([*pages.Kids]), Count=2, Parent=pages)
        inner = pdf.make_indirect(inner)
        for page in pages.Kids:
            page.Parent = inner
        pages.Kids = Array([inner])

    made = rendered_with(honest, harm)
    root, inner, rest = made.split(b"/Count 2")
    revision0 = root + b"/Count 2" + inner + b"/Count 7" + rest
    return seal_for(honest.basic, revision0, revision0, by=library_signing)


@rendering(UNREADABLE)
def page_without_a_size(pdf):
    for key in ("/MediaBox", "/TrimBox", "/BleedBox"):
        del pdf.pages[0].obj[key]


@rendering(ACTIVE)
def page_that_begins_elsewhere(pdf):
    for key in ("/MediaBox", "/TrimBox", "/BleedBox"):
        pdf.pages[0].obj[key] = Array([0, 500, 300, 600])


@rendering(ACTIVE)
def pages_by_another_list(pdf):
    """A reader that takes the file for a linearized one finds its pages by hints (annex F)."""
    hints = Dictionary(Linearized=1, L=1, H=[9, 9], O=1, E=1, N=1, T=1)
    pdf.Root.StructTreeRoot.Kept = pdf.make_indirect(hints)


@rendering(ACTIVE)
def colours_that_only_some_readers_turn_over(pdf):
    """MuPDF shows all colours by the profile of the output intent: here no text at all."""
    profile = pdf.Root.OutputIntents[0].DestOutputProfile
    data = profile.read_bytes()
    place = data.index(b"curv\0\0\0\0\0\0\4\0") + 12  # a curve of 1,024 points
    profile.write(data[:place] + b"\xff\xff" * 1024 + data[place + 2048 :])


# --- Fonts and forms ------------------------------------------------------------------------------
@rendering(ACTIVE)
def font_with_outlines_of_two_kinds(pdf):
    descriptor = descendant(pdf).FontDescriptor
    descriptor.FontFile = pdf.make_stream(b"%!PS-AdobeFont-1.0: Other")


@rendering(ACTIVE)
def form_that_speaks_for_a_page(pdf):
    drawn(pdf, StructParents=0)


@rendering(UNREADABLE)
def form_without_a_frame(pdf):
    drawn(pdf, BBox=Array([0, 0, 9]))


# --- Boxes ----------------------------------------------------------------------------------------
@rendering(ACTIVE)
def box_on_two_pages(pdf):
    field = pdf.Root.AcroForm.Fields[1]
    pdf.pages[0].Annots = Array([*pdf.pages[0].get("/Annots", Array()), field])


@rendering(ACTIVE)
def box_on_no_page(pdf):
    fields = pdf.Root.AcroForm.Fields
    for page in pdf.pages:
        if "/Annots" in page:
            page.Annots = Array([each for each in page.Annots if each != fields[1]])


# --- Names ----------------------------------------------------------------------------------------
def _named(name: str, spelled: bytes) -> None:
    room = "/" + "X" * (len(spelled) - 1)

    def harm(pdf: Any) -> None:
        pdf.Root.StructTreeRoot.Kept = Dictionary(S=Name(room), JS=String("app.alert(1)"))

    @forgery(UNREADABLE, on=["signed"], name=name)
    def forge(honest: Honest, _pdf: bytes) -> bytes:
        revision0 = rendered_with(honest, harm).replace(room.encode(), spelled)
        assert spelled in revision0
        return seal_for(honest.basic, revision0, revision0, by=library_signing)


_named("name that ends at a null", b"/JavaScript#00")
_named("name that is cut when it is long", b"/Harmless" + 300 * b"x")


def _white(byte: bytes) -> None:
    """White space to some readers, which see an action there; part of the key to others."""

    def harm(pdf: Any) -> None:
        link(pdf, SX=Name.Launch, F=String("calc.exe"))
        pdf.pages[0].Annots[-1].BS = Dictionary(W=0)

    @forgery(UNREADABLE, on=["signed"], name=f"action behind a key and {byte.hex()}")
    def forge(honest: Honest, _pdf: bytes) -> bytes:
        revision0 = rendered_with(honest, harm).replace(b"/SX /Launch", b"/S%b /Launch" % byte)
        return seal_for(honest.basic, revision0, revision0, by=library_signing)


for _byte in (b"\x80", b"\xff", b"\x0b"):
    _white(_byte)


@rendering(ACTIVE)
def link_with_an_action_of_no_kind(pdf):
    link(pdf, F=String("calc.exe"))
    pdf.pages[0].Annots[-1].BS = Dictionary(W=0)


# --- The evidence file ----------------------------------------------------------------------------
@forgery("evidence-missing", on=["signed"])
def files_related_to_the_evidence(honest, _pdf):
    """More files, which the list of attachments does not name."""
    attach = library_updates.attach

    def attach_more(writer: Any, **file: Any) -> None:
        attach(writer, **file)
        more = writer.add_object(generic.StreamObject(stream_data=b"{}"))
        [spec] = writer.root["/AF"]
        related = generic.ArrayObject([generic.pdf_string("b.json"), more])
        spec.get_object()[generic.pdf_name("/RF")] = generic.DictionaryObject(
            {generic.pdf_name("/F"): related}
        )

    library_updates.attach = attach_more
    try:
        return sign(honest.basic, honest.rendered, by=library_signing)
    finally:
        library_updates.attach = attach
