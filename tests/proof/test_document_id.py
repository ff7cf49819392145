"""The identifier of a rendered document, read off its end: that one form, and no other."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.core.promised_content import content_digest
from pledges.proof.pdf import document_id
from tests.rendering.samples import render
from tests.sealed import CONTENT

IDENTIFIER = content_digest(CONTENT)
OTHER = b"ab" * 32


@pytest.fixture(scope="module")
def document():
    return render("<h1>承诺书</h1>", identifier=IDENTIFIER)


def test_it_is_what_the_file_was_rendered_with(document):
    assert document_id.read(document) == IDENTIFIER


@pytest.mark.parametrize("identifier", ["00" * 32, "ff" * 32])
def test_whatever_it_is(identifier):
    assert document_id.read(render("<p>x</p>", identifier=identifier)) == identifier


def _place(document):
    return int(re.search(rb"startxref\n(\d+)\n", document)[1])


CHANGES = {
    "empty": lambda d: b"",
    "no end": lambda d: d[:-7],
    "something after the end": lambda d: d + b"\n",
    "a second end": lambda d: d + b"startxref\n7\n%%EOF\n",
    "an offset with a leading zero": lambda d: d.replace(b"startxref\n", b"startxref\n0"),
    "an offset beyond the file": lambda d: d.replace(b"startxref\n", b"startxref\n9"),
    "an offset elsewhere": lambda d: d.replace(b"startxref\n", b"startxref\n1\n%%\n"),
    "an update with a table of its own": lambda d: d + b"1 0 obj\n<<>>\nendobj\n",
    "an identifier before": lambda d: _dictionary(d, b"/ID [", b"/ID [(x) (y)]/ID ["),
    "an identifier after": lambda d: _dictionary(d, b"/Filter", b"/ID [(x) (y)]/Filter"),
    "a comment": lambda d: _dictionary(d, b"/ID [", b"%(" + OTHER + b")\n/ID ["),
    "in hexadecimal": lambda d: _dictionary(d, b"/ID [(", b"/ID [<").replace(b") (", b"> (", 1),
    "an escape": lambda d: _dictionary(d, b"/ID [(", rb"/ID [(\1"),
    "capital letters": lambda d: d.replace(IDENTIFIER.encode(), IDENTIFIER.upper().encode()),
    "too short": lambda d: d.replace(IDENTIFIER.encode(), IDENTIFIER[1:].encode()),
    "a predecessor": lambda d: _dictionary(d, b"/Root", b"/Prev 9/Root"),
    "another order": lambda d: _dictionary(d, b"/Type /XRef", b"/Filter /FlateDecode/Type /XRef"),
    "no stream": lambda d: _dictionary(d, b">>\nstream\n", b">>\nendobj\n"),
}


def _dictionary(document, old, new):
    """`old` → `new` in the dictionary of the cross-reference stream alone."""
    place = _place(document)
    assert old in document[place:]
    return document[:place] + document[place:].replace(old, new, 1)


@pytest.mark.parametrize("change", CHANGES)
def test_any_other_form_has_none(document, change):
    changed = CHANGES[change](document)
    assert changed != document
    with pytest.raises(document_id.NoIdentifier):
        document_id.read(changed)


@given(at=st.integers(0, 600), byte=st.integers(0, 255))
def test_a_changed_byte_near_the_end_is_seen_or_changes_nothing(document, at, byte):
    """What is read is the true identifier, another one in its very place, or none."""
    place = len(document) - 1 - at
    changed = document[:place] + bytes([byte]) + document[place + 1 :]
    try:
        found = document_id.read(changed)
    except document_id.NoIdentifier:
        return
    assert f"/ID [({found}) ".encode() in changed[_place(changed) :]


@given(noise=st.binary(max_size=200))
def test_noise_has_none(noise):
    for tail in (b"", b"\nstartxref\n1\n%%EOF\n"):
        with pytest.raises(document_id.NoIdentifier):
            document_id.read(noise + tail)
