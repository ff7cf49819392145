"""What the text prints around a blank is not printed twice, whoever types it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.core.languages import Localized
from pledges.core.template.blanks import Blank, Kind, read
from pledges.core.template.surroundings import Surroundings, surroundings_of, unwrapped

LABEL = Localized("标签", "Label")
# As version 1 of the contract has it.
SOURCE = Localized(
    "1. 通过“{{service}}”服务\n2. {{free}}\n---\n根据《{{law}}法》第{{article}}条的规定",
    "1. the service named “{{service}}”\n2. {{free}}\n---\n"
    "under Article {{article}} of the “{{law}}” Law.",
)
AROUND = surroundings_of(SOURCE)
BLANKS = (
    Blank("service", Kind.TEXT, LABEL),
    Blank("free", Kind.TEXT, LABEL),
    Blank("law", Kind.TEXT, LABEL),
    Blank("article", Kind.INTEGER, LABEL),
)


def test_the_texts_tell_what_stands_around() -> None:
    assert AROUND["service"] == Surroundings(quoted=True)
    assert AROUND["free"] == Surroundings()
    assert AROUND["law"] == Surroundings(quoted=True, titled=True, nouns=("法", " Law"))
    assert AROUND["article"] == Surroundings(is_article=True)


@pytest.mark.parametrize(
    ("code", "typed", "answer"),
    [
        ("service", "“个人理财”", "个人理财"),
        ("service", '"个人理财"', "个人理财"),
        ("service", "「个人理财」", "个人理财"),
        ("service", "““个人理财””", "个人理财"),
        ("service", "《个人理财》", "《个人理财》"),
        ("service", "“个人”和“公司”", "“个人”和“公司”"),
        ("service", "所谓“个人理财”", "所谓“个人理财”"),
        ("service", "“”", "“”"),
        ("service", "个人理财法", "个人理财法"),
        ("free", "“个人理财”", "“个人理财”"),
        ("law", "《劳动合同法》", "劳动合同"),
        ("law", "劳动合同法", "劳动合同"),
        ("law", "《中华人民共和国劳动合同法》", "中华人民共和国劳动合同"),
        ("law", "劳动合同", "劳动合同"),
        ("law", "“Labor Contract Law”", "Labor Contract"),
        ("law", "labor contract law", "labor contract"),
        ("law", "法", "法"),
        ("article", "第五百零九条", "509"),
        ("article", "第５０９条", "509"),
        ("article", "Article 509", "509"),
    ],
)
def test_nothing_is_printed_twice(code: str, typed: str, answer: str) -> None:
    reading = read(BLANKS, {code: typed}, AROUND)
    assert (dict(reading.answers), reading.problems) == ({code: answer}, ())
    assert read(BLANKS, reading.answers, AROUND).answers == reading.answers


@pytest.mark.parametrize(
    "typed", ["民法典", "《民法典》", "中华人民共和国民法典", "外汇管理条例", "Civil Code"]
)
def test_a_title_that_the_frame_does_not_fit_is_refused_with_the_frame(typed: str) -> None:
    (problem,) = read(BLANKS, {"law": typed}, AROUND).problems
    assert (problem.code, problem.kind, problem.printed) == ("law", "another-instrument", "《…法》")


def test_without_a_frame_every_title_fits() -> None:
    assert read(BLANKS, {"free": "民法典"}, AROUND).problems == ()


@given(st.text('“”"《》「」法典 Law劳', max_size=12))
def test_trimming_ends_and_is_done_once(text: str) -> None:
    for around in AROUND.values():
        trimmed = around.trimmed(text)
        assert around.trimmed(trimmed) == trimmed
        assert trimmed in text
        assert bool(trimmed.strip()) == bool(text.strip())


@given(st.text('“”"《》a', max_size=8))
def test_only_what_encloses_the_whole_is_taken_off(text: str) -> None:
    bare = unwrapped(text, {"“": "”", '"': '"', "《": "》"})
    assert bare == text or bare == text[1:-1].strip()
    if bare != text and text[0] != text[-1]:
        assert bare.count(text[0]) == bare.count(text[-1])
