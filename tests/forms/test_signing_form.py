"""The signing form: which mark it takes, and what it asks for."""

import json

import pytest

from pledges.actions.authenticating import PasskeyAnswer, PasswordAndCode
from pledges.forms.signing import SigningForm
from pledges.rendering import SignatureImage

STROKES = [[[0.1, 0.1], [0.4, 0.2]], [[0.2, 0.3], [0.6, 0.3]]]
USUAL = {"typed": "李明", "consent": "on", "password": "secret", "code": " 123456 "}


def form(**changes):
    return SigningForm({**USUAL, **changes})


def test_a_typed_name_is_a_signature_image():
    made = form()
    assert made.is_valid()
    assert made.signature_image() == SignatureImage(typed="李明")


@pytest.mark.parametrize("method", [{}, {"method": "draw"}])
def test_handwriting_is_a_signature_image(method):
    made = form(strokes=json.dumps(STROKES), typed="", **method)
    assert made.is_valid()
    assert made.signature_image() == SignatureImage(
        strokes=(((0.1, 0.1), (0.4, 0.2)), ((0.2, 0.3), (0.6, 0.3)))
    )


def test_who_chose_to_type_signs_by_the_typed_name():
    assert form(strokes=json.dumps(STROKES), method="type").is_valid()
    made = form(strokes=json.dumps(STROKES), method="type")
    made.is_valid()
    assert made.signature_image() == SignatureImage(typed="李明")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"typed": ""}, "typed"),
        ({"typed": "x" * 81}, "typed"),
        ({"method": "draw"}, "strokes"),
        ({"method": "draw", "strokes": "[[[0.5,0.5]]]"}, "strokes"),
        ({"strokes": "[[[2,0.5]]]"}, "strokes"),
        ({"method": "seal"}, "method"),
        ({"consent": ""}, "consent"),
        ({"password": ""}, "password"),
        ({"code": ""}, "code"),
        ({"code": "1" * 21}, "code"),
        ({"password": "", "code": ""}, "assertion"),
        ({"assertion": "{"}, "assertion"),
        ({"assertion": "[" * 20_000}, "assertion"),
        ({"assertion": "1" * 20_001}, "assertion"),
        ({"password": "x" * 1001}, "password"),
    ],
)
def test_what_is_missing_is_asked_for_at_its_field(changes, field):
    made = form(**changes)
    assert not made.is_valid()
    assert list(made.errors) == [field]


def test_strokes_stand_in_the_page_again_after_another_error():
    made = form(strokes=json.dumps(STROKES), password="")
    made.is_valid()
    assert json.loads(made.strokes_again()) == STROKES


def test_refused_strokes_do_not():
    made = form(strokes="[[[2,0.5]]]")
    made.is_valid()
    assert made.strokes_again() == ""
    assert SigningForm().strokes_again() == ""


def test_password_and_code_are_a_proof():
    made = form()
    made.is_valid()
    assert made.proof() == PasswordAndCode("secret", "123456")


def test_what_the_passkey_answered_goes_before_a_password():
    made = form(assertion='{"rawId": "AA"}')
    assert made.is_valid()
    assert made.proof() == PasskeyAnswer({"rawId": "AA"})


def test_where_there_is_no_passkey_both_are_asked_for():
    made = SigningForm({**USUAL, "password": "", "code": ""}, by_code=True)
    assert not made.is_valid()
    assert list(made.errors) == ["password", "code"]
