"""What people read: a sentence for every fault that the domain can name, in words that fit it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from pledges import access, wording
from pledges.core import refusals
from pledges.core.languages import Localized
from pledges.core.lifecycle import SIGN, Forbidden
from pledges.core.template import problems
from pledges.core.template.blanks import (
    AnswerProblem,
    Blank,
    Kind,
    Option,
    Range,
    read,
)
from pledges.core.template.comparing import Difference, What
from pledges.core.template.outline import parse

DAYS = Blank(
    code="days",
    kind=Kind.INTEGER,
    label=Localized("办结时限", "Days to resolve"),
    unit=Localized("个工作日", "working days"),
    hard=Range(Decimal(1), Decimal(60)),
    expected=Range(maximum=Decimal(5)),
)
TARGET = Blank(
    code="target",
    kind=Kind.PERCENT,
    label=Localized("满意度", "Satisfaction"),
    unit=Localized("%", "%"),
    hard=Range(Decimal(0), Decimal(100)),
    expected=Range(minimum=Decimal(90)),
    decimals=1,
)
SINCE = Blank(
    code="since",
    kind=Kind.DATE,
    label=Localized("起始日", "Start"),
    hard=Range(date(2026, 1, 1), date(2026, 12, 31)),
)
NAME = Blank(
    code="name", kind=Kind.TEXT, label=Localized("名称", "Name"), hard=Range(maximum=Decimal(5))
)
WHO = Blank(
    code="who",
    kind=Kind.CHOICE,
    label=Localized("类型", "Type"),
    options=(
        Option("individual", Localized("个人", "Individual")),
        Option("other", Localized("其他", "Other")),
    ),
    other=True,
    expected_option="individual",
)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("blank", "typed", "said"),
    [
        (DAYS, "90", "Days to resolve must be a whole number from 1 to 60 working days."),
        (DAYS, "soon", "Days to resolve must be a whole number from 1 to 60 working days."),
        (DAYS, "2.5", "Days to resolve must be a whole number from 1 to 60 working days."),
        (
            TARGET,
            "92.55",
            "Satisfaction must be a number from 0 to 100 %. It may have 1 decimal.",
        ),
        (SINCE, "2027-01-01", "Start must be a date from 2026-01-01 to 2026-12-31."),
        (NAME, "abcdefg", "Name may have at most 5 characters; it has 7."),
        (NAME, "a\u202eb", "Name contains a character that cannot be printed (U+202E)."),
        (NAME, "a\nb", "Name must be on one line."),
        (WHO, "nobody", "Type must be one of: Individual, Other."),
        (WHO, "other", "Please specify “Other”."),
    ],
)
def test_a_wrong_answer_is_told_what_would_be_right(blank, typed, said):
    (problem,) = read([blank], {blank.code: typed}).problems
    assert wording.answer_problem(blank, problem) == said


def test_an_empty_blank_is_named():
    assert wording.missing(DAYS) == "Days to resolve is still blank."
    assert wording.missing(WHO) == "Type has not been chosen yet."
    assert wording.answer_problem(DAYS, AnswerProblem("days", "missing")) == wording.missing(DAYS)


@pytest.mark.parametrize(
    ("blank", "signs", "note"),
    [
        (DAYS, "≤ 5 working days", "The company expects at most 5 working days."),
        (TARGET, "≥ 90 %", "The company expects at least 90 %."),
        (WHO, "Individual", "The company expects “Individual”."),
    ],
)
def test_what_is_expected_is_said_calmly(blank, signs, note):
    assert wording.expected(blank) == signs
    assert wording.expectation(blank) == note
    assert wording.flag_note(blank).startswith(f"{wording.label(blank)}: {note}")
    assert "compliance will look at this" in wording.flag_note(blank)


LAW = Blank(code="law", kind=Kind.STATUTE, label=Localized("法律", "Law"))
ARTICLE = Blank(
    code="article", kind=Kind.INTEGER, label=Localized("条", "Article"), article_of="law"
)


@pytest.mark.parametrize(
    ("law", "article", "signs"),
    [
        ("海商法", "1", {"law": "a law on the list"}),
        ("合同法", "1", {"law": "a law in force"}),
        ("民法典", "1261", {"article": "1–1260"}),
        ("民法典", "1260", {}),
    ],
)
def test_what_is_expected_of_a_law_is_told_by_the_answers(law, article, signs):
    answers = read([LAW, ARTICLE], {"law": law, "article": article}).answers
    told = {blank.code: wording.expected(blank, answers) for blank in (LAW, ARTICLE)}
    assert {code: said for code, said in told.items() if said} == signs


def test_a_paragraph_that_belongs_to_no_clause_is_cited_by_its_place():
    source = "姓名：{{name}}\n缘由\n一、甲\n1. 乙\n附\n---\n结尾"
    made = parse(source)[0]
    cited = {
        key: wording.citation(made, key) for key in ("p1", "p2", "p3", "1.1", "1.1p1", "", "9")
    }
    assert cited == {
        "p1": "姓名", "p2": "Opening paragraph", "p3": "Closing paragraph",
        "1.1": "一、1.", "1.1p1": "一、1.", "": "", "9": "",
    }  # fmt: skip
    with translation.override("zh-hans"):
        assert wording.citation(made, "p3") == "结尾段"
        assert wording.citation(made, "p2") == "开头段"
    two = parse("甲\n乙\n一、丙")[0]
    assert wording.citation(two, "p2") == "Opening paragraph 2"


def test_a_blank_without_expectation_has_none():
    assert wording.expected(NAME) == ""


def test_labels_and_units_are_in_the_language_of_the_page():
    with translation.override("zh-hans"):
        assert wording.label(DAYS) == "办结时限"
        assert wording.expected(DAYS) == "≤ 5 个工作日"


def _refusals():
    kinds = [kind for kind in vars(refusals).values() if isinstance(kind, type)]
    kinds = [kind for kind in kinds if issubclass(kind, refusals.Refusal)]
    simple = {kind: kind for kind in kinds if kind not in (refusals.Refusal, refusals.Unmade)}
    simple[refusals.Incomplete] = lambda: refusals.Incomplete(read([], {}))
    simple[refusals.KeysUnusable] = lambda: refusals.KeysUnusable("missing")
    simple[refusals.FileNotGenuine] = lambda: refusals.FileNotGenuine(
        "broken-signature", "20261129-0f"
    )
    simple[refusals.CompanyNotPinned] = lambda: refusals.CompanyNotPinned("sha256=0f")
    simple[refusals.TimestampUnavailable] = lambda: refusals.TimestampUnavailable("late")
    ends = datetime(2026, 1, 2, tzinfo=UTC)
    simple[refusals.KeyExpired] = lambda: refusals.KeyExpired("company-seal", ends, ends)
    simple[refusals.LedgerBroken] = lambda: refusals.LedgerBroken("shorter")
    simple[refusals.CheckpointUnavailable] = lambda: refusals.CheckpointUnavailable("full")
    simple[refusals.Unprintable] = lambda: refusals.Unprintable(("\U00020bb7",))
    simple[refusals.UnfitCharacter] = lambda: refusals.UnfitCharacter("\u202e")
    simple[refusals.PasskeyRefused] = lambda: refusals.PasskeyRefused("wrong-origin")
    fault = problems.Problem(3, 5, "number-skipped", "（2）", "（3）")
    simple[refusals.FaultyTemplate] = lambda: refusals.FaultyTemplate((fault,))
    simple[refusals.LedgerBroken] = lambda: refusals.LedgerBroken("rewritten")
    simple[refusals.CheckpointUnavailable] = lambda: refusals.CheckpointUnavailable("no key")
    kept = (refusals.RetainedPledge("CN-2026-000001", "revoked", date(2036, 11, 23)),)
    simple[refusals.NotErasable] = lambda: refusals.NotErasable(kept)
    changed = (Difference(What.NUMBER, language="en", words="within 5 days"),)
    simple[refusals.NotEditorial] = lambda: refusals.NotEditorial(changed)
    simple[refusals.TooManyReports] = lambda: refusals.TooManyReports(timedelta(seconds=61))
    simple[refusals.TooManyAttempts] = lambda: refusals.TooManyAttempts(timedelta(seconds=61))
    return list(simple.items())


@pytest.mark.parametrize(("kind", "make"), _refusals(), ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_sentence_of_its_own(kind, make):
    said = wording.refusal(make())
    assert said.endswith(".")
    assert said != "This was refused. Nothing has changed."


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.1, "wait a minute"), (60, "wait a minute"), (61, "wait 2 minutes")]
)
def test_how_long_to_wait_is_never_said_too_short(seconds, said):
    assert said in wording.refusal(refusals.TooManyAttempts(timedelta(seconds=seconds)))


def test_a_missing_glyph_is_named_with_its_code_point():
    said = wording.refusal(refusals.Unprintable(("\U00020bb7",)))
    assert "U+20BB7" in said and "CJK UNIFIED IDEOGRAPH-20BB7" in said


def test_denials_and_impossible_steps_have_words():
    assert wording.refusal(access.Denied(access.Act.SIGN_PLEDGE)) == "You may not do this."
    assert wording.refusal(Forbidden(SIGN, "signed")).endswith(".")


def test_what_is_no_refusal_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        wording.refusal(ZeroDivisionError())


@pytest.mark.parametrize("kind", sorted(problems.KINDS))
def test_every_fault_in_a_text_has_a_place_and_a_sentence(kind):
    said = wording.text_problem(problems.Problem(3, 5, kind, "（2）", "（3）"))
    assert said.startswith("Line 3, column 5: ")
    assert kind not in said
    assert "%(" not in said
