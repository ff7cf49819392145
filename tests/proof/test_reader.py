"""Our reader of PDF objects: what it makes of a file, and what it does not let pass."""

import zlib
from decimal import Decimal
from io import BytesIO

import pikepdf
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pledges.proof.pdf import reader, serialiser, xref_precheck
from pledges.proof.pdf.objects import (
    Budget,
    Name,
    Number,
    Reference,
    Stream,
    String,
)
from pledges.proof.pdf.syntax import MAX_DEPTH, Parser
from pledges.proof.verdict import Rejected
from tests.attacks.honest import honest

KINDS = ("rendered", "signed", "finished", "stamped_signed", "lta", "renewed")


def history(pdf: bytes) -> reader.History:
    return reader.read(pdf, xref_precheck.read(pdf))


def value_of(data: bytes, **limits: int):
    return Parser(data, Budget(**limits)).value(0)[0]


# --- What others make of the same file ------------------------------------------------------------
def ours(value):
    """One of our objects in plain Python; references as their numbers."""
    if isinstance(value, Reference):
        return ("ref", *value)
    if isinstance(value, Stream):
        entries = {key: inner for key, inner in value.entries.items() if key != "/Length"}
        return ("stream", ours(entries), value.data)
    if isinstance(value, dict):
        return {str(key): ours(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [ours(inner) for inner in value]
    if isinstance(value, Number):
        return Decimal(value)
    return value.value if isinstance(value, String) else value


def theirs(value, *, inside=False):
    """The same of one of qpdf's."""
    if not isinstance(value, pikepdf.Object):
        return (
            Decimal(str(value))
            if isinstance(value, int | Decimal | float) and not isinstance(value, bool)
            else value
        )
    if inside and value.is_indirect:
        return ("ref", *value.objgen)
    if isinstance(value, pikepdf.Stream):
        entries = {
            key: theirs(inner, inside=True)
            for key, inner in value.stream_dict.items()
            if key != "/Length"
        }
        return ("stream", entries, value.read_raw_bytes())
    if isinstance(value, pikepdf.Dictionary):
        return {key: theirs(inner, inside=True) for key, inner in value.items()}
    if isinstance(value, pikepdf.Array):
        return [theirs(inner, inside=True) for inner in value]
    return str(value) if isinstance(value, pikepdf.Name) else bytes(value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_object_is_what_qpdf_makes_of_it(kind):
    pdf = honest().base(kind)
    found = history(pdf)
    objects = found.at(len(found.revisions) - 1).known
    with pikepdf.open(BytesIO(pdf)) as opened:
        for number, value in objects.items():
            made = opened.get_object(number, 0)
            if ours(value) != theirs(made):
                assert ours(value)[1].get("/Type") in ("/XRef", "/ObjStm"), number


@pytest.mark.parametrize("kind", KINDS)
def test_revisions_are_the_prefixes_of_the_file(kind):
    pdf = honest().base(kind)
    whole = history(pdf)
    for table in xref_precheck.read(pdf):
        cut = history(pdf[: table.ends])
        assert [dict(each.objects) for each in cut.revisions] == [
            dict(each.objects) for each in whole.revisions[: len(cut.revisions)]
        ]


# --- What is written is read again ----------------------------------------------------------------
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).map(
    lambda text: Name("/" + text)
)
numbers = st.one_of(
    st.integers(-(10**9), 10**9).map(lambda value: Number(value)),
    st.decimals(-9999, 9999, places=4).map(lambda value: Number(f"{value:f}")),
)
atoms = st.one_of(
    names,
    numbers,
    st.binary(max_size=40).map(String),
    st.builds(Reference, st.integers(1, 10**6), st.integers(0, 9)),
    st.booleans(),
    st.none(),
)
objects = st.recursive(
    atoms,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(names, inner, max_size=5)),
    max_leaves=20,
)


@given(objects)
def test_what_is_written_is_read_as_it_was_and_written_the_same(value):
    once = serialiser.written(value)
    read = value_of(once)
    assert serialiser.same(read, value_of(serialiser.written(read)))
    assert serialiser.written(read) == once


@given(st.from_regex(r"-?[0-9]{1,12}(\.[0-9]{0,12})?", fullmatch=True))
@example("0.0000001")
@example("0.000000000001")
@example("-0.0")
@example("-0")
@example("1.50")
def test_a_number_is_written_as_it_can_be_read_and_written_again(text):
    """Else what signing writes its own verdict would refuse."""
    once = serialiser.written(value_of(text.encode()))
    read = value_of(once)
    assert Decimal(read) == Decimal(text)
    assert serialiser.written(read) == once


@given(st.binary(max_size=300), objects)
def test_a_stream_is_read_as_it_was(data, value):
    stream = Stream({"/Kept": value}, data)
    written = serialiser.indirect(7, stream)
    read, end = Parser(written, Budget()).indirect(7, 0)
    assert end == len(written) and serialiser.same(read, stream) and read.data == data


# --- What is refused ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "data",
    [
        b"", b"]", b">>", b"[", b"<<", b"[1", b"<</A", b"<</A 1", b"<</A 1]", b"[1>>", b"(", b"<4",
        b"(a(b)c)", b"(\r)", b"(\\\n)", b"(\\8)", b"<4>", b"<4g>", b"+1", b"--1", b"1-2", b".5",
        b"1e3", b"0x1", b"tru", b"nullx", b"truefalse", b"% note\n1", b"<</A 1 /A 2>>",
        b"<</A 1 /#41 2>>", b"<<1 2>>", b"/A#4", b"/A#zz", b"9" * 13, b"{1}",
    ],
)  # fmt: skip
def test_bytes_that_readers_differ_about_are_refused(data):
    with pytest.raises(Rejected) as refused:
        Parser(data + b"\n", Budget()).value(0)
    assert refused.value.explanation.rule


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"<</A#20B[1 -2.50 0. true null/C]>>",
         {"/A B": [Number("1"), Number("-2.50"), Number("0."), True, None, Name("/C")]}),
        (b"(\\101\\n\\(\\)\\\\)", String(b"A\n()\\")),
        (b"<48690a>", String(b"Hi\n")),
        (b"[12 0 R 12 0 5]",
         [Reference(12, 0), Number("12"), Number("0"), Number("5")]),
    ],
)  # fmt: skip
def test_objects_are_read(data, value):
    found = value_of(data)
    assert found == value and serialiser.same(found, value)


def test_nesting_and_number_of_objects_have_an_end():
    value_of(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    with pytest.raises(Rejected, match="deeply"):
        value_of(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))
    value_of(b"[1 1 1]", nodes=5)
    with pytest.raises(Rejected, match="few objects"):
        value_of(b"[1 1 1 1]", nodes=5)


def test_what_streams_inflate_to_has_an_end():
    packed = Stream({"/Filter": Name("/FlateDecode")}, zlib.compress(bytes(1000)))
    budget = Budget(inflated=1500)
    assert budget.inflate(packed) == bytes(1000)
    with pytest.raises(Rejected, match="few bytes"):
        budget.inflate(packed)


# --- Object streams (ISO 32000-1, 7.5.7) ----------------------------------------------------------
def in_stream(head: str, body: bytes, listed: dict[int, int], **entries):
    data = head.encode() + body
    told = {
        "/Type": Name("/ObjStm"),
        "/N": Number(len(listed)),
        "/First": Number(len(head)),
        **entries,
    }
    return reader._in_object_stream(Stream(told, data), listed, Budget())


def test_the_objects_of_a_stream_stand_one_after_the_other():
    found = in_stream("4 0 5 6 6 9 ", b"[1 2]\n/A\n<<>>", {0: 4, 1: 5, 2: 6})
    assert found == {4: [Number("1"), Number("2")], 5: Name("/A"), 6: {}}


@pytest.mark.parametrize(
    ("head", "body", "listed"),
    [
        ("4 0 5 0 ", b"[1 2]", {0: 4, 1: 5}),  # two begin at the same place
        ("4 6 5 0 ", b"[1 2]\n/A", {0: 4, 1: 5}),  # in another order
        ("4 0 5 2 ", b"[1 2]", {0: 4, 1: 5}),  # one within the other
        ("4 1 ", b" 1", {0: 4}),  # something before the first
        ("4 0 5 4 ", b"1 9 /A", {0: 4, 1: 5}),  # something between two
        ("4 0 ", b"1  ", {0: 4}),  # something behind the last
        ("4 0 ", b"1 2", {0: 4}),
        ("4 0 ", b"5 0 R", {0: 4}),  # a reference
        ("4 0 ", b"1", {0: 5}),  # another number than the table's
        ("4 0 ", b"1", {1: 4}),  # another place
        ("4 0 5 2 ", b"1 2", {0: 4}),  # more than the table lists
        ("4 -1 ", b"1", {0: 4}),
        ("4 0x ", b"1", {0: 4}),
        ("4 9 ", b"1", {0: 4}),  # beyond its end
    ],
)
def test_an_object_stream_that_readers_differ_about_is_refused(head, body, listed):
    with pytest.raises(Rejected):
        in_stream(head, body, listed)


def test_an_object_stream_continues_no_other():
    with pytest.raises(Rejected, match="extends no other"):
        in_stream("4 0 ", b"1", {0: 4}, **{"/Extends": Reference(3, 0)})
