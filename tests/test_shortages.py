"""A full or read-only disk, and a database that takes nothing: a sentence, 503, nothing lost."""

import errno
import json
import os

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError, OperationalError, connection
from django.urls import reverse

from pledges import durable_files, wording
from pledges.actions import preparing
from pledges.core.lifecycle import PledgeState
from pledges.core.refusals import StorageUnavailable
from pledges.models import Document, LedgerEntry, Pledge, Session
from pledges.views.shortages import is_shortage
from tests import baseline
from tests.cast import FILLED
from tests.fresh import prove

pytestmark = pytest.mark.django_db
ERRORS = [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT]
SENTENCES = {"zh-hans": "暂时无法保存", "en": "Nothing can be saved right now"}


@pytest.fixture(params=ERRORS, ids=errno.errorcode.get)
def broken_disk(request, monkeypatch):
    """From now on every file is refused by the system; gives how to mend it."""

    def refuse(path, content, mode):
        raise OSError(request.param, os.strerror(request.param), str(path))

    def arrange():
        monkeypatch.setattr(durable_files, "_write_through", refuse)
        return monkeypatch.undo

    return arrange


@pytest.fixture
def full_database():
    """From now on PostgreSQL refuses to write pledges, as on a full disk."""

    def arrange(state="53100", table="pledges_pledge"):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE FUNCTION refuse_all() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$;"
                f"CREATE TRIGGER a_refuse BEFORE UPDATE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION refuse_all()"
            )

    return arrange


@pytest.fixture(params=["zh-hans", "en"])
def in_language(request, client):
    client.cookies["django_language"] = request.param
    client.raise_request_exception = False
    return request.param


def typed(draft, **changes):
    answers = {**FILLED["general-standards"], **changes}
    fields = {f"answer-{code}": value for code, value in answers.items()}
    return {**fields, "revision": draft.answers_revision}


def test_preparing_keeps_what_was_typed_and_says_so(
    client, draft, liming, broken_disk, in_language
):
    pledge = draft()
    client.force_login(liming)
    mend = broken_disk()
    page = reverse("pledge_prepare", args=[pledge.pk])
    answer = client.post(page, typed(pledge, surveys_per_month="7"))
    assert answer.status_code == 503
    assert SENTENCES[in_language] in answer.content.decode()
    pledge.refresh_from_db()
    assert pledge.answers["surveys_per_month"] == "7"
    mend()
    again = client.post(page, typed(pledge, surveys_per_month="7"))
    assert again.status_code == 302 and "/sign/" in again["Location"]


def signing_fields(person, now):
    return {
        "consent": "on",
        "method": "draw",
        "strokes": json.dumps([[[0.1, 0.1], [0.4, 0.2], [0.7, 0.1]], [[0.2, 0.3], [0.8, 0.3]]]),
        "password": baseline.PASSWORD,
        "code": baseline.fresh_code(person, now),
    }


def test_signing_keeps_the_signature_that_was_written(
    client, draft, liming, broken_disk, in_language, monkeypatch, now
):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    intent = preparing.prepare(draft(), actor=liming, at=now)
    client.force_login(liming)
    fields, page = (
        signing_fields(liming, now),
        reverse("pledge_sign", args=[intent.pledge_id, intent.pk]),
    )
    entries = LedgerEntry.objects.count()
    mend = broken_disk()
    answer = client.post(page, fields)
    assert answer.status_code == 503
    assert answer.context["form"].non_field_errors()
    assert json.loads(answer.context["form"].strokes_again()) == json.loads(fields["strokes"])
    assert Pledge.objects.get().status == PledgeState.DRAFT
    assert LedgerEntry.objects.count() == entries
    mend()
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    assert client.post(page, fields).status_code == 302
    assert Pledge.objects.get().status == PledgeState.SIGNED


def test_accepting_changes_nothing_and_says_so(
    client, signed, chenjing, broken_disk, in_language, monkeypatch, now
):
    pledge = signed()
    monkeypatch.setattr("django.utils.timezone.now", lambda: pledge.signed_at)
    client.force_login(chenjing)
    prove(client, chenjing)
    page = reverse("admin:pledges_pledge_accept", args=[pledge.pk])
    mend = broken_disk()
    answer = client.post(page)
    assert answer.status_code == 503 and answer["Retry-After"]
    assert SENTENCES[in_language] in answer.content.decode()
    pledge.refresh_from_db()
    assert (pledge.status, Document.objects.count()) == (PledgeState.SIGNED, 1)
    mend()
    monkeypatch.setattr("django.utils.timezone.now", lambda: pledge.signed_at)
    assert client.post(page).status_code == 302


@pytest.mark.parametrize("state", ["53100", "25006", "58030", "40P01"])
def test_saving_into_a_full_or_read_only_database(
    client, draft, liming, full_database, in_language, state
):
    pledge = draft()
    client.force_login(liming)
    full_database(state)
    for page in ("pledge_save", "pledge"):
        answer = client.post(reverse(page, args=[pledge.pk]), typed(pledge, surveys_per_month="7"))
        assert answer.status_code == 503 and answer["Retry-After"]
        assert SENTENCES[in_language] in answer.content.decode()


def test_a_session_that_cannot_be_saved_is_no_bad_request(
    client, liming, full_database, in_language
):
    """Its time alone is lost while nothing else is to be kept in it."""
    client.force_login(liming)
    client.get(reverse("my_pledges"))
    full_database(table="pledges_session")
    assert client.get(reverse("my_pledges")).status_code == 200
    session = client.session
    session["kept"] = "for later"
    with pytest.raises(DatabaseError) as raised:
        session.save()
    assert is_shortage(raised.value)


def test_a_session_that_ended_meanwhile_is_told_apart(client, liming):
    client.force_login(liming)
    session = client.session
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        session.save()


def test_a_file_that_may_not_be_read_is_no_missing_one(client, accepted, liming, monkeypatch):
    pledge = accepted()
    client.force_login(liming)

    def refuse(self, name, mode="rb"):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pledges.storage.filesystem.DocumentStorage._open", refuse)
    assert client.get(reverse("pledge_document", args=[pledge.pk])).status_code == 503
    page = client.get(reverse("pledge", args=[pledge.pk]))
    assert wording.refusal(StorageUnavailable()) in page.content.decode()


@pytest.mark.parametrize(
    ("error", "is_one"),
    [
        (OSError(errno.ENOSPC, "full"), True),
        (PermissionError(errno.EACCES, "no"), True),
        (OSError(errno.ENOENT, "none"), False),
        (OperationalError("no connection"), True),
        (ValueError("ours"), False),
        (None, False),
    ],
)
def test_what_is_a_shortage(error, is_one):
    assert is_shortage(error) is is_one
