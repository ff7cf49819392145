"""Files that two parsers read differently, and files that keep a parser busy: written byte by byte.

A timestamp authority stamps whatever it is sent, so a last revision may hold anything at all and
still be covered by a timestamp in perfect order. `notarized` makes such revisions.
"""

import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from pledges.proof.pdf import serialiser
from pledges.proof.pdf.objects import Name, Number, Reference, String
from pledges.proof.signatures import event_loop
from tests.attacks import changes
from tests.attacks.honest import RENEWED, Honest, appended, stamped_over
from tests.attacks.table import forgery

CHANGED = ("unexpected-change", "unexpected-field", "active-content")
CONTENTS = re.compile(rb"/Contents <([0-9A-Fa-f]+)>\s*/ByteRange \[[^\]]*\] *")


@dataclass
class Revision:
    """The honest last revision of a file that was stamped again, open to be written otherwise."""

    before: bytes
    objects: dict[int, bytes]
    size: int
    prev: int
    trailer: bytes
    compressed: dict[int, tuple[int, int]] = field(default_factory=dict)
    generations: dict[int, int] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    freed: list[int] = field(default_factory=list)
    ahead: bytes = b""
    behind: bytes = b""

    @property
    def table(self) -> int:
        return self.size - 1


def again(honest: Honest) -> Revision:
    before, after = honest.lta, honest.renewed
    reader = PdfFileReader(BytesIO(after))
    listed = reader.xrefs.get_xref_data(reader.total_revisions - 1).standard_xrefs
    starts = sorted(place for _, place in listed.values())
    ends = dict(zip(starts, [*starts[1:], len(after)], strict=True))
    table = reader.last_startxref
    objects = {
        number: after[place : ends[place]]
        for number, (_, place) in listed.items()
        if place != table
    }
    identity = re.search(rb"/ID \[.*?\]", after[table:], re.S)[0]
    prev = reader.xrefs.get_startxref_for_revision(reader.total_revisions - 2)
    info = reader.trailer.raw_get("/Info").idnum
    trailer = b"/Root 2 0 R\n/Info %d 0 R\n%b" % (info, identity)
    return Revision(before, objects, int(reader.trailer["/Size"]), prev, trailer)


def stream(number: int, head: bytes, data: bytes, generation: int = 0) -> bytes:
    return (
        b"%d %d obj\n<<%b /Length %d>>\nstream\n" % (number, generation, head, len(data))
        + data
        + b"\nendstream\nendobj\n"
    )


def laid_out(revision: Revision) -> tuple[bytes, dict[int, int]]:
    body, places = revision.before + revision.ahead, {}
    for number, data in revision.objects.items():
        places[number] = len(body)
        body += data
    return body, {**places, **revision.places}


def runs(numbers: list[int]) -> list[list[int]]:
    """`numbers` in runs without a gap, the free object 0 for itself, as our own writer has them."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number > 1 and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    return found


def as_stream(revision: Revision) -> bytes:
    body, places = laid_out(revision)
    start = len(body)
    rows = {number: (1, at, revision.generations.get(number, 0)) for number, at in places.items()}
    rows |= {number: (2, *where) for number, where in revision.compressed.items()}
    rows |= dict.fromkeys(revision.freed, (0, 0, 1))
    rows |= {0: (0, 0, 65535), revision.table: (1, start, 0)}
    index = b" ".join(b"%d %d" % (run[0], len(run)) for run in runs(sorted(rows)))
    packed = b"".join(
        bytes([kind]) + first.to_bytes(8, "big") + second.to_bytes(2, "big")
        for _, (kind, first, second) in sorted(rows.items())
    )
    head = b"/Type /XRef\n/W [ 1 8 2 ]\n/Index [ %b ]\n/Size %d\n/Prev %d\n%b\n/Length %d" % (
        index, revision.size, revision.prev, revision.trailer, len(packed),
    )  # fmt: skip
    # Just as our own writer writes it, so that nothing but the forgery is amiss.
    table = b"%d 0 obj\n<<\n%b\n>>\nstream\n%b\nendstream\nendobj\n" % (
        revision.table, head, packed,
    )  # fmt: skip
    return body + table + revision.behind + b"\nstartxref\n%d\n%%%%EOF\n" % start


def as_table(revision: Revision, extra: bytes = b"", listed_twice: Mapping[int, int] = {}) -> bytes:
    body, places = laid_out(revision)
    start = len(body)
    rows = [*listed_twice.items(), *sorted(places.items())]
    entries = b"0 1\n0000000000 65535 f \n" + b"".join(
        b"%d 1\n%010d %05d n \n" % (number, at, revision.generations.get(number, 0))
        for number, at in rows
    )
    trailer = b"trailer\n<</Size %d /Prev %d %b %b>>\n" % (
        revision.size, revision.prev, revision.trailer, extra,
    )  # fmt: skip
    return body + b"xref\n" + entries + trailer + b"startxref\n%d\n%%%%EOF\n" % start


def notarized(honest: Honest, pdf: bytes) -> bytes:
    """The last timestamp of `pdf` made anew over the bytes as they are."""
    found = list(CONTENTS.finditer(pdf))[-1]
    before, after = found.start(1) - 1, found.end(1) + 1
    numbers = b"/ByteRange [0 %d %d %d]" % (before, after, len(pdf) - after)
    room = found.end() - after - 1
    pdf = pdf[: after + 1] + numbers.ljust(room) + pdf[found.end() :]
    digest = hashlib.sha256(pdf[:before] + pdf[after:]).digest()
    stamper = honest.stamped.stamp(RENEWED).stamper
    token = event_loop.run(stamper.async_timestamp(digest, "sha256")).dump()
    shown = token.hex().upper().encode().ljust(after - before - 2, b"0")
    return pdf[: before + 1] + shown + pdf[after - 1 :]


def rebuilt(honest: Honest, change: Callable[[Revision], None] | None = None) -> bytes:
    revision = again(honest)
    if change:
        change(revision)
    return notarized(honest, as_stream(revision))


def page_of(honest: Honest) -> tuple[int, int]:
    """The numbers of the first page and of what it shows."""
    kids = PdfFileReader(BytesIO(honest.lta)).root["/Pages"]["/Kids"]
    return kids.raw_get(0).idnum, kids[0].raw_get("/Contents").idnum


EVIL = b"0 0 1 rg 0 0 300 300 re f"


@forgery("unreadable", on=["lta"])
def other_generation(honest, _pdf):
    """Some viewers go by the number alone, and take the newest object under it."""

    def change(revision):
        number = page_of(honest)[1]
        revision.objects[number] = stream(number, b"", EVIL, generation=1)
        revision.generations[number] = 1

    return rebuilt(honest, change)


@forgery("unexpected-change", on=["lta"])
def same_object_written_again(honest, _pdf):
    """Equal to one parser; what another makes of it nobody knows."""

    def change(revision):
        number = page_of(honest)[1]
        reader = PdfFileReader(BytesIO(honest.lta))
        place = reader.xrefs.get_xref_data(0).standard_xrefs[number][1]
        end = honest.lta.index(b"endobj", place) + len(b"endobj\n")
        revision.objects[number] = honest.lta[place:end]

    return rebuilt(honest, change)


@forgery("unreadable", on=["lta"])
def object_listed_where_it_always_was(honest, _pdf):
    def change(revision):
        number = page_of(honest)[1]
        reader = PdfFileReader(BytesIO(honest.lta))
        revision.places[number] = reader.xrefs.get_xref_data(0).standard_xrefs[number][1]

    return rebuilt(honest, change)


@forgery("unreadable", on=["lta"])
def object_listed_twice(honest, _pdf):
    """A classic table may name a number twice: one viewer takes the first, one the last."""
    revision = again(honest)
    number = 2
    evil = revision.objects[number].replace(b"<<", b"<</PageMode /FullScreen ", 1)
    revision.ahead = evil
    return notarized(honest, as_table(revision, listed_twice={number: len(revision.before)}))


@forgery("unreadable", on=["lta"])
def classic_table(honest, _pdf):
    return notarized(honest, as_table(again(honest)))


@forgery("unreadable", on=["lta"])
def hybrid_table(honest, _pdf):
    """/XRefStm: viewers that know it see other objects than those that do not."""
    revision = again(honest)
    whole = as_stream(revision)
    start = int(whole.rstrip(b"\n").split(b"\n")[-2])
    hidden = whole[start : whole.rindex(b"\nstartxref")]
    laid_out(revision)
    revision.ahead = hidden
    return notarized(honest, as_table(revision, extra=b"/XRefStm %d" % len(revision.before)))


@forgery("unreadable", on=["lta"])
def object_in_object_stream(honest, _pdf):
    """The catalog once as an object and, listed after it, once more in an object stream."""

    def change(revision):
        catalog = revision.objects.pop(2)
        inner = catalog[catalog.index(b"<<") : catalog.rindex(b">>") + 2]
        number = revision.size - 1
        revision.size += 1
        data = b"2 0 " + inner
        revision.objects[number] = stream(number, b"/Type /ObjStm /N 1 /First 4", data)
        revision.compressed[2] = (number, 0)

    return rebuilt(honest, change)


@forgery("unreadable", on=["lta"])
def object_freed(honest, _pdf):
    return rebuilt(honest, lambda revision: revision.freed.append(page_of(honest)[1]))


@forgery("unreadable", on=["lta"])
def number_left_open_filled(honest, _pdf):
    """Numbers that an earlier revision left unused: its pages might refer to one."""
    left: list[int] = []

    def leave(writer):
        left.append(writer._lastobj_id + 1)
        writer._lastobj_id += 5

    def fill(writer):
        writer.objects[(0, left[0])] = generic.StreamObject(stream_data=EVIL)

    return stamped_over(stamped_over(honest.lta, leave, honest.stamped), fill, honest.stamped)


@forgery("unreadable", on=["lta"], opens=False)
def size_too_small(honest, _pdf):
    """Objects from /Size on do not exist for a viewer that goes by the letter."""
    revision = again(honest)
    said = as_stream(revision).replace(b"/Size %d\n/Prev" % revision.size, b"/Size 09\n/Prev")
    return notarized(honest, said)


@forgery("unreadable", "no-field", "unexpected-field", "failed", on=["lta"])
def revision_skipped(honest, _pdf):
    """/Prev leads past the company's seal."""

    def change(revision):
        reader = PdfFileReader(BytesIO(honest.lta))
        revision.prev = reader.xrefs.get_startxref_for_revision(1)

    return rebuilt(honest, change)


@forgery("unreadable", on=["lta"], opens=False)
def table_loop(honest, _pdf):
    def change(revision):
        body, _ = laid_out(revision)
        revision.prev = len(body)

    return rebuilt(honest, change)


@forgery("unreadable", on=["lta"], opens=False)
def table_ahead_of_itself(honest, _pdf):
    """/Prev points past the end."""

    def change(revision):
        revision.prev = 10**9

    return rebuilt(honest, change)


@forgery("trailing-bytes", "unreadable", on=["lta"])
def two_ends_in_one_revision(honest, _pdf):
    def change(revision):
        revision.behind = b"\nstartxref\n%d\n%%%%EOF\n" % revision.prev

    return rebuilt(honest, change)


@forgery("unreadable", on=["lta"])
def text_before_the_end(honest, _pdf):
    def change(revision):
        revision.behind = b"\n% and nothing of this holds\n"

    return rebuilt(honest, change)


@forgery("unreadable", "failed", on=["lta"])
def key_given_twice(honest, _pdf):
    """One parser takes the first value of a repeated key, another one the last."""

    def change(revision):
        page, _ = page_of(honest)
        data = revision.objects[page]
        revision.objects[page] = data.replace(b"<<", b"<</Contents 3 0 R ", 1)

    return rebuilt(honest, change)


@forgery(*CHANGED, on=["lta"])
def key_spelled_with_escapes(honest, _pdf):
    def change(revision):
        revision.objects[2] = revision.objects[2].replace(
            b"<<", b"<</Open#41ction <</S /JavaScript /JS (1)>> ", 1
        )

    return rebuilt(honest, change)


@forgery("unreadable", on=["lta"], opens=False)
def other_root(honest, _pdf):
    def change(revision):
        revision.trailer = re.sub(rb"/Root \d+", b"/Root 3", revision.trailer)

    return rebuilt(honest, change)


@forgery("unexpected-change", on=["lta"])
def other_identity(honest, _pdf):
    def change(revision):
        revision.trailer = re.sub(rb"/ID \[ <..", b"/ID [ <00", revision.trailer)

    return rebuilt(honest, change)


@forgery("unreadable", on=["lta"], opens=False)
def encrypted_by_the_trailer(honest, _pdf):
    def change(revision):
        number = revision.size - 1
        revision.size += 1
        head = b"<</Filter /Standard /V 1 /R 2 /O (%b) /U (%b) /P -1>>" % (b"a" * 32, b"b" * 32)
        revision.objects[number] = b"%d 0 obj\n%b\nendobj\n" % (number, head)
        revision.trailer += b" /Encrypt %d 0 R" % number

    return rebuilt(honest, change)


@forgery("unexpected-field", on=["lta"])
def visible_timestamp(honest, _pdf):
    """The one field that a stamper may add, drawn over the text."""

    def change(revision):
        number = next(n for n, data in revision.objects.items() if b"/FT /Sig" in data)
        revision.objects[number] = re.sub(
            rb"/Rect \[[^\]]*\]", b"/Rect [0 0 500 500]", revision.objects[number]
        )

    return rebuilt(honest, change)


@forgery("unexpected-field", on=["lta"])
def timestamp_of_another_name(honest, _pdf):
    def change(revision):
        number = next(n for n, data in revision.objects.items() if b"/FT /Sig" in data)
        revision.objects[number] = revision.objects[number].replace(b"Timestamp2", b"TimestampX")

    return rebuilt(honest, change)


@forgery("active-content", on=["lta"])
def link_in_place_of_the_timestamps_field(honest, _pdf):
    """Over the first page, where nobody sees it."""

    def change(revision):
        field = next(n for n, data in revision.objects.items() if b"/FT /Sig" in data)
        page, link = page_of(honest)[0], revision.size - 1
        revision.size += 1
        entries = {
            "/Type": Name("/Annot"),
            "/Subtype": Name("/Link"),
            "/Rect": [Number(edge) for edge in (0, 0, 595, 841)],
            "/BS": {"/W": Number(0)},
            "/A": {"/S": Name("/URI"), "/URI": String(b"https://evil.example")},
        }
        revision.objects[link] = serialiser.indirect(link, entries)
        old, new = b"%d 0 R" % field, b"%d 0 R" % link
        revision.objects[page] = revision.objects[page].replace(old, new)

    return rebuilt(honest, change)


def _field_says(honest: Honest, old: bytes, new: bytes) -> bytes:
    """The field of the last timestamp, changed."""

    def change(revision):
        number = next(n for n, data in revision.objects.items() if b"/FT /Sig" in data)
        assert old in revision.objects[number]
        revision.objects[number] = revision.objects[number].replace(old, new)

    return rebuilt(honest, change)


@forgery("unexpected-field", on=["lta"])
def timestamp_that_is_called_otherwise(honest, _pdf):
    """Readers show it, and the authority never saw it."""
    return _field_says(honest, b"/TU (Timestamp)", b"/TU (Revoked by the court)")


@forgery("unexpected-field", on=["lta"], opens=False)
def timestamp_with_more_edges(honest, _pdf):
    return _field_says(honest, b"/Rect [ -1 -1 -1 -1 ]", b"/Rect [ -1 -1 -1 -1 -1 -1 ]")


@forgery("unexpected-field", on=["lta"], opens=False)
def timestamp_without_edges(honest, _pdf):
    return _field_says(honest, b"/Rect [ -1 -1 -1 -1 ]\n", b"")


@forgery("unexpected-change", on=["lta"])
def timestamp_that_claims_another_page(honest, _pdf):
    page, _ = page_of(honest)
    return _field_says(honest, b"/P %d 0 R" % page, b"/P 8 0 R")


@forgery("unexpected-change", on=["lta"])
def file_that_may_be_written_anew(honest, _pdf):
    """Without AppendOnly (12.7.2) a writer may save all of the file again, and break its seals."""

    def change(revision):
        revision.objects[2] = revision.objects[2].replace(b"/SigFlags 3", b"/SigFlags 1")

    return rebuilt(honest, change)


@forgery("unexpected-change", on=["lta"])
def object_that_nothing_uses(honest, _pdf):
    """It would lie there until something makes it seen."""

    def change(revision):
        number = revision.size - 1
        revision.size += 1
        revision.objects[number] = serialiser.indirect(number, {"/A": Reference(number, 0)})

    return rebuilt(honest, change)


@forgery("unexpected-change", on=["lta"])
def hints_for_validators_taken_away(honest, _pdf):
    def change(revision):
        hints = PdfFileReader(BytesIO(honest.lta)).root.raw_get("/DSS").idnum
        revision.objects[hints] = serialiser.indirect(hints, {"/Certs": None})

    return rebuilt(honest, change)


# --- Files to keep a parser busy ------------------------------------------------------------------
def replaced(pdf: bytes, data: bytes, head: bytes, length: int | None = None) -> bytes:
    """`pdf` with a last cross-reference stream of this content."""
    start = len(pdf)
    table = stream(999, b"/Type /XRef " + head, data)
    return pdf + table + b"startxref\n%d\n%%%%EOF\n" % start


@forgery("unreadable", "too-large", on=["finished"], opens=False)
def decompression_bomb(_honest, pdf):
    bomb = zlib.compress(bytes(50_000_000), 9)
    head = b"/W [1 8 2] /Size 1000 /Root 2 0 R /Index [0 20000000] /Filter /FlateDecode"
    return replaced(pdf, bomb, head)


@forgery("unreadable", "too-large", on=["finished"], opens=False)
def nested_decompression_bomb(_honest, pdf):
    bomb = zlib.compress(zlib.compress(bytes(90_000_000), 9), 9)
    head = b"/W [1 8 2] /Size 1000 /Root 2 0 R /Filter [/FlateDecode /FlateDecode]"
    return replaced(pdf, bomb, head)


@forgery("too-large", on=["finished"], opens=False)
def endless_index(_honest, pdf):
    head = b"/W [0 0 0] /Size 9999999999 /Root 2 0 R /Index [0 9999999999]"
    return replaced(pdf, b"", head)


@forgery("unreadable", on=["finished"], opens=False)
def wide_columns(_honest, pdf):
    head = b"/W [1 999999999999 2] /Size 5 /Root 2 0 R /Index [0 5]"
    return replaced(pdf, b"\1" * 40, head)


@forgery("unreadable", on=["finished"], opens=False)
def classic_table_without_end(_honest, pdf):
    start = len(pdf)
    return pdf + b"xref\n0 99999999999\n" + b"startxref\n%d\n%%%%EOF\n" % start


@forgery("unreadable", on=["finished"], opens=False)
def deep_nesting(_honest, pdf):
    start = len(pdf)
    deep = b"[" * 200_000 + b"]" * 200_000
    table = b"998 0 obj\n<</Type /XRef /A %b>>\nstream\n\nendstream\nendobj\n" % deep
    return pdf + table + b"startxref\n%d\n%%%%EOF\n" % start


@forgery("unreadable", on=["finished"], opens=False)
def huge_number(_honest, pdf):
    return pdf[: pdf.rindex(b"startxref")] + b"startxref\n" + b"9" * 5000 + b"\n%%EOF\n"


@forgery("unreadable", "unknown-shape", on=["finished"])
def ten_thousand_revisions(_honest, pdf):
    parts, start = [pdf], len(pdf)
    prev = int(pdf.rstrip(b"\n").split(b"\n")[-2])
    for _ in range(10_000):
        head = b"/Type /XRef /W [1 8 2] /Index [0 1] /Size 999 /Root 2 0 R /Prev %d" % prev
        part = stream(998, head, b"\0" * 9 + b"\xff\xff") + b"startxref\n%d\n%%%%EOF\n" % start
        prev, start = start, start + len(part)
        parts.append(part)
    return b"".join(parts)


@forgery("unreadable", "unexpected-field", on=["finished"], opens=False)
def page_tree_without_end(_honest, _pdf):
    """Twenty levels, each naming the next a hundred times: few bytes, no end of pages."""
    objects = [b"<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields []>> >>"]
    for level in range(2, 21):
        kids = b" ".join([b"%d 0 R" % (level + 1)] * 100)
        objects.append(b"<</Type /Pages /Count 1 /Kids [%b]>>" % kids)
    objects.append(b"<</Type /Page /MediaBox [0 0 9 9]>>")
    return _from_scratch(objects)


@forgery("unreadable", "too-large", on=["finished"], opens=False)
def a_million_objects(_honest, _pdf):
    return _from_scratch(
        [b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages>>", *[b"1"] * 300_000]
    )


def _from_scratch(objects: list[bytes]) -> bytes:
    """A file of two revisions with two empty fields, as far as that fits a parser's first look."""
    body, rows = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n", []
    parts = [body]
    at = len(body)
    for number, data in enumerate(objects, 1):
        part = b"%d 0 obj\n%b\nendobj\n" % (number, data)
        rows.append(at)
        parts.append(part)
        at += len(part)
    size = len(objects) + 2
    rows.append(at)
    packed = (
        b"\0" * 9 + b"\xff\xff" + b"".join(b"\1" + n.to_bytes(8, "big") + b"\0\0" for n in rows)
    )
    head = b"/Type /XRef /W [1 8 2] /Size %d /Root 1 0 R /ID [<00> <00>]" % size
    end = b"startxref\n%d\n%%%%EOF\n"
    parts += [stream(size - 1, head, packed), end % at]
    first = b"".join(parts)
    again = b"\0" * 9 + b"\xff\xff\1" + len(first).to_bytes(8, "big") + b"\0\0"
    more = b"/Type /XRef /W [1 8 2] /Index [0 1 %d 1] /Size %d /Root 1 0 R /Prev %d" % (
        size, size + 1, at,
    )  # fmt: skip
    return first + stream(size, more, again) + end % len(first)


@forgery("not-a-pdf", "trailing-bytes", on=["finished"], opens=False)
def junk(_honest, _pdf):
    return bytes(range(256)) * 400


@forgery("not-a-pdf", on=["finished"], opens=False)
def junk_in_a_pdf_wrapper(_honest, _pdf):
    return b"%PDF-1.7\n" + bytes(range(256)) * 400 + b"\nstartxref\n9\n%%EOF\n"


@forgery("not-a-pdf", "trailing-bytes", on=["finished"], opens=False)
def nothing(_honest, _pdf):
    return b""


@forgery("too-large", on=["finished"], opens=False)
def too_much(_honest, pdf):
    return pdf + b" " * 21_000_000


# --- Well-formed files to keep a judge busy -------------------------------------------------------
@forgery("unreadable", on=["signed"], opens=False)
def page_tree_that_fans_out(_honest, pdf):
    """Eighteen levels, each naming the next ten times: few bytes, and no end of pages."""

    def change(writer):
        pages = writer.root["/Pages"]
        node = pages["/Kids"].raw_get(0)
        for _level in range(18):
            kids = changes.Array([node] * 10)
            level = changes.dictionary(
                Type=changes.Name("/Pages"), Count=changes.Number(1), Kids=kids
            )
            node = writer.add_object(level)
        pages[changes.Name("/Kids")] = changes.Array([node])
        writer.update_container(pages)

    return appended(pdf, change)


@forgery("unreadable", on=["signed"], opens=False)
def page_tree_in_a_circle(_honest, pdf):
    def change(writer):
        pages = writer.root["/Pages"]
        pages["/Kids"].insert(0, writer.root.raw_get("/Pages"))
        writer.update_container(pages)

    return appended(pdf, change)
