"""Two sessions of the database, one held still at a chosen lock while the other goes on.

Whatever they do is checked as a commit checks it, and then rolled back: so every pair meets the
same rows.
"""

import re
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from django.db import connection, transaction

# What makes somebody else wait; plain inserts are met at the constraints, by whoever comes second.
LOCKING = re.compile(
    r"FOR (NO KEY )?UPDATE|FOR (KEY )?SHARE|pg_advisory_xact_lock|^\s*(UPDATE|DELETE)|ON CONFLICT"
)
TURN = "pg_advisory_xact_lock"
MAX_WAIT = 60  # seconds that no step of a test takes unless something hangs

Action = Callable[[], object]


class Observer(Protocol):
    """Who is told of each statement that a session runs in a transaction."""

    def after(self, sql: str) -> None:
        """It has run."""

    def failed(self) -> None:
        """It was refused."""

    def at_the_end(self, check: Callable[[], None]) -> None:
        """`check` is what a commit checks; it must be called."""


class Session:
    """A thread with a connection of its own that can be held at the `n`th lock it takes."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._hold_at, self.locks = 0, 0
        self.fullest: list[int] = []
        """The locks by number at which a transaction holds all that it takes before the turn."""
        self.late: list[str] = []
        """Statements that lock after the turn was taken."""
        self._has_turn = False
        self.observer: Observer | None = None
        self.held, self.released = threading.Event(), threading.Event()
        self.pid = self._thread.submit(self._prepare).result(MAX_WAIT)

    def _prepare(self) -> int:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '50ms'")
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        connection._commit = self._check_and_roll_back
        connection.execute_wrappers.append(self._watch)
        return pid

    def start(self, action: Action, hold_at: int = 0) -> "Future[object]":
        """Run `action`; it is held after its lock number `hold_at`, for 0 nowhere."""
        self._hold_at, self.locks, self.fullest = hold_at, 0, []
        self.late, self._has_turn = [], False
        self.held.clear()
        self.released.clear()
        return self._thread.submit(action)

    def close(self) -> None:
        self._thread.submit(self._close).result(MAX_WAIT)
        self._thread.shutdown()

    def _close(self) -> None:
        connection.execute_wrappers.clear()
        connection.close()

    def _watch(self, execute, sql, params, many, context):
        result = self._execute(execute, sql, params, many, context)
        if connection.in_atomic_block and LOCKING.search(sql):
            if self._has_turn and TURN not in sql:
                self.late.append(sql)
            elif not self._has_turn and TURN in sql:
                self.fullest.append(self.locks)
                self._has_turn = True
            self.locks += 1
            if self.locks == self._hold_at:
                self.held.set()
                self.released.wait(MAX_WAIT)
        return result

    def _execute(self, execute, sql, params, many, context):
        if self.observer is None or not connection.in_atomic_block:
            return execute(sql, params, many, context)
        try:
            result = execute(sql, params, many, context)
        except Exception:
            self.observer.failed()
            raise
        self.observer.after(sql)
        return result

    def _check_and_roll_back(self) -> None:
        """In place of a commit: all that it checks, and then nothing happened."""
        if self.observer is None:
            self._check()
        else:
            self.observer.at_the_end(self._check)
        if not self._has_turn:
            self.fullest.append(self.locks)
        self._has_turn = False
        connection.run_on_commit = []
        connection._rollback()

    def _check(self) -> None:
        with connection.connection.cursor() as cursor:
            try:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            except Exception as error:
                with connection.wrap_database_errors:
                    raise error


def fullest(session: Session, action: Action) -> list[int]:
    """Where `action` holds the most, when nobody else is there; raises what it raises."""
    session.start(action).result(MAX_WAIT)
    return [each for each in session.fullest if each]


def meet(
    one: Session, other: Session, first: Action, second: Action, at: int
) -> tuple[bool, list[BaseException | None]]:
    """Hold `first` at its lock number `at`, run `second` until it ends or waits; then both end.

    Gives whether `second` waited, and what each raised.
    """
    held = one.start(first, hold_at=at)
    while not one.held.wait(0.001):
        if held.done():
            break
    going = other.start(second)
    waited = False
    while not going.done() and not waited:
        waited = is_blocked(other.pid)
    one.released.set()
    return waited, [future.exception(MAX_WAIT) for future in (held, going)]


def is_blocked(pid: int) -> bool:
    """Whether the session of that process waits for a lock of somebody else's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        (blocked,) = cursor.fetchone()
    return blocked


def in_parallel(*actions: Action) -> list:
    """Run each in a thread of its own and let it commit; gives what each returned."""

    def run(action: Action) -> object:
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return [future.result(MAX_WAIT) for future in [pool.submit(run, a) for a in actions]]


def fail_in_database(sqlstate: str) -> None:
    """Have the database raise this error, as it does when a transaction has lost."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '{sqlstate}'; END $$")
