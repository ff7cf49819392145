"""Laws as people cite them: titles and articles as typed, and what a small list doubts."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.core.languages import Localized
from pledges.core.template import statutes
from pledges.core.template.blanks import Blank, Kind, Range, display, read
from pledges.core.template.clause_numbers import chinese

LABEL = Localized("标签", "Label")
LAW = Blank("law", Kind.STATUTE, LABEL)
ARTICLE = Blank("article", Kind.INTEGER, LABEL, article_of="law")
OWN_LAW = Blank("law", Kind.STATUTE, LABEL, suggestions=(Localized("海商法", "Maritime Law"),))

CIVIL_CODE = "中华人民共和国民法典"
LABOUR_CONTRACTS = "中华人民共和国劳动合同法"


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("中华人民共和国民法典", CIVIL_CODE),
        ("《中华人民共和国民法典》", CIVIL_CODE),
        ("民法典", CIVIL_CODE),
        ("《民法典》", CIVIL_CODE),
        ("“《民法典》”", CIVIL_CODE),
        (" 《 民法典 》 ", CIVIL_CODE),
        ("〈民法典〉", CIVIL_CODE),
        ("Civil Code", CIVIL_CODE),
        ("the civil code", CIVIL_CODE),
        ("Civil Code of the People’s Republic of China", CIVIL_CODE),
        ("劳动合同法", LABOUR_CONTRACTS),
        ("劳动合同", LABOUR_CONTRACTS),
        ("中华人民共和国劳动合同", LABOUR_CONTRACTS),
        ("Labor Contract", LABOUR_CONTRACTS),
        ("《公司法（2023修订）》", "中华人民共和国公司法"),
        ("《公司法》（2023年修订）", "中华人民共和国公司法"),
        ("公司法(2023 年修订)", "中华人民共和国公司法"),
        ("个保法", "中华人民共和国个人信息保护法"),
        ("海商法", "海商法"),
        ("《中华人民共和国海商法》", "中华人民共和国海商法"),
        ("《最高人民法院关于适用《民法典》的解释》", "最高人民法院关于适用〈民法典〉的解释"),
        ("最高人民法院关于适用《民法典》的解释", "最高人民法院关于适用〈民法典〉的解释"),
        (
            "最高人民法院关于适用《公司法》第八十八条第一款的批复",
            "最高人民法院关于适用〈公司法〉第八十八条第一款的批复",
        ),
        ("银行业金融机构从业人员行为管理指引", "银行业金融机构从业人员行为管理指引"),
    ],
)
def test_a_law_is_kept_by_its_official_title(typed: str, title: str) -> None:
    reading = read([LAW], {"law": typed})
    assert (dict(reading.answers), reading.problems) == ({"law": title}, ())
    assert read([LAW], reading.answers).answers == reading.answers


@pytest.mark.parametrize(
    "typed",
    ["《民法典》和《公司法》", "《民法典》第五百零九条", "民法典第509条", "民法典第 ５０９ 条",
     "《民法典》第一百二十条第二款", "Article 509 of the Civil Code"],
)  # fmt: skip
def test_one_blank_takes_one_title_without_its_article(typed: str) -> None:
    (problem,) = read([LAW], {"law": typed}).problems
    assert problem.kind == "not-one-title"


def test_a_title_has_a_greatest_length() -> None:
    assert read([LAW], {"law": "规" * 100}).problems == ()
    assert [p.kind for p in read([LAW], {"law": "规" * 101}).problems] == ["too-long"]


def test_a_law_is_printed_with_its_own_marks() -> None:
    assert display(LAW, {"law": CIVIL_CODE}, "zh-hans") == "《中华人民共和国民法典》"
    english = display(LAW, {"law": CIVIL_CODE}, "en")
    assert english == "Civil Code of the People's Republic of China"
    assert display(LAW, {"law": "海商法"}, "en") == "《海商法》"
    assert display(LAW, {}, "zh-hans") == ""


# --- Articles ---------------------------------------------------------------------------------

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@given(st.integers(1, 2000), st.sampled_from(["{}", "第{}条", "第 {} 条", " {}条 "]))
def test_an_article_reads_as_itself_however_it_is_written(number: int, form: str) -> None:
    ways = [str(number), str(number).translate(FULL_WIDTH), chinese(number)]
    if number % 1000 == 0 or number > 2000:
        ways.append(chinese(number).replace("二", "两"))
    for way in ways:
        reading = read([ARTICLE], {"article": form.format(way)})
        assert (dict(reading.answers), reading.problems) == ({"article": str(number)}, ())


@pytest.mark.parametrize(
    "typed", ["Article 509", "article 509", "Art. 509", "art 509", "第五百零九条"]
)
def test_an_article_may_be_cited_whole(typed: str) -> None:
    assert read([ARTICLE], {"article": typed}).answers == {"article": "509"}


@pytest.mark.parametrize(
    "typed", ["第", "条", "第条", "第五百九条", "第120条之一", "五百零十", "第-条"]
)
def test_what_is_no_article_is_refused(typed: str) -> None:
    assert [p.kind for p in read([ARTICLE], {"article": typed}).problems] == ["not-a-number"]


def test_only_an_article_is_cited_as_one() -> None:
    plain = Blank("days", Kind.INTEGER, LABEL)
    assert [p.kind for p in read([plain], {"days": "第509条"}).problems] == ["not-a-number"]


# --- Doubts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("law", "article", "doubts"),
    [
        ("民法典", "1260", {}),
        ("民法典", "1261", {"article": "no-such-article"}),
        ("劳动合同法", "九十八", {}),
        ("劳动合同法", "第九十九条", {"article": "no-such-article"}),
        ("海商法", "1", {"law": "unknown-statute"}),
        ("《合同法》", "52", {"law": "repealed-statute"}),
        # Nobody here knows how many articles it has since 2026.
        ("网络安全法", "500", {}),
    ],
)
def test_what_gives_pause_is_flagged_and_never_refused(
    law: str, article: str, doubts: dict[str, str]
) -> None:
    reading = read([LAW, ARTICLE], {"law": law, "article": article})
    assert (reading.problems, reading.missing) == ((), ())
    assert {flag.code: flag.doubt.kind for flag in reading.flags if flag.doubt} == doubts
    # Signing reads once more what was read.
    assert read([LAW, ARTICLE], reading.answers).flags == reading.flags


def test_whatever_a_version_offers_is_no_ground_for_doubt() -> None:
    assert read([OWN_LAW], {"law": "《海商法》"}).flags == ()


def test_one_blank_has_one_flag() -> None:
    article = Blank(
        "article", Kind.INTEGER, LABEL, article_of="law", expected=Range(maximum=Decimal(5))
    )
    (flag,) = read([LAW, article], {"law": "民法典", "article": "1300"}).flags
    assert flag.doubt is not None and flag.doubt.kind == "no-such-article"


# --- The list ---------------------------------------------------------------------------------


def test_the_list_is_sound() -> None:
    listed = statutes.in_force()
    assert len(listed) >= 30
    titles = [statute.title.zh for statute in listed]
    assert len(set(titles)) == len(titles)
    for statute in listed:
        assert re.fullmatch("中华人民共和国.+(法|法典)", statute.title.zh)
        assert "the People's Republic of China" in statute.title.en
        assert statute.articles is None or 20 < statute.articles <= 1260
        assert statute.in_force and date(1980, 1, 1) < statute.in_force < date(2026, 11, 1)
        assert statute.repealed is None
    assert date(2025, 1, 1) < statutes.as_of() < date(2027, 1, 1)


def test_every_name_means_one_law() -> None:
    names = [
        re.sub(" +", " ", name.casefold())
        for law in statutes.in_force()
        for name in set(law.names())
    ]
    assert len(names) == len(set(names))
    for law in statutes.in_force():
        assert {statutes.read_title(name) for name in law.names()} == {law.title.zh}


def test_what_stands_in_the_place_of_a_repealed_law_is_in_force() -> None:
    contracts = statutes.find("合同法")
    assert contracts is not None and contracts.repealed == date(2021, 1, 1)
    other = statutes.find(contracts.replaced_by)
    assert other is not None and other.repealed is None


NUMBERS_OF_ARTICLES = {
    "民法典": 1260, "劳动合同法": 98, "劳动法": 107, "商业银行法": 95, "证券法": 226, "保险法": 185,
    "信托法": 74, "反洗钱法": 65, "反不正当竞争法": 41, "反垄断法": 70, "消费者权益保护法": 63,
    "个人信息保护法": 74, "数据安全法": 55, "电子签名法": 36, "公司法": 266, "刑法": 452,
    "民事诉讼法": 306, "仲裁法": 96, "保守国家秘密法": 65, "票据法": 110,
}  # fmt: skip


def test_the_numbers_of_articles_are_those_of_the_texts() -> None:
    """Counted in the full texts, apart from the list."""
    found = {name: statutes.find(name) for name in NUMBERS_OF_ARTICLES}
    assert {name: law.articles for name, law in found.items() if law} == NUMBERS_OF_ARTICLES


@given(
    st.text(
        "中华人民共和国民法典《》〈〉“”\"劳动合同（）()2023年修订第五条 Civil Codeof'’", max_size=20
    ).map(str.strip)
)
def test_reading_a_title_again_changes_nothing(typed: str) -> None:
    title = statutes.read_title(typed)
    if title:
        assert statutes.read_title(title) == title
        assert statutes.read_title(f"《{title}》") == title
        assert "《" not in title


def test_a_title_that_was_kept_before_its_law_was_listed_stays_as_it_was_printed() -> None:
    assert statutes.cited("民法典", "en") == "《民法典》"
    assert statutes.cited(CIVIL_CODE, "en") == "Civil Code of the People's Republic of China"


def test_an_english_title_that_was_printed_stays() -> None:
    """A page shows a signed pledge from its answers, and must say what its file says."""
    printed = Path(__file__).with_name("printed_titles.txt").read_text("utf-8").splitlines()
    assert len(printed) >= 40
    for chinese_title, english_title in (line.split(" | ") for line in printed):
        law = statutes.find(chinese_title)
        assert law is not None
        assert law.title == Localized(chinese_title, english_title)
