"""This machine's pools, which render and seal for it: asking one, and why one gave no answer."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import BoundedSemaphore

from django.conf import settings

from pledges.core import refusals
from pledges.forkserver import Busy, Unanswered, Unavailable, Unfinished, client

logger = logging.getLogger(__name__)


def ask(
    pool: Path, request: Sequence[bytes], *, key: bytes, within: float, urgent: bool = True
) -> bytes:
    """The answer of `pool`; raises a kind of `refusals.Unmade`.

    After `within` seconds, StillMaking: a pool that keeps answers has it for whoever asks again
    with the same key.
    """
    with _place():
        try:
            return client.ask_pool(pool, request, key=key, urgent=urgent, within=within)
        except Busy as error:
            raise refusals.TooBusy from error
        except Unfinished as error:
            raise refusals.StillMaking from error
        except Unavailable as error:
            logger.error("The pool at %s does not answer: %s", pool, error)
            raise refusals.MakerAbsent from error
        except Unanswered as error:
            logger.error("The pool at %s could not do a job: %r", pool, error)
            raise refusals.MakingFailed from error


def is_there(pool: Path | None) -> bool:
    """Whether the pool answers; without one, whoever asks does the work."""
    return pool is None or client.is_answering(pool)


def key_of(request: Sequence[bytes]) -> bytes:
    """The key under which the same request is the same job."""
    digest = sha256()
    for piece in request:
        digest.update(piece)
    return digest.digest()


@contextmanager
def _place() -> Iterator[None]:
    """One of the threads of this process that may wait for a pool: some never do, so that pages
    which need none are answered."""
    places = _places()
    if not places.acquire(blocking=False):
        raise refusals.TooBusy
    try:
        yield
    finally:
        places.release()


@cache
def _places() -> BoundedSemaphore:
    return BoundedSemaphore(settings.POOL_WAITERS)
