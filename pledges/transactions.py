"""Where transactions begin, in which order they lock, and how a lost race is run again.

Locks are taken in one order, whatever an action needs of it; who needs none of a line skips it:

1. the group of administrators, the organisation, departments (of several, by their keys)
2. a person; of several, by their keys
3. a template, then its version; after these a signing task, then its members by their keys
4. an item of a batch of acceptances or a row of a list of papers, then the batch or the list; a
   roster
5. a pledge; of several, those of one person by their numbers, a draft without one last, and one
   person after the other by their keys
6. a signing intent, a sign-in factor, the counter of pledge numbers, a proposal, an excuse, the
   claims of notices, a paper, then its record (of several, by their keys), sessions
7. the ledger's turn, which `audit.record` takes after the rows that foreign keys point at

Rows are locked FOR NO KEY UPDATE (`select_for_update(no_key=True)`): whoever only refers to a row
need not wait. Who changes a key (a user name) or deletes a row, does so right before the turn. Two
actions that keep to the order cannot wait for each other. What the database refuses nevertheless,
because a library locks in another order, is run again here.
"""

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from django.db import DatabaseError, connection, transaction

logger = logging.getLogger(__name__)

MAX_RUNS: Final = 4
MAX_FIRST_PAUSE: Final = 0.05  # seconds; doubled for each further run
SERIALIZATION_FAILURE: Final = "40001"
DEADLOCK_DETECTED: Final = "40P01"
_RUN_AGAIN = frozenset({SERIALIZATION_FAILURE, DEADLOCK_DETECTED})

P = ParamSpec("P")
R = TypeVar("R")


def atomic(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` in a transaction, and again where it lost against another one.

    Within a transaction it is a part of that one, and the outermost is what is run again. So
    whatever is decorated must bear to be run twice: mails are queued in the transaction, and files
    that were stored are found again by their digest.
    """
    return _decorate(function, durable=False)


def durable(function: Callable[P, R]) -> Callable[P, R]:
    """The same for what must be committed when it returns; refused within a transaction."""
    return _decorate(function, durable=True)


@contextmanager
def snapshot() -> Iterator[None]:
    """Within, the database is read as it stands now; no lock is taken, so no race can be lost."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _decorate(function: Callable[P, R], *, durable: bool) -> Callable[P, R]:
    in_transaction = transaction.atomic(durable=durable)(function)

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return in_transaction(*args, **kwargs)
        for lost in range(MAX_RUNS - 1):
            try:
                return in_transaction(*args, **kwargs)
            except DatabaseError as error:
                if sqlstate(error) not in _RUN_AGAIN:
                    raise
                logger.warning("%s is run again: %s", function.__qualname__, sqlstate(error))
                # At different times, or they would meet again.
                time.sleep(random.uniform(0, MAX_FIRST_PAUSE * 2**lost))
        return in_transaction(*args, **kwargs)

    return run


def sqlstate(error: DatabaseError) -> str:
    """The five characters by which PostgreSQL names an error; "" where it said none."""
    return getattr(error.__cause__, "pgcode", None) or ""
