"""What an attacker may want to add to a file that was signed: one function per change.

Each takes pyHanko's incremental writer. Four ways of bringing a change in stand in `smuggling`.
"""

from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string

from tests.attacks.honest import Change

CHANGES: dict[str, Change] = {}
Name, Array, Dict = pdf_name, generic.ArrayObject, generic.DictionaryObject
Number, Stream = generic.NumberObject, generic.StreamObject


def change(made: Change) -> Change:
    CHANGES[made.__name__] = made  # type: ignore[attr-defined]
    return made


def dictionary(**entries: Any) -> Any:
    return Dict({Name(f"/{key}"): value for key, value in entries.items()})


def numbers(*values: int) -> Any:
    return Array(map(Number, values))


def page_of(writer: Any, index: int = 0) -> Any:
    return writer.root["/Pages"]["/Kids"][index]


def picture(writer: Any, paint: bytes = b"1 1 1 rg 0 0 400 60 re f") -> Any:
    form = Stream(dictionary(Type=Name("/XObject"), Subtype=Name("/Form")), stream_data=paint)
    form[Name("/BBox")] = numbers(0, 0, 400, 60)
    form[Name("/Resources")] = Dict()
    return writer.add_object(form)


def javascript() -> Any:
    return dictionary(S=Name("/JavaScript"), JS=pdf_string("app.alert(1)"))


def to_catalog(writer: Any, **entries: Any) -> None:
    writer.root.update(dictionary(**entries))
    writer.update_root()


def annotate(writer: Any, subtype: str, **entries: Any) -> Any:
    """A visible annotation over the first page's text."""
    page = page_of(writer)
    annotation = dictionary(
        Type=Name("/Annot"), Subtype=Name(subtype), Rect=numbers(60, 700, 460, 760), F=Number(4)
    )
    annotation.update(dictionary(**entries))
    reference = writer.add_object(annotation)
    page.setdefault(Name("/Annots"), Array()).append(reference)
    writer.update_container(page)
    return reference


# --- What the pages show --------------------------------------------------------------------------
@change
def page_content_replaced(writer):
    page = page_of(writer)
    page[Name("/Contents")] = writer.add_object(Stream(stream_data=b"0 0 1 rg 0 0 300 300 re f"))
    writer.update_container(page)


@change
def page_content_stream_rewritten(writer):
    stream = page_of(writer)["/Contents"]
    stream._data = stream.data + b"\n1 1 1 rg 0 0 600 400 re f"
    stream._encoded_data = None
    writer.update_container(stream)


@change
def freetext_overlay(writer):
    annotate(
        writer,
        "/FreeText",
        Contents=pdf_string("and nothing else"),
        DA=pdf_string("/F1 12 Tf"),
        AP=dictionary(N=picture(writer)),
    )


@change
def stamp_overlay(writer):
    annotate(writer, "/Stamp", AP=dictionary(N=picture(writer)))


@change
def redaction_overlay(writer):
    annotate(writer, "/Redact", AP=dictionary(N=picture(writer)))


@change
def note_overlay(writer):
    annotate(writer, "/Text", Contents=pdf_string("void"), Open=generic.BooleanObject(True))


@change
def link_with_appearance(writer):
    uri = dictionary(S=Name("/URI"), URI=pdf_string("https://evil.example"))
    annotate(writer, "/Link", A=uri, AP=dictionary(N=picture(writer)))


@change
def link_with_border(writer):
    uri = dictionary(S=Name("/URI"), URI=pdf_string("https://evil.example"))
    annotate(writer, "/Link", A=uri, Border=numbers(0, 0, 60), C=numbers(1, 1, 1))


@change
def widget_overlay(writer):
    field = annotate(
        writer, "/Widget", FT=Name("/Tx"), T=pdf_string("x"), AP=dictionary(N=picture(writer))
    )
    writer.root["/AcroForm"]["/Fields"].append(field)
    writer.update_container(writer.root["/AcroForm"]["/Fields"])


@change
def form_value_shadow(writer):
    field = annotate(
        writer,
        "/Widget",
        FT=Name("/Tx"),
        T=pdf_string("amount"),
        V=pdf_string("1"),
        AP=dictionary(N=picture(writer, b"0 g 0 0 9 9 re f")),
    )
    form = writer.root["/AcroForm"]
    form["/Fields"].append(field)
    form[Name("/NeedAppearances")] = generic.BooleanObject(True)
    writer.update_container(form)


@change
def hidden_layer(writer):
    layer = writer.add_object(dictionary(Type=Name("/OCG"), Name=pdf_string("x")))
    off = dictionary(D=dictionary(OFF=Array([layer])), OCGs=Array([layer]))
    page = page_of(writer)
    page[Name("/Contents")] = Array(
        [page.raw_get("/Contents"), writer.add_object(Stream(stream_data=b"/OC /L BDC EMC"))]
    )
    writer.update_container(page)
    to_catalog(writer, OCProperties=off)


@change
def seal_picture_replaced(writer):
    for field in writer.root["/AcroForm"]["/Fields"]:
        if "/V" in field.get_object():
            field.get_object()[Name("/AP")] = dictionary(N=picture(writer))
            writer.mark_update(field.reference)


@change
def seal_moved(writer):
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[Name("/Rect")] = numbers(0, 0, 10, 10)
    writer.update_container(field)


@change
def seal_hidden(writer):
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[Name("/F")] = Number(2)
    writer.update_container(field)


@change
def page_cropped(writer):
    page = page_of(writer)
    page[Name("/CropBox")] = numbers(0, 500, 300, 600)
    writer.update_container(page)


@change
def page_turned(writer):
    page = page_of(writer)
    page[Name("/Rotate")] = Number(180)
    writer.update_container(page)


@change
def page_added(writer):
    pages = writer.root["/Pages"]
    page = dictionary(Type=Name("/Page"), MediaBox=numbers(0, 0, 595, 842))
    page[Name("/Parent")] = writer.root.raw_get("/Pages")
    page[Name("/Contents")] = writer.add_object(Stream(stream_data=b"0 0 9 9 re f"))
    pages["/Kids"].append(writer.add_object(page))
    pages[Name("/Count")] = Number(len(pages["/Kids"]))
    writer.update_container(pages)


@change
def page_removed(writer):
    pages = writer.root["/Pages"]
    del pages["/Kids"][1]
    pages[Name("/Count")] = Number(1)
    writer.update_container(pages)


@change
def pages_reordered(writer):
    pages = writer.root["/Pages"]
    pages["/Kids"].reverse()
    writer.update_container(pages)


@change
def page_tree_replaced(writer):
    old = writer.root.raw_get("/Pages")
    kids = Array([writer.root["/Pages"]["/Kids"].raw_get(0)])
    new = dictionary(Type=Name("/Pages"), Count=Number(1), Kids=kids)
    to_catalog(writer, Pages=writer.add_object(new))
    writer.mark_update(old)


def fonts_of(writer: Any) -> Any:
    return page_of(writer)["/Resources"]["/Font"]


@change
def font_replaced(writer):
    fonts = fonts_of(writer)
    for key in fonts:
        fonts[key] = writer.add_object(
            dictionary(Type=Name("/Font"), Subtype=Name("/Type1"), BaseFont=Name("/Times-Roman"))
        )
    writer.update_container(fonts)


@change
def font_program_replaced(writer):
    font = next(iter(fonts_of(writer).values())).get_object()
    descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
    key = next(key for key in descriptor if key.startswith("/FontFile"))
    program = descriptor[key]
    program._data = bytes(len(program.data))
    program._encoded_data = None
    writer.update_container(program)


@change
def copied_text_changed(writer):
    """ToUnicode: the page looks the same, and says something else to whoever copies or hears it."""
    font = next(iter(fonts_of(writer).values())).get_object()
    mapping = font["/ToUnicode"]
    mapping._data = mapping.data.replace(b"<", b"<00", 1)
    mapping._encoded_data = None
    writer.update_container(mapping)


# --- What the document does -----------------------------------------------------------------------
@change
def open_action(writer):
    to_catalog(writer, OpenAction=javascript())


@change
def open_destination(writer):
    page = writer.root["/Pages"]["/Kids"].raw_get(1)
    to_catalog(writer, OpenAction=Array([page, Name("/Fit")]))


@change
def additional_actions(writer):
    to_catalog(writer, AA=dictionary(WC=javascript()))


@change
def javascript_names(writer):
    names = writer.root.get("/Names", Dict())
    names[Name("/JavaScript")] = dictionary(Names=Array([pdf_string("a"), javascript()]))
    to_catalog(writer, Names=names)


@change
def name_tree_changed(writer):
    names = writer.root.get("/Names", Dict())
    names[Name("/Dests")] = dictionary(Names=Array())
    to_catalog(writer, Names=names)


@change
def version_raised(writer):
    to_catalog(writer, Version=Name("/2.0"))


@change
def permissions_removed(writer):
    if "/Perms" in writer.root:
        del writer.root["/Perms"]
    else:
        writer.root[Name("/Perms")] = dictionary(UR3=Dict())
    writer.update_root()


@change
def lock_loosened(writer):
    lock = writer.root["/AcroForm"]["/Fields"][1]["/Lock"]
    lock[Name("/P")] = Number(3)
    writer.update_container(lock)


@change
def lock_removed(writer):
    field = writer.root["/AcroForm"]["/Fields"][1]
    del field["/Lock"]
    writer.update_container(field)


@change
def metadata_changed(writer):
    metadata = writer.root["/Metadata"]
    stream = Stream(
        dictionary(Type=Name("/Metadata"), Subtype=Name("/XML")), stream_data=metadata.data + b" "
    )
    to_catalog(writer, Metadata=writer.add_object(stream))


@change
def information_changed(writer):
    info = writer.trailer_view["/Info"]
    info[Name("/Title")] = pdf_string("Another title")
    writer.update_container(info)


@change
def language_changed(writer):
    to_catalog(writer, Lang=pdf_string("fr"))


@change
def structure_replaced(writer):
    tree = dictionary(Type=Name("/StructTreeRoot"), K=Array())
    to_catalog(writer, StructTreeRoot=writer.add_object(tree))


@change
def structure_element_changed(writer):
    tree = writer.root["/StructTreeRoot"]
    tree[Name("/RoleMap")] = dictionary(P=Name("/Artifact"))
    writer.update_container(tree)


@change
def output_intent_replaced(writer):
    to_catalog(writer, OutputIntents=Array())


@change
def requirements_added(writer):
    to_catalog(writer, Requirements=Array([dictionary(S=Name("/EnableJavaScripts"))]))


@change
def second_attachment(writer):
    file = dictionary(Type=Name("/EmbeddedFile"))
    stream = writer.add_object(Stream(file, stream_data=b"{}"))
    spec = dictionary(
        Type=Name("/Filespec"), F=pdf_string("b.json"), UF=pdf_string("b.json"),
        EF=dictionary(F=stream),
    )  # fmt: skip
    reference = writer.add_object(spec)
    names = writer.root.get("/Names", Dict())
    files = names.setdefault(Name("/EmbeddedFiles"), dictionary(Names=Array()))
    files["/Names"].extend([pdf_string("b.json"), reference])
    to_catalog(writer, Names=names)


@change
def empty_field_added(writer):
    field = writer.add_object(
        dictionary(
            FT=Name("/Sig"), T=pdf_string("Third"), Type=Name("/Annot"), Subtype=Name("/Widget"),
            Rect=numbers(0, 0, 0, 0),
        )
    )  # fmt: skip
    form = writer.root["/AcroForm"]
    form["/Fields"].append(field)
    writer.update_container(form["/Fields"])


@change
def xfa_form(writer):
    form = writer.root["/AcroForm"]
    form[Name("/XFA")] = writer.add_object(Stream(stream_data=b"<xdp/>"))
    writer.update_container(form)


@change
def launch_action_chained(writer):
    start = dictionary(S=Name("/Launch"), F=pdf_string("calc.exe"))
    uri = dictionary(S=Name("/URI"), URI=pdf_string("https://evil.example"), Next=start)
    annotate(writer, "/Link", A=uri)


@change
def external_content(writer):
    page = page_of(writer)
    outside = Stream(dictionary(F=pdf_string("outside.bin")), stream_data=b"")
    page[Name("/Contents")] = Array([page.raw_get("/Contents"), writer.add_object(outside)])
    writer.update_container(page)
