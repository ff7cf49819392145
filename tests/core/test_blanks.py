"""Answers as people type them: understood, refused with a reason, flagged, displayed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pledges.core.languages import Localized
from pledges.core.template.blanks import (
    AnswerProblem,
    Blank,
    Flag,
    Kind,
    Option,
    Range,
    display,
    from_data,
    read,
    to_data,
)

LABEL = Localized("标签", "Label")
HOURS = Blank(
    "hours", Kind.INTEGER, LABEL, Localized("小时", "hours"),
    hard=Range(Decimal(1), Decimal(2000)), expected=Range(None, Decimal(24)),
)  # fmt: skip
DAYS = Blank("days", Kind.INTEGER, LABEL, Localized("个工作日", "working days"))
SURVEYS = Blank("surveys", Kind.INTEGER, LABEL, Localized("次/月", "per month"))
RATE = Blank(
    "rate", Kind.PERCENT, LABEL, Localized("%", "%"),
    hard=Range(Decimal(0), Decimal(100)), expected=Range(Decimal(90)), decimals=1,
)  # fmt: skip
AMOUNT = Blank("amount", Kind.DECIMAL, LABEL, Localized("元", "yuan"), decimals=2)
NAME = Blank("name", Kind.TEXT, LABEL, hard=Range(Decimal(2), Decimal(6)))
STEPS = Blank("steps", Kind.LONG_TEXT, LABEL, hard=Range(Decimal(1), Decimal(20)))
DAY = Blank("day", Kind.DATE, LABEL, hard=Range(date(2026, 1, 1), date(2026, 12, 31)))
TYPE = Blank(
    "type", Kind.CHOICE, LABEL, expected_option="individual", other=True,
    options=(
        Option("enterprise", Localized("企业", "Enterprise")),
        Option("individual", Localized("个人", "Individual")),
        Option("other", Localized("其他", "Other")),
    ),
)  # fmt: skip
POSITION = Blank("position", Kind.PROFILE, LABEL, profile_field="position", correctable=True)
SIGNER = Blank("signer", Kind.PROFILE, LABEL, profile_field="name")
SERIAL = Blank("number", Kind.SERIAL, LABEL)
LAW = Blank("law", Kind.STATUTE, LABEL)
ARTICLE = Blank("article", Kind.INTEGER, LABEL, article_of="law")
EVERY_BLANK = (
    HOURS, DAYS, SURVEYS, RATE, AMOUNT, NAME, STEPS, DAY, TYPE, POSITION, SIGNER, SERIAL,
    LAW, ARTICLE,
)  # fmt: skip


@pytest.mark.parametrize(
    ("blank", "typed", "canonical"),
    [
        (HOURS, "12", "12"),
        (HOURS, "１２ 小时", "12"),
        (HOURS, "  12小时 ", "12"),
        (HOURS, "12 Hours", "12"),
        (HOURS, "1 hour", "1"),
        (HOURS, "012", "12"),
        (HOURS, "12.0", "12"),
        (HOURS, "1,200", "1200"),
        (HOURS, "１，２００", "1200"),
        (HOURS, "1 200", "1200"),
        (HOURS, "十二小时", "12"),
        (HOURS, "两小时", "2"),
        (DAYS, "5个工作日", "5"),
        (DAYS, "5 工作日", "5"),
        (DAYS, "－3", "-3"),
        (DAYS, "-0", "0"),
        (SURVEYS, "4次/月", "4"),
        (SURVEYS, "4次", "4"),
        (RATE, "90％", "90"),
        (RATE, "92.50 %", "92.5"),
        (RATE, "百分之九十", "90"),
        (RATE, "90 percent", "90"),
        (AMOUNT, "1,234.50元", "1234.5"),
        (NAME, "  张三\u3000", "张三"),
        (NAME, "e\u0301tat", "état"),
        (STEPS, "一\r\n二 \r三\n\n", "一\n二\n三"),
        (DAY, "2026年11月23日", "2026-11-23"),
        (DAY, "２０２６ 年 ３ 月 ４ 日", "2026-03-04"),
        (DAY, "2026-11-23", "2026-11-23"),
        (DAY, "2026/1/3", "2026-01-03"),
        (DAY, "2026.1.3", "2026-01-03"),
        (DAY, "20261123", "2026-11-23"),
        (DAY, "23 November 2026", "2026-11-23"),
        (DAY, "3rd Nov. 2026", "2026-11-03"),
        (DAY, "November 23, 2026", "2026-11-23"),
        (TYPE, "enterprise", "enterprise"),
        (TYPE, "个人", "individual"),
        (TYPE, "Individual", "individual"),
        (POSITION, "客户经理", "客户经理"),
    ],
)
def test_what_people_type_is_understood(blank: Blank, typed: str, canonical: str) -> None:
    reading = read([blank], {blank.code: typed})
    assert reading.problems == ()
    assert reading.answers == {blank.code: canonical}
    assert reading.missing == ()


@pytest.mark.parametrize(
    ("blank", "typed", "kind", "minimum", "maximum", "found"),
    [
        (HOURS, "abc", "not-a-number", "", "", "abc"),
        (HOURS, "12 weeks", "not-a-number", "", "", "12 weeks"),
        (HOURS, "约12", "not-a-number", "", "", "约12"),
        (HOURS, "5²", "not-a-number", "", "", "5²"),
        (HOURS, "1,2", "not-a-number", "", "", "1,2"),
        (HOURS, "1 2", "not-a-number", "", "", "1 2"),
        (HOURS, "٣", "not-a-number", "", "", "٣"),
        (HOURS, "nan", "not-a-number", "", "", "nan"),
        (HOURS, "1e3", "not-a-number", "", "", "1e3"),
        (HOURS, "9" * 5000, "not-a-number", "", "", "9" * 40),
        (HOURS, "1.5", "not-an-integer", "", "", "1.5"),
        (HOURS, "0", "out-of-range", "1", "2000", "0"),
        (HOURS, "2001", "out-of-range", "1", "2000", "2001"),
        (HOURS, "1\n2", "line-break", "", "", ""),
        (HOURS, "1\u200b2", "control-character", "", "", "U+200B"),
        (RATE, "92.55", "too-many-decimals", "", "1", "92.55"),
        (RATE, "100.1", "out-of-range", "0", "100", "100.1"),
        (NAME, "张", "too-short", "2", "6", "1"),
        (NAME, "张三李四王五赵", "too-long", "2", "6", "7"),
        (NAME, "张\n三", "line-break", "", "", ""),
        (NAME, "张\t三", "control-character", "", "", "U+0009"),
        (NAME, "张\u202e三", "control-character", "", "", "U+202E"),
        (NAME, "张\u2066三", "control-character", "", "", "U+2066"),
        (NAME, "张\u200d三", "control-character", "", "", "U+200D"),
        (NAME, "张\ue000三", "control-character", "", "", "U+E000"),
        (NAME, "张\U000e0fff三", "control-character", "", "", "U+E0FFF"),
        (NAME, "张\ud800三", "control-character", "", "", "U+D800"),
        (NAME, "\u3164\u3164", "control-character", "", "", "U+3164"),
        (STEPS, "一\x0b二", "control-character", "", "", "U+000B"),
        (STEPS, "字" * 21, "too-long", "1", "20", "21"),
        (DAY, "2026-02-30", "not-a-date", "", "", "2026-02-30"),
        (DAY, "11/12/2026", "not-a-date", "", "", "11/12/2026"),
        (DAY, "2026-1/3", "not-a-date", "", "", "2026-1/3"),
        (DAY, "明天", "not-a-date", "", "", "明天"),
        (DAY, "2027-01-01", "out-of-range", "2026-01-01", "2026-12-31", "2027-01-01"),
        (TYPE, "partnership", "not-an-option", "", "", "partnership"),
        (POSITION, "字" * 61, "too-long", "", "60", "61"),
    ],
)
def test_what_is_wrong_is_refused_with_its_reason(
    blank: Blank, typed: str, kind: str, minimum: str, maximum: str, found: str
) -> None:
    reading = read([blank], {blank.code: typed})
    assert reading.problems == (AnswerProblem(blank.code, kind, minimum, maximum, found),)
    assert (dict(reading.answers), reading.missing, reading.flags) == ({}, (), ())


@pytest.mark.parametrize("typed", ["", "  ", "\u3000", "\n", None])
def test_a_blank_left_blank_is_missing(typed: str | None) -> None:
    answers = {} if typed is None else dict.fromkeys((b.code for b in EVERY_BLANK), typed)
    reading = read(EVERY_BLANK, answers)
    assert reading.missing == tuple(b.code for b in EVERY_BLANK if b not in (SIGNER, SERIAL))
    assert (reading.problems, dict(reading.answers)) == ((), {})


def test_nobody_types_a_serial_or_a_name_from_the_record() -> None:
    reading = read([SIGNER, SERIAL], {"signer": "别人", "number": "7", "unknown": "x"})
    assert (dict(reading.answers), reading.missing, reading.problems) == ({}, (), ())
    assert not SIGNER.filled_by_manager
    assert not SERIAL.filled_by_manager
    assert POSITION.filled_by_manager


def test_the_other_option_takes_a_text() -> None:
    good = read([TYPE], {"type": "其他", "type.other": " 合伙企业 "})
    assert good.answers == {"type": "other", "type.other": "合伙企业"}
    assert good.problems == ()
    missing = read([TYPE], {"type": "other"})
    assert missing.answers == {"type": "other"}
    assert [p.kind for p in missing.problems] == ["other-missing"]
    wrong = read([TYPE], {"type": "other", "type.other": "a\u200bb"})
    assert [(p.code, p.kind) for p in wrong.problems] == [("type", "control-character")]
    left_over = read([TYPE], {"type": "individual", "type.other": "合伙企业"})
    assert left_over.answers == {"type": "individual"}


def test_the_unusual_is_accepted_and_flagged() -> None:
    reading = read([HOURS, RATE, TYPE], {"hours": "48", "rate": "89.9", "type": "enterprise"})
    assert reading.problems == ()
    assert reading.flags == (
        Flag("hours", "48", "", "24"),
        Flag("rate", "89.9", "90", ""),
        Flag("type", "enterprise", expected_option="individual"),
    )
    usual = read([HOURS, RATE, TYPE], {"hours": "24", "rate": "90", "type": "individual"})
    assert usual.flags == ()


def test_display_is_canonical_in_both_languages() -> None:
    answers = {"day": "2026-11-23", "type": "individual", "rate": "92.5", "steps": "一\n二"}
    assert display(DAY, answers, "zh-hans") == "2026年11月23日"
    assert display(DAY, answers, "en") == "23 November 2026"
    assert display(TYPE, answers, "zh-hans") == "个人"
    assert display(TYPE, answers, "en") == "Individual"
    assert display(TYPE, {"type": "other", "type.other": "合伙企业"}, "en") == "合伙企业"
    assert display(TYPE, {"type": "other"}, "en") == "Other"
    assert display(RATE, answers, "en") == "92.5"
    assert display(STEPS, answers, "en") == "一\n二"
    assert display(HOURS, answers, "en") == ""


TYPED = st.one_of(
    st.text(max_size=30),
    st.text("0123456789０９,，.．-－ %％小时次年月日/百分之十\n\t", max_size=14),
    st.dates(date(1000, 1, 1)).map(lambda d: f"{d.day} {d:%B} {d.year}"),
    st.sampled_from(
        ["其他", "enterprise", "Individual", "《民法典》", "第五百零九条", "Civil Code"]
    ),
)


@given(st.fixed_dictionaries({b.code: TYPED for b in EVERY_BLANK} | {"type.other": TYPED}))
@settings(max_examples=200, deadline=None)
def test_reading_never_raises_and_reading_again_changes_nothing(typed: dict[str, str]) -> None:
    reading = read(EVERY_BLANK, typed)
    again = read(EVERY_BLANK, reading.answers)
    assert again.answers == reading.answers
    assert again.flags == reading.flags
    refused = {problem.code for problem in reading.problems}
    for blank in EVERY_BLANK:
        if blank.filled_by_manager:
            outcomes = [blank.code in reading.answers, blank.code in reading.missing]
            assert any(outcomes) or blank.code in refused
        for language in ("zh-hans", "en"):
            shown = display(blank, reading.answers, language)
            if blank.code in reading.answers and blank.code not in refused:
                other = {"type.other": reading.answers.get("type.other", "")}
                shown = "other" if other["type.other"] and blank is TYPE else shown
                back = read([blank], {blank.code: shown, **other})
                assert back.answers.items() <= reading.answers.items()
                assert back.answers[blank.code] == reading.answers[blank.code]


@given(
    st.builds(
        Blank,
        code=st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True),
        kind=st.sampled_from([Kind.DECIMAL, Kind.TEXT, Kind.CHOICE]),
        label=st.builds(Localized, st.text(max_size=5), st.text(max_size=5)),
        unit=st.builds(Localized, st.text(max_size=3), st.text(max_size=3)),
        hard=st.builds(Range, st.none() | st.decimals(-99, 99, places=2), st.none()),
        expected=st.builds(Range, st.none(), st.none() | st.decimals(0, 9, places=1)),
        decimals=st.integers(0, 3),
        options=st.lists(st.builds(Option, st.text(max_size=3), st.just(LABEL))).map(tuple),
        expected_option=st.text(max_size=3),
        other=st.booleans(),
        profile_field=st.text(max_size=3),
        correctable=st.booleans(),
        hint=st.builds(Localized, st.text(max_size=3), st.text(max_size=3)),
        example=st.builds(Localized, st.text(max_size=3), st.text(max_size=3)),
        default=st.builds(Localized, st.text(max_size=3), st.text(max_size=3)),
        suggestions=st.lists(st.builds(Localized, st.text(max_size=3), st.just("x"))).map(tuple),
        article_of=st.text(max_size=3),
    )
)
@settings(max_examples=60, deadline=None)
def test_data_holds_all_of_a_blank(blank: Blank) -> None:
    assert from_data(to_data(blank)) == blank


def test_data_holds_dates() -> None:
    assert from_data(to_data(DAY)) == DAY
    assert to_data(DAY)["hard"] == {"minimum": "2026-01-01", "maximum": "2026-12-31"}
