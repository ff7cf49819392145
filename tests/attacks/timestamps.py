"""What whoever gets a timestamp might add with it, and signatures that are not where they seem."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.generic import pdf_name as Name

from pledges.proof.keys.private_keys import to_asn1
from tests.attacks import library_signing, library_updates
from tests.attacks.changes import dictionary, picture
from tests.attacks.honest import Change, Honest, accept, seal_for
from tests.attacks.renderings import meanwhile
from tests.attacks.structures import Revision, rebuilt
from tests.attacks.table import forgery
from tests.attacks.wrapping import contents, with_contents


def _in_the_field(name: str, old: bytes, new: bytes) -> None:
    """The timestamp's own field, written otherwise."""

    @forgery("unexpected-field", "unexpected-change", on=["lta"], name=name)
    def forge(honest: Honest, _pdf: bytes) -> bytes:
        def change(revision: Revision) -> None:
            [number] = [n for n, data in revision.objects.items() if b"/Subtype /Widget" in data]
            changed = re.sub(old, new, revision.objects[number])
            assert changed != revision.objects[number]
            revision.objects[number] = changed

        return rebuilt(honest, change)


_in_the_field("timestamp read aloud", rb"/TU \(\w+\)", b"/TU (This pledge is void)")
_in_the_field("timestamp with a menu", rb"/F 132", b"/F 0")
_in_the_field("timestamp of another page", rb"/P \d+ 0 R", b"/P 9 0 R")


@forgery("no-field", "unexpected-change", on=["lta"])
def timestamp_within_a_stream(honest, _pdf):
    """Its bytes are in order and cover the file; the object of its number says something else."""

    def change(revision: Revision) -> None:
        [(number, data)] = [
            item for item in revision.objects.items() if b"/DocTimeStamp" in item[1]
        ]
        inner, holder = b"\n" + data.removesuffix(b"\nendobj\n"), revision.size - 1
        revision.size += 1
        head = b"<<\n/Length %d\n>>" % len(inner)
        revision.objects[number] = b"%d 0 obj\n<<\n/Type /Sig\n>>\nendobj\n" % number
        revision.objects[holder] = b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (
            holder, head, inner,
        )  # fmt: skip

    return rebuilt(honest, change)


@contextmanager
def beside_the_stamp(work: Change) -> Iterator[None]:
    """What else happens in the revision of the company's seal."""
    show = library_updates.show

    def show_and_work(writer: Any, field: str, appearance: bytes) -> None:
        show(writer, field, appearance)
        work(writer)

    library_updates.show = show_and_work
    try:
        yield
    finally:
        library_updates.show = show


@forgery("unexpected-change", on=["finished"])
def mark_among_the_hints(honest, _pdf):
    """The manager's mark is drawn with what the hints for validators name, and the company names
    another."""

    def draw(writer: Any) -> None:
        hints = writer.add_object(dictionary(Certs=picture(writer)))
        writer.root[Name("/DSS")] = hints
        mark = writer.root["/AcroForm"]["/Fields"][0]["/AP"]["/N"]
        mark["/Resources"][Name("/XObject")] = hints
        mark._data, mark._encoded_data = b"/Certs Do", None

    def exchange(writer: Any) -> None:
        hints = writer.root["/DSS"]
        hints[Name("/Certs")] = picture(writer, b"1 0 0 rg 0 0 400 60 re f")
        writer.update_container(hints)

    with meanwhile(draw):
        signed = seal_for(honest.basic, honest.rendered, honest.rendered, by=library_signing)
    with beside_the_stamp(exchange):
        return accept(honest.basic, signed, by=library_signing)


# --- The token itself, of which nobody signed every byte ------------------------------------------
@forgery("timestamp-broken", on=["lta"])
def timestamp_whose_digest_has_parameters(_honest, pdf):
    sha256 = bytes.fromhex("0609608648016503040201")
    return with_contents(pdf, contents(pdf).replace(sha256 + b"\5\0", sha256 + b"\4\0", 1))


@forgery("timestamp-broken", "timestamp-unknown", on=["lta"])
def timestamp_with_a_root_that_is_damaged(honest, pdf):
    """Where nobody looks before the path is known."""
    root = to_asn1(honest.stamped.authority.root).dump()
    key = x509.Certificate.load(root).public_key.dump()
    damaged = root.replace(key, key.replace(b"\x30", b"\x31", 1))
    return with_contents(pdf, contents(pdf).replace(root, damaged))
