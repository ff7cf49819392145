"""Canonical JSON as RFC 8785 has it, and the digest over it."""

import json

import pytest
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
