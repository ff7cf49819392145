"""What a signature field shows, read off the revision that put it there without parsing the file.

For a page that shows a document beside its file. No verdict rests on it.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pledges.core.appearances import Appearance

MAX_UNPACKED: Final = 2 * 1024 * 1024
"""Bytes: many times what a drawing or its font has."""

# The one form in which our serialiser writes objects (`serialiser.indirect`): in dictionaries and
# plain objects no line feed stands but its own, and a stream's length is the last that it says.
_HEAD: Final = re.compile(rb"([1-9][0-9]{0,6}) 0 obj\n")
_LENGTH: Final = re.compile(rb"\n/Length ([0-9]{1,8})\Z")
_STREAM, _END_OF_STREAM, _END = b"\n>>\nstream\n", b"\nendstream", b"\nendobj\n"
_FORM: Final = b"\n/Subtype /Form\n"
_BOX: Final = re.compile(rb"\n/BBox \[ 0 0 ([0-9.]{1,12}) ([0-9.]{1,12}) \]\n")
_FONTS: Final = re.compile(rb"\n/Font <<\n((?:/[a-z]{1,10} [0-9]{1,7} 0 R\n)+)>>")
_FONT: Final = re.compile(rb"/([a-z]{1,10}) ([0-9]{1,7}) 0 R\n")
_WAY_TO_PROGRAM: Final = (b"/DescendantFonts [ ", b"/FontDescriptor ", b"/FontFile3 ")


class NoAppearance(ValueError):
    """These bytes are no revision that shows something as ours do."""


@dataclass(frozen=True)
class _Object:
    """Its dictionary or whatever it is, and its data if it is a stream."""

    text: bytes
    data: bytes = b""


def read(revision: bytes) -> Appearance:
    """What the revision that these bytes begin with shows; raises `NoAppearance`."""
    objects = dict(_objects(revision))
    form = next((each for each in objects.values() if _FORM in each.text), None)
    if form is None:
        raise NoAppearance("nothing is shown")
    box, fonts = _BOX.search(form.text), _FONTS.search(form.text)
    if box is None or fonts is None:
        raise NoAppearance("what is shown is not written as ours is")
    programs = {
        name.decode(): _program(objects, int(number)) for name, number in _FONT.findall(fonts[1])
    }
    try:
        size = float(box[1]), float(box[2])
    except ValueError as error:
        raise NoAppearance("its box has no size") from error
    return Appearance(*size, _unpacked(form), programs)


def _objects(revision: bytes) -> Iterator[tuple[int, _Object]]:
    """The objects that a revision brings, by number, up to where they stop being ours."""
    place = 0
    while head := _HEAD.match(revision, place):
        begins, ends = head.end(), revision.find(_END, head.end())
        stream = revision.find(_STREAM, begins, max(ends, begins))
        if stream < 0:
            found = _Object(revision[begins:ends])
        else:
            length = _LENGTH.search(revision, begins, stream)
            if length is None:
                return
            data, after = stream + len(_STREAM), stream + len(_STREAM) + int(length[1])
            ends = after + len(_END_OF_STREAM)
            # With the line feed before what was left out, so that each entry stands between two.
            found = _Object(revision[begins:stream] + b"\n", revision[data:after])
        if ends < 0:
            return
        yield int(head[1]), found
        place = ends + len(_END)


def _program(objects: Mapping[int, _Object], font: int) -> bytes:
    """The program of a font: behind its descendant and the descriptor of that (9.7.4, 9.8)."""
    number = font
    for key in _WAY_TO_PROGRAM:
        found = re.search(rb"\n" + re.escape(key) + rb"([0-9]{1,7}) 0 R", _at(objects, number).text)
        if found is None:
            raise NoAppearance("a font has no program")
        number = int(found[1])
    return _unpacked(_at(objects, number))


def _at(objects: Mapping[int, _Object], number: int) -> _Object:
    if number not in objects:
        raise NoAppearance("an object is not there")
    return objects[number]


def _unpacked(stream: _Object) -> bytes:
    if b"\n/Filter /FlateDecode\n" not in stream.text:
        raise NoAppearance("it is not packed as ours is")
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(stream.data, MAX_UNPACKED)
    except zlib.error as error:
        raise NoAppearance("it cannot be unpacked") from error
    if not unpacking.eof:
        raise NoAppearance("it is cut short, or too long")
    return data
