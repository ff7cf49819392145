"""The database refuses what no code path does: from the ORM and from raw SQL alike."""

import pytest
from django.db import IntegrityError, connection, transaction

from pledges.actions import review
from pledges.models import (
    Commitment,
    Document,
    LedgerCheckpoint,
    LedgerEntry,
    LedgerOpening,
    Pledge,
    ReturnReason,
    Signature,
    TemplateVersion,
    VersionFont,
)

pytestmark = pytest.mark.django_db

WRITTEN_ONCE = [
    LedgerEntry,
    LedgerCheckpoint,
    Document,
    Signature,
    Commitment,
    ReturnReason,
    VersionFont,
]
SOME_COLUMN = {
    LedgerEntry: {"event": "x"},
    LedgerCheckpoint: {"note": "x"},
    LedgerOpening: {"value": "x"},
    Document: {"sha256": "0" * 64},
    Signature: {"typed": "x"},
    Commitment: {"value": "x"},
    ReturnReason: {"text": "x"},
    VersionFont: {"sha256": "0" * 64},
    TemplateVersion: {"source_zh": "x"},
}


def refused(act):
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("model", [*WRITTEN_ONCE, TemplateVersion])
def test_rows_that_are_written_once(accepted, signed, wangfang, chenjing, now, model):
    accepted()
    review.return_to_manager(
        signed(person=wangfang), actor=chenjing, at=now, reasons=[review.Reason("请补充")]
    )
    rows = model.objects.all()
    table = model._meta.db_table
    column = next(iter(SOME_COLUMN[model]))
    assert rows.exists()
    refused(lambda: rows.update(**SOME_COLUMN[model]))
    refused(lambda: rows._raw_delete(rows.db))
    refused(lambda: run(f"UPDATE {table} SET {column} = 'x'"))
    refused(lambda: run(f"DELETE FROM {table}"))
    refused(lambda: run(f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE"))
    refused(lambda: run(f"SET session_replication_role = replica; DELETE FROM {table}"))


def test_what_opens_a_commitment_is_erased_or_kept_but_never_changed(signed):
    signed()
    table = LedgerOpening._meta.db_table
    assert LedgerOpening.objects.exists()
    for column in ("value", "salt", "name"):
        refused(lambda column=column: run(f"UPDATE {table} SET {column} = 'x'"))
    refused(lambda: LedgerOpening.objects.update(**SOME_COLUMN[LedgerOpening]))
    refused(lambda: run(f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table}"))
    refused(lambda: run(f"SET session_replication_role = replica; UPDATE {table} SET value = ''"))
    LedgerOpening.objects.all().delete()
    assert not LedgerOpening.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"signer_name": "王芳"},
        {"answers": {}},
        {"document_digest": "0" * 64},
        {"number": "CN-2026-999999"},
        {"number": None},
        {"status": "draft", "signed_at": None},
        {"status": "signed", "reviewed_at": None, "reviewed_by": None},
    ],
)
def test_a_signed_pledge_is_frozen(accepted, change):
    accepted()
    refused(lambda: Pledge.objects.update(**change))
    refused(lambda: run("DELETE FROM pledges_pledge"))


@pytest.mark.parametrize(
    ("column", "value"), [("status", "draft"), ("blanks", "[]"), ("effective_on", "2020-01-01")]
)
def test_a_published_version_is_frozen(version, column, value):
    refused(lambda: TemplateVersion.objects.filter(pk=version().pk).update(**{column: value}))


def test_nobody_can_be_their_own_judge_even_in_sql(signed):
    pledge = signed()
    refused(
        lambda: Pledge.objects.filter(pk=pledge.pk).update(
            status="accepted", reviewed_at=pledge.signed_at, reviewed_by=pledge.person
        )
    )
