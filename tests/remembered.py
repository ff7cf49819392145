"""What fixtures make again in each test is rendered once in a run: equal arguments, equal bytes.

The pledges of a test have the same keys in every test, so that they say the same. Whatever a test
renders itself is rendered then.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from unittest.mock import patch

from pledges.models import Pledge
from pledges.rendering import press

_documents: dict[tuple, bytes] = {}
_render = press.render


def keys() -> Iterator[uuid.UUID]:
    """The keys of the pledges of one test, in their order."""
    return (uuid.uuid5(uuid.NAMESPACE_OID, f"pledge {number}") for number in count(1))


@contextmanager
def pledges_named(names: Iterator[uuid.UUID]) -> Iterator[None]:
    """Pledges that are made within have these keys."""
    with patch.object(Pledge._meta.get_field("id"), "_get_default", lambda: next(names)):
        yield


@contextmanager
def rendering() -> Iterator[None]:
    """Documents that are rendered within are those of before, where they would say the same."""
    with patch.object(press, "render", _remembered):
        yield


def _remembered(html: str, *, css: str, fonts, identifier: str, **options) -> bytes:
    said = (html, css, fonts.sha256, identifier, options.get("boxes"), options.get("images"))
    if said not in _documents:
        _documents[said] = _render(html, css=css, fonts=fonts, identifier=identifier, **options)
    return _documents[said]
