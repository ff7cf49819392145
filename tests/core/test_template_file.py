"""The template file: what it holds comes back, and each way to break it is named with its place."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pledges.core.digests import digest_of
from pledges.core.languages import Localized
from pledges.core.template import template_file
from pledges.core.template.blanks import Blank, Kind, Option, Range
from pledges.core.template.problems import KINDS
from pledges.core.template.template_file import MAX_BYTES, Definition

SOUND = """\
---
slug: short-pledge
title:
  zh: 承诺书
  en: Pledge
change_note:
  zh: 首版
  en: First
effective_on: 2026-11-01
blanks:
  - code: days
    kind: integer
    label:
      zh: 天数
      en: Days
    hard:
      minimum: 1
      maximum: 30
  - code: owner
    kind: choice
    label: {zh: 类型, en: Type}
    options:
      - {value: one, label: {zh: 甲, en: A}}
      - {value: two, label: {zh: 乙, en: B}}
---
=== zh-hans
一、类型{{owner}}
1. 在{{days}}日内
=== en
一、Type {{owner}}
1. within {{days}} days
"""


def sound() -> Definition:
    definition, problems = template_file.parse(SOUND)
    assert problems == ()
    assert definition is not None
    return definition


def faults(text: str) -> list[tuple[int, int, str, str]]:
    definition, problems = template_file.parse(text)
    assert (definition is None) == bool(problems)
    assert {problem.kind for problem in problems} <= KINDS
    return [(p.line, p.column, p.kind, p.found) for p in problems]


def test_a_sound_file_is_read() -> None:
    definition = sound()
    assert definition.slug == "short-pledge"
    assert definition.effective_on == date(2026, 11, 1)
    assert definition.subtitle == Localized()
    assert definition.blanks[0].hard == Range(Decimal(1), Decimal(30))
    assert definition.source.zh == "一、类型{{owner}}\n1. 在{{days}}日内\n"
    assert definition.outline("en").slots() == ("owner", "days")
    assert template_file.parse("\ufeff" + SOUND.replace("\n", "\r\n"))[0] == definition


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("slug: short-pledge", "slug: Short Pledge", (2, 7, "bad-slug", "Short Pledge")),
        ("slug: short-pledge", "slug: " + "a" * 51, (2, 7, "bad-slug", "a" * 40)),
        ("slug: short-pledge", "slug: a\x07", (2, 8, "control-character", "U+0007")),
        ("slug: short-pledge", "slug: &x a", (2, 7, "yaml-alias", "x")),
        ("slug: short-pledge", "slug: *x", (2, 7, "yaml-alias", "x")),
        ("slug: short-pledge", "slug: !!python/name:os.system", (2, 7, "yaml-tag",
         "tag:yaml.org,2002:python/name:os.system")),
        ("slug: short-pledge", "slug: " + "[" * 9 + "]" * 9, (2, 14, "too-deep", "")),
        ("slug: short-pledge", "slug: [a]", (2, 7, "wrong-type", "list")),
        ("slug: short-pledge", "slug:", (2, 6, "empty-text", "")),
        ("slug: short-pledge\n", "", (2, 1, "missing-key", "")),
        ("slug: short-pledge", "slug: short-pledge\nslug: x", (3, 1, "duplicate-key", "slug")),
        ("slug: short-pledge", "slug: short-pledge\ncolour: red", (3, 1, "unknown-key", "colour")),
        ("  en: Pledge\n", "", (4, 3, "missing-language", "")),
        ("  en: Pledge", "  fr: Promesse\n  en: Pledge", (5, 3, "unknown-key", "fr")),
        ("  zh: 承诺书", "  zh: \"承\\u202e诺书\"", (4, 7, "control-character", "U+202E")),
        ("2026-11-01", "2026-11-31", (9, 15, "bad-date", "2026-11-31")),
        ("kind: integer", "kind: colour", (12, 11, "unknown-kind", "colour")),
        ("minimum: 1", "minimum: 31", (17, 7, "bad-range", "")),
        ("minimum: 1", "minimum: 1.5", (17, 16, "bad-number", "1.5")),
        ("minimum: 1", "minimum: many", (17, 16, "bad-number", "many")),
        ("    kind: integer", "    kind: integer\n    decimals: 1",
         (13, 15, "not-for-this-kind", "decimals")),
        ("    kind: integer", "    kind: integer\n    expected: {minimum: 40}",
         (13, 15, "bad-range", "")),
        ("code: owner", "code: Owner", (19, 11, "bad-code", "Owner")),
        ("value: two", "value: one", (24, 17, "duplicate-option", "one")),
        ("kind: choice", "kind: choice\n    expected_option: three",
         (21, 22, "unknown-option", "three")),
        ("kind: choice", "kind: choice\n    other: perhaps", (21, 12, "bad-boolean", "perhaps")),
        ("      - {value: two, label: {zh: 乙, en: B}}\n", "", (23, 7, "too-few-options", "")),
        ("=== en\n", "", (31, 1, "missing-language", "")),
        ("=== en", "=== fr", (29, 1, "unknown-language", "fr")),
        ("=== en", "=== zh-hans", (29, 1, "duplicate-language", "zh-hans")),
        ("=== zh-hans", "stray\n=== zh-hans", (26, 1, "bad-front-matter", "stray")),
        ("日内", "日内{{nights}}", (28, 15, "undeclared-blank", "nights")),
        ("日内", "日内{{days}}", (28, 15, "blank-used-twice", "days")),
        ("1. within", "2. within", (31, 1, "number-skipped", "2.")),
        ("1. within", "二、within", (31, 1, "structure-differs", "二、")),
        ("    kind: integer", "    kind: integer\n    default: 31",
         (11, 11, "not-an-answer", "31")),
        ("    kind: integer", "    kind: integer\n    example: soon",
         (11, 11, "not-an-answer", "soon")),
        ("    kind: integer", "    kind: integer\n    suggestions: [1, many]",
         (11, 11, "not-an-answer", "many")),
        ("    kind: integer", "    kind: integer\n    default: {zh: 1, en: 2}",
         (11, 11, "not-an-answer", "1 / 2")),
        ("    kind: integer", "    kind: integer\n    default: {zh: 1}",
         (13, 14, "missing-language", "")),
        ("    kind: integer", "    kind: integer\n    hint: days", (13, 11, "wrong-type", "text")),
        ("    kind: integer", "    kind: integer\n    suggestions: []", (13, 18, "bad-count", "0")),
        ("    kind: integer", "    kind: integer\n    suggestions: [" + "1," * 50 + "1]",
         (13, 18, "bad-count", "51")),
        ("    kind: integer", "    kind: integer\n    example: " + "1" * 301,
         (13, 14, "text-too-long", "301")),
        ("    kind: integer", "    kind: integer\n    article_of: owner",
         (11, 11, "not-a-statute", "owner")),
        ("    kind: integer", "    kind: integer\n    article_of: law",
         (11, 11, "not-a-statute", "law")),
        ("kind: choice", "kind: choice\n    default: 丙", (19, 11, "not-an-answer", "丙")),
        ("kind: choice", "kind: choice\n    example: 甲",
         (21, 14, "not-for-this-kind", "example")),
        ("1. within {{days}} days\n", "", (30, 1, "structure-differs", "")),
        ("}} days\n", "}} days\n2. more\n", (32, 1, "structure-differs", "2.")),
        ("Type {{owner}}\n1. within {{days}}", "Type {{days}}\n1. within {{owner}}",
         (30, 1, "blanks-differ", "days")),
    ],
)  # fmt: skip
def test_each_break_is_named_with_its_place(
    old: str, new: str, fault: tuple[int, int, str, str]
) -> None:
    assert old in SOUND
    assert fault in faults(SOUND.replace(old, new, 1))


def test_numerals_of_the_two_languages_need_not_agree() -> None:
    other = SOUND.replace("一、Type", "I. Type").replace("1. within", "(a) within")
    assert faults(other) == []
    definition, _ = template_file.parse(other)
    assert definition is not None
    assert [c.number for _, c in definition.outline("en").walk()] == ["I.", "(a)"]


GUIDED = SOUND.replace(
    "    kind: integer",
    """\
    kind: integer
    hint: {zh: 从收到之日起, en: from the day of receipt}
    example: 3
    default: 5
    suggestions: [3, {zh: 五, en: 5}, 10]""",
)


def test_a_blank_may_be_guided() -> None:
    assert faults(GUIDED) == []
    definition, _ = template_file.parse(GUIDED)
    assert definition is not None
    days = definition.blanks[0]
    assert days.hint == Localized("从收到之日起", "from the day of receipt")
    assert (days.example, days.default) == (Localized("3", "3"), Localized("5", "5"))
    assert days.suggestions == (Localized("3", "3"), Localized("五", "5"), Localized("10", "10"))
    assert template_file.parse(template_file.to_text(definition)) == (definition, ())


def test_the_digest_covers_what_guides_and_nothing_that_is_not_given() -> None:
    guided, _ = template_file.parse(GUIDED)
    assert guided is not None
    definition, digests = guided, [digest_of(guided.content())]
    for name, nothing in (
        ("hint", Localized()),
        ("example", Localized()),
        ("default", Localized()),
        ("suggestions", ()),
    ):
        barer = replace(definition.blanks[0], **{name: nothing})
        definition = replace(definition, blanks=(barer, *definition.blanks[1:]))
        digests.append(digest_of(definition.content()))
    assert len(set(digests)) == 5
    assert digests[-1] == digest_of(sound().content())


LAWFUL = SOUND.replace(
    "  - code: owner",
    """\
  - code: law
    kind: statute
    label: {zh: 法律, en: Law}
    suggestions: [海商法]
  - code: article
    kind: integer
    label: {zh: 条, en: Article}
    article_of: law
  - code: owner""",
)


def test_a_law_brings_its_own_marks() -> None:
    plain = LAWFUL.replace("日内", "日内，依{{law}}第{{article}}条").replace(
        "}} days\n", "}} days, by Article {{article}} of the {{law}}\n"
    )
    assert faults(plain) == []
    for zh, en in (("《{{law}}》", "{{law}}"), ("《{{law}}法》", "“{{law}}” Law")):
        marked = plain.replace("依{{law}}", f"依{zh}").replace("of the {{law}}", f"of the {en}")
        assert faults(marked) == [(19, 11, "statute-in-marks", "law")]


def test_broken_yaml_is_placed_where_it_breaks() -> None:
    ((line, column, kind, found),) = faults(SOUND.replace("slug: short-pledge", "slug: [", 1))
    assert (line, column, kind) == (4, 5, "bad-yaml")
    assert found


def test_codes_must_be_declared_once_and_used() -> None:
    twice = SOUND.replace("  - code: owner", "  - code: days")
    assert (19, 11, "duplicate-code", "days") in faults(twice)
    unused = SOUND.replace("{{days}}", "3")
    assert faults(unused) == [(11, 11, "unused-blank", "days")]


def test_a_file_needs_its_fences() -> None:
    assert faults("") == [(1, 1, "bad-front-matter", "")]
    assert faults("\n\nslug: x") == [(3, 1, "bad-front-matter", "slug: x")]
    assert faults("---\nslug: x\n") == [(3, 1, "bad-front-matter", "")]
    assert (1, 1, "missing-key", "") in faults("---\n---\n")


def test_a_file_has_a_greatest_size() -> None:
    assert faults(SOUND + "x" * MAX_BYTES)[0][2] == "file-too-large"


def test_only_a_profile_blank_names_a_field_of_the_record() -> None:
    declared = "kind: profile\n    profile_field: shoe_size"
    found = faults(SOUND.replace("kind: integer", declared))
    assert (13, 20, "unknown-profile-field", "shoe_size") in found
    assert (11, 11, "missing-key", "days") not in found
    bare = faults(SOUND.replace("kind: integer", "kind: profile"))
    assert (11, 11, "missing-key", "") in bare


def test_the_content_is_what_the_version_says() -> None:
    definition = sound()
    later = replace(
        definition, change_note=Localized("改", "Changed"), effective_on=date(2027, 1, 1)
    )
    assert digest_of(later.content()) == digest_of(definition.content())
    reworded = replace(definition, source=Localized(definition.source.zh, "x"))
    assert digest_of(reworded.content()) != digest_of(definition.content())
    yearly = replace(definition, term_months=12)
    assert digest_of(yearly.content()) != digest_of(definition.content())


@pytest.mark.parametrize("months", ["0", "601", "1.5", "-12"])
def test_a_term_is_a_whole_number_of_months(months: str) -> None:
    head = SOUND.replace("effective_on:", f"term_months: {months}\neffective_on:")
    kinds = {kind for _, _, kind, _ in faults(head)}
    assert kinds == {"bad-term"}
    assert faults(SOUND.replace("effective_on:", "term_months: x\neffective_on:")) != []


def test_a_definition_is_checked_like_a_file() -> None:
    definition = sound()
    assert template_file.check(definition) == ()
    worse = replace(definition, blanks=definition.blanks[:1], slug="Bad Slug")
    kinds = [problem.kind for problem in template_file.check(worse)]
    assert kinds == ["bad-slug"]
    undeclared = replace(definition, blanks=definition.blanks[:1])
    assert {p.kind for p in template_file.check(undeclared)} == {"undeclared-blank"}
    smuggled = replace(definition, source=Localized("一、甲\n=== en\n一、乙", "一、A"))
    found = [(p.kind, p.found) for p in template_file.check(smuggled)]
    assert found == [("reserved-line", "=== en")]


WORDS = st.text(
    st.sampled_from("承诺abc :#-'\"{}[]!&*|>%@`~0123456789是否，。null"), min_size=1, max_size=12
).map(lambda text: text.strip() or "x")
BOTH = st.builds(Localized, WORDS, WORDS)
NUMBERS = st.decimals(0, 50, places=1).map(lambda d: Decimal(str(d).removesuffix(".0")))
BLANKS = (
    st.builds(
        Blank, st.just("a"), st.just(Kind.DECIMAL), BOTH, unit=BOTH | st.just(Localized()),
        hard=st.builds(Range, NUMBERS, st.just(Decimal(51))), decimals=st.integers(0, 6),
    ),
    st.builds(Blank, st.just("b"), st.just(Kind.DATE), BOTH,
              expected=st.builds(Range, st.dates(), st.none())),
    st.builds(Blank, st.just("c"), st.just(Kind.CHOICE), BOTH, other=st.booleans(),
              options=st.tuples(st.builds(Option, st.just("yes"), BOTH),
                                st.builds(Option, st.just("no"), BOTH)),
              expected_option=st.sampled_from(["", "no"])),
    st.builds(Blank, st.just("d"), st.just(Kind.PROFILE), BOTH,
              profile_field=st.just("contact"), correctable=st.booleans()),
    st.builds(Blank, st.just("e"), st.just(Kind.TEXT), BOTH, hint=BOTH, example=BOTH,
              default=BOTH | st.just(Localized()),
              suggestions=st.lists(BOTH, max_size=3).map(tuple)),
    st.builds(Blank, st.just("f"), st.just(Kind.STATUTE), BOTH,
              suggestions=st.lists(WORDS, max_size=3).map(
                  lambda words: tuple(Localized(each, each) for each in words))),
    st.builds(Blank, st.just("g"), st.just(Kind.INTEGER), BOTH, article_of=st.just("f"),
              example=st.sampled_from([Localized("第五条", "Article 5"), Localized("5", "5")])),
)  # fmt: skip


@given(
    st.builds(
        Definition,
        slug=st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,5}){0,2}", fullmatch=True),
        title=BOTH,
        subtitle=BOTH | st.just(Localized()),
        change_note=st.builds(Localized, WORDS, st.lists(WORDS, max_size=3).map("\n\n".join)).map(
            lambda note: Localized(note.zh, note.en or "x")
        ),
        effective_on=st.dates(),
        blanks=st.tuples(*BLANKS),
        source=st.just(
            Localized(
                "一、{{a}}{{b}}\n1. {{c}}{{d}}\n2. {{e}}依{{f}}第{{g}}条\n",
                "I. {{b}}{{a}}\n1. {{d}}{{c}}\n2. {{e}} by {{g}} of {{f}}\n",
            )
        ),
        term_months=st.none() | st.integers(1, 600),
    )
)
@settings(max_examples=60, deadline=None)
def test_a_definition_comes_back_from_its_file(definition: Definition) -> None:
    text = template_file.to_text(definition)
    again, problems = template_file.parse(text)
    assert problems == ()
    assert again == definition
    assert template_file.to_text(again) == text


@given(
    st.text(max_size=60)
    | st.tuples(st.integers(0, len(SOUND)), st.integers(0, 9), st.text(max_size=4)).map(
        lambda cut: SOUND[: cut[0]] + cut[2] + SOUND[cut[0] + cut[1] :]
    )
)
@settings(max_examples=150, deadline=None)
def test_no_text_raises_and_every_fault_has_a_place(text: str) -> None:
    definition, problems = template_file.parse(text)
    assert (definition is None) == bool(problems)
    lines = text.count("\n") + text.count("\r") + 1
    assert all(1 <= p.line <= lines and p.column >= 1 and p.kind in KINDS for p in problems)
