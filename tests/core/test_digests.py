"""Canonical JSON as RFC 8785 has it, and the digest over it."""

import json
import struct

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from pledges.core.digests import canonical_json, digest_of, sha256_hex

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)


def test_rfc_8785_string_and_sorting_examples() -> None:
    text = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"
    assert canonical_json(text) == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    ordered = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical_json(dict.fromkeys(keys, 1)))) == ordered


# The samples of the scheme's author, github.com/cyberphone/json-canonicalization, testdata; where
# they hold numbers with a fraction, without these.
SAMPLES = {
    "arrays": (
        [56, {"d": True, "10": None, "1": []}],
        '[56,{"1":[],"10":null,"d":true}]',
    ),
    "french": (
        {
            "peach": "This sorting order",
            "p\u00e9ch\u00e9": "is wrong according to French",
            "p\u00eache": "but canonicalization MUST",
            "sin": "ignore locale",
        },
        '{"peach":"This sorting order","p\u00e9ch\u00e9":"is wrong according to French",'
        '"p\u00eache":"but canonicalization MUST","sin":"ignore locale"}',
    ),
    "structures": (
        {
            "1": {"f": {"f": "hi", "F": 5}, "\n": 56},
            "10": {},
            "": "empty",
            "a": {},
            "111": [{"e": "yes", "E": "no"}],
            "A": {},
        },
        '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},'
        '"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}',
    ),
    "unicode": (
        {"Unnormalized Unicode": "A\u030a"},
        '{"Unnormalized Unicode":"A\u030a"}',
    ),
    "values": (
        {
            "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
            "literals": [None, True, False],
        },
        '{"literals":[null,true,false],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ),
    "weird": (
        {
            "\u20ac": "Euro Sign",
            "\r": "Carriage Return",
            "\n": "Newline",
            "1": "One",
            "\u0080": "Control\u007f",
            "\U0001f602": "Smiley",
            "\u00f6": "Latin Small Letter O With Diaeresis",
            "\ufb33": "Hebrew Letter Dalet With Dagesh",
            "</script>": "Browser Challenge",
        },
        '{"\\n":"Newline","\\r":"Carriage Return","1":"One","</script>":"Browser Challenge",'
        '"\u0080":"Control\u007f","\u00f6":"Latin Small Letter O With Diaeresis",'
        '"\u20ac":"Euro Sign","\U0001f602":"Smiley","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_of_the_schemes_author(name: str) -> None:
    value, written = SAMPLES[name]
    assert canonical_json(value) == written.encode()
    assert rfc8785.dumps(value) == written.encode()


# RFC 8785, appendix B: the bits of a number, and its one writing.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}
NO_NUMBERS = ("7fffffffffffffff", "7ff0000000000000", "fff0000000000000")


@pytest.mark.parametrize("bits", [*NUMBERS, *NO_NUMBERS])
def test_what_may_have_a_fraction_is_refused_even_where_it_has_none(bits: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    for value in (number, [number], {"a": number}):
        with pytest.raises(TypeError):
            canonical_json(value)


@pytest.mark.parametrize(
    "written", [each for each in NUMBERS.values() if each.strip("-").isdigit()]
)
def test_of_whole_numbers_those_are_written_that_every_reader_keeps(written: str) -> None:
    number = int(written)
    if number == 0:
        assert canonical_json(number) == written.encode()
    else:
        with pytest.raises(ValueError, match="2\\^53"):
            canonical_json(number)
    nearest = (2**53 - 1) * (-1 if number < 0 else 1)
    assert canonical_json(nearest) == str(nearest).encode()


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_another_implementation_writes_the_same(value: object) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@given(st.integers() | st.text(st.characters(categories=["Cs", "Lu"])) | st.binary())
@settings(max_examples=200, deadline=None)
def test_another_implementation_refuses_the_same(value: object) -> None:
    for whole in (value, [value], {"a": value}, {value: 1}):
        try:
            expected = rfc8785.dumps(whole)
        except (rfc8785.CanonicalizationError, UnicodeError):
            with pytest.raises((TypeError, ValueError)):
                canonical_json(whole)
        else:
            assert canonical_json(whole) == expected


@pytest.mark.parametrize(
    ("value", "written"),
    [({"b": [1, True, None], "a": ""}, b'{"a":"","b":[1,true,null]}'), ((), b"[]"), (-5, b"-5")],
)
def test_written_without_spaces_and_sorted(value: object, written: bytes) -> None:
    assert canonical_json(value) == written


@pytest.mark.parametrize(
    ("value", "error"),
    [(1.5, TypeError), ({1: 2}, TypeError), (b"x", TypeError), (2**53, ValueError),
     ("\ud800", ValueError), ({"a": object()}, TypeError)],
)  # fmt: skip
def test_what_has_no_one_writing_is_refused(value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        canonical_json(value)


@given(VALUES)
@settings(max_examples=80, deadline=None)
def test_nothing_is_lost_and_order_does_not_matter(value: object) -> None:
    written = canonical_json(value)
    assert json.loads(written) == value
    assert canonical_json(json.loads(written)) == written


def test_sha256() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256_hex(b"") == empty
    assert digest_of({"b": 1, "a": 2}) == sha256_hex(b'{"a":2,"b":1}')
