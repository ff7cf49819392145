"""Where HTML becomes PDF: in this machine's rendering pool, or here where none is configured.

Nothing of WeasyPrint is imported by whoever has a pool.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from pledges import pools
from pledges.core import refusals
from pledges.forkserver import framing
from pledges.rendering import fonts
from pledges.rendering.box_places import OF_PLEDGE
from pledges.rendering.fonts import FontSubset, MissingGlyph

logger = logging.getLogger(__name__)
WITHIN: Final = 60.0
"""Seconds: longer than a full queue takes."""
SOON: Final = 5.0
"""Seconds that a question about the pool may wait."""


def render(
    html: str,
    *,
    css: str,
    fonts: FontSubset,
    identifier: str,
    within: float = WITHIN,
    urgent: bool = True,
    boxes: Sequence[str] = OF_PLEDGE,
    images: Sequence[bytes] = (),
) -> bytes:
    """The PDF as `pdf.render` makes it; raises MissingGlyph, and kinds of `refusals.Unmade`."""
    pool: Path | None = settings.RENDERING_SOCKET
    if pool is None:
        from pledges.rendering import pdf

        return pdf.render(
            html, css=css, fonts=fonts, identifier=identifier, boxes=boxes, images=images
        )
    request = ask_for(html, css=css, fonts=fonts, identifier=identifier, boxes=boxes, images=images)
    key = pools.key_of(request)
    return _read(pools.ask(pool, request, key=key, within=within, urgent=urgent))


def ask(
    header: Mapping[str, Any], *parts: bytes, within: float, urgent: bool = True
) -> tuple[dict[str, Any], Sequence[bytes]]:
    """What a job of `jobs` answers; raises kinds of `refusals.Unmade`."""
    pool: Path | None = settings.RENDERING_SOCKET
    request = framing.pack(header, *parts)
    if pool is None:
        return framing.unpack(_do_here(b"".join(request)))
    key = pools.key_of(request)
    return framing.unpack(pools.ask(pool, request, key=key, within=within, urgent=urgent))


def _do_here(request: bytes) -> bytes:
    from pledges.rendering import jobs

    try:
        return jobs.answer(request)
    except ValueError as error:
        logger.error("A job of rendering failed: %s", error)
        raise refusals.MakingFailed from error


def warm_engine() -> None:
    """Where no pool renders: load here what a first document would, before anybody asks for it."""
    if settings.RENDERING_SOCKET is None:
        from pledges.rendering import pdf

        pdf.warm_up()


def fault() -> str:
    """Why nothing can be rendered, in a few words fit for strangers; "" when all is well."""
    return "" if pools.is_there(settings.RENDERING_SOCKET) else "the service does not answer"


def has_subsetter() -> bool:
    """Whether documents are made quickly and small, see `fonts.subsetter_available`.

    Raises a kind of `refusals.Unmade`.
    """
    if settings.RENDERING_SOCKET is None:
        return fonts.subsetter_available()
    header, _ = ask({"do": "state"}, within=SOON)
    return bool(header["subsetter"])


def ask_for(
    html: str,
    *,
    css: str,
    fonts: FontSubset,
    identifier: str,
    boxes: Sequence[str] = OF_PLEDGE,
    images: Sequence[bytes] = (),
) -> Sequence[bytes]:
    """The pieces of a request that the pool's workers read."""
    header: dict[str, Any] = {"do": "document", "css": css, "identifier": identifier}
    if boxes != OF_PLEDGE:
        header["boxes"] = list(boxes)
    header["fonts"] = fonts.sha256
    return framing.pack(header, html.encode(), fonts.serif, fonts.sans, *images)


def _read(answer: bytes) -> bytes:
    header, (pdf,) = framing.unpack(answer)
    if header["missing"]:
        raise MissingGlyph(tuple(header["missing"]))
    return pdf
