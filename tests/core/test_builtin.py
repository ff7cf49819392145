"""The three built-in templates: sound, canonical, and of the structure that is cited."""

from dataclasses import replace
from pathlib import Path

import pytest

from pledges.core.digests import digest_of
from pledges.core.template import template_file
from pledges.core.template.blanks import Blank, Kind, display, read
from pledges.core.template.outline import Outline, to_source
from pledges.core.template.template_file import Definition

FOLDER = Path(__file__).parents[2] / "pledges" / "builtin"
SLUGS = ("general-standards", "contract", "personal-code")
LANGUAGES = ("zh-hans", "en")


def text_of(slug: str) -> str:
    return (FOLDER / f"{slug}.pledge").read_text(encoding="utf-8")


def definition_of(slug: str) -> Definition:
    definition, problems = template_file.parse(text_of(slug))
    assert problems == ()
    assert definition is not None
    return definition


def leaves_by_section(outline: Outline, depth: int) -> list[int]:
    """Under each numbered clause of this depth, the leaf clauses; explaining sections have none."""
    sections = [c for level, c in outline.walk() if level == depth and c.is_numbered]
    leaves = [clause.key for clause in outline.leaves()]
    return [sum(key.startswith(f"{s.key}.") for key in leaves) for s in sections]


def count(outline: Outline, style: str) -> int:
    return sum(clause.style == style for _, clause in outline.walk())


def test_the_folder_holds_these_three() -> None:
    assert {path.stem for path in FOLDER.glob("*.pledge")} == set(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_each_is_written_as_the_export_writes_it(slug: str) -> None:
    definition = definition_of(slug)
    assert definition.slug == slug
    assert template_file.to_text(definition) == text_of(slug)
    assert template_file.check(definition) == ()
    for language in LANGUAGES:
        assert to_source(definition.outline(language)) == definition.source.in_(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_general_standards(language: str) -> None:
    definition = definition_of("general-standards")
    outline = definition.outline(language)
    assert (count(outline, "chinese"), count(outline, "arabic")) == (1, 4)
    assert leaves_by_section(outline, 1) == [7, 7, 4, 3]
    assert len(outline.leaves()) == count(outline, "arabic-bracketed") == 21
    assert [c.style for c in outline.clauses] == ["field", "", "chinese"]
    assert filled_by_manager(definition) == 7
    satisfaction = outline.find("1.2.1")
    assert satisfaction is not None
    assert "{{surveys_per_month}}" in satisfaction.text
    assert "{{satisfaction_target}}%" in satisfaction.text
    assert outline.citation("1.2.1") == "一、2.（1）"


@pytest.mark.parametrize("language", LANGUAGES)
def test_contract(language: str) -> None:
    definition = definition_of("contract")
    outline = definition.outline(language)
    assert (count(outline, "arabic"), count(outline, "dotted-2")) == (5, 12)
    assert leaves_by_section(outline, 0) == [5, 7, 6, 5, 6]
    assert leaves_by_section(outline, 1) == [5, 2, 2, 3, 2, 2, 2, 2, 3, 2, 2, 2]
    assert len(outline.leaves()) == count(outline, "dotted-3") == 29
    assert filled_by_manager(definition) == 5
    assert outline.citation("4.2.1") == "4.2.1"
    closing = outline.clauses[-1]
    assert (closing.style, closing.number) == ("", "")
    assert {code for code in outline.slots() if "{{" + code in closing.text} == {
        "governing_law",
        "governing_article",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_personal_code(language: str) -> None:
    definition = definition_of("personal-code")
    outline = definition.outline(language)
    assert (count(outline, "chinese"), count(outline, "arabic")) == (4, 11)
    assert leaves_by_section(outline, 0) == [0, 5, 3, 3]
    assert [c.style for c in outline.clauses[:4]] == ["field"] * 4
    assert filled_by_manager(definition) == 5
    assert outline.slots()[:4] == ("signer_name", "position", "department", "contact")


VERSION_2 = FOLDER / "version-2"


def later(slug: str) -> Definition:
    text = (VERSION_2 / f"{slug}.pledge").read_text(encoding="utf-8")
    definition, problems = template_file.parse(text)
    assert problems == ()
    assert definition is not None
    assert template_file.to_text(definition) == text
    return definition


@pytest.mark.parametrize("slug", SLUGS)
def test_version_2_says_what_version_1_says(slug: str) -> None:
    """Only the law of the contract, the English numerals and the guidance are new."""
    before, after = definition_of(slug), later(slug)
    assert (after.slug, after.title, after.subtitle) == (before.slug, before.title, before.subtitle)
    assert [blank.code for blank in after.blanks] == [blank.code for blank in before.blanks]
    for language in LANGUAGES:
        one, other = before.outline(language), after.outline(language)
        assert [c.key for _, c in one.walk()] == [c.key for _, c in other.walk()]
        for (_, old), (_, new) in zip(one.walk(), other.walk(), strict=True):
            if "governing_law" not in old.text:
                assert new.text == old.text
            if language == "zh-hans":
                assert new.number == old.number
    without = {
        name: Blank.__dataclass_fields__[name].default
        for name in ("hint", "example", "suggestions", "article_of")
    }
    for old_blank, new_blank in zip(before.blanks, after.blanks, strict=True):
        if new_blank.kind != Kind.STATUTE:
            assert replace(new_blank, **without) == old_blank


def test_version_2_has_english_numerals() -> None:
    styles = {
        slug: {c.style for _, c in later(slug).outline("en").walk() if c.is_numbered}
        for slug in SLUGS
    }
    assert styles == {
        "general-standards": {"roman-capital", "arabic", "arabic-bracketed"},
        "contract": {"arabic", "dotted-2", "dotted-3"},
        "personal-code": {"roman-capital", "arabic"},
    }
    assert later("general-standards").outline("en").citation("1.2.1") == "I.2.(1)"
    assert later("personal-code").outline("en").citation("4.1") == "IV.1."
    for slug in SLUGS:
        assert not set("一二三四（）、") & set(later(slug).source.en)


def test_the_contract_names_the_civil_code() -> None:
    version = later("contract")
    law, article = version.blanks[-2:]
    assert (law.kind, article.article_of) == (Kind.STATUTE, "governing_law")
    reading = read(version.blanks, {"governing_law": "民法典", "governing_article": "第五百零九条"})
    assert reading.problems == ()
    closing = version.source.zh.splitlines()[-1]
    for blank in (law, article):
        shown = display(blank, reading.answers, "zh-hans")
        closing = closing.replace("{{" + blank.code + "}}", shown)
    assert closing.startswith("根据《中华人民共和国民法典》第509条的规定，")


def filled_by_manager(definition: Definition) -> int:
    return sum(blank.filled_by_manager for blank in definition.blanks)


RANGES = {
    "surveys_per_month": ("次/月", "1", "31", "1", ""),
    "satisfaction_target": ("%", "0", "100", "90", ""),
    "complaint_response_hours": ("小时", "1", "168", "", "24"),
    "complaint_resolution_days": ("个工作日", "1", "60", "", "5"),
    "training_hours_per_year": ("小时", "1", "500", "40", ""),
    "assessed_indicators": ("项", "1", "20", "3", ""),
    "service_name": ("", "1", "60", "", ""),
    "technical_parameter_term": ("", "1", "60", "", ""),
    "ethics_term": ("", "1", "60", "", ""),
    "governing_law": ("", "1", "40", "", ""),
    "governing_article": ("", "1", "2000", "", ""),
    "position": ("", "1", "60", "", ""),
    "department": ("", "1", "60", "", ""),
    "contact": ("", "1", "60", "", ""),
    "process_steps": ("", "1", "2000", "", ""),
    "reply_days": ("日", "1", "60", "", "7"),
}


def test_units_and_ranges_are_as_specified() -> None:
    found = {
        blank.code: (
            blank.unit.zh,
            *(
                str("" if bound is None else bound)
                for limits in (blank.hard, blank.expected)
                for bound in (limits.minimum, limits.maximum)
            ),
        )
        for slug in SLUGS
        for blank in definition_of(slug).blanks
        if blank.filled_by_manager and blank.kind != Kind.CHOICE
    }
    assert found == RANGES


def test_the_choice_and_the_blanks_the_system_fills() -> None:
    blanks = {b.code: b for slug in SLUGS for b in definition_of(slug).blanks}
    choice = blanks["pledgor_type"]
    assert [option.value for option in choice.options] == ["enterprise", "individual", "other"]
    assert (choice.other, choice.expected_option) == (True, "individual")
    assert blanks["pledge_number"].kind == Kind.SERIAL
    assert not blanks["signer_name"].filled_by_manager
    assert blanks["satisfaction_target"].decimals == 1


def test_ordinary_answers_raise_no_flag() -> None:
    typed = {"pledgor_type": "个人", "surveys_per_month": "2次", "satisfaction_target": "９５％",
             "complaint_response_hours": "24小时", "complaint_resolution_days": "5个工作日",
             "training_hours_per_year": "40", "assessed_indicators": "3项"}  # fmt: skip
    reading = read(definition_of("general-standards").blanks, typed)
    assert (reading.problems, reading.missing, reading.flags) == ((), (), ())


def test_the_drafted_section_is_marked_for_counsel() -> None:
    note = definition_of("personal-code").change_note
    assert "法律顾问" in note.zh
    assert "counsel" in note.en


@pytest.mark.parametrize(
    ("slug", "digest"),
    [
        ("general-standards", "399e8d404b036da261ba21f66cfcb8104eda14b65ec9ab1b9e3fd195063bc3ee"),
        ("contract", "81322e80a31cc61f64c36773ac32d352ad72939682579df2d2e9edc955942ba0"),
        ("personal-code", "9a26e0a01c40ca1b582bb40c3efe6c79588415f8811d75205ebeba445a358367"),
    ],
)
def test_a_version_that_was_published_keeps_its_digest(slug: str, digest: str) -> None:
    """It is printed on every document of the version, in files that are out of our hands."""
    assert digest_of(definition_of(slug).content()) == digest


@pytest.mark.parametrize(
    ("slug", "digest"),
    [
        ("general-standards", "771f96ef7015c162f0694bdb84bfeb8066a79641db306044f878ca42ea83515b"),
        ("contract", "758215969df4084424be81b468b37a0aba6e0fe3ebf1f40596b87df4a0658c6c"),
        ("personal-code", "3a44d2e56ec9a82507e692afd4e6bf22c192e76158ff99efe7387c749f8a3651"),
    ],
)
def test_so_does_version_2(slug: str, digest: str) -> None:
    assert digest_of(later(slug).content()) == digest
