"""What PDF/A-3a asks of what is drawn: ISO 19005-3:2012, 6.2."""

import re
from io import BytesIO
from typing import Any

from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary

from tests.rendering.rules import Rules

RULES = Rules()

OPERATORS = {
    "b", "B", "b*", "B*", "BDC", "BMC", "BT", "c", "cm", "cs", "CS", "d", "Do", "EMC", "ET", "f",
    "f*", "gs", "h", "j", "J", "l", "m", "M", "n", "q", "Q", "re", "rg", "RG", "ri", "s", "S",
    "sc", "SC", "scn", "SCN", "T*", "Tc", "Td", "TD", "Tf", "Tj", "TJ", "TL", "Tm", "Tr", "Ts",
    "Tw", "Tz", "v", "w", "W", "W*", "y",
}  # fmt: skip
"""Of ISO 32000-1, annex A: without those for other colours, images in line and Type 3 fonts."""


@RULES("6.2.2", "only operators of ISO 32000-1, with resources of the content's own")
def operators(file):
    for content in file.contents:
        if odd := {operator for _, operator in content.operations} - OPERATORS:
            yield f"{content.where}: {odd}"
        if "/Resources" not in content.holder and content in file.page_contents:
            yield f"{content.where}: no resources"


@RULES("6.2.3", "one output intent, whose profile makes RGB mean something")
def output_intent(file):
    intents = file.root.get("/OutputIntents", [])
    if len(intents) != 1 or intents[0].get("/S") != "/GTS_PDFA1":
        yield "/OutputIntents"
    elif intents[0].DestOutputProfile.N != 3:
        yield "not RGB"


@RULES("6.2.5, 6.2.10", "no transparency, halftones or transfer functions")
def plain_states(file):
    for page in file.pages:
        if "/Group" in page:
            yield "transparency group"
    for content in file.contents:
        for name, state in content.resources.get("/ExtGState", Dictionary()).items():
            if {"/TR", "/TR2", "/HT", "/HTP", "/SMask", "/BM"} & set(state.keys()):
                yield f"{content.where}: {name}"
            if any(float(state.get(alpha, 1)) != 1 for alpha in ("/ca", "/CA")):
                yield f"{content.where}: {name}"


@RULES("6.2.8, 6.2.9", "no images, no PostScript, no reference to another file")
def x_objects(file):
    for each in file.objects:
        if each.get("/Subtype") in ("/Image", "/PS") or {"/OPI", "/Ref", "/PS"} & set(each.keys()):
            yield f"{each.objgen}"


@RULES("6.2.11.3", "composite fonts: the same character collection, Identity-H")
def composite(file):
    for font, _ in file.fonts.values():
        below = font.DescendantFonts[0]
        ordering = str(below.CIDSystemInfo.Registry), str(below.CIDSystemInfo.Ordering)
        if font.Subtype != "/Type0" or font.Encoding != "/Identity-H":
            yield f"{font.BaseFont}: encoding"
        if ordering != ("Adobe", "Identity") or below.Subtype != "/CIDFontType0":
            yield f"{font.BaseFont}: CIDSystemInfo"


@RULES("6.2.11.4.1", "every font that is used is embedded, with every glyph that is used")
def embedded(file):
    for font, codes in file.fonts.values():
        program = _program(font)
        if program is None:
            yield f"{font.BaseFont}: no program"
        elif codes and max(codes) >= program["maxp"].numGlyphs:
            yield f"{font.BaseFont}: glyph missing"


@RULES("6.2.11.4.2", "no /CIDSet or /CharSet, which would have to name every glyph")
def no_cid_set(file):
    for each in file.of_type("FontDescriptor"):
        if {"/CIDSet", "/CharSet"} & set(each.keys()):
            yield str(each.FontName)


@RULES("6.2.11.5", "widths are those of the font program")
def widths(file):
    for font, codes in file.fonts.values():
        declared, program = _widths(font.DescendantFonts[0]), _program(font)
        if program is None:
            continue
        metrics, order = program["hmtx"], program.getGlyphOrder()
        scale = 1000 / program["head"].unitsPerEm
        for code in codes & set(range(len(order))):
            if abs(metrics[order[code]][0] * scale - declared.get(code, 1000)) > 1:
                yield f"{font.BaseFont}: {code}"


@RULES("6.2.11.7", "every code that is shown means characters, and none that are nothing")
def unicode_maps(file):
    for font, codes in file.fonts.values():
        mapped = _unicodes(font)
        for code in codes:
            text = mapped.get(code, "")
            if not text or set(text) & {"\0", "\ufeff", "\ufffe"}:
                yield f"{font.BaseFont}: {code}"


@RULES("6.2.11.8", "the glyph .notdef is never shown")
def no_notdef(file):
    yield from (str(font.BaseFont) for font, codes in file.fonts.values() if 0 in codes)


def _program(font: Any) -> TTFont | None:
    data = font.DescendantFonts[0].FontDescriptor.get("/FontFile3")
    return TTFont(BytesIO(data.read_bytes())) if data is not None else None


def _widths(font: Any) -> dict[int, float]:
    found: dict[int, float] = {}
    items = list(font.get("/W", Array()))
    for first, listed in zip(items[::2], items[1::2], strict=True):
        found |= {int(first) + offset: float(width) for offset, width in enumerate(listed)}
    return found


def _unicodes(font: Any) -> dict[int, str]:
    found: dict[int, str] = {}
    if "/ToUnicode" in font:
        lines = font.ToUnicode.read_bytes().decode("latin-1")
        for code, text in re.findall(r"<([0-9a-fA-F]{4})> ?<([0-9a-fA-F]+)>", lines):
            found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    return found
