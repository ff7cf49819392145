"""Signature wrapping, byte ranges that do not say the truth, universal forgeries, copied seals.

The names are those of the published attacks: USF (universal signature forgery), ISA (incremental
saving), SWA (signature wrapping).
"""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

from asn1crypto import cms, core, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefStream

from tests.attacks.changes import Name, Number, numbers, page_content_replaced
from tests.attacks.honest import RENEWED, Honest, appended, stamped_over
from tests.attacks.table import forgery

CHANGED = ("unexpected-change", "unexpected-field")
LAST_RANGE = re.compile(rb"/ByteRange \[ *(\d+) +(\d+) +(\d+) +(\d+) *\] *")


def last_range(pdf: bytes) -> list[int]:
    return [int(number) for number in list(LAST_RANGE.finditer(pdf))[-1].groups()]


def contents(pdf: bytes) -> bytes:
    """The CMS in the last seal, with the zeros behind it."""
    _, before, after, _ = last_range(pdf)
    return bytes.fromhex(pdf[before + 1 : after - 1].decode())


def with_contents(pdf: bytes, data: bytes) -> bytes:
    """Another CMS in the last seal, in the same room; nothing that is hashed changes."""
    _, before, after, _ = last_range(pdf)
    room = after - before - 2
    padded = data.hex().upper().ljust(room, "0").encode()
    if len(padded) != room:
        raise ValueError("the seal's room is too small")
    return pdf[: before + 1] + padded + pdf[after - 1 :]


def in_place(pdf: bytes, old: bytes, new: bytes) -> bytes:
    """The last `old` written over with `new`, so that every offset stays."""
    place = pdf.rindex(old)
    padded = new.ljust(len(old))
    if len(padded) != len(old):
        raise ValueError("there is no room for that")
    return pdf[:place] + padded + pdf[place + len(old) :]


# --- Universal forgeries --------------------------------------------------------------------------
def last_seal(writer: Any) -> Any:
    form = writer.root["/AcroForm"]
    fields = [form["/Fields"][index] for index in range(len(form["/Fields"]))]
    return [field["/V"] for field in fields if "/V" in field][-1]


def without(key: str) -> Callable[[Any], None]:
    return lambda seal: seal.pop(Name(key))


def putting(key: str, value: Any) -> Callable[[Any], None]:
    return lambda seal: seal.update({Name(key): value})


def text(data: bytes) -> Any:
    return generic.ByteStringObject(data)


UNIVERSAL: dict[str, Callable[[Any], None]] = {
    "no Contents": without("/Contents"),
    "null Contents": putting("/Contents", generic.NullObject()),
    "empty Contents": putting("/Contents", text(b"")),
    "zero Contents": putting("/Contents", text(bytes(8192))),
    "no ByteRange": without("/ByteRange"),
    "null ByteRange": putting("/ByteRange", generic.NullObject()),
    "empty ByteRange": putting("/ByteRange", numbers()),
    "zero ByteRange": putting("/ByteRange", numbers(0, 0, 0, 0)),
    "negative ByteRange": putting("/ByteRange", numbers(0, 100, 200, -50)),
    "huge ByteRange": putting("/ByteRange", numbers(0, 10**18, 10**18, 10**18)),
    "SubFilter removed": without("/SubFilter"),
    "SubFilter changed": putting("/SubFilter", Name("/adbe.x509.rsa_sha1")),
    "Filter changed": putting("/Filter", Name("/Own.Filter")),
    "Reference removed": without("/Reference"),
    "Type changed": putting("/Type", Name("/DocTimeStamp")),
}


ILLEGIBLE = {"huge ByteRange": ("unreadable",)}
"""What is no number of any file is not even read."""


def _universal(name: str, harm: Callable[[Any], None], base: str) -> None:
    @forgery(*CHANGED, *ILLEGIBLE.get(name, ()), on=[base], name=f"USF {name}")
    def forge(_honest: Honest, pdf: bytes) -> bytes:
        def change(writer: Any) -> None:
            page_content_replaced(writer)
            seal = last_seal(writer)
            harm(seal)
            writer.update_container(seal)

        return appended(pdf, change)


for _number, (_name, _harm) in enumerate(UNIVERSAL.items()):
    _universal(_name, _harm, ("signed", "finished", "lta")[_number % 3])


# --- The seal's own dictionary, in place ----------------------------------------------------------
IN_PLACE: dict[str, tuple[bytes, bytes]] = {
    "Type removed in place": (b"/Type /Sig\n", b""),
    "SubFilter weakened in place": (b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached"),
    "Filter changed in place": (b"/Adobe.PPKLite", b"/Entrust.PPKEF"),
    "level lowered in place": (b" B\\055B)", b" B\\055X)"),
    "application changed in place": (b"/Shounuo", b"/Shounus"),
    "date changed in place": (b"/M (D\\07220", b"/M (D\\07219"),
}


def _written_over(name: str, old: bytes, new: bytes) -> None:
    @forgery("broken-signature", "level-unknown", on=["signed", "finished"], name=name)
    def forge(_honest: Honest, pdf: bytes) -> bytes:
        return in_place(pdf, old, new)


for _name, (_old, _new) in IN_PLACE.items():
    _written_over(_name, _old, _new)


@forgery("not-certifying", on=["signed"])
def permissions_widened_in_place(_honest, pdf):
    return in_place(pdf, b"/P 2", b"/P 3")


@forgery("not-locking", "broken-signature", on=["finished"])
def lock_widened_in_place(_honest, pdf):
    return in_place(pdf, b"/Action /All\n/Type /TransformParams", b"/Action /Exclude\n/Fields [()]")


# --- Byte ranges ----------------------------------------------------------------------------------
def ranged(pdf: bytes, *values: int) -> bytes:
    """The last seal with another byte range, written into the room of the one it has."""
    found = list(LAST_RANGE.finditer(pdf))[-1]
    new = b"/ByteRange [" + b" ".join(b"%d" % value for value in values) + b"]"
    room = len(found[0])
    if len(new) > room:
        raise ValueError("there is no room for that")
    return pdf[: found.start()] + new.ljust(room) + pdf[found.end() :]


RANGES: dict[str, Callable[[int, int, int, int], tuple[int, ...]]] = {
    "overlapping": lambda a, b, c, d: (a, b, b - 10, d + c - b + 10),
    "gap wider than the seal": lambda a, b, c, d: (a, b - 40, c, d),
    "tail left out": lambda a, b, c, d: (a, b, c, d - 20),
    "start left out": lambda a, b, c, d: (9, b - 9, c, d),
    "beyond the end": lambda a, b, c, d: (a, b, c, d + 999),
    "turned round": lambda a, b, c, d: (c, d, a, b),
    "negative": lambda a, b, c, d: (a, b, c, -d),
    "two numbers": lambda a, b, c, d: (a, b + d),
    "six numbers": lambda a, b, c, d: (0, 9, 9, b - 9, c, d),
    "whole file": lambda a, b, c, d: (0, c + d, 0, 0),
    "nothing": lambda a, b, c, d: (0, 0, 0, 0),
}


def _ranged(name: str, lie: Callable[[int, int, int, int], tuple[int, ...]]) -> None:
    @forgery(
        "not-covered", "broken-signature", on=["signed", "finished"], name=f"byte range {name}"
    )
    def forge(_honest: Honest, pdf: bytes) -> bytes:
        return ranged(pdf, *lie(*last_range(pdf)))


for _name, _lie in RANGES.items():
    _ranged(_name, _lie)


def _objects_at(pdf: bytes) -> tuple[PdfFileReader, int]:
    reader = PdfFileReader(BytesIO(pdf))
    return reader, reader.last_startxref


@forgery("unreadable", on=["signed"])
def wrapped_signature(_honest, pdf):
    """SWA: what was signed stays, moved to the end; between lies what is read instead.

    The seal's dictionary is a new one, with a byte range around the forged part, so that hash and
    signature are right. The forged cross-reference stands where the end says it does.
    """
    reader, start = _objects_at(pdf)
    _, before, after, rest = last_range(pdf)
    entries = dict(reader.xrefs.get_xref_data(1).standard_xrefs)
    seal_number = next(n for n, (_, at) in entries.items() if at < before < at + 3000)
    page = reader.root["/Pages"]["/Kids"][0]
    number = page.raw_get("/Contents").idnum
    size = int(reader.trailer_view["/Size"])
    whole = pdf.index(b"endobj\n", after) + len(b"endobj\n")
    seal = pdf[entries[seal_number][1] : whole]
    paint = b"0 0 1 rg 0 0 300 300 re f"
    evil = b"%d 0 obj\n<</Length %d>>\nstream\n%b\nendstream\nendobj\n" % (
        number,
        len(paint),
        paint,
    )
    positions = {(0, n): at for n, (_, at) in entries.items() if n != size - 1}
    moved = after
    for _ in range(3):  # offsets depend on each other's length
        parts = [pdf[after:start]]
        table = _table(reader, {**positions, (0, size - 1): start}, size)
        positions[(0, seal_number)] = start + len(table)
        new_seal = ranged(seal, 0, before, moved, rest)
        positions[(0, number)] = positions[(0, seal_number)] + len(new_seal)
        moved = positions[(0, number)] + len(evil)
        parts += [table, new_seal, evil]
    return pdf[:after] + b"".join(parts) + pdf[after:]


def _table(reader: PdfFileReader, positions: dict[tuple[int, int], int], size: int) -> bytes:
    stream = XRefStream(positions)
    for key in ("/Root", "/Info", "/ID"):
        stream[Name(key)] = reader.trailer.raw_get(key)
    stream[Name("/Prev")] = Number(reader.xrefs.get_startxref_for_revision(0))
    stream[Name("/Size")] = Number(size)
    out = BytesIO()
    stream.write_to_stream(out)
    return b"%d 0 obj\n" % (size - 1) + out.getvalue() + b"\nendobj\n"


# --- Incremental saving ---------------------------------------------------------------------------
@forgery(*CHANGED)
def copied_signature(_honest, pdf):
    """ISA: the change, and with it a copy of the last seal, byte range and all."""

    def change(writer: Any) -> None:
        page_content_replaced(writer)
        writer.update_container(last_seal(writer))

    return appended(pdf, change)


@forgery("trailing-bytes")
def update_without_table(_honest, pdf):
    """ISA: objects alone; some viewers rebuild the table and take the last of each number."""
    number = PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Kids"][0].raw_get("/Contents").idnum
    return pdf + b"\n%d 0 obj\n<</Length 1>>\nstream\nx\nendstream\nendobj\n" % number


@forgery("unreadable", "unexpected-change", "unexpected-field", opens=False)
def update_with_end_and_no_table(_honest, pdf):
    number = PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Kids"][0].raw_get("/Contents").idnum
    evil = b"\n%d 0 obj\n<</Length 1>>\nstream\nx\nendstream\nendobj\n" % number
    return pdf + evil + b"trailer\n<</Root 2 0 R>>\n%%EOF\n"


@forgery("trailing-bytes")
def update_repeating_the_old_table(_honest, pdf):
    """The end names the table that is already there: all in between is covered by nothing."""
    start = PdfFileReader(BytesIO(pdf)).last_startxref
    return pdf + b"\n99 0 obj\n(covered by nothing)\nendobj\nstartxref\n%d\n%%%%EOF\n" % start


@forgery("unexpected-change", on=["lta"])
def stamp_made_a_hint_and_then_another(honest, pdf):
    """Two timestamps, which anybody can get: the first makes the company's stamp one of the hints
    for validators, which may change freely, and the second changes it."""

    def stamp_of(writer: Any) -> Any:
        return writer.root["/AcroForm"]["/Fields"][1]["/AP"].raw_get("/N")

    def point(writer: Any) -> None:
        hints = writer.root["/DSS"]
        hints[Name("/Certs")] = stamp_of(writer)
        writer.update_container(hints)

    def paint(writer: Any) -> None:
        stamp = stamp_of(writer).get_object()
        stamp._data, stamp._encoded_data = b"1 0 0 rg 0 0 200 100 re f", None
        writer.update_container(stamp)

    once = stamped_over(pdf, point, honest.stamped)
    return stamped_over(once, paint, honest.stamped, at=RENEWED + timedelta(hours=1))


# --- The seal's bytes, which are under no seal but their own --------------------------------------
def cms_of(pdf: bytes) -> Any:
    return cms.ContentInfo.load(contents(pdf))


@forgery("not-covered")
def seal_spelled_otherwise(_honest, pdf):
    _, before, after, _ = last_range(pdf)
    return pdf[:before] + pdf[before:after].lower() + pdf[after:]


@forgery("not-covered")
def text_behind_the_seal(_honest, pdf):
    data = contents(pdf)
    return with_contents(pdf, data[: len(data) - 4] + b"void")


@forgery("broken-signature", "not-covered")
def seal_unaligned(_honest, pdf):
    return with_contents(pdf, b"\0" + cms_of(pdf).dump())


@forgery("broken-signature", "timestamp-broken")
def certificate_added_to_the_seal(honest, pdf):
    found = cms_of(pdf)
    found["content"]["certificates"].append(
        cms.CertificateChoices("certificate", honest.impostor.root)
    )
    return with_contents(pdf, found.dump(force=True))


@forgery("broken-signature", "timestamp-broken")
def attribute_added_to_the_seal(_honest, pdf):
    found = cms_of(pdf)
    signer = found["content"]["signer_infos"][0]
    old = signer["unsigned_attrs"]
    attributes = [*old] if old.native else []
    attributes.append(cms.CMSAttribute({"type": "content_type", "values": ["data"]}))
    signer["unsigned_attrs"] = cms.CMSAttributes(attributes)
    return with_contents(pdf, found.dump(force=True))


@forgery("broken-signature", "timestamp-broken")
def second_signer_in_the_seal(_honest, pdf):
    found = cms_of(pdf)
    signers = found["content"]["signer_infos"]
    signers.append(signers[0].copy())
    return with_contents(pdf, found.dump(force=True))


@forgery("broken-signature", "timestamp-broken")
def seal_value_changed(_honest, pdf):
    found = cms_of(pdf)
    signer = found["content"]["signer_infos"][0]
    value = bytearray(signer["signature"].native)
    value[-1] ^= 1
    signer["signature"] = bytes(value)
    return with_contents(pdf, found.dump(force=True))


@forgery("broken-signature", "timestamp-broken")
def no_signer_in_the_seal(_honest, pdf):
    found = cms_of(pdf)
    found["content"]["signer_infos"] = []
    return with_contents(pdf, found.dump(force=True))


# --- What no seal covers, changed without a key; both spellings are valid to a library ------------
def _in_the_seal(change: Callable[[Any], None], name: str) -> None:
    @forgery("broken-signature", on=["signed", "finished"], name=name)
    def forge(_honest: Honest, pdf: bytes) -> bytes:
        found = cms_of(pdf)
        change(found["content"])
        return with_contents(pdf, found.dump(force=True))


def twin(signature: bytes) -> bytes:
    """The other ECDSA signature over P-256 that says the same."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, ec.SECP256R1().group_order - s)


def _issued(found: Any) -> list[Any]:
    """The certificates in a seal below the root's."""
    chosen = [each.chosen for each in found["certificates"]]
    return [each for each in chosen if each.self_signed == "no"]


def value_exchanged(found: Any) -> None:
    signer = found["signer_infos"][0]
    signer["signature"] = twin(signer["signature"].native)


def root_left_out(found: Any) -> None:
    kept = [each for each in found["certificates"] if each.chosen.self_signed == "no"]
    found["certificates"] = cms.CertificateSet(kept)


def certificate_doubled(found: Any) -> None:
    found["certificates"].append(found["certificates"][0].copy())


def _certificate_exchanged(found: Any, *, authority: bool) -> None:
    [changed] = [each for each in _issued(found) if each.ca is authority]
    changed["signature_value"] = twin(changed["signature_value"].native)


def signer_by_its_key(found: Any) -> None:
    [own] = [each for each in _issued(found) if not each.ca]
    name = cms.SignerIdentifier("subject_key_identifier", own.key_identifier_value)
    found["signer_infos"][0]["sid"] = name


def issuer_spelled_otherwise(found: Any) -> None:
    """In capitals: names are compared without regard to them (RFC 5280, section 7.1)."""
    issuer = found["signer_infos"][0]["sid"].chosen["issuer"]
    for part in issuer.chosen:
        if part[0]["type"].native == "common_name":
            part[0]["value"] = x509.DirectoryString(
                "utf8_string", core.UTF8String(part[0]["value"].native.upper())
            )


def digest_without_parameters(found: Any) -> None:
    """Left out instead of null; readers have to take both (RFC 5754, section 2)."""
    algorithm = found["signer_infos"][0]["digest_algorithm"]["algorithm"].dump()
    plain = cms.DigestAlgorithm.load(b"\x30" + bytes([len(algorithm)]) + algorithm)
    found["signer_infos"][0]["digest_algorithm"] = plain
    found["digest_algorithms"] = cms.DigestAlgorithms([plain])


def signature_with_parameters(found: Any) -> None:
    found["signer_infos"][0]["signature_algorithm"]["parameters"] = core.Null()


UNCOVERED: dict[str, Callable[[Any], None]] = {
    "value exchanged for its twin": value_exchanged,
    "certificate of the root left out": root_left_out,
    "certificate doubled": certificate_doubled,
    "twin of an authority's certificate": partial(_certificate_exchanged, authority=True),
    "twin of the signer's certificate": partial(_certificate_exchanged, authority=False),
    "signer named by its key": signer_by_its_key,
    "issuer spelled otherwise": issuer_spelled_otherwise,
    "digest without parameters": digest_without_parameters,
    "signature with parameters": signature_with_parameters,
}

for _name, _change in UNCOVERED.items():
    _in_the_seal(_change, _name)


@forgery("broken-signature", on=["signed", "finished"])
def certificates_in_another_order(_honest, pdf):
    data = contents(pdf)
    parts = [each.dump() for each in cms_of(pdf)["content"]["certificates"]]
    if (whole := b"".join(parts)) not in data:
        raise ValueError("the certificates are not where they should be")
    return with_contents(pdf, data.replace(whole, b"".join(parts[::-1])))
