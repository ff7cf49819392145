"""Whether what failed is the place where things are kept: full, read-only or out of reach."""

import errno
from typing import Final

from django.db import DatabaseError, InterfaceError, OperationalError

from pledges import transactions
from pledges.core.refusals import StorageUnavailable

ERRNOS: Final = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO, errno.EMFILE, errno.ENFILE)
)
# PostgreSQL: lost against others again and again, insufficient resources, operator intervention,
# input and output errors.
STATE_CLASSES: Final = frozenset(("40", "53", "57", "58"))
READ_ONLY_TRANSACTION: Final = "25006"


def is_shortage(error: BaseException | None) -> bool:
    """Whether the same request would be answered at a better time: disk and database in order."""
    if isinstance(error, StorageUnavailable | InterfaceError):
        return True
    if isinstance(error, DatabaseError):
        state = transactions.sqlstate(error)
        # Without a state the server said nothing: there was no connection.
        unanswered = isinstance(error, OperationalError) and not state
        return unanswered or state[:2] in STATE_CLASSES or state == READ_ONLY_TRANSACTION
    return isinstance(error, OSError) and error.errno in ERRNOS
