"""Pledge text: what becomes of each line, which faults are named; printing loses nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pledges.core.languages import Localized
from pledges.core.template.clause_numbers import chinese, roman
from pledges.core.template.outline import (
    MAX_LINE,
    Outline,
    Slot,
    Text,
    parse,
    parse_in,
    to_source,
)


def shape(source: str) -> list[tuple[int, str, str]]:
    return [(depth, clause.number, clause.style) for depth, clause in parse(source)[0].walk()]


def faults(source: str) -> list[tuple[int, int, str, str, str]]:
    return [(p.line, p.column, p.kind, p.expected, p.found) for p in parse(source)[1]]


@pytest.mark.parametrize(
    ("line", "number", "style"),
    [
        ("第一章 总则", "第一章", "chapter"),
        ("第 1 章 总则", "第 1 章", "chapter"),
        ("第一条　为了规范", "第一条", "article"),
        ("第1条为了规范", "第1条", "article"),
        ("第１条为了规范", "第１条", "article"),
        ("一、基本准则", "一、", "chinese"),
        ("（一）基本准则", "（一）", "chinese-bracketed"),
        ("(一)基本准则", "(一)", "chinese-bracketed"),
        ("1. 承诺", "1.", "arabic"),
        ("1.承诺", "1.", "arabic"),
        ("１．承诺", "１．", "arabic"),
        ("1、承诺", "1、", "arabic"),
        ("\t 1.\t承诺", "1.", "arabic"),
        ("(1) text", "(1)", "arabic-bracketed"),
        ("（1）text", "（1）", "arabic-bracketed"),
        ("（１）text", "（１）", "arabic-bracketed"),
        ("① text", "①", "circled"),
        ("(a) text", "(a)", "letter"),
        ("（a）text", "（a）", "letter"),
        ("(i) text", "(i)", "roman"),
    ],
)
def test_each_style_is_recognised_and_kept_as_typed(line: str, number: str, style: str) -> None:
    outline, problems = parse(line)
    assert problems == ()
    (clause,) = outline.clauses
    assert (clause.number, clause.style, clause.key) == (number, style, "1")
    assert clause.text[0] not in " \t\u3000."


@pytest.mark.parametrize(
    "line",
    ["客户经理", "2026年11月1日起施行", "2026.11.23 起", "1 定义", "1000. x", "12小时内",
     "(civil) law", "A. text", "1.2026年", "\\1. 原文", "\\一、二、三等品", "\\---", "\\\\",
     "（承诺人）"],
)  # fmt: skip
def test_text_is_not_taken_for_a_number(line: str) -> None:
    outline, problems = parse(line)
    assert problems == ()
    (clause,) = outline.clauses
    assert (clause.number, clause.style, clause.key) == ("", "", "p1")
    assert clause.text == line.removeprefix("\\")


def test_nesting_follows_the_order_in_which_styles_appear() -> None:
    source = "一、A\n1. B\n（1）C\n（2）D\n2. E\n二、F\n（1）G\n三、H\n1. I\n（1）J"
    assert [(depth, number) for depth, number, _ in shape(source)] == [
        (0, "一、"), (1, "1."), (2, "（1）"), (2, "（2）"), (1, "2."),
        (0, "二、"), (1, "（1）"), (0, "三、"), (1, "1."), (2, "（1）"),
    ]  # fmt: skip
    assert faults(source) == []


def test_dotted_numbers_nest_under_the_number_they_repeat() -> None:
    source = "1. A\n1.1 B\n1.1.1 C\n1.1.2 D\n1.2 E\n1.2.1 F\n2. G\n2.1 H"
    outline, problems = parse(source)
    assert problems == ()
    assert [depth for depth, _ in outline.walk()] == [0, 1, 2, 2, 1, 2, 0, 1]
    assert outline.citation("1.2.1") == "1.2.1"
    assert [clause.number for clause in outline.leaves()] == ["1.1.1", "1.1.2", "1.2.1", "2.1"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("一、A\n三、B", [(2, 1, "number-skipped", "二、", "三、")]),
        ("一、A\n三、B\n四、C", [(2, 1, "number-skipped", "二、", "三、")]),
        ("1. A\n1. B\n2. C", [(2, 1, "number-repeated", "2.", "1.")]),
        ("2. A", [(1, 1, "number-skipped", "1.", "2.")]),
        ("0. A", [(1, 1, "number-repeated", "1.", "0.")]),
        ("  （1）A\n  （3）B", [(2, 3, "number-skipped", "（2）", "（3）")]),
        ("（１）A\n（３）B", [(2, 1, "number-skipped", "（２）", "（３）")]),
        ("(1) A\n（3）B", [(2, 1, "number-skipped", "（2）", "（3）")]),
        ("①A\n③B", [(2, 1, "number-skipped", "②", "③")]),
        ("(a) A\n(c) B", [(2, 1, "number-skipped", "(b)", "(c)")]),
        ("第一章 A\n第三章 B", [(2, 1, "number-skipped", "第二章", "第三章")]),
        ("第1条 A\n第3条 B", [(2, 1, "number-skipped", "第2条", "第3条")]),
        ("1. A\n2.1 B", [(2, 1, "number-misplaced", "1.1", "2.1")]),
        ("1. A\n1.1 B\n2.2 C\n2.3 D", [(3, 1, "number-misplaced", "1.2", "2.2")]),
        ("1. A\n1.1.1 B", [(2, 1, "number-misplaced", "1.1", "1.1.1")]),
        ("1. A\n1.1 B\n1.3 C", [(3, 1, "number-skipped", "1.2", "1.3")]),
        ("1.1 A", [(1, 1, "number-misplaced", "1.", "1.1")]),
        (
            "一、A\n1. B\n（1）C\n二、D\n（1）E\n1. F",
            [(6, 1, "number-misplaced", "（2）", "1.")],
        ),
        ("二十十、A", [(1, 1, "number-unreadable", "", "二十十、")]),
        ("a {{x", [(1, 3, "malformed-blank", "}}", "{{")]),
        ("1. a x}} b", [(1, 7, "malformed-blank", "{{", "}}")]),
        ("a｛｛x", [(1, 2, "malformed-blank", "{{", "｛｛")]),
        ("a {{Bad}} {{ok}}", [(1, 3, "bad-code", "", "Bad")]),
        ("{{}}", [(1, 1, "bad-code", "", "")]),
        ("一、\u202eA", [(1, 3, "control-character", "", "U+202E")]),
        ("A\u2028B", [(1, 2, "control-character", "", "U+2028")]),
    ],
)
def test_each_fault_has_its_place_kind_and_expectation(
    source: str, expected: list[tuple[int, int, str, str, str]]
) -> None:
    assert faults(source) == expected


def test_a_line_has_a_greatest_length() -> None:
    assert faults("字" * MAX_LINE) == []
    assert faults("一、\n" + "字" * (MAX_LINE + 1)) == [
        (2, MAX_LINE + 1, "line-too-long", str(MAX_LINE), str(MAX_LINE + 1))
    ]


def test_articles_may_run_on_through_chapters_or_begin_again() -> None:
    assert faults("第一章 A\n第一条 B\n第二条 C\n第二章 D\n第三条 E") == []
    assert faults("第一章 A\n第一条 B\n第二条 C\n第二章 D\n第一条 E") == []
    assert faults("第一章 A\n第一条 B\n第二章 D\n第四条 E") == [
        (4, 1, "number-skipped", "第二条", "第四条")
    ]


@pytest.mark.parametrize(
    ("numbers", "styles"),
    [
        ("a b i ii c", "letter letter roman roman letter"),
        ("a b c d e f g h i j", "letter " * 10),
        ("a b c d e f g h i ii i", "letter " * 8 + "roman roman letter"),
        ("i ii iii iv v", "roman " * 5),
        ("i a b ii", "roman letter letter roman"),
    ],
)
def test_an_i_in_brackets_is_read_by_its_neighbours(numbers: str, styles: str) -> None:
    source = "\n".join(f"({number}) x" for number in numbers.split())
    assert [style for _, _, style in shape(source)] == styles.split()
    assert faults(source) == []


def test_paragraphs_belong_to_the_clause_above_and_fields_to_the_head() -> None:
    source = "姓名：{{name}}\nDate: {{ day }}\n缘由\n一、A\n开头\n1. B\n注：{{x}}\n\n---\n结尾"
    outline, problems = parse(source)
    assert problems == ()
    assert [(c.key, c.style) for _, c in outline.walk()] == [
        ("p1", "field"), ("p2", "field"), ("p3", ""), ("1", "chinese"), ("1p1", ""),
        ("1.1", "arabic"), ("1.1p1", ""), ("p4", ""),
    ]  # fmt: skip
    assert outline.clauses[1].runs == (Text("Date: "), Slot("day"))
    assert outline.slots() == ("name", "day", "x")
    assert to_source(outline) == source.replace("{{ day }}", "{{day}}").replace("\n\n", "\n") + "\n"


def test_clauses_are_found_and_cited_as_people_cite_them() -> None:
    outline, _ = parse("前言\n一、A\n开头\n1. B\n2. C\n（1）D\n二、E\n1.1 F")
    assert outline.citation("1.2.1") == "一、2.（1）"
    assert outline.citation("1p1") == "一、"
    assert outline.citation("p1") == outline.citation("9") == ""
    found = outline.find("1.2.1")
    assert found is not None
    assert (found.text, found.line) == ("D", 6)
    assert outline.find("1.2.9") is None


def test_escaped_lines_are_escaped_again() -> None:
    source = "\\姓名：{{name}}\n一、A\n\\1. 不是编号\n\\\\反斜杠\n\\\n"
    outline, problems = parse(source)
    assert problems == ()
    assert [c.style for _, c in outline.walk()] == ["", "chinese", "", "", ""]
    assert to_source(outline) == source


# --- English texts beside their Chinese ones -------------------------------------------------


def english(chinese_text: str, text: str) -> list[tuple[str, str, str]]:
    outline, _ = parse_in("en", Localized(chinese_text, text))
    return [(clause.key, clause.number, clause.style) for _, clause in outline.walk()]


def test_english_texts_number_with_capitals_too() -> None:
    found = english("一、甲\n1. 乙\n（1）丙\n（a）丁\n二、戊", "I. A\nA. B\n(1) C\n(a) D\nII. E")
    assert found == [
        ("1", "I.", "roman-capital"), ("1.1", "A.", "letter-capital"),
        ("1.1.1", "(1)", "arabic-bracketed"), ("1.1.1.1", "(a)", "letter"),
        ("2", "II.", "roman-capital"),
    ]  # fmt: skip
    assert parse_in("en", Localized("一、甲\n二、乙", "I. A\nII. B"))[0].citation("2") == "II."


def test_capitals_are_numbers_only_where_the_chinese_line_is_numbered() -> None:
    """What was published before there were such numbers reads as it did."""
    assert english("甲\n一、乙\n丙", "A. Smith\n一、I. b\nI. Newton") == [
        ("p1", "", ""), ("1", "一、", "chinese"), ("1p1", "", ""),
    ]  # fmt: skip
    assert parse("I. A")[0].clauses[0].number == ""
    assert parse_in("zh-hans", Localized("I. 甲", "I. A"))[0].clauses[0].number == ""


def test_where_a_line_is_missing_the_numbers_still_count() -> None:
    assert [key for key, _, _ in english("甲\n一、乙\n二、丙", "I. b\nII. c")] == ["1", "2"]


@pytest.mark.parametrize(
    ("numbers", "styles"),
    [
        ("I II III IV V", "roman " * 5),
        ("A B C D E F G H I J", "letter " * 10),
        ("I A B II", "roman letter letter roman"),
        ("A B I II C", "letter letter roman roman letter"),
    ],
)
def test_a_capital_i_is_read_by_its_neighbours(numbers: str, styles: str) -> None:
    text = "\n".join(f"{number}. x" for number in numbers.split())
    beside = "\n".join(f"{index}. 甲" for index, _ in enumerate(numbers.split(), 1))
    outline, problems = parse_in("en", Localized(beside, text))
    assert problems == ()
    assert [c.style for _, c in outline.walk()] == [f"{each}-capital" for each in styles.split()]


def test_a_capital_number_out_of_order_names_the_one_expected() -> None:
    _, problems = parse_in("en", Localized("一、甲\n二、乙", "I. A\nIII. B"))
    assert [(p.line, p.kind, p.expected, p.found) for p in problems] == [
        (2, "number-skipped", "II.", "III.")
    ]


def test_paragraphs_at_the_root_have_a_place() -> None:
    outline, _ = parse("姓名：{{name}}\n缘由\n一、A\n附\n---\n结尾甲\n结尾乙")
    places = {key: outline.place(key) for key in ("p1", "p2", "p3", "p4", "1", "1p1", "9")}
    told = {
        key: (place.closes, place.number, place.alone) for key, place in places.items() if place
    }
    assert told == {
        "p1": (False, 0, True), "p2": (False, 1, True),
        "p3": (True, 1, False), "p4": (True, 2, False),
    }  # fmt: skip


WRITERS = {
    "chapter": lambda n: f"第{chinese(n)}章",
    "article": lambda n: f"第{n}条",
    "chinese": lambda n: f"{chinese(n)}、",
    "chinese-bracketed": lambda n: f"（{chinese(n)}）",
    "arabic": lambda n: f"{n}.",
    "arabic-bracketed": lambda n: f"({n})",
    "circled": lambda n: chr(0x2460 + n - 1),
    "letter": lambda n: f"({chr(96 + n)})",
    "roman": lambda n: f"（{roman(n)}）",
}
TEXT = st.text("一条1. 、（）()ai\\-年x：", min_size=1, max_size=8).map(str.strip)


@st.composite
def sound_sources(draw: st.DrawFn) -> tuple[list[str], list[tuple[int, str, str]]]:
    """Source lines numbered without fault, with the depth, number and text each must have."""
    styles = draw(st.permutations(list(WRITERS)))[: draw(st.integers(1, 5))]
    dotted = styles[-1] == "arabic" and draw(st.booleans())
    lines: list[str] = []
    expected: list[tuple[int, str, str]] = []
    counts: list[int] = []
    for _ in range(draw(st.integers(1, 12))):
        text = draw(TEXT)
        if counts and draw(st.integers(0, 4)) == 0:
            lines.append("\\" + text)
            expected.append((len(counts), "", text))
            continue
        deepest = len(styles) + (2 if dotted else 0)
        depth = draw(st.integers(0, min(len(counts), deepest - 1)))
        counts = [*counts[:depth], (counts[depth] if depth < len(counts) else 0) + 1]
        if counts[depth] > 7:
            break
        if depth >= len(styles):
            number = ".".join(map(str, counts[len(styles) - 1 :]))
        else:
            number = WRITERS[styles[depth]](counts[depth])
        lines.append(number + " " * (depth >= len(styles) or draw(st.booleans()) or
                                     number.endswith(".")) + text)  # fmt: skip
        expected.append((depth, number, text))
    return lines, expected


@given(sound_sources())
@settings(max_examples=150, deadline=None)
def test_sound_numbering_of_any_styles_is_read_without_fault(
    made: tuple[list[str], list[tuple[int, str, str]]],
) -> None:
    lines, expected = made
    outline, problems = parse("\n".join(lines))
    assert problems == ()
    assert [(depth, c.number, c.text) for depth, c in outline.walk()] == expected
    assert_printing_loses_nothing(outline)


@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                ["一、", "二、", "（1）", "1.", "1.1", "2.1", "1.1.1", "(i)", "(ii)", "(h)", "(a)",
                 "①", "第一章", "第1条", "\\", "---", "\n", "\n", "\n", " ", "{{a}}", "{{", "}}",
                 "：", "x", "\t", "\r", "\u2028", "\ud800", "5", "、", "."]
            ),
            max_size=30,
        ).map("".join),
    )
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_and_printing_loses_nothing(source: str) -> None:
    outline, problems = parse(source)
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert all(1 <= problem.line <= len(lines) for problem in problems)
    assert all(1 <= problem.column <= len(lines[problem.line - 1]) for problem in problems)
    keys = [clause.key for _, clause in outline.walk()]
    assert len(keys) == len(set(keys))
    assert_printing_loses_nothing(outline)


def assert_printing_loses_nothing(outline: Outline) -> None:
    printed = to_source(outline)
    again, _ = parse(printed)
    assert again == outline
    assert to_source(again) == printed
