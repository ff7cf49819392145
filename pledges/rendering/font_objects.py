"""The objects of PDF by which a figure brings its fonts along (ISO 32000-1, 9.7)."""

import pydyf

from pledges.rendering.lettering import Face

SYMBOLIC = 4
"""Font descriptor flag bit 3 (table 123): codes are glyph numbers."""
STEM = 80
"""A guess in thousandths: nobody draws by it where the outlines are embedded."""


def embed(pdf: pydyf.PDF, face: Face, tag: str) -> tuple[bytes, dict[int, int]]:
    """Add the font, cut down to what was set; gives its reference and the numbers of glyphs in it.

    `tag` tells its subset from others in the same file (9.6.4).
    """
    program, numbers = face.cut()
    texts = {numbers[glyph]: text for glyph, text in face.used.items()}
    widths = {numbers[glyph]: round(face.width_of(glyph) * 1000) for glyph in face.used}
    name = f"/{tag}+Pledge-{face.key.title()}"
    descriptor = _descriptor(face, name, max(widths.values()))
    descriptor["FontFile3"] = _stream(pdf, program, {"Subtype": "/OpenType"})
    collection = {
        "Registry": pydyf.String("Adobe"),
        "Ordering": pydyf.String("Identity"),
        "Supplement": 0,
    }
    below = {
        "Type": "/Font",
        "Subtype": "/CIDFontType0",
        "BaseFont": name,
        "CIDSystemInfo": pydyf.Dictionary(collection),
        "W": _listed(widths),
        "FontDescriptor": _added(pdf, descriptor),
    }
    font = {
        "Type": "/Font",
        "Subtype": "/Type0",
        "BaseFont": name,
        "Encoding": "/Identity-H",
        "DescendantFonts": pydyf.Array([_added(pdf, below)]),
        "ToUnicode": _stream(pdf, _unicode_map(texts)),
    }
    return _added(pdf, font), numbers


def _descriptor(face: Face, name: str, widest: int) -> dict[str, object]:
    ascent, descent = round(face.ascent * 1000), round(face.descent * 1000)
    return {
        "Type": "/FontDescriptor",
        "FontName": name,
        "Flags": SYMBOLIC,
        "FontBBox": pydyf.Array([0, descent, widest, ascent]),
        "ItalicAngle": 0,
        "Ascent": ascent,
        "Descent": descent,
        "CapHeight": ascent,
        "StemV": STEM,
    }


def _listed(widths: dict[int, int]) -> pydyf.Array:
    """The widths of consecutive glyphs (9.7.4.3)."""
    listed = pydyf.Array()
    for glyph in sorted(widths):
        if glyph - 1 not in widths:
            listed.extend((glyph, pydyf.Array()))
        listed[-1].append(widths[glyph])
    return listed


def _unicode_map(texts: dict[int, str]) -> bytes:
    """What each glyph means (9.10.3)."""
    lines = [f"<{glyph:04x}> <{text.encode('utf-16-be').hex()}>" for glyph, text in texts.items()]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    mapped = "\n".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{mapped}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode()


def _added(pdf: pydyf.PDF, entries: dict[str, object]) -> bytes:
    added = pydyf.Dictionary(entries)
    pdf.add_object(added)
    return bytes(added.reference)


def _stream(pdf: pydyf.PDF, content: bytes, extra: dict[str, str] | None = None) -> bytes:
    stream = pydyf.Stream([content], extra, compress=True)
    pdf.add_object(stream)
    return bytes(stream.reference)
