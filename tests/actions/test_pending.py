"""Passkeys that wait in vain: removed after a day, their owners told, nothing left behind."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from pledges import audit
from pledges.actions import enrolling, pending
from pledges.actions.pending import lapse_due
from pledges.models import Person
from pledges.notices import accounts
from pledges.proof.passkeys.ceremony import introduction_challenge
from pledges.storage import document_store

pytestmark = pytest.mark.django_db

DAY = timedelta(hours=24)


@pytest.fixture
def waiting(passkey, liming):
    passkey(liming)
    return passkey(liming).waiting


def mails():
    queued = DBTaskResult.objects.filter(task_path=accounts.send.module_path)
    return queued.filter(args_kwargs__args__0="passkey_lapsed")


def why_discarded(person):
    return [
        entry.leaf.split('"why":"')[1].split('"')[0]
        for entry in audit.trail(person).filter(event="passkey.discarded")
    ]


def test_after_a_day_it_is_removed_and_its_owner_told(waiting, liming, now, mailoutbox):
    pending.lapse(now + DAY - timedelta(seconds=1))
    assert document_store.list_records("pending") and not mails().exists()
    pending.lapse(now + DAY)
    assert not document_store.list_records("pending")
    (mail,) = mails()
    assert mail.args_kwargs["args"] == ["passkey_lapsed", liming.pk, {"name": "Key"}]
    assert waiting.record.code not in str(mail.args_kwargs)
    assert why_discarded(liming) == ["expired"]
    pending.lapse(now + DAY)
    assert mails().count() == 1


def test_the_worker_looks_when_its_time_has_passed(waiting, now):
    task = DBTaskResult.objects.get(task_path=lapse_due.module_path)
    assert task.run_after == now + DAY
    lapse_due.func()  # by the clock of the server, which is later
    assert not document_store.list_records("pending")


@pytest.mark.parametrize(
    ("language", "subject", "body"),
    [
        ("zh-hans", "通行密钥未获确认：手机", "未在 24 小时内得到确认"),
        ("en", "not confirmed: 手机", "was not confirmed within 24 hours"),
    ],
)
def test_the_mail_in_both_languages(liming, mailoutbox, language, subject, body):
    Person.objects.update(language=language)
    accounts.send.func("passkey_lapsed", liming.pk, {"name": "手机 <1>"})
    (mail,) = mailoutbox
    assert subject in mail.subject and body in mail.body
    assert "手机 <1>" in mail.body and "/accounts/2fa/webauthn/" in mail.body
    assert mail.to == [liming.email]


def test_what_was_confirmed_or_discarded_does_not_lapse(passkey, liming, now):
    first, second, third = passkey(liming), passkey(liming), passkey(liming)
    answer = first.answer(introduction_challenge(second.waiting.digest))
    enrolling.confirm(second.waiting, answer, actor=liming, at=now)
    pending.discard(third.waiting, actor=liming, at=now)
    assert why_discarded(liming) == ["owner"]
    pending.lapse(now + DAY)
    assert not mails().exists()
    assert not document_store.list_records("pending") and not document_store.list_records(
        "pending/gone"
    )


def test_the_note_that_one_is_gone_stays_as_long_as_its_record_could_serve(waiting, liming, now):
    pending.discard(waiting, actor=liming, at=now)
    pending.lapse(now + DAY - timedelta(seconds=1))
    assert len(document_store.list_records("pending/gone")) == 1


def test_a_record_that_was_forged_is_left_for_the_operator_to_see(waiting, now, caplog):
    (name,) = document_store.list_records("pending")
    document_store._storage().delete(name)
    document_store.put_record(name, b"{}")
    assert pending.lapse(now + DAY) == 0
    assert document_store.list_records("pending") == [name]
    assert "not to be believed" in caplog.text


def test_a_note_that_was_forged_keeps_nothing_from_being_removed(waiting, now, caplog):
    document_store.put_record("pending/gone/9-x.json", b"[]")
    assert pending.lapse(now + DAY) == 1
    assert "cannot be read" in caplog.text


def test_another_address_of_the_site_keeps_nothing_from_being_removed(waiting, settings, now):
    settings.PUBLIC_URL = "https://elsewhere.example"
    assert pending.lapse(now + DAY) == 1


def test_what_waits_for_an_erased_person_is_removed(waiting, liming, wangfang, passkey, now):
    passkey(wangfang)
    others = passkey(wangfang).waiting
    passkey(liming)
    pending.discard(waiting, actor=liming, at=now)
    pending.forget(liming.pk)
    assert document_store.list_records("pending") == [f"pending/{wangfang.pk}-{others.digest}.json"]
    assert document_store.list_records("pending/gone") == []


def test_the_ledger_tells_of_it_without_what_is_personal(waiting, liming):
    leaf = audit.trail(liming).get(event="passkey.registered").leaf
    assert waiting.digest in leaf
    assert "Key" not in leaf and waiting.record.credential_id not in leaf
    assert list(audit.verify()) == []
