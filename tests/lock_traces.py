"""Which locks an action takes, statement by statement, as the database itself tells them.

From what two actions take, each by itself, follows whether they could ever wait in a circle: only
if each holds something that the other asks for later. Where that cannot be, nobody need try.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from django.db import connection

from tests.interleaving import LOCKING, MAX_WAIT, Session

# What locks nothing, unless it says so.
READS = re.compile(r"^\s*(SELECT|WITH|SAVEPOINT|RELEASE|SET)\b", re.IGNORECASE)
INTO = re.compile(r'INTO\s+"?(\w+)"?.*ON CONFLICT', re.IGNORECASE | re.DOTALL)
# What is done depends on who else holds a lock, so a run by itself tells not all.
LOOKS_ASIDE = re.compile(r"SKIP LOCKED|NOWAIT|pg_try_advisory", re.IGNORECASE)

KEY_SHARE, SHARE, NO_KEY_UPDATE, UPDATE = range(1, 5)
_STRENGTHS = {
    **{UPDATE: "KEY SHARE", NO_KEY_UPDATE: "SHARE"},
    **{SHARE: "NO KEY UPDATE", KEY_SHARE: "UPDATE"},
}
"""How strongly a row is held that cannot be locked for this."""
ADVISORY = {"ShareLock": SHARE, "ExclusiveLock": NO_KEY_UPDATE}
# Who has one of these is waited for only by who locks a whole table, which is refused below.
_ORDINARY = ("AccessShareLock", "RowShareLock", "RowExclusiveLock")

_LOCKED_TABLES = """SELECT DISTINCT relation::regclass::text FROM pg_locks
WHERE pid = %s AND mode IN ('RowShareLock', 'RowExclusiveLock') AND relation IN
(SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace)"""
_OTHER_LOCKS = """SELECT locktype, mode, relation::regclass::text, classid, objid, objsubid
FROM pg_locks WHERE pid = %s AND granted
AND (locktype = 'advisory' OR locktype = 'relation' AND mode <> ALL(%s))"""
_UNIQUE_INDEXES = """SELECT name, format(
'SELECT %L, %L, ROW(%s)::text FROM %s WHERE (%s) AND (%L OR num_nulls(%s) = 0)',
name, index, keys, name, which, indnullsnotdistinct, keys)
FROM (SELECT indrelid::regclass::text AS name, indexrelid::regclass::text AS index,
(SELECT string_agg(pg_get_indexdef(indexrelid, each, true), ', ' ORDER BY each)
FROM generate_series(1, indnkeyatts) each) AS keys, indnullsnotdistinct,
coalesce(pg_get_expr(indpred, indrelid), 'true') AS which
FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
WHERE indisunique AND relkind = 'r' AND relnamespace = 'public'::regnamespace) AS unique_index"""

Thing = tuple[str, ...]


def exclude(one: int, other: int) -> bool:
    """Whether who asks for one strength waits for who holds the other: PostgreSQL's own table."""
    return one + other > UPDATE


@dataclass(frozen=True)
class Taken:
    """A lock, its strength, and the number of the statement that took it."""

    thing: Thing
    strength: int
    step: int


@dataclass
class Trace:
    """What an action took, transaction by transaction; `sure` if it would always take just that."""

    transactions: list[list[Taken]] = field(default_factory=list)
    sure: bool = True


def could_circle(one: Trace, other: Trace) -> bool:
    """Whether each may hold what the other waits for.

    Within a statement any order is possible. If one is not sure, meeting at all is enough.
    """
    both = product(one.transactions, other.transactions)
    if one.sure and other.sure:
        return any(_circle(mine, its) for mine, its in both)
    return any(_meetings(mine, its) for mine, its in both)


def could_meet(one: Trace, other: Trace) -> bool:
    """Whether one may wait for the other at all."""
    both = product(one.transactions, other.transactions)
    return any(_meetings(mine, its) for mine, its in both)


def _meetings(mine: list[Taken], its: list[Taken]) -> list[tuple[Taken, Taken]]:
    by_thing = defaultdict(list)
    for each in its:
        by_thing[each.thing].append(each)
    return [
        (my, other)
        for my in mine
        for other in by_thing.get(my.thing, ())
        if exclude(my.strength, other.strength)
    ]


def _circle(mine: list[Taken], its: list[Taken]) -> bool:
    """Each holds what the other asks for then; unless only one can come as far as to hold it."""
    met = _meetings(mine, its)

    def both(held: Taken, its_held: Taken) -> bool:
        return not any(my.step < held.step and one.step < its_held.step for my, one in met)

    return any(
        held is not asked and its_asked is not its_held and both(held, its_held)
        for held, its_asked in met
        for asked, its_held in met
        if held.step <= asked.step and its_held.step <= its_asked.step
    )


class Observer:
    """Looks from outside, through a connection of its own, at what a held-still session holds."""

    def __init__(self, session: Session) -> None:
        self._probe = connection.copy("probe")
        self._probe.inc_thread_sharing()  # it is used in the thread of the session
        self._probe.set_autocommit(False)
        self._session, self.trace = session, Trace()
        self._committed: dict[str, set[Thing]] = {}
        with self._probe.cursor() as cursor:
            cursor.execute(_UNIQUE_INDEXES)
            # What stands in a definition is no place for a value.
            self._keys_of = [(name, text.replace("%", "%%")) for name, text in cursor.fetchall()]
        self._probe.rollback()
        self._begin()

    def _begin(self) -> None:
        self._taken: list[Taken] = []
        self._known: dict[Thing, int] = {}
        self._step = 0

    def record(self, action: Callable[[], object]) -> Trace:
        """Let the session run `action` by itself; raises what it raises."""
        self.trace, self._unseen = Trace(), list[Taken]()
        self._begin()
        self._session.observer = self
        try:
            self._session.start(action).result(MAX_WAIT)
        finally:
            self._session.observer = None
        assert self._unseen == [], "locked by a statement that was taken for reading"
        return self.trace

    def close(self) -> None:
        self._probe.close()

    def after(self, sql: str) -> None:
        """A statement has run, in the thread and on the connection of the session."""
        if READS.match(sql) and not LOCKING.search(sql):
            return
        self._step += 1
        if LOOKS_ASIDE.search(sql):
            self.trace.sure = False
        self._note(self._held())
        for table in INTO.findall(sql):
            self._take(("keys", table), UPDATE)

    def failed(self) -> None:
        """A statement was refused: what it would have waited for is not known."""
        self.trace.sure = False

    def at_the_end(self, check: Callable[[], None]) -> None:
        """Around what a commit checks: nothing was locked unseen, and that too may lock."""
        before = len(self._taken)
        self._note(self._held())
        self._unseen += self._taken[before:]
        self._step += 1
        check()
        self._note(self._held())
        self.trace.transactions.append(self._taken)
        self._begin()

    def _note(self, held: Iterator[tuple[Thing, int]]) -> None:
        for thing, strength in list(held):
            self._take(thing, strength)

    def _take(self, thing: Thing, strength: int) -> None:
        if strength > self._known.get(thing, 0):
            self._known[thing] = strength
            self._taken.append(Taken(thing, strength, self._step))

    def _held(self) -> Iterator[tuple[Thing, int]]:
        with self._probe.cursor() as cursor:
            cursor.execute(_LOCKED_TABLES, [self._session.pid])
            tables = {name for (name,) in cursor.fetchall()}
            yield from self._others(cursor)
            for table in sorted(tables):
                yield from self._rows(cursor, table)
        self._probe.rollback()
        yield from self._written(tables)

    def _rows(self, cursor: Any, table: str) -> Iterator[tuple[Thing, int]]:
        """The rows that nobody else could lock, each as strongly as it is held."""
        held: dict[str, int] = {}
        for strength, asked in sorted(_STRENGTHS.items()):
            cursor.execute(
                f"WITH free AS (SELECT ctid FROM {table} FOR {asked} SKIP LOCKED)"
                f" SELECT ctid::text FROM {table} EXCEPT SELECT ctid::text FROM free"
            )
            found = [place for (place,) in cursor.fetchall()]
            held |= dict.fromkeys(found, strength)
            if not found:
                break
        yield from (((table, place), strength) for place, strength in held.items())
        # Who takes a key away is waited for by who gives it to another row.
        gone = [place for place, strength in held.items() if strength == UPDATE]
        if gone:
            yield from self._keys(cursor, table, "ctid = ANY(%s::tid[])", gone)

    def _written(self, tables: set[str]) -> Iterator[tuple[Thing, int]]:
        """The keys that the session wrote itself and that were not there: only it sees them."""
        with connection.connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id_if_assigned()::text::bigint")
            (begun,) = cursor.fetchone()
            if begun is None:
                return
            for table in sorted(tables):
                keys = dict(self._keys(cursor, table, "xmin::text::bigint >= %s", begun))
                yield from ((key, keys[key]) for key in keys if key not in self._known_keys(table))

    def _known_keys(self, table: str) -> set[Thing]:
        """Those of rows that are there for all: whoever gives one to a new row is refused."""
        if table not in self._committed:
            with self._probe.cursor() as cursor:
                found = self._keys(cursor, table, "%s", True)
                self._committed[table] = {key for key, _ in found if key[0] == "key"}
            self._probe.rollback()
        return self._committed[table]

    def _keys(self, cursor: Any, table: str, which: str, value: Any) -> Iterator[tuple[Thing, int]]:
        queries = [f"{text} AND {which}" for name, text in self._keys_of if name == table]
        if queries:
            cursor.execute(" UNION ALL ".join(queries), [value] * len(queries))
            for _table, index, key in cursor.fetchall():
                yield ("key", index, key), NO_KEY_UPDATE
                yield ("keys", table), KEY_SHARE

    def _others(self, cursor: Any) -> Iterator[tuple[Thing, int]]:
        cursor.execute(_OTHER_LOCKS, [self._session.pid, list(_ORDINARY)])
        for kind, mode, table, *numbers in cursor.fetchall():
            assert kind == "advisory", f"all of {table} is locked: {mode}"
            yield ("advisory", *map(str, numbers)), ADVISORY[mode]
