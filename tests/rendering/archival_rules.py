"""What PDF/A-3a (ISO 19005-3:2012) asks of the kinds of thing that a pledge's file is made of."""

import re
from typing import Any
from xml.etree import ElementTree

from pikepdf import Dictionary, Stream

from tests.rendering import drawing_rules
from tests.rendering.rules import File, Rules

RULES = Rules(drawing_rules.RULES)

NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}
KNOWN_SCHEMAS = {"rdf", "dc", "xmp", "pdf", "pdfaid", "pdfaExtension", "pdfaSchema", "pdfaProperty"}
PRINTED, HIDDEN = 4, 1 | 2 | 32 | 256  # invisible, hidden, no view, toggles no view
MAX_DEPTH, MAX_STRING_LENGTH, MAX_NAME_LENGTH, MAX_FILE_BYTES = 28, 32_767, 127, 2_147_483_647


def xmp(file: File) -> Any:
    return ElementTree.fromstring(file.root.Metadata.read_bytes().strip())


def said(file: File, name: str) -> str:
    """A simple property of the XMP metadata, whether an attribute or an element."""
    prefix, local = name.split(":")
    full = f"{{{NAMESPACES[prefix]}}}{local}"
    for element in xmp(file).iter():
        if full in element.attrib:
            return element.attrib[full]
        if element.tag == full:
            return "".join(element.itertext()).strip()
    return ""


@RULES("6.1.2", "the header is that of PDF 1.n, and four bytes above 127 follow it")
def header(file):
    if not re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}", file.data):
        yield "header"


@RULES("6.1.3", "the trailer has an identifier, nothing is encrypted, nothing follows the end")
def trailer(file):
    if len(file.pdf.trailer.get("/ID", ())) != 2:
        yield "/ID"
    if "/Encrypt" in file.pdf.trailer:
        yield "/Encrypt"
    if not file.data.endswith(b"%%EOF\n"):
        yield "bytes after %%EOF"


@RULES("6.1.7", "streams stand in the file itself, with filters that everybody has")
def streams(file):
    for each in file.objects:
        if isinstance(each, Stream):
            if {"/F", "/FFilter", "/FDecodeParms"} & set(each.keys()):
                yield f"external stream {each.objgen}"
            if each.get("/Filter", "/FlateDecode") != "/FlateDecode":
                yield f"filter {each.Filter}"


@RULES("6.1.12", "permissions are DocMDP alone, by the signature over the whole document")
def permissions(file):
    if set(file.root.get("/Perms", Dictionary()).keys()) - {"/DocMDP"}:
        yield "/Perms"
    for each in file.of_type("SigRef"):
        if {"/DigestLocation", "/DigestMethod", "/DigestValue"} & set(each.keys()):
            yield "digest in a signature reference"


@RULES("6.1.13", "nothing is longer, larger or deeper than readers can be expected to take")
def limits(file):
    for content in file.contents:
        depth = deepest = 0
        for operands, operator in content.operations:
            depth += {"q": 1, "Q": -1}.get(operator, 0)
            deepest = max(deepest, depth)
            if any(isinstance(each, int) and abs(each) > MAX_FILE_BYTES for each in operands):
                yield f"{content.where}: number"
        if deepest > MAX_DEPTH or depth:
            yield f"{content.where}: q/Q"
    if any(len(str(key)) - 1 > MAX_NAME_LENGTH for each in file.objects for key in each.keys()):  # noqa: SIM118
        yield "name"


@RULES("6.3.1", "annotations are links and fields")
def annotation_types(file):
    for each, _ in file.annotations:
        if each.Subtype not in ("/Link", "/Widget"):
            yield str(each.Subtype)


@RULES("6.3.2", "annotations are printed and not hidden")
def annotation_flags(file):
    for each, _ in file.annotations:
        if int(each.get("/F", 0)) & (PRINTED | HIDDEN) != PRINTED:
            yield str(each.get("/T", each.Subtype))


@RULES("6.3.3", "a field that has a place shows one appearance, a stream")
def appearance(file):
    for each in file.seen_widgets:
        shown = each.get("/AP", Dictionary())
        if list(shown.keys()) != ["/N"] or not isinstance(shown.N, Stream):
            yield str(each["/T"])


@RULES("6.4", "fields are drawn by nobody else and do nothing; there is no XFA")
def forms(file):
    if {"/NeedAppearances", "/XFA"} & set(file.root.AcroForm.keys()):
        yield "/AcroForm"
    if "/NeedsRendering" in file.root:
        yield "/NeedsRendering"
    yield from (str(each["/T"]) for each in file.widgets if {"/A", "/AA"} & set(each.keys()))


@RULES("6.4.3", "each signature covers all of the file up to its own end, the last one all of it")
def signatures(file):
    last = 0
    for each in file.widgets:
        if "/V" not in each:
            continue
        start, first, second, rest = (int(number) for number in each.V.ByteRange)
        contents = file.data[first:second]
        if start != 0 or not re.fullmatch(rb"<[0-9A-Fa-f]+>", contents):
            yield f"{each['/T']}: /ByteRange"
        if not file.data[: second + rest].endswith(b"%%EOF\n"):
            yield f"{each['/T']}: ends within a revision"
        last = max(last, second + rest)
    if last and last != len(file.data):
        yield "the last does not cover the whole file"


@RULES("6.5", "no actions but to go somewhere, none by themselves")
def actions(file):
    for each in file.objects:
        if {"/AA", "/OpenAction", "/JS"} & set(each.keys()):
            yield str(each.objgen)
    for each, _ in file.annotations:
        if "/A" in each and each.A.S not in ("/URI", "/GoTo"):
            yield str(each.A.S)


@RULES("6.6.2", "XMP metadata, in which every foreign schema is described")
def metadata(file):
    if file.root.Metadata.get("/Subtype") != "/XML":
        yield "no XMP"
    packet = xmp(file)
    used = {name[1:].split("}")[0] for each in packet.iter() for name in each.attrib if "}" in name}
    used |= {each.tag[1:].split("}")[0] for each in packet.iter()}
    schema = f"{{{NAMESPACES['pdfaSchema']}}}namespaceURI"
    described = {each.text for each in packet.iter(schema)}
    known = {NAMESPACES[name] for name in KNOWN_SCHEMAS} | {"adobe:ns:meta/"}
    xml = "http://www.w3.org/XML/1998/namespace"
    yield from used - described - known - {xml}


@RULES("6.6.3", "the information dictionary says what the XMP says")
def in_step(file):
    info = file.pdf.docinfo
    pairs = {
        "/Title": "dc:title",
        "/Author": "dc:creator",
        "/Producer": "pdf:Producer",
        "/Creator": "xmp:CreatorTool",
    }
    for entry, name in pairs.items():
        if str(info.get(entry, "")) != said(file, name):
            yield entry
    date = re.sub(r"\D", "", said(file, "xmp:CreateDate").split("+")[0])
    if re.sub(r"\D", "", str(info.CreationDate).split("+")[0]) != date or "/ModDate" in info:
        yield "dates"


@RULES("6.6.4", "the file says that it is PDF/A-3a")
def identification(file):
    if (said(file, "pdfaid:part"), said(file, "pdfaid:conformance")) != ("3", "A"):
        yield "pdfaid"


@RULES("6.7", "the file is tagged, and says its language")
def tagged(file):
    if file.root.get("/MarkInfo", Dictionary()).get("/Marked") is not True:
        yield "/MarkInfo"
    if not file.elements:
        yield "/StructTreeRoot"
    if not re.fullmatch(r"[a-z]{2}(-[A-Za-z]+)*", str(file.root.get("/Lang", ""))):
        yield "/Lang"


@RULES("6.8", "an embedded file says its name, kind, size, date, relationship and what it is")
def embedded_files(file):
    associated = {each.objgen for each in file.root.get("/AF", [])}
    for each in file.of_type("Filespec"):
        if each.get("/F") is None or each.get("/F") != each.get("/UF") or not each.get("/Desc"):
            yield "/F, /UF, /Desc"
        if each.get("/AFRelationship") != "/Data" or each.objgen not in associated:
            yield "/AFRelationship, /AF"
        stream = each.EF.F
        if stream.get("/Subtype") != "/application/json":
            yield "/Subtype"
        if not {"/ModDate", "/Size"} <= set(stream.get("/Params", Dictionary()).keys()):
            yield "/Params"


@RULES("6.9, 6.10, 6.11", "no layers, no presentations, no requirements")
def no_choices(file):
    if {"/OCProperties", "/Requirements", "/Collection"} & set(file.root.keys()):
        yield "catalog"
    if any({"/PresSteps", "/OC"} & set(page.keys()) for page in file.pages):
        yield "page"
