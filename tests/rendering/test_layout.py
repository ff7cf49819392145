"""Where things stand on the paper: what is above what, and what no line's or page's end parts."""

import dataclasses
import re
from functools import cache

import pytest

from benchmarks import samples
from pledges import rendering
from pledges.core.languages import Localized
from pledges.core.sheet import Sheet
from pledges.core.template import outline
from pledges.core.template.blanks import Blank, Kind, Option
from pledges.rendering import fonts
from pledges.rendering.inline_text import split_after_number
from tests.rendering.samples import opened, poppler

ALL = [(slug, language) for slug in samples.SLUGS for language in samples.LANGUAGES]
WORD = re.compile(
    r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)</word>'
)
LONGEST = {
    "signer_name": "阿卜杜" * 26 + "勒·",
    "signer_employee_number": "E" + "9" * 31,
    "signer_department": "部" * 80,
    "organisation": "某" * 78 + "公司",
}


def printed(sheet: Sheet) -> bytes:
    return rendering.render_pledge(sheet, fonts.subset_for(""))


@cache
def sample(slug: str, language: str) -> tuple[Sheet, bytes]:
    sheet = samples.sheet(slug, language)
    return sheet, printed(sheet)


def sheet_of(source: str, *blanks: Blank, language: str = "zh-hans", **answers: str) -> Sheet:
    parsed, problems = outline.parse(source)
    assert not problems
    base = samples.sheet("contract", language)
    return dataclasses.replace(base, outline=parsed, blanks=blanks, answers=answers)


def pages(paper: bytes) -> list[str]:
    return poppler("pdftotext", paper, "-layout").split("\f")[:-1]


def body(page: str, sheet: Sheet) -> list[str]:
    """The lines of a page, without what stands under it."""
    lines = [line.strip() for line in page.splitlines() if line.strip()]
    foot = re.compile(rf"(?:编号|No\.) {sheet.number} · ")
    return lines[: next(i for i, line in enumerate(lines) if foot.search(line))]


def words(paper: bytes, page: int) -> list[tuple[float, float, float, float, str]]:
    """The words of a page, each with its edges in points from the top left."""
    found = WORD.findall(poppler("pdftotext", paper, "-bbox", "-f", str(page), "-l", str(page)))
    return [(*map(float, edges), word) for *edges, word in found]


@pytest.mark.parametrize(("slug", "language"), ALL)
def test_the_company_s_name_is_the_first_thing_on_the_paper(slug, language):
    sheet, paper = sample(slug, language)
    lines = body(pages(paper)[0], sheet)
    assert lines[:2] == [sheet.organisation, sheet.title]
    assert sheet.subtitle not in "".join(lines)


@pytest.mark.parametrize(("slug", "language"), ALL)
def test_every_page_bears_number_and_page_and_the_first_its_form(slug, language):
    sheet, paper = sample(slug, language)
    every = pages(paper)
    for number, page in enumerate(every, 1):
        foot = {
            "zh-hans": f"编号 {sheet.number} · 第 {number} 页 共 {len(every)} 页",
            "en": f"No. {sheet.number} · Page {number} of {len(every)}",
        }[language]
        assert page.count(foot) == 1
    form = {
        "zh-hans": f"{sheet.subtitle} 第 1 版，2026年11月1日启用",
        "en": f"{sheet.subtitle}, version 1, in use from 1 November 2026",
    }[language]
    assert form in every[0]


@pytest.mark.parametrize(("slug", "language"), ALL)
def test_the_digests_are_one_line_at_the_foot_of_the_first_page(slug, language):
    sheet, paper = sample(slug, language)
    found = words(paper, 1)
    digests = [word for word in found if word[4] in (sheet.version_digest, sheet.content_digest)]
    assert len(digests) == 2 and digests[0][1] == digests[1][1]
    left, right = 24.5 / 25.4 * 72, (210 - 24.5) / 25.4 * 72
    assert left < digests[0][0] < digests[0][2] < digests[1][0] < digests[1][2] <= right
    below = max(word[3] for word in found if word not in digests and word[1] != digests[0][1])
    assert below < digests[0][1]
    assert sheet.content_digest not in "".join(pages(paper)[1:])


def test_digests_of_the_widest_digits_fit_into_the_line():
    widest = {"version_digest": "d" * 64, "content_digest": "8" * 64}
    for language in samples.LANGUAGES:
        paper = printed(dataclasses.replace(samples.sheet("personal-code", language), **widest))
        edges = [word[2] for word in words(paper, 1) if word[4] in widest.values()]
        assert len(edges) == 2 and max(edges) <= (210 - 24.5) / 25.4 * 72 + 0.1


@pytest.mark.parametrize("language", samples.LANGUAGES)
@pytest.mark.parametrize("who", [{}, LONGEST], ids=["sample", "longest"])
def test_who_signs_stands_above_the_box_that_is_signed(language, who):
    sheet = dataclasses.replace(samples.sheet("general-standards", language), **who)
    paper = printed(sheet)
    document = opened(paper)
    manager, company = (
        [float(edge) for edge in field.Rect] for field in document.Root.AcroForm.Fields
    )
    assert manager[1] == company[1] and manager[0] < company[0]
    height = float(document.pages[-1].MediaBox[3])
    above = {"manager": "", "company": ""}
    for left, _top, right, bottom, word in words(paper, len(document.pages)):
        if bottom <= height - manager[3]:
            for name, box in (("manager", manager), ("company", company)):
                if box[0] - 1 <= left and right <= box[2] + 1:
                    above[name] += word
    for said in (sheet.signer_name, sheet.signer_employee_number, sheet.signer_department):
        assert said.replace(" ", "") in above["manager"]
    assert sheet.organisation.replace(" ", "") in above["company"]


@pytest.mark.parametrize(("slug", "language"), ALL)
@pytest.mark.parametrize("who", [{}, LONGEST], ids=["sample", "longest"])
def test_no_page_is_nearly_empty(slug, language, who):
    """What stands above the boxes comes with them: where that is much, it is set smaller."""
    sheet = dataclasses.replace(samples.sheet(slug, language), **who)
    every = pages(printed(sheet))
    for page in every:
        assert len(body(page, sheet)) >= 8, page


COUNT = Blank(
    "count", Kind.INTEGER, Localized("次数", "Count"), unit=Localized("个工作日", "working days")
)
NAME = Blank("name", Kind.TEXT, Localized("名", "Name"))
COUNTED = {
    "zh-hans": ("甲", "{{count}}个工作日内，见第{{count}}条，", ("24个", "第24条")),
    "zh-hans, in the wording itself": ("甲", "24 个工作日内，在24小时后，", ("24个", "24小")),
    "en": (
        "ab ", "within {{count}} working days, see Article {{count}} and ",
        ("24 working days", "Article 24"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", COUNTED)
def test_no_line_s_end_parts_a_number_from_what_it_counts(case):
    language = case.partition(",")[0]
    filler, sentence, kept = COUNTED[case]
    source = "\n".join(f"{i}. {filler * i}{sentence * 3}。" for i in range(1, 40))
    sheet = sheet_of(source, COUNT, language=language, count="24")
    lines = [line for page in pages(printed(sheet)) for line in page.splitlines()]
    lines = [(" " if language == "en" else "").join(line.split()) for line in lines]
    for words_kept in kept:
        assert sum(line.count(words_kept) for line in lines) == 3 * 39


@pytest.mark.parametrize(
    ("text", "unit", "kept"),
    [
        ("小时内", "小时", "小时"),
        ("个工作日内", "个工作日", "个"),
        (" 个工作日内", "个工作日", " 个"),
        ("次/月，并", "次/月", "次/月，"),
        (" working days", "working days", " working days"),
    ],
)
def test_a_unit_keeps_to_its_number_but_a_long_one_does_not_spread_the_line(text, unit, kept):
    assert split_after_number(text, unit) == (kept, text[len(kept) :])


def test_a_long_answer_begins_on_the_line_of_what_stands_before_it():
    sheet = sheet_of("姓名：{{name}}\n1. 依据“{{name}}”。", NAME, name="核对客户身份与授权文件" * 6)
    lines = [line.replace(" ", "") for line in pages(printed(sheet))[0].splitlines()]
    assert any(line.startswith("姓名：核对客户") for line in lines)
    assert any(line.startswith("1.依据“核对客户") for line in lines)


OPTIONS = (
    Option("firm", Localized("企业", "Firm")),
    Option("one", Localized("个人", "Person")),
    Option("other", Localized("其他", "Other")),
)
TYPE = Blank("type", Kind.CHOICE, Localized("类型", "Type"), options=OPTIONS, other=True)


@pytest.mark.parametrize("length", [10, 24, 60])
def test_an_option_that_begins_a_line_is_not_indented_and_stays_within_the_column(length):
    own = {"type": "other", "type.other": ("联合服务团队（含外聘顾问）、" * 5)[:length]}
    found = words(printed(sheet_of("承诺方类型：{{type}}", TYPE, **own)), 1)
    answer = [word for word in found if word[4][0] in "□✓联" or "联合" in word[4]]
    left, right = 24.5 / 25.4 * 72, (210 - 24.5) / 25.4 * 72
    assert max(word[2] for word in answer) <= right + 0.5
    lines = {
        round(word[1] / 5): min(w[0] for w in found if abs(w[1] - word[1]) < 6) for word in answer
    }
    assert all(start < left + 4 for start in lines.values())


STEPS = Blank("steps", Kind.LONG_TEXT, Localized("步骤", "Steps"))


ANSWERS = {
    "lines": "\n".join(f"Step {i}, which is taken." for i in range(20)),
    "one paragraph": "Each step is taken with care. " * 40,
}


@pytest.mark.parametrize("steps", ANSWERS)
@pytest.mark.parametrize("language", samples.LANGUAGES)
def test_no_heading_and_no_lead_stands_alone_at_the_end_of_a_page(language, steps):
    sentence = "承诺人恪守诚信。" if language == "zh-hans" else "The pledgor acts with integrity."
    ends = set()
    for filler in range(21, 27) if language == "zh-hans" else range(23, 29):
        source = "\n".join(sentence for _ in range(filler))
        source += "\n1. Heading\n1.1 Below\n1.1.1 Steps: {{steps}}"
        sheet = sheet_of(source, STEPS, language=language, steps=ANSWERS[steps])
        last = body(pages(printed(sheet))[0], sheet)[-1]
        ends.add("before the headings" if last == sentence else "in the answer")
        assert not re.search("Heading$|Below$|Steps ?:$", last), (filler, last)
    assert len(ends) == 2


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("language", samples.LANGUAGES)
def test_no_line_of_an_answer_stands_alone_at_a_page_s_end_or_beginning(language, count):
    sentence = "承诺人恪守诚信。" if language == "zh-hans" else "The pledgor acts with integrity."
    steps, parted = "\n".join(f"Step{i}" for i in range(count)), set()
    for filler in range(20, 32):
        source = "\n".join(sentence for _ in range(filler)) + "\n1. Steps: {{steps}}\n2. End"
        sheet = sheet_of(source, STEPS, language=language, steps=steps)
        before = sum("Step" in line for line in body(pages(printed(sheet))[0], sheet)) - 1
        parted.add(max(before, 0))
    assert parted >= {0, count} and not parted & {1, count - 1}


def test_an_empty_line_of_an_answer_leaves_a_gap_and_no_ink():
    """A line under nothing would be read as something left out."""
    with_gap, without = (
        printed(sheet_of("1. 步骤：{{steps}}", STEPS, steps=steps))
        for steps in ("甲\n\n乙", "甲\n乙")
    )
    assert rulings(with_gap) == rulings(without)
    tops = [{word[4]: word[1] for word in words(paper, 1)} for paper in (with_gap, without)]
    assert tops[0]["乙"] - tops[0]["甲"] > tops[1]["乙"] - tops[1]["甲"] + 5


def rulings(paper: bytes) -> int:
    """How many horizontal lines are drawn on the first page: an underline is a filled rectangle."""
    content = opened(paper).pages[0].Contents.read_bytes()
    return len(re.findall(rb" re\s+(?:f|S)\b|\bl\s+S\b", content))


def test_a_long_answer_is_prose_and_a_short_one_stands_in_the_sentence():
    short, long = (
        rendering.write_for_paper(sheet_of("1. 步骤：{{steps}}。", STEPS, steps=steps))
        for steps in ("按公司流程办理", "按公司流程办理，" * 6)
    )
    assert '<b class="blank">按公司流程办理</b>。' in short
    assert "<b" not in long and '<span class="answer-line">按公司' in long
