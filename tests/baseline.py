"""What every test database holds: the cast, and the three built-in pledges, published."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import Group
from django.db import OperationalError, connection, transaction
from psycopg2.errors import DeadlockDetected

from pledges.access import SYSTEM
from pledges.actions import templates
from pledges.core.lifecycle import Role
from pledges.core.template import template_file
from pledges.models import (
    Department,
    EnrolledApp,
    Organisation,
    Person,
    Signature,
    TemplateVersion,
)

PASSWORD = "vermilion-seal-on-paper-7"
PUBLISHED = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

# username: (name, employee number, position, department, role)
CAST = {
    "liming": ("李明", "E1001", "高级客户经理", "华东零售部", Role.MANAGER),
    "wangfang": ("王芳", "E1002", "客户经理", "华东零售部", Role.MANAGER),
    "zhaolei": ("赵磊", "E2001", "客户经理", "华南对公部", Role.MANAGER),
    "chenjing": ("陈静", "C3001", "合规专员", "合规部", Role.COMPLIANCE),
    "sunhao": ("孙浩", "C3002", "合规主管", "合规部", Role.COMPLIANCE),
    "zhoumin": ("周敏", "H4001", "人事专员", "人力资源部", Role.HR),
    "wuying": ("吴颖", "A5001", "内部审计", "审计部", Role.AUDITOR),
    "admin": ("郑强", "S9001", "系统管理员", "信息技术部", Role.ADMINISTRATOR),
}
ENGLISH = {
    "华东零售部": "East China Retail",
    "华南对公部": "South China Corporate",
    "合规部": "Compliance",
    "人力资源部": "Human Resources",
    "审计部": "Internal Audit",
    "信息技术部": "Information Technology",
}
BUILTIN = Path(__file__).parent.parent / "pledges" / "builtin"


def totp_secret(username: str) -> str:
    return base64.b32encode(hashlib.sha1(username.encode()).digest()).decode()


def give_app(person: Person) -> Authenticator:
    """An authenticator app that signs in and signs documents."""
    app = TOTP.activate(person, totp_secret(person.username)).instance
    EnrolledApp.objects.create(authenticator=app, enrolled_at=PUBLISHED)
    return app


def fresh_code(person: Person, at: datetime) -> str | None:
    """A code that `person` can use at `at`; none when all that the clock allows have served."""
    factor = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    factor = factor or give_app(person)
    used = set(Signature.objects.filter(person=person).values_list("totp_step", flat=True))
    last = int(factor.last_used_at.timestamp()) // 30 if factor.last_used_at else 0
    now = int(at.timestamp()) // 30
    for step in (now, now + 1, now - 1):
        if step not in used and step > last:
            return format_hotp_value(hotp_value(factor.data["secret"], step))
    return None


def load() -> None:
    """Fill an empty, migrated database."""
    for role in Role:
        Group.objects.get_or_create(name=role)
    Organisation.objects.update_or_create(
        pk=1, defaults={"name_zh": "示例银行股份有限公司", "name_en": "Example Bank Co., Ltd."}
    )
    for username, (name, number, position, department, role) in CAST.items():
        person = Person(
            username=username,
            email=f"{username}@example.com",
            name=name,
            employee_number=number,
            position=position,
            contact="021-5555 0100",
            is_staff=role is not Role.MANAGER,
            department=Department.objects.get_or_create(
                name_zh=department, defaults={"name_en": ENGLISH[department]}
            )[0],
        )
        person.set_password(PASSWORD)
        person.save()
        person.groups.set([Group.objects.get(name=role)])
        if role is Role.MANAGER:
            give_app(person)
    for file in BUILTIN.glob("*.pledge"):
        publish(_imported(file))


def second_version(slug: str, **changes: Any) -> TemplateVersion:
    """Version 2 of a built-in pledge as a draft, its definition as changed."""
    return _imported(BUILTIN / "version-2" / f"{slug}.pledge", **changes)


def publish(draft: TemplateVersion) -> TemplateVersion:
    return templates.publish(draft, actor=SYSTEM, at=PUBLISHED)


def _imported(file: Path, **changes: Any) -> TemplateVersion:
    definition, _problems = template_file.parse(file.read_text("utf-8"))
    changed = replace(definition, **changes)
    return templates.import_definition(changed, actor=SYSTEM, at=PUBLISHED)[0]


class Kept:
    """The tables as they were at some time, to be put back: quicker than filling them anew."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            self._marks = _marks(cursor)
            self._rows = {name: _read(cursor, name) for name in self._marks}
            cursor.execute("SELECT sequencename, last_value FROM pg_sequences")
            self._sequences = dict(cursor.fetchall())

    def put_back(self) -> None:
        """Put back the rows of each table that changed, past the triggers: for tests alone."""
        with transaction.atomic(), connection.cursor() as cursor:
            now = _marks(cursor)
            changed = [name for name, mark in now.items() if mark != self._marks.get(name)]
            if not changed:
                return
            # Foreign keys are triggers too; the guards act in every session, whatever it calls
            # itself, and are switched off by name.
            cursor.execute("SET LOCAL session_replication_role = replica")
            with _unguarded(cursor, changed):
                for name in changed:
                    cursor.execute(f'DELETE FROM "{name}"')
                    _write(cursor, name, self._rows.get(name, b""))
            for name, value in self._sequences.items():
                cursor.execute("SELECT setval(%s, %s, %s)", [name, value or 1, value is not None])
            # A row that was put back is another one, as the database counts.
            self._marks = _marks(cursor)


_kept: list[Kept] = []


def keep() -> None:
    """Remember the database as it is now."""
    _kept[:] = [Kept()]


def put_back() -> None:
    """Make the database what it was when it was last kept.

    A request whose page is gone may be at work still, and hold what this takes: one of the two is
    refused by the database then. If it is this one, the other has ended a moment later.
    """
    for _again in range(2):
        with suppress(DeadlockDetected):
            return _put_back()
    _put_back()


def _put_back() -> None:
    try:
        _kept[0].put_back()
    except OperationalError as error:
        if isinstance(error.__cause__, DeadlockDetected):
            raise error.__cause__ from None
        raise


def _tables(cursor: Any) -> list[str]:
    """The tables of the project, but those that migrations alone fill."""
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')"
    )
    return [name for (name,) in cursor.fetchall()]


def _marks(cursor: Any) -> dict[str, tuple[int, int]]:
    """For each table, what differs once a row was added, changed or taken away."""
    each = " UNION ALL ".join(
        f"SELECT '{name}', count(*), coalesce(sum(xmin::text::bigint), 0) FROM \"{name}\""
        for name in _tables(cursor)
    )
    cursor.execute(each)
    return {name: (count, total) for name, count, total in cursor.fetchall()}


def _read(cursor: Any, table: str) -> bytes:
    into = BytesIO()
    cursor.copy_expert(f'COPY "{table}" TO STDOUT (FORMAT binary)', into)
    return into.getvalue()


def _write(cursor: Any, table: str, rows: bytes) -> None:
    if rows:
        cursor.copy_expert(f'COPY "{table}" FROM STDIN (FORMAT binary)', BytesIO(rows))


@contextmanager
def _unguarded(cursor: Any, tables: Iterable[str]) -> Iterator[None]:
    cursor.execute(
        "SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE NOT tgisinternal AND relname = ANY(%s)",
        [list(tables)],
    )
    guarded = [name for (name,) in cursor.fetchall()]
    for name in guarded:
        cursor.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
    yield
    for name in guarded:
        cursor.execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
    cursor.execute(
        "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE NOT tgisinternal AND relname = ANY(%s)",
        [guarded],
    )
    for name, trigger in cursor.fetchall():
        cursor.execute(f'ALTER TABLE "{name}" ENABLE ALWAYS TRIGGER "{trigger}"')


def wipe() -> None:
    """Empty every table of the project, past the triggers that refuse it: for tests alone."""
    with connection.cursor() as cursor:
        tables = _tables(cursor)
        with _unguarded(cursor, tables):
            joined = ", ".join(f'"{name}"' for name in tables)
            cursor.execute(f"TRUNCATE {joined} RESTART IDENTITY CASCADE")
