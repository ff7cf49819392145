"""What somebody types costs no more than it is long, whatever it is: each save reads all of it."""

import time

import pytest

from pledges.actions.answers import MAX_TYPED_LENGTH
from pledges.core.languages import Localized
from pledges.core.template import statutes, surroundings, typed_values
from pledges.core.template.blanks import Blank, Kind, Range, read
from pledges.core.template.surroundings import Surroundings
from tests.attacks.expressions import of_module
from tests.attacks.pumping import slow

LABEL = Localized("答复", "Answer")
LAW = Blank("law", Kind.STATUTE, LABEL)
BLANKS = {
    "law": LAW,
    "article": Blank("article", Kind.INTEGER, LABEL, article_of="law"),
    "title": Blank("title", Kind.TEXT, LABEL, hard=Range()),
    "number": Blank("number", Kind.DECIMAL, LABEL, decimals=2),
    "share": Blank("share", Kind.PERCENT, LABEL),
    "day": Blank("day", Kind.DATE, LABEL),
}
AROUND = {"title": Surroundings(quoted=True, titled=True, nouns=("法", " Law"))}
LONG = MAX_TYPED_LENGTH
HALF, THIRD = LONG // 2, LONG // 3
TYPED = {
    "marks within marks": "《" * HALF + "》" * HALF,
    "quotes within quotes": "“" * HALF + "”" * HALF,
    "marks of both kinds": "《〈" * (HALF // 2) + "〉》" * (HALF // 2),
    "nouns": "法" * LONG,
    "spaces in the middle": "法" + " " * (LONG - 2) + "律",
    "spaces between brackets": "法" + "(2023" + " " * (LONG - 8) + "x)",
    "an article of spaces": "第" + " " * (LONG - 3) + "x条",
    "spaces before an ending": "第1" + " " * (LONG - 4) + "x y",
    "articles": "第1条" * THIRD,
    "one digit": "9" * LONG,
    "digits in groups": "1" + ",000" * (LONG // 5),
    "numerals": "一" * LONG,
    "accents": "e" + "\u0301" * (LONG - 1),
    "full width": "１" * LONG,
}
MAX_SECONDS = 0.5
"""Of CPU: many times what the slowest takes. Whatever grows with the square takes longer."""


@pytest.mark.parametrize("code", BLANKS)
@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED)
def test_no_answer_takes_long_to_read(code, typed):
    before = time.process_time()
    reading = read(BLANKS.values(), {"law": "民法典", code: typed}, AROUND)
    assert time.process_time() - before < MAX_SECONDS
    told = [*(each.code for each in reading.problems), *reading.answers]
    assert code in told


MODULES = (statutes, surroundings, typed_values)
FOUND = {str(each): each for module in MODULES for each in of_module(module)}


@pytest.mark.parametrize("found", FOUND.values(), ids=FOUND)
def test_eight_times_the_letters_cost_about_eight_times_as_much(found):
    assert slow(found.pattern, found.flags, found.methods) is None


def test_a_number_has_so_many_digits():
    """More are none that anybody means, and whoever computes with them would fail."""
    for typed in ("1" + ",000" * 2000, "9" * 10_000):
        reading = read(BLANKS.values(), {"law": "民法典", "article": typed})
        assert [each.kind for each in reading.problems] == ["not-a-number"]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("《" * 4 + "民法典" + "》" * 4, "中华人民共和国民法典"),
        ("《" * 30 + "民法典" + "》" * 30, None),
    ],
)
def test_marks_of_a_slip_are_taken_off_and_others_refused(typed, title):
    assert read([LAW], {"law": typed}).answers.get("law") == title
