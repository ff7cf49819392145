"""What may be called editorial: wording alone, and never what people undertake."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from pledges.core.languages import Localized
from pledges.core.template import template_file
from pledges.core.template.blanks import Range
from pledges.core.template.comparing import What, differences

BUILTIN = Path(template_file.__file__).parent.parent.parent / "builtin"


@pytest.fixture(scope="module")
def before():
    text = (BUILTIN / "general-standards.pledge").read_text("utf-8")
    return template_file.parse(text)[0]


def edited(definition, old, new, language="zh"):
    source = getattr(definition.source, language)
    assert old in source
    changed = source.replace(old, new, 1)
    return replace(definition, source=replace(definition.source, **{language: changed}))


def whats(before, after):
    return {each.what for each in differences(before, after)}


def test_what_reads_the_same_differs_in_nothing(before):
    assert differences(before, before) == ()
    assert differences(before, replace(before, title=Localized("甲", "A"))) == ()
    first = before.blanks[0]
    helped = replace(first, hint=Localized("请填写", "Fill in"))
    assert differences(before, replace(before, blanks=(helped, *before.blanks[1:]))) == ()


def test_ranges_blanks_and_the_term_bind(before):
    blank = next(each for each in before.blanks if each.code == "satisfaction_target")
    others = tuple(each for each in before.blanks if each is not blank)

    def with_blank(**changes):
        return replace(before, blanks=(replace(blank, **changes), *others))

    assert whats(before, with_blank(expected=Range(minimum=Decimal(80)))) == {What.RANGE}
    assert whats(before, with_blank(unit=Localized("分", "points"))) == {What.BLANK}
    assert whats(before, with_blank(code="other")) == {What.BLANK}
    assert whats(before, replace(before, term_months=12)) == {What.TERM}


SHEET = """一、甲方
（一）我认真阅读本承诺书。
（二）投诉应当在三日内办结。
（三）本人不得泄露客户信息。
（四）相应材料由部门保存。
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("我认真阅读", "我已认真阅读", set()),
        ("相应材料", "有关材料", set()),
        ("三日", "五日", {What.NUMBER}),
        ("办结", "办理完毕", {What.DUTY}),
        ("不得泄露", "不泄露", {What.DUTY}),
        ("（三）本人不得泄露客户信息。\n（四）", "（三）", {What.CLAUSE}),
        ("（一）我认真阅读本承诺书。\n（二）", "（一）", {What.CLAUSE}),
    ],
)
def test_wording_binds_by_duties_numbers_and_clauses(before, old, new, expected):
    plain = replace(before, blanks=(), source=Localized(SHEET, ""))
    assert whats(plain, edited(plain, old, new)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("carefully", "attentively", set()),
        ("three days", "five days", {What.NUMBER}),
        ("shall", "should", {What.DUTY}),
    ],
)
def test_so_does_english_wording(before, old, new, expected):
    text = "1. I have carefully read this.\n2. Complaints shall be closed.\n3. In three days.\n"
    plain = replace(before, blanks=(), source=Localized("", text))
    assert whats(plain, edited(plain, old, new, "en")) == expected


def test_a_clause_with_a_blank_reads_as_it_did_or_binds(before):
    line = next(line for line in before.source.zh.split("\n") if "{{" in line and "，" in line)
    after = edited(before, line, line.replace("，", "、", 1))
    assert whats(before, after) == {What.BLANK}
