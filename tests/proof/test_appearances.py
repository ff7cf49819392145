"""What a field shows, read off the revision that put it there."""

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pledges.proof.fileformat import BOX_MM, CURRENT
from pledges.proof.pdf import appearances, incremental_update
from pledges.proof.pdf.appearances import NoAppearance
from pledges.proof.pdf.incremental_update import IncrementalUpdate
from tests.sealed import figure, rendered

GOLDEN = sorted((Path(__file__).parent.parent / "golden").glob("*/file.pdf"))


@pytest.fixture(scope="module")
def revision():
    document = rendered()
    update = IncrementalUpdate(document)
    incremental_update.show(update, CURRENT.manager_field, figure("Li Ming"))
    return update.written()[len(document) :]


def test_it_is_the_drawing_with_its_fonts(revision):
    found = appearances.read(revision)
    assert (found.width, found.height) == pytest.approx([mm / 25.4 * 72 for mm in BOX_MM])
    assert found.operators.startswith(b"/Artifact BMC") and found.operators.count(b"Tj") == 7
    assert [program[:4] for program in found.fonts.values()] == [b"OTTO"]


def test_what_stands_behind_the_revision_changes_nothing(revision):
    assert appearances.read(revision + revision.replace(b"/Form", b"/Mirf")) == appearances.read(
        revision
    )


def test_the_content_of_a_stream_is_no_object(revision):
    """Bytes that look like an end or a beginning, in data whose length is told."""
    data = b"\nendstream\nendobj\n9 0 obj\n<<\n/Subtype /Form\n>>\nendobj\n"
    before = b"8 0 obj\n<<\n/Length %d\n>>\nstream\n%b\nendstream\nendobj\n" % (len(data), data)
    assert appearances.read(before + revision) == appearances.read(revision)


@pytest.mark.parametrize("more", [-1, 1, 1000])
def test_a_stream_that_lies_about_its_length_is_none(revision, more):
    told = re.compile(rb"/Length (\d+)")
    with pytest.raises(NoAppearance):
        appearances.read(told.sub(lambda length: b"/Length %d" % (int(length[1]) + more), revision))


@pytest.mark.parametrize("content", [b"", b"hello", b"1 0 obj\n<<\n>>\nendobj\n", b"1 0 obj\n"])
def test_without_a_drawing_there_is_none(content):
    with pytest.raises(NoAppearance):
        appearances.read(content)


def test_a_drawing_that_unpacks_to_too_much_is_none(revision, monkeypatch):
    monkeypatch.setattr(appearances, "MAX_UNPACKED", 100)
    with pytest.raises(NoAppearance, match="too long"):
        appearances.read(revision)


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0), bit=st.integers(0, 7), cut=st.booleans())
def test_damaged_bytes_are_read_or_refused_and_nothing_else(revision, place, bit, cut):
    place %= len(revision)
    changed = revision[:place] + bytes([revision[place] ^ 1 << bit]) + revision[place + 1 :]
    with contextlib.suppress(NoAppearance):
        appearances.read(revision[:place] if cut else changed)


@pytest.mark.parametrize("file", GOLDEN, ids=lambda path: path.parent.name)
def test_files_of_earlier_versions_are_read_or_refused(file):
    """Some were drawn by a layout engine, with operators that ours never write."""
    content = file.read_bytes()
    for end in re.finditer(rb"%%EOF\n", content):
        with contextlib.suppress(NoAppearance):
            assert appearances.read(content[end.end() :]).operators
