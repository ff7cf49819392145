"""The revision around a signature: the field that it fills, and its bytes put in their place."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from pledges.proof.fileformat import DIGEST
from pledges.proof.pdf import active_content, serialiser
from pledges.proof.pdf.form_fields import TIMESTAMP, TIMESTAMP_TOLD, UNSEEN
from pledges.proof.pdf.incremental_update import IncrementalUpdate
from pledges.proof.pdf.objects import Number, Reference, String

Encode = Callable[[bytes], Awaitable[bytes]]
"""Gives the DER of a signature or timestamp over a digest."""

RANGE: Final = b"/ByteRange "


class NoRoom(ValueError):
    """A signature is longer than the room that was kept for it."""


def fill(update: IncrementalUpdate, field: str, entries: Mapping[str, Any]) -> Reference:
    """Add the signature's dictionary, without its bytes yet, as the value of the field."""
    signature = update.add(dict(entries))
    reference, widget = update.field(field)
    update.replace(reference, {**widget, "/V": signature})
    return signature


def certify(update: IncrementalUpdate, signature: Reference) -> None:
    """What the first signature says in the catalog: it certifies, the file is appended to."""
    form = update.objects.dictionary(update.catalog["/AcroForm"])
    update.set_in_catalog("/AcroForm", {**form, "/SigFlags": Number(3)})
    permissions = {"/DocMDP": signature}
    update.replace_catalog(
        {**update.catalog, "/Extensions": active_content.EXTENSIONS, "/Perms": permissions}
    )


def add_timestamp(update: IncrementalUpdate, name: str, entries: Mapping[str, Any]) -> Reference:
    """Add a timestamp's dictionary, and a field for it on the first page that nobody sees."""
    signature = update.add(dict(entries))
    page_reference, page = update.first_page()
    own = {
        "/T": String(name.encode()),
        "/Rect": UNSEEN,
        "/TU": TIMESTAMP_TOLD,
        "/P": page_reference,
        "/V": signature,
    }
    field = update.add({**TIMESTAMP, **own})
    _append(update, page, "/Annots", field, page_reference)
    objects = update.objects
    form = objects.catalog["/AcroForm"]
    if isinstance(form, Reference):
        _append(update, dict(objects.dictionary(form)), "/Fields", field, form)
    else:
        grown = {**form, "/Fields": [*objects.array(form["/Fields"]), field]}
        update.replace_catalog({**update.catalog, "/AcroForm": grown})
    return signature


def _append(
    update: IncrementalUpdate, holder: dict[str, Any], key: str, item: Reference, place: Reference
) -> None:
    """Append to an array in `holder`, which stands at `place`, or where the array itself stands."""
    held = holder.get(key, [])
    grown = [*update.objects.array(held), item]
    if isinstance(held, Reference):
        update.replace(held, grown)
    else:
        update.replace(place, {**holder, key: grown})


async def write(
    update: IncrementalUpdate, signature: Reference, *, room: int, encode: Encode
) -> bytes:
    """The file with the revision behind it, and the signature over it all in its place.

    `room` is how many bytes are kept for it; raises `NoRoom` for a longer one.
    """
    entries = update.objects.dictionary(signature)
    empty = {"/Contents": String(bytes(room)), "/ByteRange": [Number(0)] * 4}
    update.replace(signature, {**empty, **entries})
    file = bytearray(update.written())
    head = b"%d 0 obj\n<<\n/Contents " % signature.number
    before = file.index(head, len(update.pdf)) + len(head)
    after = before + 2 * room + 2
    place = file.index(RANGE, after) + len(RANGE)
    said = [Number(each) for each in (0, before, after, len(file) - after)]
    file[place : place + serialiser.RANGE_WIDTH] = serialiser.byte_range(said)
    digest = hashlib.new(DIGEST, memoryview(file)[:before])
    digest.update(memoryview(file)[after:])
    encoded = await encode(digest.digest())
    if len(encoded) > room:
        raise NoRoom(f"a signature of {len(encoded)} bytes has room for {room}")
    file[before:after] = b"<%b>" % encoded.ljust(room, b"\0").hex().upper().encode()
    return bytes(file)
