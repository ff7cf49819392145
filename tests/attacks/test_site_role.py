"""Somebody with the site's own role in the database: what they get the site to do for them.

They own no table and switch no trigger off, and they cannot write in the store or open a key.
"""

from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pledges import audit, issued_files
from pledges.access import SYSTEM
from pledges.actions import (
    enrolment,
    erasure,
    exporting,
    ledger_checking,
    noting_readings,
    preparing,
    rendering_ahead,
    review,
    sweeping,
)
from pledges.core import refusals
from pledges.models import Commitment, Pledge, Reading, RenderedAhead, Signature
from pledges.notices import accounts
from pledges.storage import document_store

pytestmark = pytest.mark.django_db
SLUG = "general-standards"
ROLE = "site_for_attacks"


@contextmanager
def the_site_role():
    """Within, statements are those of the role that `grant_role` made."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"CREATE ROLE {ROLE}")
        call_command("grant_role", ROLE, stdout=StringIO())
        cursor.execute(f"SET ROLE {ROLE}")
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


# --- A table of their own in the place of ours ---------------------------------------------------
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE public.pledges_signature SET strokes = '[]', typed = '', assertion = '{}', "
        "totp_step = NULL, client_address = NULL, user_agent = ''",
        "DELETE FROM public.pledges_commitment",
    ],
)
def test_a_temporary_table_does_not_pass_for_the_pledges(accepted, change):
    pledge = accepted()
    with the_site_role():
        run("CREATE TEMPORARY TABLE pledges_pledge (id uuid, status text)")
        run("INSERT INTO pledges_pledge VALUES (%s, 'erased')", pledge.pk)
        with pytest.raises(IntegrityError, match="kept as it was written"), transaction.atomic():
            run(change)
        run("DROP TABLE pg_temp.pledges_pledge")
    assert Signature.objects.get().strokes and Commitment.objects.exists()


# --- Another wording for as long as a document is rendered ---------------------------------------
SWAPPED = """
INSERT INTO pledges_templateversion (template_id, number, status, title_zh, title_en, subtitle_zh,
        subtitle_en, change_note_zh, change_note_en, source_zh, source_en, blanks, effective_on,
        digest, created_at, published_at)
    SELECT template_id, number + 1, status, title_zh, title_en, subtitle_zh, subtitle_en,
        change_note_zh, change_note_en, replace(source_zh, '客户', '总行'), source_en, blanks,
        effective_on, digest, created_at, published_at
    FROM pledges_templateversion WHERE id = %(honest)s;
INSERT INTO pledges_versionfont (version_id, serif, sans, sha256)
    SELECT (SELECT max(id) FROM pledges_templateversion), serif, sans, sha256
    FROM pledges_versionfont WHERE version_id = %(honest)s;
UPDATE pledges_pledge SET version_id = (SELECT max(id) FROM pledges_templateversion)
    WHERE id = %(pledge)s;
"""
BACK = "UPDATE pledges_pledge SET version_id = %(honest)s WHERE id = %(pledge)s;"
ELSEWHERE = """
INSERT INTO pledges_pledgetemplate (slug, created_at, retention_years) VALUES ('other', now(), 10);
UPDATE pledges_pledge SET template_id = (SELECT id FROM pledges_pledgetemplate WHERE slug = 'other')
    WHERE id = %(pledge)s;
"""


def test_a_pledge_cannot_be_put_under_another_template(draft):
    pledge = draft(SLUG)
    with (
        the_site_role(),
        pytest.raises(IntegrityError, match="stays with its template"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(ELSEWHERE, {"pledge": str(pledge.pk)})


def test_no_document_is_rendered_ahead_of_words_that_were_not_published(draft, liming, now, caplog):
    """The page would show the published words, and the file that is signed others."""
    pledge = draft(SLUG)
    about = {"honest": pledge.version_id, "pledge": str(pledge.pk)}
    with the_site_role():
        with connection.cursor() as cursor:
            cursor.execute(SWAPPED, about)
        swapped = Pledge.objects.get(pk=pledge.pk)
        assert "总行" in swapped.version.source_zh
        with pytest.raises(refusals.WordingDiffers):
            preparing.prepare(swapped, actor=liming, at=now)
        rendering_ahead.render(str(pledge.pk), pledge.answers_revision, at=now)
        with connection.cursor() as cursor:
            cursor.execute(BACK, about)
    assert not RenderedAhead.objects.exists()
    assert "not the one that was published" in caplog.text
    back = Pledge.objects.get(pk=pledge.pk)
    assert preparing.prepare(back, actor=liming, at=now + timedelta(minutes=1))


@pytest.fixture
def ahead(draft, now):
    """A draft's document, rendered ahead."""
    pledge = draft(SLUG)
    row = rendering_ahead.render(str(pledge.pk), pledge.answers_revision, at=now)
    pledge.refresh_from_db()
    return pledge, row


def own_document(row):
    """A file of theirs with our identifier in it, for somebody who can write in the store."""
    honest = issued_files.read_rendered(row)
    mine = honest.replace(b"%PDF-1.7", b"%PDF-1.6", 1)
    assert mine != honest
    return document_store.put(mine), len(mine)


def planted(row):
    """The row names their own file."""
    digest, size = own_document(row)
    row.document_digest, row.document_size = digest, size
    row.save()


def written(row):
    """A row of their own, with all that can be read in the database."""
    digest, size = own_document(row)
    content = preparing.freeze(row.pledge, actor=row.pledge.person, at=row.rendered_at).digest
    about = {"pledge": row.pledge, "answers_revision": row.answers_revision}
    row.delete()
    RenderedAhead.objects.create(
        **about,
        content_digest=content,
        document_digest=digest,
        document_size=size,
        rendered_at=row.rendered_at,
    )


def of_another_day(row):
    """An honest row, on a later day than its document bears."""
    row.rendered_at += timedelta(days=1)
    row.save()
    return timedelta(days=1)


@pytest.mark.parametrize("change", [planted, written, of_another_day])
def test_no_document_of_theirs_is_offered_in_the_place_of_one_rendered_ahead(
    ahead, liming, now, change
):
    pledge, row = ahead
    later = change(row) or timedelta(minutes=1)
    intent = preparing.prepare(pledge, actor=liming, at=now + later)
    assert intent.document_digest != RenderedAhead.objects.get().document_digest


# --- Files that the site itself removes -----------------------------------------------------------
def test_rows_that_say_erased_remove_no_file(accepted, liming, chenjing, passkey, now):
    """A pledge in force is walked to its end, and its person called erased, by statements alone."""
    passkey(liming)
    pledge = accepted()
    files = [file.sha256 for file in pledge.documents.all()]
    with the_site_role():
        run(
            "UPDATE pledges_pledge SET status = 'revoked', revoked_at = now(), revoked_by_id = %s",
            chenjing.pk,
        )
        run(
            "UPDATE pledges_pledge SET status = 'erased', answers = '{}', signer_name = '', "
            "signer_employee_number = '', signer_department = '', content_digest = '', "
            "revocation_reason = ''"
        )
        run(
            "UPDATE pledges_person SET erased_at = now(), is_active = false, name = '—', "
            "email = '', position = '', contact = '' WHERE id = %s",
            liming.pk,
        )
        sweeping.sweep(timezone.now() + timedelta(days=3))
    assert all(document_store.exists(digest) for digest in files)
    assert enrolment.had_any(liming)
    assert not document_store.has_record(f"enrolments/{liming.pk}/erased.json")


def test_a_file_is_not_held_by_itself(accepted, now):
    """A later row of the same bytes makes none of them redundant."""
    newest = accepted().documents.last()
    with the_site_role():
        run(
            "INSERT INTO pledges_document (pledge_id, revision, sha256, size, created_at, level) "
            "SELECT pledge_id, 99, sha256, size + 1, created_at, level FROM pledges_document "
            "WHERE id = %s",
            newest.pk,
        )
        sweeping.remove_redundant(now + timedelta(days=3))
    assert document_store.exists(newest.sha256)


# --- Who read it ----------------------------------------------------------------------------------
@pytest.fixture
def read(signed, chenjing, now):
    """A pledge that an officer opened, as the ledger tells."""
    pledge = signed()
    noting_readings.note([pledge], Reading.Way.PAGE, reader=chenjing, at=now)
    noting_readings.record_noted(now + timedelta(minutes=1))
    assert list(audit.verify()) == []
    return pledge


def differing():
    return [fault.kind for fault in audit.verify()]


def test_a_blanked_name_of_a_reader_is_shown_all_the_same(read, liming, wuying, client):
    with the_site_role():
        run("UPDATE pledges_reading SET reader_name = ''")
    client.force_login(liming)
    assert "陈静 · 合规" in client.get(f"/pledges/{read.pk}/").content.decode()
    client.force_login(wuying)
    assert "陈静" in client.get("/admin/pledges/reading/").content.decode()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM pledges_reading",
        "UPDATE pledges_reading SET way = 'proof'",
        "UPDATE pledges_reading SET reader_id = 1 + reader_id",
        "UPDATE pledges_reading SET minute = minute + interval '1 minute'",
        "UPDATE pledges_reading SET entry_id = NULL",
        "UPDATE pledges_reading SET entry_id = 1",
    ],
)
def test_readings_that_their_owner_changed_contradict_the_ledger(read, change):
    """With the guards off: the ledger is compared with what pages show."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("ALTER TABLE pledges_reading DISABLE TRIGGER USER")
    run(change)
    run("ALTER TABLE pledges_reading ENABLE TRIGGER USER")
    assert "readings differ" in differing()
    with pytest.raises(CommandError, match="not as it was written"):
        call_command("verify_ledger", stdout=StringIO())


def test_a_reading_that_was_written_down_beforehand_is_missed_in_the_ledger(signed, wuying, now):
    """The page's own row is the same again, and changes nothing: no entry would tell of it."""
    pledge = signed()
    minute = now.replace(second=0, microsecond=0)
    with the_site_role():
        run(
            "INSERT INTO pledges_reading (minute, way, reader_name, reader_role, reader_id, "
            "pledge_id, entry_id) VALUES (%s, 'page', '—', 'hr', %s, %s, 1)",
            minute,
            wuying.pk,
            pledge.pk,
        )
        noting_readings.note([pledge], Reading.Way.PAGE, reader=wuying, at=now)
        assert noting_readings.record_noted(now + timedelta(minutes=1)) == 0
    assert differing() == ["readings differ"]


def test_exports_and_erased_readers_agree_with_the_ledger(read, zhoumin, now):
    for export in (exporting.export, exporting.export_commitments):
        export(Pledge.objects.all(), actor=zhoumin, at=now)
    erasure.erase(zhoumin, actor=SYSTEM, at=now + timedelta(days=1))
    assert differing() == []
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("ALTER TABLE pledges_reading DISABLE TRIGGER USER")
    run("UPDATE pledges_reading SET way = 'page' WHERE way = 'export'")
    run("ALTER TABLE pledges_reading ENABLE TRIGGER USER")
    assert "readings differ" in differing()


# --- Where a pledge stands -----------------------------------------------------------------------
JUDGED = "UPDATE pledges_pledge SET status = %s, reviewed_at = now(), reviewed_by_id = %s"


@pytest.mark.parametrize("state", ["accepted", "returned"])
def test_a_state_that_nobody_gave_contradicts_the_ledger(signed, chenjing, wuying, client, state):
    """The public page shows the row; the daily chore, the command and auditors find it."""
    pledge = signed()
    audit.checkpoint(timezone.now())
    assert list(audit.contradicted_pledges()) == []
    with the_site_role():
        run(JUDGED, state, chenjing.pk)
    assert list(audit.contradicted_pledges()) == [audit.Standing(pledge.number, state, "signed")]
    with pytest.raises(refusals.LedgerBroken):
        ledger_checking.check_ledger(timezone.now())
    told = StringIO()
    with pytest.raises(CommandError, match="pledges that contradict it: 1"):
        call_command("verify_ledger", stdout=told)
    assert f"is '{state}' by its rows, by the ledger 'signed'" in told.getvalue()
    client.force_login(wuying)
    shown = client.post("/admin/pledges/ledgerentry/check/", follow=True).content.decode()
    assert pledge.number in shown and "不一致" in shown


def test_a_file_that_was_never_issued_contradicts_the_ledger(accepted, signed, wangfang, now):
    """The signer's own page would hand out somebody else's file, and call it the newest."""
    own, other = accepted(), signed(person=wangfang)
    assert list(audit.contradicted_pledges()) == []
    sha256 = other.documents.get().sha256
    with the_site_role():
        run(
            "INSERT INTO pledges_document (pledge_id, revision, sha256, size, created_at, level) "
            "VALUES (%s, 99, %s, 1, now(), '')",
            own.pk,
            sha256,
        )
    told = [audit.Standing(own.number, f"issued as {sha256}", "never issued so")]
    assert list(audit.contradicted_pledges()) == told


def test_what_is_compared_is_found_by_an_index(signed):
    """Of a million entries, the handful about each pledge."""
    signed()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    with CaptureQueriesContext(connection) as said:
        list(audit.contradicted_pledges())
    assert len(said) == 2
    for query in said.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN SELECT" + query["sql"].partition("SELECT")[2])
            plan = "\n".join(row for (row,) in cursor.fetchall())
        assert "ledger_by_subject" in plan, plan


def test_every_state_that_was_given_agrees_with_the_ledger(
    draft, signed, accepted, liming, wangfang, zhaolei, chenjing, now
):
    draft("contract")
    at = now + timedelta(hours=2)
    review.revoke(accepted(), actor=chenjing, at=at, reason="调岗")
    returned = signed(person=wangfang)
    reasons = [review.ClauseReason("请补充")]
    review.return_to_manager(returned, actor=chenjing, at=at, reasons=reasons)
    signed(person=zhaolei)
    assert {each.status for each in Pledge.objects.all()} == {
        *("draft", "revoked", "returned", "signed")
    }
    assert list(audit.contradicted_pledges()) == []
    erasure.erase(liming, actor=SYSTEM, at=now + timedelta(days=4000))
    assert list(audit.contradicted_pledges()) == []


# --- The queue ------------------------------------------------------------------------------------
def test_a_link_goes_to_nobody_but_the_accounts_owner(liming, mailoutbox):
    args = ["password_reset", liming.pk, {"to": "insider@example.com"}]
    accounts.send.call(*args)
    assert [mail.to for mail in mailoutbox] == [[liming.email]]
