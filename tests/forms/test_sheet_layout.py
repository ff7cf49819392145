"""The sheet for filling in and the sheet for reading are one text, whatever a template says."""

import dataclasses
import re
from datetime import date
from html.parser import HTMLParser

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import samples
from pledges import rendering
from pledges.core.languages import Localized
from pledges.core.template.blanks import OTHER, Blank, Kind, Option, to_data
from pledges.core.template.typed_values import written_date
from pledges.forms.filling import FillingForm
from pledges.models import Organisation, Pledge, TemplateVersion
from tests.core.test_outline import sound_sources
from tests.rendering.test_clause_writer import OF_BOOTSTRAP, SHEETS, named, style, written

pytestmark = pytest.mark.django_db

NOT_THE_TEXT = {"visually-hidden", "clause-notes", "clause-hint"}
LINES = {"answer-block", "blank-lines", "answer-line"}
BLOCKS = ("div", "section", "header", "p", "h1", "h2", "h3", "h4", "h5", "h6")
NUMBER = "CN-2026-000001"
EMPTY = "\u00a0" * 8
VOID = {"input", "br", "option"}


class Sheet(HTMLParser):
    """What a sheet says, answers in their blanks, and the blocks that it says it in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.blocks, self._open = "", [], []
        self._chosen: set[str] = set()
        self.feed(html)
        self.text = re.sub(r"[\s\u00a0]+", " ", self.text).strip()

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        classes = set(named.get("class", "").split())
        if tag == "input":
            self._say(self._answer(named, classes))
        if tag not in VOID:
            self._open.append((tag, classes))
        if tag in BLOCKS and not self._is_apart() and "field-row" not in classes:
            self.blocks.append((tag, named.get("class"), named.get("id"), named.get("lang")))
        self._break(tag, classes)

    def handle_endtag(self, tag):
        opened, classes = self._open.pop()
        assert opened == tag
        self._break(tag, classes)

    def handle_data(self, data):
        in_textarea = self._open and self._open[-1][0] == "textarea"
        self._say(data.removeprefix("\n") if in_textarea else data)

    def _answer(self, named, classes):
        if named["type"] == "radio":
            if "checked" in named:
                self._chosen.add(named["name"])
            return "☑\ufe0e " if "checked" in named else "☐ "
        answer = named.get("value", "")
        if "answer-other" not in classes:
            return answer or EMPTY
        # Its line is read while nothing is chosen; in the form it stands there at any time.
        chosen = named["name"].removesuffix(OTHER) in self._chosen
        return f" {answer or EMPTY}" if answer or not chosen else ""

    def _break(self, tag, classes):
        if tag in BLOCKS or classes & LINES:
            self._say("\n")

    def _say(self, words):
        if not self._is_apart():
            self.text += words

    def _is_apart(self):
        return any(classes & NOT_THE_TEXT for _tag, classes in self._open)


OPENING = st.sampled_from(["", "", "“", "《", "（", "甲", "甲‘", "a b ", "no-", "VIP（", '"'])
CLOSING = st.sampled_from(
    ["", "", "”，", "》", "）。", "%", "’s own", "法》第", " km.", "x（", '"', "："]
)
WORDS = st.text("甲乙aA9 <>&\"'’“—%（）", max_size=12).map(str.strip)
ANSWER = st.one_of(st.just(""), WORDS)
LINE = st.text("甲aA <&’%", min_size=1, max_size=6).map(str.strip).filter(bool)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
TYPED = {
    Kind.INTEGER: st.one_of(st.just(""), st.integers(0, 9999).map(str)),
    Kind.DECIMAL: st.sampled_from(["", "0", "12.5"]),
    Kind.PERCENT: st.sampled_from(["", "100", "92.5"]),
    Kind.TEXT: ANSWER,
    Kind.PROFILE: ANSWER,
    # One line alone stands in the sentence when it is read and in a box when it is filled in.
    Kind.LONG_TEXT: st.lists(LINE, min_size=2, max_size=4).map("\n".join),
    Kind.CHOICE: st.sampled_from(["", "one", "more"]),
    Kind.SERIAL: st.just(NUMBER),
    Kind.STATUTE: st.sampled_from(["民法典", "《中华人民共和国劳动合同法》", "Civil Code"]),
}


@dataclasses.dataclass(frozen=True)
class Filled:
    """A template in one language, and what somebody typed into its blanks."""

    language: str
    source: str
    blanks: tuple[Blank, ...]
    typed: dict[str, str]
    title: str
    term_months: int | None = None
    number: str | None = NUMBER

    def pledge(self) -> Pledge:
        version = TemplateVersion(
            number=1,
            title_zh=self.title,
            title_en=self.title,
            subtitle_zh=self.title,
            subtitle_en=self.title,
            source_zh=self.source,
            source_en=self.source,
            blanks=[to_data(blank) for blank in self.blanks],
            effective_on=date(2026, 11, 1),
            term_months=self.term_months,
        )
        return Pledge(
            version=version, language=self.language, answers=self.typed, number=self.number
        )

    def given(self) -> dict[str, str]:
        return {
            blank.code: self.typed[blank.code]
            for blank in self.blanks
            if not blank.filled_by_manager
        }

    def read_sheet(self) -> str:
        version = self.pledge().version
        sheet = dataclasses.replace(
            samples.sheet("contract", self.language),
            title=self.title,
            subtitle=self.title,
            organisation=Organisation.current().name_in(self.language),
            outline=version.outline(self.language),
            blanks=self.blanks,
            answers={**version.read(self.typed).answers, **self.given()},
            term_months=self.term_months,
        )
        return rendering.write_for_screen(sheet)

    def filled_sheet(self) -> str:
        form = FillingForm(self.pledge(), profile=self.given())
        template = Template("{% load crispy_forms_tags %}{% crispy form %}")
        return template.render(Context({"form": form}))


@st.composite
def filled(draw: st.DrawFn) -> Filled:
    language = draw(st.sampled_from(samples.LANGUAGES))
    lines, _ = draw(sound_sources())
    blanks, typed = [], {}
    for place in sorted(draw(st.sets(st.integers(0, len(lines) - 1), max_size=4)) if lines else []):
        for _count in range(draw(st.integers(1, 2))):
            blank = _blank(draw, f"b{len(blanks)}", language)
            blanks.append(blank)
            typed |= _typed(draw, blank, language)
            code = "{{" + blank.code + "}}"
            lines[place] += draw(OPENING) + code + draw(CLOSING)
    if draw(st.booleans()):
        head = Blank("head", Kind.PROFILE, Localized("名", "Name"), profile_field="name")
        blanks.append(head)
        typed["head"] = draw(ANSWER)
        lines.insert(0, "姓名：{{head}}")
    return Filled(
        language=language,
        source="\n".join(lines),
        blanks=tuple(blanks),
        typed=typed,
        title=draw(WORDS),
        term_months=draw(st.sampled_from([None, 1, 12])),
    )


def _blank(draw: st.DrawFn, code: str, language: str) -> Blank:
    kind = draw(st.sampled_from(list(Kind)))
    label = draw(WORDS) or "甲"
    options = tuple(
        Option(value, Localized(f"{value}{label}", f"{value}{label}")) for value in ("one", "more")
    )
    return Blank(
        code,
        kind,
        Localized("名", "Name"),
        decimals=1,
        options=options if kind is Kind.CHOICE else (),
        other=kind is Kind.CHOICE and draw(st.booleans()),
        profile_field="position" if kind is Kind.PROFILE else "",
        correctable=kind is Kind.PROFILE and draw(st.booleans()),
    )


def _typed(draw: st.DrawFn, blank: Blank, language: str) -> dict[str, str]:
    if blank.kind is Kind.DATE:
        return {blank.code: written_date(draw(DAYS), language)}
    answer = draw(TYPED[blank.kind])
    if blank.other and answer == blank.other_value:
        return {blank.code: answer, blank.code + OTHER: draw(WORDS.filter(bool))}
    return {blank.code: answer}


@given(filled())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_a_filled_form_reads_as_the_sheet_that_is_read(made):
    with translation.override("en"):
        form, sheet = Sheet(made.filled_sheet()), Sheet(made.read_sheet())
    assert form.text == sheet.text
    assert form.blocks == sheet.blocks


def laid_out(source, *blanks, language="zh-hans", **typed):
    return Filled(language, source, blanks, typed, "标题", number=None).filled_sheet()


KIND = Blank(
    "kind", Kind.CHOICE, Localized("类型", "Type"),
    options=tuple(Option(value, Localized(value, value)) for value in ("甲", "乙")),
)  # fmt: skip
STEPS = Blank("steps", Kind.LONG_TEXT, Localized("步骤", "Steps"))
TEXT = Blank("word", Kind.TEXT, Localized("词", "Word"))
NAME = Blank("name", Kind.PROFILE, Localized("姓名", "Name"), profile_field="name")


def test_headings_leave_out_no_level_where_a_clause_that_is_none_stands_between():
    promise = "承诺人在履行职务期间应当严格遵守下列各项规定，并接受公司的监督和检查，不得有任何违反"
    html = laid_out(f"1. {promise}。\n1.1 报告\n1.1.1 每月报告。\n1.1.2 每季度汇总。")
    assert re.findall(r"<h(\d)", html) == ["1", "2"]


def test_the_marks_around_a_choice_are_kept():
    html = laid_out("1. 承诺方（{{kind}}）自愿承诺。", KIND, kind="甲")
    assert re.search(r'承诺方（<span class="choice".*</span>）自愿承诺', html)


def test_the_mark_after_several_lines_is_heard():
    html = laid_out("1. 步骤：{{steps}}。另有记录。", STEPS, steps="甲\n乙")
    assert "</textarea>。</span>另有记录" in html


def test_marks_are_not_parted_from_their_blank():
    for source, inside in (
        ("1. 依据【{{word}}】办理。", r"【<input[^>]*>】"),
        ('1. The "{{word}}" applies.', "&quot;<input[^>]*>&quot;"),
        ("1. By {{word}}’s rules.", '<input[^>]*><span class="narrow">’</span>s'),
        ("1. Of {{word}}% at most.", "<input[^>]*>%"),
    ):
        html = laid_out(source, TEXT, language="en", word="x")
        assert re.search(f'<span class="unbroken">{inside}</span>', html), html


def test_what_the_manager_does_not_fill_stands_as_it_will_be_printed():
    html = laid_out("Name: {{name}}", NAME, language="en", name="O’Neill")
    assert 'data-code="name">O<span class="narrow">’</span>Neill</b>' in html
    assert "assigned when the document is prepared" not in laid_out("姓名：{{name}}", NAME, name="")


def test_a_wrong_choice_is_marked_without_a_script():
    html = laid_out("1. 类型{{kind}}。", KIND, kind="丙")
    group = re.search(r'<span class="choice"[^>]*>', html)[0]
    assert 'aria-invalid="true"' in group and 'aria-describedby="error-kind"' in group


def test_every_class_of_an_input_is_laid_out():
    source = "编号：{{number}}\n1. 类型{{kind}}，步骤：{{steps}}。\n2. 用“{{word}}”。"
    number = Blank("number", Kind.SERIAL, Localized("编号", "Number"))
    html = laid_out(source, number, KIND, STEPS, TEXT, number="", kind="丙")
    found = written(html)
    assert {"given-later", "box-input", "answer-block", "clause-note-error"} <= found
    assert found - named(style(*SHEETS)) - OF_BOOTSTRAP == set()
