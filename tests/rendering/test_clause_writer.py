"""What the clause writer writes and what the style sheets lay out have the same names."""

import dataclasses
import re
from pathlib import Path

import pytest
from django.utils.safestring import SafeString

from benchmarks import samples
from pledges import rendering
from pledges.core.languages import Localized
from pledges.core.template import outline
from pledges.core.template.blanks import Blank, Kind, Option
from pledges.core.template.clause_numbers import chinese
from pledges.core.template.clauses import Clause
from pledges.rendering import fonts
from pledges.rendering.clause_writer import MAX_HANG, number_width, spaced_number
from pledges.rendering.inline_text import split_closing, split_opening
from tests.rendering.samples import poppler

PROJECT = Path(__file__).resolve().parent.parent.parent
SHEETS = ("document/sheet.css", "document/pledge.css", "sheet.css")
OF_BOOTSTRAP = {"visually-hidden"}


def style(*names: str) -> str:
    return "".join((PROJECT / "static" / name).read_text("utf-8") for name in names)


def named(css: str) -> set[str]:
    """The classes in the selectors of a style sheet."""
    rules = re.sub(r"/\*.*?\*/|\{[^{}]*\}|\"[^\"]*\"", " ", css, flags=re.DOTALL)
    return set(re.findall(r"\.([a-z][\w-]*)", rules))


def written(html: str) -> set[str]:
    return {name for each in re.findall(r' class="([^"]*)"', html) for name in each.split()}


def sheets() -> list[str]:
    every = [
        samples.sheet(slug, language) for slug in samples.SLUGS for language in samples.LANGUAGES
    ]
    every += [dataclasses.replace(sheet, answers={}, term_months=12) for sheet in every]
    notes = {key: SafeString("<p></p>") for key in ("", "p1", "1")}
    return [rendering.write_for_screen(sheet, notes=notes) for sheet in every]


def test_every_class_that_is_written_is_laid_out():
    found = {name for html in sheets() for name in written(html)}
    assert {"field-row", "blank-lines", "unbroken-words", "narrow", "latin"} <= found
    assert found - named(style(*SHEETS)) - OF_BOOTSTRAP == set()


def test_every_class_that_is_laid_out_is_written_somewhere():
    sources = [*(PROJECT / "pledges").rglob("*.py"), *(PROJECT / "templates").rglob("*.html")]
    sources += (PROJECT / "static").glob("*.js")
    text = "".join(path.read_text("utf-8") for path in sources)

    def is_written(name: str) -> bool:
        whole = rf"(?<![\w-])(?:{name}(?![\w-])|{name.rpartition('-')[0]}-\{{)"
        return bool(re.search(rf"""["'][^"'\n]*{whole}[^"'\n]*["']""", text))

    assert sorted(filter(lambda name: not is_written(name), named(style(*SHEETS)))) == []


NUMBERS = [
    *(f"{chinese(number)}、" for number in range(1, 1000)),
    *(f"第{chinese(number)}条" for number in range(1, 1000)),
    *("1.", "(100)", "（１００）", "①", "１．", "1.1", "100.100.100.100.100.100", "第 100 章"),
]


def test_every_number_hangs_by_a_rule_or_stands_in_its_line():
    rules = named(style("document/sheet.css"))
    widths = {number_width(number) for number in NUMBERS}
    assert {0, MAX_HANG} <= widths and max(widths) == MAX_HANG
    assert {f"hang-{width}" for width in widths} <= rules


@pytest.mark.parametrize(
    ("number", "gap", "half_ems"),
    [("一、", "", 4), ("（1）", "", 5), ("１．", "", 4), ("1.", " ", 4), ("第一条", " ", 8)],
)
def test_a_number_is_told_apart_from_its_text(number, gap, half_ems):
    assert spaced_number(Clause(number, "", ())) == number + gap
    assert number_width(number) == half_ems


def test_the_text_of_a_long_number_begins_beside_it_on_paper():
    numbered, _ = outline.parse("第一百二十三条 为了规范执业行为，\n第一百二十四条 制定本承诺书，")
    sheet = dataclasses.replace(samples.sheet("contract", "zh-hans"), outline=numbered, blanks=())
    html = rendering.write_for_paper(sheet)
    assert 'class="clause hang-16"' in html
    lines = poppler("pdftotext", rendering.render_pledge(sheet, fonts.subset_for("")), "-layout")
    assert re.search(r"第一百二十三条 +为了规范", lines)


@pytest.mark.parametrize(
    ("text", "kept", "marks"),
    [
        ("依据《", "依据", "《"),
        ("（“", "", "（“"),
        ('the "', "the ", '"'),
        ("依据》", "依据》", ""),
    ],
)
def test_opening_marks_go_with_the_blank_after_them(text, kept, marks):
    assert split_opening(text) == (kept, marks)


@pytest.mark.parametrize(
    ("text", "marks", "kept"),
    [
        ("》，即", "》，", "即"),
        ("% of", "%", " of"),
        ("’s rules", "’s", " rules"),
        ("’是指", "’", "是指"),
        ("法》", "", "法》"),
    ],
)
def test_closing_marks_go_with_the_blank_before_them(text, marks, kept):
    assert split_closing(text) == (marks, kept)


def test_the_label_of_an_option_is_set_like_the_text_around_it():
    kind = Blank(
        "kind", Kind.CHOICE, Localized("类型", "Type"),
        options=(Option("a", Localized("甲", "client’s own")),),
    )  # fmt: skip
    parsed, _ = outline.parse("Type: {{kind}}")
    sheet = dataclasses.replace(
        samples.sheet("contract", "en"), outline=parsed, blanks=(kind,), answers={}
    )
    assert 'client<span class="narrow">’</span>s own' in rendering.write_for_paper(sheet)


def test_a_law_stands_in_its_own_marks_as_if_the_text_had_them() -> None:
    parsed, _ = outline.parse("1. 依{{law}}第5条")
    law = Blank("law", Kind.STATUTE, Localized("法律", "Law"))

    def text(language: str, **answers: str) -> str:
        sheet = dataclasses.replace(
            samples.sheet("contract", language), outline=parsed, blanks=(law,), answers=answers
        )
        return rendering.write_for_screen(sheet)

    known = text("zh-hans", law="中华人民共和国民法典")
    assert re.search(r"依《<b [^>]*>中华人民共和国民法典</b>》第", known)
    assert re.search(r"依《<b .*</b>》第", text("zh-hans"))
    official = text("en", law="中华人民共和国民法典")
    assert re.search(r"<b [^>]*>Civil Code of the People&#x27;s", official)
    assert re.search(r"《<b [^>]*>海商法</b>》", text("en", law="海商法"))
    assert "《" not in text("en")
