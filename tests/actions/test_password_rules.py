"""Which passwords are refused: what people think of, but nothing that chance makes."""

import ast
import inspect

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import translation
from zxcvbn import feedback

from pledges.gateways import password_strength
from pledges.models import Department, Organisation, Person
from pledges.wording.password_advice import ADVICE
from tests.actions import passwords

pytestmark = pytest.mark.django_db


def refused(password, person=None):
    try:
        validate_password(password, person)
    except ValidationError as error:
        return error.messages
    return []


def test_what_people_think_of_is_refused(liming):
    patterns = passwords.common_patterns()
    assert len(set(patterns)) == 500
    assert [each for each in patterns if not refused(each, liming)] == []


def test_what_chance_makes_is_taken(liming):
    phrases = passwords.random_phrases()
    assert len(set(phrases)) == 500
    assert [each for each in phrases if refused(each, liming)] == []


@pytest.mark.parametrize("password", ["olive-otter-oyster-anchor", "松鼠鞭炮秋千骆驼风筝灯塔"])
def test_neither_capitals_nor_digits_nor_signs_are_asked_for(liming, password):
    assert not refused(password, liming)


@pytest.mark.parametrize("password", ["Kx7!vQ2#mZ9", "x" * 11])
def test_fewer_than_twelve_characters_are_refused(password):
    assert refused(password)


OURS = ("shiliyinhang2026", "ShiLiYinHang@2026!", "shilibank@2026", "kehujingli2026!!")


@pytest.mark.parametrize("password", OURS)
def test_chinese_names_count_for_nothing_in_latin_letters_either(liming, password):
    """Whoever works for 示例银行 as 客户经理 types that, and the year."""
    liming.position = "客户经理"
    assert refused(password, liming)


@pytest.mark.parametrize("password", ["!QAZ2wsx#EDC4rfv", "!QAZ@WSX#EDC$RFV", "!@#$%^&*()qwerty"])
def test_rows_and_columns_of_keys_are_no_better_with_shift(liming, password):
    assert refused(password, liming)


RARE = ("quetzalcoatl", "Xylophagou", "Vizcaya Zubizarreta", "brontosaur@example.org")


@pytest.mark.parametrize("words", RARE)
def test_what_is_known_of_a_person_and_their_company_counts_for_nothing(liming, words):
    """Each is hard to guess for strangers, and the first that anybody else would try."""
    typed = "".join(each for each in words.split("@")[0] if each.isalnum()) + "-2026!"
    assert not refused(typed, liming)
    for fact in ("name", "username", "employee_number", "position", "email"):
        assert refused(typed, Person(**{fact: words})), fact
    rare = Department.objects.create(name_zh="部", name_en=words)
    assert refused(typed, Person(department=rare))
    Organisation.objects.update(name_en=words)
    assert refused(typed)


def test_what_is_beyond_the_limits_is_not_looked_at(monkeypatch):
    """Of a hundred of these signs the library thinks for seconds; nobody waits for it."""
    seen, judge = [], password_strength.zxcvbn

    def note(text, **options):
        seen.append(text)
        return judge(text, **options)

    monkeypatch.setattr(password_strength, "zxcvbn", note)
    password_strength.estimate("4@8({[<3691!|$05+7%2" * 5000, ())
    assert seen and max(map(len, seen)) <= password_strength.MAX_CHARACTERS
    most = password_strength.MAX_READ_AS_LETTERS
    assert all(len(set(each) & set("@({[<!|$+%")) <= most for each in seen)


def test_everything_that_the_library_says_has_our_words():
    said = {
        node.args[0].value
        for node in ast.walk(ast.parse(inspect.getsource(feedback)))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_"
    }
    assert said == set(ADVICE)


@pytest.mark.parametrize(
    ("language", "password", "words"),
    [
        ("zh-hans", "aaaaaaaaaaaa", ("容易被猜到", "重复")),
        ("en", "aaaaaaaaaaaa", ("too easy to guess", "repeats")),
        ("zh-hans", "ExampleBank2026", ("容易被猜到",)),
        ("en", "ExampleBank@2026", ("too easy to guess",)),
    ],
)
def test_why_is_said_in_the_readers_language(liming, language, password, words):
    with translation.override(language):
        said = " ".join(refused(password, liming))
    assert all(each in said for each in words)
