"""Files of few bytes that take a judge long, or much memory, before it knows who wrote them.

Each is in the form of our own files as far as that goes: tables that name every object once, or an
honest file with one more revision under a timestamp in perfect order. What differs is only what an
object holds, so that a judge finds out as late as possible.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from pledges.core.digests import sha256_hex
from pledges.proof.keys import certificates, event_certificates
from pledges.proof.keys.private_keys import to_asn1
from pledges.proof.signatures.pades import Identity
from tests.attacks.honest import Honest, sign
from tests.attacks.structures import Revision, rebuilt, runs, stream
from tests.sealed import ORGANISATION, PERSON, SIGNED

MILLION = 1_000_000
CATALOG = b"<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields []>> >>"
PAGES = b"<</Type /Pages /Count 1 /Kids [3 0 R]>>"
PAGE = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>>"
Make = Callable[[Honest], bytes]


@dataclass(frozen=True)
class Bomb:
    """How to make a file that is rejected, at whatever cost; which honest file's trust to use."""

    name: str
    make: Make
    base: str

    def __str__(self) -> str:
        return self.name


BOMBS: list[Bomb] = []


def bomb(base: str = "finished") -> Callable[[Make], Make]:
    def enter(make: Make) -> Make:
        BOMBS.append(Bomb(make.__name__.replace("_", " "), make, base))
        return make

    return enter


# --- Files from the beginning ---------------------------------------------------------------------
@dataclass
class Written:
    """A first revision, and a second one that changes nothing: that many any signed file has.

    `inside`: for each object stream, by its number, the objects in it, and the stream's content.
    """

    objects: dict[int, bytes]
    inside: Mapping[int, tuple[list[int], bytes]] = field(default_factory=dict)

    def pdf(self) -> bytes:
        parts, places, at = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"], {}, 15
        for number, data in sorted(self.objects.items()):
            places[number] = (1, at, 0)
            parts.append(data)
            at += len(data)
        for holder, (numbers, _) in self.inside.items():
            places |= {number: (2, holder, index) for index, number in enumerate(numbers)}
        size = max(places) + 1
        places[size] = (1, at, 0)
        parts.append(_table(size, places, b""))
        second = sum(map(len, parts))
        parts.append(_table(size + 1, {size + 1: (1, second, 0)}, b"\n/Prev %d" % at))
        return b"".join(parts)


def _table(number: int, rows: Mapping[int, tuple[int, int, int]], more: bytes) -> bytes:
    """A cross-reference stream at the place that its own row names, and the end of its revision."""
    every = {0: (0, 0, 65535), **rows}
    index = b" ".join(b"%d %d" % (run[0], len(run)) for run in runs(sorted(every)))
    data = b"".join(
        bytes([kind]) + first.to_bytes(8, "big") + second.to_bytes(2, "big")
        for _, (kind, first, second) in sorted(every.items())
    )
    packed = zlib.compress(data, 9)
    head = (
        b"/Type /XRef\n/W [ 1 8 2 ]\n/Index [ %b ]\n/Size %d%b\n/Root 1 0 R\n"
        b"/ID [ <00> <00> ]\n/Filter /FlateDecode\n/Length %d"
    ) % (index, number + 1, more, len(packed))
    body = b"%d 0 obj\n<<\n%b\n>>\nstream\n%b\nendstream\nendobj\n" % (number, head, packed)
    return body + b"\nstartxref\n%d\n%%%%EOF\n" % rows[number][1]


def plain(objects: Mapping[int, bytes]) -> bytes:
    """A file of these objects behind a catalog and a page."""
    given = {1: CATALOG, 2: PAGES, 3: PAGE, **objects}
    return Written({n: b"%d 0 obj\n%b\nendobj\n" % (n, data) for n, data in given.items()}).pdf()


def packed(head: bytes, numbers: list[int], data: bytes) -> bytes:
    """A file with an object stream (7.5.7) of these objects; `head` says where each begins."""
    return holding(numbers, zlib.compress(head + data, 9), len(head))


def holding(numbers: list[int], deflated: bytes, first: int) -> bytes:
    said = b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode" % (len(numbers), first)
    objects = {1: CATALOG, 2: PAGES, 3: PAGE}
    given = {n: b"%d 0 obj\n%b\nendobj\n" % (n, data) for n, data in objects.items()}
    given[4] = stream(4, said, deflated)
    return Written(given, {4: (numbers, b"")}).pdf()


def array(length: int) -> bytes:
    return b"[" + b"1 " * length + b"]"


@bomb()
def index_that_leads_back(_honest: Honest) -> bytes:
    """315 bytes: the pairs of an index that can be told apart in many ways, and never end."""
    begin = b"%PDF-1.7\n"
    head = b"1 0 obj\n<</Type /XRef/W [1 8 2]/Size 9/Length 1/Index [%bx ]>>\nstream\n"
    end = b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(begin)
    room = 315 - len(begin + head % b"" + end)
    return begin + head % (b"11 " * room)[:room] + end


@bomb()
def objects_that_all_begin_at_one_array(_honest: Honest) -> bytes:
    numbers = list(range(5, 2_005))
    head = b"".join(b"%d 0 " % number for number in numbers)
    return packed(head, numbers, array(20_000))


@bomb()
def array_of_a_million(_honest: Honest) -> bytes:
    return packed(b"5 0 ", [5], array(MILLION))


@bomb()
def array_of_thirty_one_million(_honest: Honest) -> bytes:
    """With noise beside it, for a parser that minds how much smaller the packed stream is."""
    numbers, noise = array(31 * MILLION), Random(1).randbytes(660_000).hex().encode()
    return packed(b"5 0 6 %d " % len(numbers), [5, 6], numbers + b"<%b>" % noise)


@bomb()
def twenty_megabytes_of_objects(_honest: Honest) -> bytes:
    return plain(dict.fromkeys(range(4, 19_004), array(500)))


@bomb()
def arrays_in_arrays(_honest: Honest) -> bytes:
    return plain({4: b"[" * MILLION + b"]" * MILLION})


@bomb()
def dictionaries_in_dictionaries(_honest: Honest) -> bytes:
    """As deep as a parser can just bear, and so often."""
    deep = b"<</A " * 150 + b"1" + b">>" * 150
    return plain(dict.fromkeys(range(4, 15_004), deep))


@bomb()
def two_gigabytes_of_spaces(_honest: Honest) -> bytes:
    """Deflated once, which is a thousandth; one block of it, again and again."""
    block, times = b" " * MILLION, 2_000
    making = zlib.compressobj(9)
    first = making.compress(b"5 0 1" + block) + making.flush(zlib.Z_FULL_FLUSH)
    again = making.compress(block) + making.flush(zlib.Z_FULL_FLUSH)
    checksum = zlib.adler32(b"5 0 1" + block)
    for _ in range(times):
        checksum = zlib.adler32(block, checksum)
    ending = zlib.compressobj(9, wbits=-15).flush() + checksum.to_bytes(4, "big")
    return holding([5], first + again * times + ending, 4)


@bomb()
def length_beyond_the_end(_honest: Honest) -> bytes:
    return plain({4: b"<</Length 4294967295>>\nstream\n1\nendstream"})


@bomb()
def text_without_end(_honest: Honest) -> bytes:
    """A string of fifteen million escapes."""
    return plain({4: b"(" + b"\\(" * (7 * MILLION) + b")"})


@bomb()
def tables_one_after_the_other(_honest: Honest) -> bytes:
    """As many as a file may have, each of which lists as many objects as it may."""
    pdf = plain({})
    before = int(pdf.rstrip(b"\n").split(b"\n")[-2])
    for number in range(19_000, 19_060):
        # Not the tables themselves: each stands where it stands.
        listed = dict.fromkeys((1, 2, 3, *range(6, 19_000)), (1, 15, 0))
        at = len(pdf)
        pdf += _table(number, {**listed, number: (1, at, 0)}, b"\n/Prev %d" % before)
        before = at
    return pdf


@bomb()
def pages_that_fan_out(_honest: Honest) -> bytes:
    """Twenty levels, each of which names the next a hundred times."""
    levels = {
        level: b"<</Type /Pages /Count 1 /Kids [%b]>>" % (b"%d 0 R " % (level + 1) * 100)
        for level in range(4, 24)
    }
    return plain({2: levels[4].replace(b"5 0 R", b"4 0 R"), **levels, 24: PAGE})


# --- Honest files, and more -----------------------------------------------------------------------
def stamped(honest: Honest, content: bytes) -> bytes:
    """A renewed file whose last revision has one more object; the timestamp covers it all."""

    def change(revision: Revision) -> None:
        number = revision.size - 1
        revision.size += 1
        revision.objects[number] = b"%d 0 obj\n%b\nendobj\n" % (number, content)

    return rebuilt(honest, change)


@bomb("lta")
def ten_million_numbers_under_a_timestamp(honest: Honest) -> bytes:
    return stamped(honest, array(9_900_000))


@bomb("lta")
def dictionary_of_a_million_under_a_timestamp(honest: Honest) -> bytes:
    return stamped(honest, b"<<%b>>" % b"".join(b"/%x 1 " % n for n in range(MILLION)))


@bomb("signed")
def thousand_certificates(honest: Honest) -> bytes:
    """In one signature, by somebody without keys of ours: all vouch for each other."""
    company, own = honest.impostor, ec.generate_private_key(ec.SECP256R1())
    name = certificates.named(ORGANISATION, ORGANISATION)

    def vouched(_number: int) -> Any:
        builder = x509.CertificateBuilder(name, name, own.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(SIGNED - timedelta(days=1))
        builder = builder.not_valid_after(SIGNED + timedelta(days=999))
        builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
        return builder.sign(own, hashes.SHA256())

    said = {key: PERSON[key] for key in ("name", "employee_number", "department")}
    seal = event_certificates.make_one_shot_identity(
        company.store, digest_hex=sha256_hex(honest.rendered), at=SIGNED,
        organisation=ORGANISATION, **said,
    )  # fmt: skip
    signer: Any = seal.signer
    signer.cert_registry.register_multiple(to_asn1(vouched(each)) for each in range(1_000))
    return sign(company, honest.rendered, identity=Identity(signer, (company.root,)))


@bomb("signed")
def evidence_in_evidence(honest: Honest) -> bytes:
    """With keys of ours: JSON as deep as it is long."""
    return sign(honest.basic, honest.rendered, said=b"[" * (5 * MILLION) + b"]" * (5 * MILLION))


@bomb("signed")
def evidence_of_ten_million_numbers(honest: Honest) -> bytes:
    """With keys of ours too."""
    return sign(honest.basic, honest.rendered, said=b"[" + b"1," * (10 * MILLION) + b"1]")
