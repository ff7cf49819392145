"""The database refuses what no code path does: from the ORM and from raw SQL alike."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from pledges.actions import answers, batches, noting_readings, preparing, review
from pledges.models import (
    AcceptanceItem,
    Commitment,
    Document,
    IssuedRecord,
    LedgerCheckpoint,
    LedgerEntry,
    LedgerOpening,
    PaperPledge,
    Pledge,
    Reading,
    RecordFile,
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
        signed(person=wangfang), actor=chenjing, at=now, reasons=[review.ClauseReason("请补充")]
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


def test_a_record_is_kept_as_it_was_issued_but_may_be_erased_once(now):
    record = IssuedRecord.objects.create(
        kind="paper-scan", subject="paperpledge:1", list_digest="ab" * 32, created_at=now
    )
    RecordFile.objects.create(record=record, revision=1, sha256="cd" * 32, size=1, created_at=now)
    for table in (IssuedRecord._meta.db_table, RecordFile._meta.db_table):
        refused(lambda table=table: run(f"DELETE FROM {table}"))
        refused(lambda table=table: run(f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE"))
    refused(lambda: RecordFile.objects.update(sha256="ef" * 32))
    refused(lambda: IssuedRecord.objects.update(list_digest="ef" * 32))
    refused(lambda: IssuedRecord.objects.update(erased_at=now, list_digest="ef" * 32))
    IssuedRecord.objects.update(erased_at=now)
    refused(lambda: IssuedRecord.objects.update(erased_at=now + timedelta(days=1)))
    refused(lambda: IssuedRecord.objects.update(erased_at=None))


@pytest.mark.parametrize(
    "change",
    [
        {"signer_name": "王芳"},
        {"answers": {}},
        {"document_digest": "0" * 64},
        {"ends_on": "2030-01-01"},
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
    ("column", "value"),
    [
        ("status", "draft"),
        ("blanks", "[]"),
        ("effective_on", "2020-01-01"),
        ("term_months", 12),
    ],
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


PAPER = {
    "note": "",
    "file_name": "",
    "upload_sha256": "",
    "upload_stored": "",
    "reason": "",
    "salt": "",
}


@pytest.fixture
def paper(liming, version, zhoumin, chenjing, now):
    def make(state):
        settled = {} if state in ("draft", "filed") else {"settled_by": chenjing, "settled_at": now}
        row = PaperPledge.objects.create(
            person=liming, version=version(), signed_on=now.date(), state=state, filed_at=now,
            filed_by=zhoumin, file_name="李明.jpg", salt="ab" * 32, **settled,
        )  # fmt: skip
        return PaperPledge.objects.filter(pk=row.pk)

    return make


@pytest.mark.parametrize("state", ["filed", "confirmed", "rejected", "withdrawn"])
@pytest.mark.parametrize(
    "change",
    [
        *({"person_id": 2}, {"signed_on": "2020-01-01"}, {"ends_on": "2099-01-01"}),
        *({"note": "x"}, {"upload_sha256": "0" * 64}, {"filed_by_id": 4}, {"salt": ""}),
        *({"state": "draft"}, {"state": "erased"}),
    ],
    ids=str,
)
def test_what_a_filed_paper_says_is_fixed(paper, state, change):
    row = paper(state)
    refused(lambda: row.update(**change))
    refused(lambda: row._raw_delete(row.db))


@pytest.mark.parametrize("state", ["confirmed", "rejected", "withdrawn"])
def test_what_was_decided_about_a_paper_stays(paper, state, now):
    row = paper(state)
    for change in ({"state": "filed"}, {"settled_at": now}, {"record_id": None, "reason": "x"}):
        if change != {"settled_at": now} or row.get().settled_at != now:
            refused(lambda change=change: row.update(**change))
    refused(lambda: row.update(state="confirmed" if state != "confirmed" else "rejected"))


def test_a_draft_of_a_paper_may_go_and_a_filed_one_is_confirmed_or_not(paper, chenjing, now):
    assert paper("draft").update(note="x") == 1
    assert PaperPledge.objects.all().delete()[0] == 1
    row = paper("filed")
    refused(lambda: row.update(state="confirmed", settled_by=chenjing, note="x"))
    assert row.update(state="confirmed", settled_by=chenjing, settled_at=now) == 1
    assert row.update(state="withdrawn", withdrawn_by=chenjing, withdrawn_at=now, reason="x") == 1
    refused(lambda: row.update(state="erased", **{**PAPER, "note": "x"}))
    assert row.update(state="erased", **PAPER) == 1
    refused(lambda: row.update(state="filed"))


def test_nobody_confirms_their_own_paper_even_in_sql(paper, liming, zhoumin, now):
    row = paper("filed")
    for who in (liming, zhoumin):
        refused(lambda who=who: row.update(state="confirmed", settled_by=who, settled_at=now))


ERASED = {
    "answers": {},
    "signer_name": "",
    "signer_employee_number": "",
    "signer_department": "",
    "content_digest": "",
    "revocation_reason": "",
    "reply": "",
    "assignment_note": "",
    "withdrawal_reason": "",
}


@pytest.fixture
def returned(draft, signed, chenjing, now):
    Pledge.objects.filter(pk=draft().pk).update(reply="已补充", assignment_note="新任岗位")
    pledge = signed()
    reasons = [review.ClauseReason("请补充")]
    review.return_to_manager(pledge, actor=chenjing, at=now, reasons=reasons)
    return Pledge.objects.filter(pk=pledge.pk)


@pytest.mark.parametrize("kept", [*ERASED, "nothing"])
def test_a_pledge_is_erased_whole_or_not_at_all(returned, chenjing, now, kept):
    change = {"status": "erased", **ERASED}
    if kept in ("revocation_reason", "withdrawal_reason"):
        change[kept] = "岗位变动"
    elif kept != "nothing":
        del change[kept]
    if kept == "nothing":
        returned.update(**change)
    else:
        refused(lambda: returned.update(**change))


@pytest.mark.parametrize(
    "more",
    [{"number": "CN-2026-999999"}, {"signed_at": None}, {"document_digest": ""}, {"flagged": True}],
)
def test_erasing_touches_nothing_else(returned, more):
    refused(lambda: returned.update(status="erased", **ERASED, **more))


@pytest.mark.parametrize("state", ["signed", "accepted"])
def test_what_waits_or_is_in_force_is_not_erased(request, state):
    pledge = request.getfixturevalue(state)()
    row = Pledge.objects.filter(pk=pledge.pk)
    refused(lambda: row.update(status="erased", **ERASED))


def test_an_erased_pledge_never_changes_again(returned):
    returned.update(status="erased", **ERASED)
    for change in ({"status": "returned"}, {"signer_name": "李明"}, {"answers": {"a": "b"}}):
        refused(lambda change=change: returned.update(**change))
    refused(lambda: returned._raw_delete(returned.db))


def test_its_parts_are_blanked_and_nothing_else(returned):
    returned.update(status="erased", **ERASED)
    blank = {"strokes": [], "typed": "", "assertion": {}, "totp_step": None}
    blank |= {"client_address": None, "user_agent": ""}
    refused(lambda: Signature.objects.update(**{**blank, "typed": "王芳"}))
    refused(lambda: Signature.objects.update(**blank, consent_text=""))
    refused(lambda: Signature.objects.all()._raw_delete("default"))
    refused(lambda: ReturnReason.objects.update(text="另一个原因"))
    refused(lambda: ReturnReason.objects.all()._raw_delete("default"))
    refused(lambda: Commitment.objects.update(value=""))
    refused(lambda: Document.objects.update(sha256="0" * 64))
    refused(lambda: Document.objects.all()._raw_delete("default"))
    Signature.objects.update(**blank)
    ReturnReason.objects.update(text="")
    Commitment.objects.all().delete()


DISCARDED = {"status": "discarded", "answers": {}}


def test_a_draft_that_nobody_asked_for_may_be_discarded_and_is_never_taken_up_again(draft):
    row = Pledge.objects.filter(pk=draft().pk)
    refused(lambda: row.update(status="discarded"))
    refused(lambda: row.update(**DISCARDED, number="CN-2026-000009"))
    row.update(**DISCARDED)
    for change in ({"status": "draft"}, {"answers": {"a": "b"}}, {"due_on": "2030-01-01"}):
        refused(lambda change=change: row.update(**change))


def test_a_number_that_a_discarded_draft_had_stays_taken(draft, liming, now):
    pledge = draft()
    preparing.prepare(pledge, actor=liming, at=now)
    row = Pledge.objects.filter(pk=pledge.pk)
    row.update(**DISCARDED)
    refused(lambda: row.update(number=None))
    refused(lambda: row._raw_delete(row.db))


def test_what_was_asked_for_is_not_discarded_even_in_sql(draft, returned, chenjing, liming, now):
    asked = draft("contract")
    answers.assign(asked.version, person=liming, actor=chenjing, at=now, due_on=None)
    correction = Pledge.objects.get(status="draft", corrects__isnull=False)
    Pledge.objects.filter(pk=correction.pk).update(assigned_at=None, assigned_by=None)
    for pledge in (asked, correction):
        row = Pledge.objects.filter(pk=pledge.pk)
        refused(lambda row=row: row.update(**DISCARDED))


def test_no_signed_pledge_is_discarded(signed):
    row = Pledge.objects.filter(pk=signed().pk)
    refused(lambda: row.update(**DISCARDED))


def test_what_was_withdrawn_stays_so_and_nothing_else_of_it_changes(signed, draft, now):
    gone = {"status": "withdrawn", "withdrawn_at": now, "withdrawn_why": "signer"}
    row = Pledge.objects.filter(pk=signed().pk)
    for more in ({"answers": {}}, {"reviewed_at": now}, {"number": "CN-2026-000009"}):
        refused(lambda more=more: row.update(**gone, **more))
    row.update(**gone, withdrawal_reason="写错了")
    for change in ({"status": "signed"}, {"withdrawal_reason": "别的"}, {"status": "returned"}):
        refused(lambda change=change: row.update(**change))
    refused(lambda: row._raw_delete(row.db))
    fresh = Pledge.objects.filter(pk=draft("contract").pk)
    refused(lambda: fresh.update(**gone))


def test_what_was_judged_is_not_withdrawn(returned, now):
    gone = {"status": "withdrawn", "withdrawn_at": now, "withdrawn_why": "compliance"}
    refused(lambda: returned.update(**gone, reviewed_at=None, reviewed_by=None))


def test_a_pledge_stays_with_its_template(draft, version):
    row, other = Pledge.objects.filter(pk=draft().pk), version("contract")
    refused(lambda: row.update(template=other.template, version=other))
    refused(lambda: (row.update(version=other), run("SET CONSTRAINTS ALL IMMEDIATE")))


@pytest.mark.parametrize("change", [{"reply": "另一段回复"}, {"assignment_note": "另一个原因"}])
def test_what_was_said_about_a_signed_pledge_is_frozen(returned, change):
    refused(lambda: returned.update(**change))


def test_an_item_of_a_batch_is_settled_once(signed, chenjing, now):
    batch = batches.begin([signed()], actor=chenjing, at=now)
    items = batch.items.all()
    refused(lambda: items.update(pledge_id="00000000-0000-4000-8000-000000000000"))
    later = now + timedelta(hours=1)
    batches.work(batch.pk, clock=lambda: later)
    assert items.get().outcome == AcceptanceItem.Outcome.ACCEPTED
    refused(lambda: items.update(outcome="waiting", settled_at=None))
    refused(lambda: run("UPDATE pledges_acceptanceitem SET outcome = 'left', reason = 'own'"))
    refused(lambda: items._raw_delete(items.db))


def test_a_reading_gets_its_entry_once_and_loses_a_name_at_most(signed, chenjing, now):
    noting_readings.note(
        [signed()], Reading.Way.PAGE, reader=chenjing, at=now + timedelta(minutes=1)
    )
    rows = Reading.objects.all()
    for change in ({"way": "file"}, {"reader_id": 1}, {"reader_name": "王芳"}, {"minute": now}):
        refused(lambda change=change: rows.update(entry=1, **change))
    assert rows.update(entry=1) == 1
    refused(lambda: rows.update(entry=2))
    refused(lambda: rows.update(entry=None))
    refused(lambda: rows.update(reader_name="王芳"))
    assert rows.update(reader_name="") == 1
    refused(lambda: rows._raw_delete(rows.db))
    refused(lambda: run("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE pledges_reading"))
    refused(lambda: run("SET session_replication_role = replica; DELETE FROM pledges_reading"))
