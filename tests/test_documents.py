"""The paper says what the pledge says, in order, readable by people and by machines."""

import dataclasses
import html
import re
import socket
import subprocess
from datetime import date
from io import BytesIO

import pikepdf
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from weasyprint import HTML

from benchmarks import samples
from pledges import rendering
from pledges.core.languages import Localized
from pledges.core.template import outline
from pledges.core.template.blanks import Blank, Kind, Option, display
from pledges.core.template.clauses import Text
from pledges.proof.fileformat import CURRENT
from pledges.rendering import (
    answer_writer,
    clause_writer,
    fonts,
    handwriting,
    paper_wording,
    pdf,
)
from pledges.rendering.markup import Markup
from tests.attacks import library_updates
from tests.rendering.samples import opened, poppler, text_of

ALL = [(slug, language) for slug in samples.SLUGS for language in samples.LANGUAGES]
STROKES = (((0.2, 0.1), (0.3, 0.12), (0.5, 0.1)), ((0.4, 0.02), (0.4, 0.25)), ((0.6, 0.1),))


def faces(slug, language):
    own = samples.version_text(slug, language) + rendering.paper_text(language)
    return fonts.subset_for(own)


@pytest.fixture(scope="module")
def documents():
    """Each sample pledge with its PDF."""
    made = {}
    for slug, language in ALL:
        sheet = samples.sheet(slug, language)
        made[slug, language] = (sheet, rendering.render_pledge(sheet, faces(slug, language)))
    return made


def scanned(paper: bytes) -> list[str]:
    """What a camera reads off the last page, as poppler prints it."""
    last = str(len(opened(paper).pages))
    page = subprocess.run(
        ["pdftoppm", "-gray", "-r", "150", "-f", last, "-"],
        input=paper,
        capture_output=True,
        check=True,
    ).stdout
    _, size, _, pixels = page.split(b"\n", 3)
    width, height = map(int, size.split())
    image = memoryview(pixels).cast("B", (height, width))
    return [found.text for found in zxingcpp.read_barcodes(image)]


def squeezed(text: str) -> str:
    """Without white space, which layout moves, and hyphens, which pdftotext drops at line ends."""
    return "".join(text.split()).replace("-", "")


def body_text(sheet, paper) -> str:
    """All that the pages say, squeezed, without what stands under each of them."""
    form = paper_wording.form_line(
        sheet.subtitle, sheet.version, sheet.effective_on, sheet.language
    )
    digests = paper_wording.digest_line(sheet.version_digest, sheet.content_digest, sheet.language)
    before, between, after = paper_wording.page_line(sheet.number, sheet.language)
    pages = poppler("pdftotext", paper).split("\f")[:-1]
    text = ""
    for number, page in enumerate(pages, 1):
        left = squeezed(page)
        for line in (form, digests, f"{before}{number}{between}{len(pages)}{after}"):
            left = left.replace(squeezed(line), "")
        text += left
    return text


def clause_text(sheet, clause) -> str:
    """What a reader must find for one clause: number, words and answers, without white space."""
    blanks = {blank.code: blank for blank in sheet.blanks}
    parts = [clause.number]
    for run in clause.runs:
        if isinstance(run, Text):
            parts.append(run.text)
        elif blanks[run.code].kind is Kind.CHOICE:
            options = blanks[run.code].options
            chosen = sheet.answers[run.code]
            parts += [
                ("✓" if option.value == chosen else "□") + option.label.in_(sheet.language)
                for option in options
            ]
        else:
            parts.append(display(blanks[run.code], sheet.answers, sheet.language))
    return squeezed("".join(parts))


@pytest.mark.parametrize(("slug", "language"), ALL)
def test_every_clause_and_answer_is_printed_in_order(documents, slug, language):
    sheet, paper = documents[slug, language]
    text = body_text(sheet, paper)
    position = 0
    expected = [squeezed(sheet.organisation), squeezed(sheet.title)]
    expected += [clause_text(sheet, clause) for _, clause in sheet.outline.walk()]
    expected += [squeezed(sheet.consent), squeezed(sheet.verify_url)]
    for wanted in expected:
        found = text.find(wanted, position)
        assert found >= 0, wanted
        position = found + len(wanted)


@pytest.mark.parametrize(("slug", "language"), ALL)
def test_an_html_parser_reads_the_paper_as_our_xml_parser_does(slug, language):
    markup = rendering.paper_html(samples.sheet(slug, language))

    def tree(root):
        return [
            (each.tag, plain(each.attrib), (each.text or "").strip(), (each.tail or "").strip())
            for each in root.iter()
        ]

    def plain(attributes):
        return {name: value for name, value in attributes.items() if "xmlns" not in name}

    ours = Markup(markup, url_fetcher=None).etree_element
    assert tree(ours) == tree(HTML(string=markup).etree_element)


@pytest.mark.parametrize(("slug", "language"), ALL)
def test_the_code_on_the_last_page_is_the_address_of_the_public_status(documents, slug, language):
    sheet, paper = documents[slug, language]
    assert scanned(paper) == [sheet.verify_url]


@pytest.mark.parametrize(("slug", "language"), ALL)
def test_the_file_is_a_small_sound_tagged_pdf_a_with_subset_fonts(documents, slug, language):
    _, paper = documents[slug, language]
    document = opened(paper)
    assert document.check_pdf_syntax() == []
    assert 'pdfaid:conformance="A"' in document.Root.Metadata.read_bytes().decode()
    assert str(document.Root.Lang) == {"zh-hans": "zh-Hans", "en": "en"}[language]
    lines = poppler("pdffonts", paper).splitlines()[2:]
    assert len(lines) == 2 and all(" yes yes yes " in line for line in lines)
    assert len(paper) <= 110_000


@pytest.mark.parametrize(("slug", "language"), ALL)
def test_the_boxes_stand_together_on_the_last_page_with_a_clause_above(documents, slug, language):
    sheet, paper = documents[slug, language]
    document = opened(paper)
    assert all(page.get("/Annots") is None for page in document.pages[:-1])
    manager, company = document.Root.AcroForm.Fields
    for field in (manager, company):
        assert field.P.objgen == document.pages[-1].objgen
        x1, y1, x2, y2 = (float(edge) for edge in field.Rect)
        assert 60 < x1 < x2 < 535 and 75 < y1 < y2 < 765
    assert float(manager.Rect[1]) == float(company.Rect[1])
    last = squeezed(poppler("pdftotext", paper, "-f", str(len(document.pages))))
    clauses = [clause_text(sheet, clause) for _, clause in sheet.outline.walk()]
    assert clauses[-1][-12:] in last.split(squeezed(sheet.consent))[0]


@pytest.mark.parametrize(("slug", "language"), ALL)
def test_headings_are_headings(documents, slug, language):
    sheet, paper = documents[slug, language]
    with_children = [
        clause
        for _, clause in sheet.outline.walk()
        if clause.number and any(child.number for child in clause.children)
    ]
    markup = rendering.write_for_paper(sheet)
    for clause in with_children:
        assert re.search(rf'<h[2-6] class="heading">{re.escape(clause.number)}', markup)
    numbers = re.findall(r"/S\s*/H2\b", str(pikepdf_objects(paper)))
    assert numbers


def pikepdf_objects(paper: bytes) -> list[str]:
    document = pikepdf.open(BytesIO(paper))
    return [
        f"/S /{str(item.S)[1:]}"
        for item in document.objects
        if isinstance(item, pikepdf.Dictionary) and "/S" in item
    ]


def test_a_clause_number_stands_on_the_line_of_its_text(documents):
    for sheet, paper in documents.values():
        lines = [squeezed(line) for line in poppler("pdftotext", paper, "-layout").splitlines()]
        for clause in sheet.outline.leaves():
            text = squeezed(clause.runs[0].text)
            assert any(line.startswith(clause.number + text[:4]) for line in lines), clause.number


# GB/T 15834-2011, 5.1: these never begin a line; opening ones never end one.
NEVER_FIRST = "，。、；：？！）》」』”’%"
NEVER_LAST = "（《「『“‘"


def test_punctuation_never_begins_a_line_nor_opens_at_its_end(documents):
    for slug in samples.SLUGS:
        for line in poppler("pdftotext", documents[slug, "zh-hans"][1], "-layout").splitlines():
            if stripped := line.strip():
                assert stripped[0] not in NEVER_FIRST and stripped[-1] not in NEVER_LAST, line


def test_the_same_sheet_gives_the_same_bytes_and_another_time_other_bytes(documents):
    sheet, paper = documents["personal-code", "zh-hans"]
    own = faces("personal-code", "zh-hans")
    assert rendering.render_pledge(sheet, own) == paper
    later = dataclasses.replace(sheet, rendered_at=sheet.rendered_at.replace(minute=43))
    assert rendering.render_pledge(later, own) != paper


@pytest.mark.parametrize("language", samples.LANGUAGES)
@pytest.mark.parametrize(
    "image",
    [rendering.SignatureImage(strokes=STROKES), rendering.SignatureImage(typed="欧阳镕")],
    ids=["drawn", "typed"],
)
def test_the_signed_and_accepted_file_names_the_signer_and_the_date(documents, language, image):
    sheet, paper = documents["personal-code", language]
    own = faces("personal-code", language)
    at = samples.RENDERED_AT
    signature = rendering.draw_signature(
        image, name=sheet.signer_name, signed_at=at, language=language, fonts=own
    )
    stamp = rendering.draw_stamp(
        organisation=sheet.organisation, number=sheet.number, accepted_at=at, language=language,
        fonts=own,
    )  # fmt: skip
    signed = shown(paper, CURRENT.manager_field, signature)
    accepted = shown(signed, CURRENT.company_field, stamp)
    day = {"zh-hans": "2026年11月23日", "en": "23November2026"}[language]
    said = {"zh-hans": "电子确认", "en": "Confirmedelectronically"}[language]
    text = squeezed(text_of(accepted))
    assert (
        squeezed(sheet.signer_name) in squeezed(text_of(signed)).split(squeezed(sheet.consent))[1]
    )
    assert text.count(day) == 2 and said in text
    by_typing = {"zh-hans": "以输入姓名的方式签署", "en": "Signedbytypingthename"}[language]
    assert text.count(by_typing) == (1 if image.typed else 0)
    assert opened(accepted).check_pdf_syntax() == []
    for field in opened(accepted).Root.AcroForm.Fields:
        width, height = (float(field.Rect[i + 2]) - float(field.Rect[i]) for i in (0, 1))
        assert [float(edge) for edge in field.AP.N.BBox[2:]] == pytest.approx(
            [width, height], abs=0.05
        )


@pytest.mark.parametrize(
    "name",
    [
        "阿卜杜" * 26 + "勒·",
        "Wolfeschlegelsteinhausenbergerdorff " * 2 + "Hubert J",
        "李明",
        "一" * 20,
    ],
)
@pytest.mark.parametrize("typed", [True, False])
def test_a_name_of_any_length_is_printed_whole_within_the_box(name, typed):
    image = rendering.SignatureImage(typed=name) if typed else rendering.SignatureImage(STROKES)
    drawn = rendering.draw_signature(
        image,
        name=name,
        signed_at=samples.RENDERED_AT,
        language="zh-hans",
        fonts=faces("personal-code", "zh-hans"),
    )
    assert len(opened(drawn).pages) == 1
    assert squeezed(text_of(drawn)).count(squeezed(name)) == (2 if typed else 1)
    boxes = re.findall(r'yMax="([0-9.]+)"', poppler("pdftotext", drawn, "-bbox"))
    height = float(opened(drawn).pages[0].MediaBox[3])
    assert max(map(float, boxes)) <= height and "2026" in text_of(drawn)


def shown(document, field, appearance):
    """The document with `appearance` in its field, and no seal."""
    writer = library_updates.QuietWriter(BytesIO(document))
    library_updates.show(writer, field, appearance)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_handwriting_is_never_vermilion_and_the_stamp_is():
    own = faces("contract", "zh-hans")
    drawn = rendering.draw_signature(
        rendering.SignatureImage(strokes=STROKES), name="李明", signed_at=samples.RENDERED_AT,
        language="zh-hans", fonts=own,
    )  # fmt: skip
    colours = set(re.findall(rb"([\d.]+) [\d.]+ [\d.]+ (?:rg|RG)", content(drawn)))
    assert colours and all(float(red) < 0.2 for red in colours)
    stamp = rendering.draw_stamp(
        organisation="示例银行", number="1", accepted_at=samples.RENDERED_AT, language="zh-hans",
        fonts=own,
    )  # fmt: skip
    assert any(
        float(red) > 0.65 for red in re.findall(rb"([\d.]+) [\d.]+ [\d.]+ rg", content(stamp))
    )


def content(figure: bytes) -> bytes:
    document = opened(figure)
    return b"".join(
        item.read_bytes()
        for item in document.objects
        if isinstance(item, pikepdf.Stream) and item.get("/Type") in (None, "/XObject")
        and "/N" not in item and "/Subtype" not in item
    ) + document.pages[0].Contents.read_bytes()  # fmt: skip


points = st.tuples(st.floats(0, 1), st.floats(0, 0.6))


@settings(deadline=None)
@given(st.lists(st.lists(points, min_size=1, max_size=12), max_size=6))
def test_any_strokes_fit_into_the_handwriting_area(strokes):
    fitted = handwriting.hand_strokes(strokes)
    assert [len(stroke) for stroke in fitted] == [len(stroke) for stroke in strokes]
    for x, y in (point for stroke in fitted for point in stroke):
        assert -0.01 <= x <= handwriting.HAND_WIDTH + 0.01
        assert -0.01 <= y <= handwriting.HAND_HEIGHT + 0.01


def sheet_of(source, blanks=(), answers=None, language="zh-hans"):
    parsed, problems = outline.parse(source)
    assert not problems
    base = samples.sheet("contract", language)
    return dataclasses.replace(
        base, outline=parsed, blanks=tuple(blanks), answers=answers or {}, language=language
    )


def test_headings_leave_out_no_level_where_a_clause_that_is_none_stands_between():
    promise = "承诺人在履行职务期间应当严格遵守下列各项规定，并接受公司的监督和检查，不得有任何违反"
    sheet = sheet_of(f"1. {promise}。\n1.1 报告\n1.1.1 每月报告。\n1.1.2 每季度汇总。")
    markup = rendering.write_for_paper(sheet)
    assert re.findall(r"<h(\d)", markup) == ["1", "2"]
    paper = rendering.render_pledge(sheet, fonts.subset_for(""))
    kinds = pikepdf_objects(paper)
    assert "/S /H2" in kinds and "/S /H3" not in kinds


STEPS = Blank(code="steps", kind=Kind.LONG_TEXT, label=Localized(zh="步骤", en="steps"))


def test_a_long_text_keeps_its_lines_and_the_full_stop_stays_with_the_last():
    sheet = sheet_of("1. 步骤：{{steps}}。另有记录。", [STEPS], {"steps": "甲\n\n乙"})
    markup = rendering.write_for_paper(sheet)
    assert (
        '<span class="answer-line">甲</span><span class="answer-line answer-gap"></span>' in markup
    )
    assert '<span class="answer-line">乙。</span></span>另有记录。' in markup
    lines = poppler("pdftotext", rendering.render_pledge(sheet, fonts.subset_for("步骤"))).split()
    assert lines.index("甲") + 1 == lines.index("乙。") == lines.index("另有记录。") - 1


def test_the_other_option_shows_its_text_and_an_empty_blank_a_line():
    kind = Blank(
        code="kind", kind=Kind.CHOICE, label=Localized(zh="类型", en="Type"), other=True,
        options=tuple(Option(v, Localized(zh=v, en=v)) for v in ("甲", "其他")),
    )  # fmt: skip
    day = Blank(code="day", kind=Kind.DATE, label=Localized(zh="日", en="Day"))
    source = "类型：{{kind}}\n1. 自{{day}}起。"
    filled = sheet_of(
        source, [kind, day], {"kind": "其他", "kind.other": "丙", "day": "2026-12-01"}
    )
    markup = rendering.write_for_paper(filled)
    assert "□</span> 甲" in markup and "✓</b> <b>其他</b>" in markup
    assert '<b class="blank">丙</b>' in markup and "2026年12月1日" in markup
    empty = rendering.write_for_screen(sheet_of(source, [kind, day]))
    assert "☑" not in empty and empty.count("未填") == 2
    first = rendering.write_for_paper(sheet_of(source, [kind, day], {"kind": "甲"}))
    assert "其他" in first and first.count('<b class="blank') == 1


def test_screen_and_paper_differ_in_what_is_not_seen_alone():
    for slug, language in ALL:
        sheet = samples.sheet(slug, language)
        screen = rendering.write_for_screen(sheet)
        assert all(f'id="clause-{clause.key}"' in screen for clause in sheet.outline.leaves())
        assert all(f'data-code="{code}"' in screen for code in sheet.outline.slots())
        stripped = re.sub(r' (id|data-code|aria-hidden)="[^"]*"', "", screen)
        stripped = re.sub(r'<span class="visually-hidden">[^<]*</span>', "", stripped)
        paper = rendering.write_for_paper(sheet)
        for printed, shown in ((answer_writer.TICKED, "☑\ufe0e"), (answer_writer.BOX, "☐")):
            paper = paper.replace(printed, f"<span>{shown}</span>")
        assert stripped == paper


@pytest.mark.parametrize(
    ("number", "half_ems"),
    [("1.", 4), ("（1）", 5), ("1.1.1", 7), ("一、", 4), ("(1)", 5), ("①", 3)],
)
def test_the_hanging_width_follows_the_number(number, half_ems):
    assert clause_writer.number_width(number) == half_ems


def test_a_name_that_no_font_can_print_is_refused_by_name():
    sheet = samples.sheet("personal-code", "zh-hans")
    sheet = dataclasses.replace(sheet, answers={**sheet.answers, "signer_name": "王\U00020bb7"})
    with pytest.raises(pdf.MissingGlyph, match=r"U\+20BB7"):
        rendering.render_pledge(sheet, faces("personal-code", "zh-hans"))


def hostile(port: int, canary: str) -> list[str]:
    addresses = [
        f"http://127.0.0.1:{port}/x", f"//127.0.0.1:{port}/x", f"file://{canary}", canary,
        "../../../../etc/hostname", "data:text/html,x",
    ]  # fmt: skip
    forms = [
        '<img src="{}">', "<img src='{}'>", '"><link rel=stylesheet href="{}">',
        "<style>@import url({});</style>", "</p><object data='{}'></object>", "url({})",
        "<link rel=attachment href='{}'>", "{{% include '{}' %}}", "{{{{ '{}' }}}}",
        "]]><x href='{}'/>",
        "<svg><use href='{}#a'/></svg>", "'); @import '{}'; ('",
    ]  # fmt: skip
    return [form.format(address) for form in forms for address in addresses]


def test_no_answer_can_make_the_renderer_read_or_call(tmp_path):
    """Hostile text through every blank, the template text and every other field of the sheet."""
    canary = tmp_path / "canary.txt"
    canary.write_text("CANARY")
    with socket.create_server(("127.0.0.1", 0)) as server:
        strings = hostile(server.getsockname()[1], str(canary))
        for slug in samples.SLUGS:
            sheet = samples.sheet(slug, "en")
            answers = {
                code: "individual" if code == "pledgor_type" else "\n".join(strings)
                for code in sheet.outline.slots()
            }
            everywhere = {
                name: " ".join(strings[:12])
                for name in (
                    "title",
                    "subtitle",
                    "organisation",
                    "consent",
                    "signer_name",
                    "signer_employee_number",
                    "signer_department",
                    "number",
                )
            }
            bad = dataclasses.replace(sheet, answers=answers, **everywhere)
            made = rendering.render_pledge(bad, faces(slug, "en"))
            text = squeezed(text_of(made))
            assert "CANARY" not in text and b"EmbeddedFile" not in made
            assert [string for string in strings if squeezed(string) not in text] == []
        lines = [f"{i}. {s}" for i, s in enumerate(strings, 1) if "{{" not in s]
        source = "\n".join(f"{i}. {line.split('. ', 1)[1]}" for i, line in enumerate(lines, 1))
        made = rendering.render_pledge(sheet_of(source, language="en"), fonts.subset_for("x"))
        assert "CANARY" not in text_of(made)
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


NASTY = st.text(st.sampled_from("<>&\"'{}%#;=/\\ ab甲（\n"), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NASTY)
def test_an_answer_is_text_whatever_it_looks_like(answer):
    sheet = sheet_of("1. 甲{{steps}}乙", [STEPS], {"steps": answer})
    markup = rendering.write_for_screen(sheet)
    tags = re.findall(r"<(\w+)", markup)
    assert set(tags) <= {"div", "header", "p", "h1", "span", "b"}
    said = html.unescape(re.sub(r"<[^>]*>", "", markup))
    assert squeezed(answer) in squeezed(said)


def test_look_alike_characters_are_not_confused_in_the_text_layer():
    """A glyph maps to one character in a PDF: forms that share a glyph would be read as another."""
    said = '(a)（a）\'b’‘b’ “c”"c" —d–d-d … ...１1'
    for language in samples.LANGUAGES:
        sheet = sheet_of(f"1. x {said} y\n2. {{{{steps}}}}", [STEPS], {"steps": said}, language)
        text = "".join(text_of(rendering.render_pledge(sheet, fonts.subset_for(said))))
        assert text.count("".join(said.split())) == 2


def test_the_wording_of_the_paper_is_covered_by_a_versions_own_subset():
    for language in samples.LANGUAGES:
        own = fonts.subset_for(rendering.paper_text(language) + "示例银行")
        sheet = samples.sheet("contract", language)
        covered = fonts.covering(own, rendering.paper_text(language))
        assert covered is own and sheet.effective_on > date(2026, 1, 1)
