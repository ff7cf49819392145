"""The pages of a document as images: asked of this machine's rendering pool, and kept a while.

What is kept is found by the document's SHA-256. Who may see it is asked before, by whoever calls.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pledges.core import refusals
from pledges.rendering import press
from pledges.rendering.byte_cache import ByteCache

MAX_KEPT: Final = 16 * 1024 * 1024
"""Bytes in each process: about a hundred pages."""
SOON: Final = 2.0
"""Seconds that a page waits for the sizes of its images; without them it shows the text."""
WITHIN: Final = 10.0
"""Seconds that an image waits for its turn."""

Size = tuple[int, int]
_kept = ByteCache(MAX_KEPT)


class NoSuchPage(LookupError):
    """The document has no page of that number."""


@dataclass(frozen=True)
class ShownPage:
    """One page of a document: where its image is, and its size in pixels."""

    number: int
    address: str
    width: int
    height: int


def pages_of(pdf: bytes, sha256: str, address: Callable[[int], str]) -> tuple[ShownPage, ...]:
    """The pages of `pdf`; none where nobody can draw them just now: then its text is shown."""
    try:
        found = sizes(pdf, sha256)
    except refusals.Unmade:
        return ()
    return tuple(ShownPage(at, address(at), *size) for at, size in enumerate(found, start=1))


def sizes(pdf: bytes, sha256: str) -> Sequence[Size]:
    """Width and height of each page's image in pixels; raises a kind of `refusals.Unmade`."""
    told = _kept.get((sha256, "sizes"))
    if told is None:
        header, _ = press.ask({"do": "sizes"}, pdf, within=SOON)
        told = json.dumps(header["sizes"]).encode()
        _kept.put((sha256, "sizes"), told)
    return [(width, height) for width, height in json.loads(told)]


def draw(sha256: str, number: int, read: Callable[[], bytes]) -> bytes:
    """Page `number` of that document as a PNG; `read` gives its bytes where they are needed.

    Raises NoSuchPage, a kind of `refusals.Unmade`, and whatever `read` does.
    """
    image = _kept.get((sha256, number))
    if image is None:
        # The first page is what somebody waits for; the others are below it.
        asked = {"do": "page", "number": number}
        _, images = press.ask(asked, read(), within=WITHIN, urgent=number == 1)
        if not images:
            raise NoSuchPage(number)
        (image,) = images
        _kept.put((sha256, number), image)
    return image


def forget() -> None:
    """Keep nothing of what was drawn so far."""
    _kept.clear()
