"""What the PDF writer promises: PDF/A-3a, equal bytes for equal input, nothing fetched."""

import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path

import pikepdf
import pytest
import uharfbuzz

from pledges.proof.fileformat import CURRENT
from pledges.rendering import fonts, pdf
from tests.rendering import samples
from tests.rendering.samples import (
    CSS,
    FONTS,
    opened,
    poppler,
    render,
    text_of,
)


@pytest.fixture(scope="module")
def rendered():
    return render()


def structure(element, found=None):
    found = [] if found is None else found
    found.append(str(element.S))
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            structure(kid, found)
    return found


def test_the_file_is_sound(rendered):
    assert opened(rendered).check_pdf_syntax() == []
    assert rendered.startswith(b"%PDF-1.7\n%")


def test_it_declares_and_keeps_pdf_a_3a(rendered):
    """ISO 19005-3: 6.2.3 output intent, 6.6.2 XMP, 6.7 structure, 6.3 annotations, 6.1.3 ID."""
    document = opened(rendered)
    root = document.Root
    xmp = root.Metadata.read_bytes().decode()
    assert 'pdfaid:part="3"' in xmp and 'pdfaid:conformance="A"' in xmp
    assert "<xmp:CreateDate>2026-11-23T10:42:00+08:00</xmp:CreateDate>" in xmp
    assert str(document.docinfo.CreationDate) == "D:20261123104200+08'00"
    (intent,) = root.OutputIntents
    assert intent.S == "/GTS_PDFA1" and intent.DestOutputProfile.N == 3
    assert root.MarkInfo.Marked and str(root.Lang) == "zh-Hans"
    assert "/H1" in structure(root.StructTreeRoot.K[0])
    assert len(document.trailer.ID) == 2
    for state in document.pages[0].Resources.ExtGState.values():
        assert "/SMask" not in state and "/BM" not in state
        assert all(value == 1 for _, value in state.items())


def test_every_font_is_embedded_subset_and_maps_to_unicode(rendered):
    lines = poppler("pdffonts", rendered).splitlines()[2:]
    assert len(lines) == 2
    assert all(re.search(r"yes yes yes +\d+ +0$", line) for line in lines)
    assert all(re.match(r"[A-Z]{6}\+Pledge(-Serif|Bold) ", line) for line in lines)


def test_the_two_fields_are_empty_printed_tagged_and_inside_the_page(rendered):
    document = opened(rendered)
    form = document.Root.AcroForm
    assert [str(field.T) for field in form.Fields] == ["ManagerSignature", "CompanySeal"]
    assert form.SigFlags == 1 and "/NeedAppearances" not in form and "/XFA" not in form
    parents = document.Root.StructTreeRoot.ParentTree.Nums
    tree = {int(parents[i]): parents[i + 1] for i in range(0, len(parents), 2)}
    left, bottom, right, top = (float(edge) for edge in document.pages[0].MediaBox)
    for field in form.Fields:
        assert field.FT == "/Sig" and "/V" not in field and field.F == 4
        assert list(field.AP.keys()) == ["/N"] and field.AP.N.Subtype == "/Form"
        element = tree[int(field.StructParent)]
        assert element.S == "/Form" and element.K.Obj.objgen == field.objgen
        assert field.P.objgen == document.pages[0].objgen
        assert str(field.TU) in ("Signature", "Company")
        x1, y1, x2, y2 = (float(edge) for edge in field.Rect)
        assert left < x1 < x2 < right and bottom < y1 < y2 < top
        assert (x2 - x1, y2 - y1) == pytest.approx(CURRENT.box, abs=0.01)


def test_a_document_without_both_places_is_refused():
    with pytest.raises(ValueError, match="box-company"):
        pdf.render(
            '<html lang="en"><p id="box-manager">x</p></html>',
            css=CSS,
            fonts=FONTS,
            identifier="x",
        )


def test_a_document_says_for_good_what_it_is():
    made = render(identifier="5a" * 32)
    assert bytes(opened(made).trailer.ID[0]) == b"5a" * 32


def test_equal_input_gives_equal_bytes_also_in_another_process(rendered):
    assert render() == rendered
    assert render("<p>客户</p>") != rendered
    program = (
        "import sys; from tests.rendering.samples import render; sys.stdout.buffer.write(render())"
    )
    root = Path(__file__).parent.parent.parent
    fresh = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True)
    assert fresh.stdout == rendered


def test_threads_render_side_by_side_without_mixing():
    bodies = [f"<p>{'客户经理承诺书'[i % 7] * (i + 1)}{i}</p>" for i in range(8)]
    alone = [render(body) for body in bodies]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(render, bodies)) == alone


def test_a_character_beyond_the_subset_comes_from_the_full_font():
    assert "欧阳镕" in text_of(render("<p>欧阳镕</p>"))
    assert "Pledge" in poppler("pdffonts", render("<p>欧阳镕</p>"))


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("<p>王\U00020bb7</p>", "\U00020bb7 (U+20BB7 CJK UNIFIED IDEOGRAPH-20BB7)"),
        ("<p>Dvo&#345;&#225;k</p>", "ř (U+0159 LATIN SMALL LETTER R WITH CARON)"),
        ("<p>a\u200bb</p>", "(U+200B ZERO WIDTH SPACE)"),
        ("<p>a\x0bb</p>", "(U+000B unnamed character)"),
        ("<p>a\ufffeb</p>", "(U+FFFE unnamed character)"),
        ("<p>a\u202eb</p>", "(U+202E RIGHT-TO-LEFT OVERRIDE)"),
    ],
)
def test_a_character_without_a_glyph_is_refused_by_name(body, named):
    with pytest.raises(pdf.MissingGlyph) as refused:
        render(body)
    assert named in str(refused.value)
    assert len(refused.value.characters) == 1


@pytest.fixture
def listener():
    """A server's port; the test fails when anybody connected to it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
        server.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody waits to be let in
            server.accept()


# Places from which HTML, CSS or SVG can ask for something.
ASKING = [
    '<img src="{}"/>',
    '<object data="{}"></object>',
    '<embed src="{}"/>',
    '<link rel="stylesheet" href="{}"/>',
    '<link rel="attachment" href="{}"/>',
    '<a rel="attachment" href="{}">x</a>',
    '<style>@import url("{}");</style>',
    '<style>@font-face {{ font-family: x; src: url("{}") }}</style>',
    "<p style=\"background: url('{}')\">x</p>",
    "<p style=\"list-style: url('{}'); display: list-item\">x</p>",
    '<style>p::before {{ content: url("{}") }}</style><p>x</p>',
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="{}" width="9" height="9"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><use href="{}#a"/></svg>',
]


@pytest.mark.parametrize("asking", ASKING)
def test_nothing_outside_is_ever_fetched(asking, listener, tmp_path):
    canary = tmp_path / "canary.svg"
    canary.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>CANARY</text></svg>')
    addresses = [
        f"http://127.0.0.1:{listener}/a.svg",
        f"//127.0.0.1:{listener}/a.svg",
        f"ftp://127.0.0.1:{listener}/a.svg",
        canary.as_uri(),
        str(canary),
        "../../../../../../../etc/hostname",
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>",
        "font:serif",
    ]
    for address in addresses:
        try:
            made = render(asking.format(escape(address)))
        except pdf.ResourceRefused:
            continue
        assert b"EmbeddedFile" not in made and "CANARY" not in text_of(made)
        assert not any("/Image" in str(page.Resources) for page in opened(made).pages)


def test_a_refused_resource_is_reported_and_the_writer_still_works():
    with pytest.raises(pdf.ResourceRefused, match=r"http://127\.0\.0\.1"):
        render('<img src="http://127.0.0.1:9/x.png"/>')
    assert "客户经理" in text_of(render())


def test_scripts_and_form_fields_of_the_html_leave_no_trace():
    made = render('<script>app.alert(1)</script><form><input name="x" value="y"/></form>')
    assert b"JavaScript" not in made
    assert [str(field.T) for field in opened(made).Root.AcroForm.Fields] == [
        "ManagerSignature",
        "CompanySeal",
    ]


def test_headings_and_bold_words_have_a_face_of_their_own_cut_to_them():
    body = "<h1>承诺书</h1><p>客户<b>经理</b>，承诺</p>"
    made = render(body, samples.CSS + 'b { font-family: "PledgeBold" }')
    assert "PledgeBold" in poppler("pdffonts", made)
    assert text_of(made) == "承诺书客户经理，承诺"
    drawn = set(uharfbuzz.Face(fonts.bold_for("承诺书经理")).unicodes)
    assert {*map(ord, "承诺书经理")} <= drawn and ord("客") not in drawn
    # Nothing is made bold by a stroke around it (ISO 32000-1, 9.3.6).
    assert b" Tr" not in opened(made).pages[0].Contents.read_bytes()


def test_what_the_bold_face_lacks_is_drawn_by_another():
    assert ord("鿰") not in uharfbuzz.Face(fonts.bold_for("鿰")).unicodes
    assert text_of(render("<h1>承诺鿰</h1>")) == "承诺鿰"


def test_what_a_style_sheet_prints_of_an_attribute_has_its_glyphs():
    css = samples.CSS + "p::after { content: attr(data-words) }"
    assert "欧阳镕" in text_of(render('<p data-words="欧阳镕">x</p>', css))
    with pytest.raises(pdf.MissingGlyph):
        render('<p data-words="\U00020bb7">x</p>', css)


def test_chinese_lines_fill_the_column():
    body = "<p>" + "承诺书客户经理，" * 30 + "</p>"
    made = render(body, samples.CSS + "p { text-align: left }")
    words = re.findall(
        r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)"',
        poppler("pdftotext", made, "-bbox"),
    )
    right_edges = [float(right) for _, _, right in words][:-1]
    column = (210 - 25) / 25.4 * 72
    assert len(right_edges) >= 5
    assert all(abs(edge - column) < 1.0 for edge in right_edges)
