"""What migrations write into rows that were there before them, and the guards that they leave."""

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends import db as session_store
from django.core.management import call_command
from django.db import connection
from django.db.migrations import RunSQL
from django_tasks_db.models import DBTaskResult, get_date_max

from pledges import audit, migrations, notices
from pledges.actions import answers, batches
from pledges.core.lifecycle import PledgeState
from pledges.models import EnrolledApp, LedgerEntry, Organisation, Pledge, SigningIntent
from pledges.storage import document_store
from tests.baseline import publish, second_version
from tests.serving import work_off

MIGRATIONS = sorted(path.stem for path in Path(migrations.__path__[0]).glob("0*.py"))
FUNCTIONS = r"SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'shounuo\_%'"
TRIGGERS = r"""
SELECT tgrelid::regclass::text, tgname, proname, tgtype, tgenabled, encode(tgargs, 'escape')
FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE proname LIKE 'shounuo\_%'
"""
# What the catalogue of an installation holds since it ran this migration, as SHA-256.
INSTALLED = {
    "0001_initial": "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
    "0002_guards": "380114f3cda3239394bd49089f5811e65663bda1c0bcee10235b96c5d1c4345d",
    "0005_ledger_tree": "99e45f05630f73a305dedfe21561d542d1fa4e78e4e4899bdf621f8d3ddedde3",
    "0007_batches_and_erasure": "9aeeb8eae80c2afc89716bedd7f88fbc0cf5ba22d91db55a8bf9027cbd34759f",
    "0009_erasure": "1dc6a897288b9a4aa80f23d109368aa89f6c551efd983c44229894f5792a3af4",
    "0011_term": "74a861ff47a2a949d8899c90e81bd998467b21e7dc873f4b7f717fc4fb4bf552",
    "0018_housekeeping": "20e821d0e7c309c951060dbb0233d22735b94addb07e3723cf0f1f29e786f556",
    "0021_readings": "737aeb3039353bf46bebc9eacfea475081a8d5a1077670baa2b1be51ddb536da",
    "0025_filling": "0d04bc6f7b265d093d12d5ce52409aab5af0329a9ea7d6a43fffa9e27d4d452e",
    "0034_guards": "79804c5b3fa3fe2ccf72b20c312e3bfa0d0ee458a39fd140173be6f5f0e0b501",
}
# Every task that a released version could queue, by the path that it wrote down.
ONCE_QUEUED = {
    "send": "pledges.notices.send",
    "send_lapsed": "pledges.notices.send_lapsed",
    "lapse_due": "pledges.actions.pending.lapse_due",
    "end_of_term": "pledges.actions.expiring.end_of_term",
    "accept_slice": "pledges.tasks.accept_slice",
}


def queued_by_its_former_name(task, *arguments):
    return DBTaskResult.objects.create(
        task_path=ONCE_QUEUED[task],
        args_kwargs={"args": list(arguments), "kwargs": {}},
        backend_name="default",
        run_after=get_date_max(),
    )


def guards():
    with connection.cursor() as cursor:
        found = []
        for question in (FUNCTIONS, TRIGGERS):
            cursor.execute(question)
            found += sorted(cursor.fetchall())
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def migrate(name, app="pledges"):
    call_command("migrate", app, name, verbosity=0)


@contextmanager
def empty_database():
    """Within, the connection leads to another database, in which there is nothing."""
    usual = connection.settings_dict["NAME"]
    other = f"{usual}_empty"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {other}")
    try:
        use(other)
        yield
    finally:
        use(usual)
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {other}")


def use(database):
    connection.close()
    connection.settings_dict["NAME"] = database
    ContentType.objects.clear_cache()


@dataclass
class Walk:
    """What each migration left, one by one to the last, back to the first, and forwards again."""

    forwards: dict
    backwards: dict
    again: str
    paths: list  # of a task that was queued at the outset


@pytest.fixture(scope="module")
def walk(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), empty_database():
        call_command("migrate", "django_tasks_database", verbosity=0)
        task = queued_by_its_former_name("accept_slice", 1, 0)
        walk, paths = Walk({}, {}, "", []), DBTaskResult.objects.values_list("task_path", flat=True)
        for name in MIGRATIONS:
            migrate(name)
            walk.forwards[name] = guards()
        walk.paths.append(paths.get(pk=task.pk))
        for name in reversed(MIGRATIONS[:-1]):
            migrate(name)
            walk.backwards[name] = guards()
        walk.paths.append(paths.get(pk=task.pk))
        migrate(MIGRATIONS[-1])
        walk.again = guards()
    return walk


def test_no_released_version_of_the_guards_was_edited(walk):
    assert {name: walk.forwards[name] for name in INSTALLED} == INSTALLED


def test_a_database_has_the_same_guards_wherever_it_stopped_on_the_way(walk):
    assert {**walk.backwards, MIGRATIONS[-1]: walk.again} == walk.forwards
    steps = pairwise(MIGRATIONS)
    changed = [name for former, name in steps if walk.forwards[former] != walk.forwards[name]]
    assert changed == list(INSTALLED)[1:]


@pytest.mark.django_db
def test_a_database_made_in_one_go_has_them_as_well(walk):
    assert guards() == walk.again


def test_tasks_follow_their_names_back_and_forth(walk):
    assert walk.paths == [batches.accept_slice.module_path, ONCE_QUEUED["accept_slice"]]


@pytest.mark.django_db
def test_sessions_of_before_leave_nothing_behind(liming):
    """They are read no more, so an erasure would not find what they tell."""
    old = session_store.SessionStore()
    old[SESSION_KEY] = str(liming.pk)
    old.save()
    assert old.exists(old.session_key)
    migration = import_module("pledges.migrations.0015_sessions").Migration
    (ends_them,) = [each for each in migration.operations if isinstance(each, RunSQL)]
    with connection.cursor() as cursor:
        cursor.execute(ends_them.sql)
    assert not old.exists(old.session_key)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("english", "expected"),
    [("Example Bank Co., Ltd.", "Example Bank Co., Ltd."), ("", "示例银行股份有限公司")],
)
def test_intents_of_before_get_the_companys_name_in_their_language(signed, english, expected):
    chinese, other = signed(), signed("contract", language="en")
    Organisation.objects.update(name_zh="示例银行股份有限公司", name_en=english)
    SigningIntent.objects.update(organisation="")
    import_module("pledges.migrations.0013_intent_organisation").as_it_is_called_now(apps, None)
    names = dict(SigningIntent.objects.values_list("pledge_id", "organisation"))
    assert names == {chinese.pk: "示例银行股份有限公司", other.pk: expected}


@pytest.mark.django_db
def test_the_tree_that_a_migration_grew_is_the_one_that_the_ledger_goes_on_with(accepted):
    accepted()
    entries = LedgerEntry.objects.order_by("sequence")
    assert entries.count() > 8
    tree = import_module("pledges.migrations.0005_ledger_tree").Tree()
    for entry in entries:
        grown = b"".join(tree.append(bytes.fromhex(entry.leaf_hash)))
        assert (tree.size, grown.hex()) == (entry.sequence, entry.subtrees)


@pytest.fixture
def worked_off():
    """Moves the queue to the present names and has the worker do it all; gives what failed."""

    def work():
        import_module("pledges.migrations.0014_task_paths").rename(apps, None)
        import_module("pledges.migrations.0016_counts_and_mails").take_out_codes(apps, None)
        work_off()
        return {each.task_path: each.traceback for each in DBTaskResult.objects.failed()}

    return work


@pytest.mark.django_db
def test_an_acceptance_that_was_queued_before_is_worked_off(signed, chenjing, now, worked_off):
    pledge = signed()
    batch = batches.begin([pledge], actor=chenjing, at=now)
    DBTaskResult.objects.all().delete()
    queued_by_its_former_name("accept_slice", batch.pk, 0)
    assert worked_off() == {}
    batch.refresh_from_db()
    assert batch.finished_at is not None
    assert Pledge.objects.get().status == PledgeState.ACCEPTED


@pytest.mark.django_db
def test_mails_that_were_queued_before_are_sent(signed, liming, worked_off, mailoutbox):
    pledge = signed()
    DBTaskResult.objects.all().delete()
    queued_by_its_former_name("send", notices.SIGNED, str(pledge.pk), liming.pk)
    queued_by_its_former_name("send_lapsed", liming.pk, "手机", "7K2-M9Q")
    sent = queued_by_its_former_name("send_lapsed", liming.pk, "平板", "8K2-M9Q")
    DBTaskResult.objects.filter(pk=sent.pk).update(status="SUCCESSFUL")
    assert worked_off() == {}
    assert not [each for each in DBTaskResult.objects.all() if "K2-M9Q" in str(each.args_kwargs)]
    assert [message.to for message in mailoutbox] == [[liming.email]] * 2


@pytest.mark.django_db
def test_terms_end_and_passkeys_lapse_that_were_queued_before(
    passkey, liming, wangfang, chenjing, version, now, worked_off
):
    passkey(liming)
    passkey(liming)  # the second one waits for a voucher
    over = Pledge.objects.create(
        person=wangfang,
        version=version(),
        language="zh-hans",
        status=PledgeState.ACCEPTED,
        number="CN-2025-000001",
        signer_name="王芳",
        document_digest="0" * 64,
        created_at=now - timedelta(days=400),
        saved_at=now - timedelta(days=400),
        signed_at=now - timedelta(days=400),
        reviewed_at=now - timedelta(days=399),
        reviewed_by=chenjing,
        ends_on=(now - timedelta(days=30)).date(),
    )
    DBTaskResult.objects.all().delete()
    queued_by_its_former_name("lapse_due")
    queued_by_its_former_name("end_of_term", str(over.pk))
    assert worked_off() == {}
    assert document_store.list_records("pending") == []
    assert Pledge.objects.get(pk=over.pk).status == PledgeState.EXPIRED


def test_apps_that_were_set_up_before_go_on_signing(liming, wangfang):
    """Until then every app signed; none has to be confirmed anew."""
    enrolled = list(EnrolledApp.objects.values_list("authenticator__user__username", flat=True))
    EnrolledApp.objects.all().delete()
    name = next(each for each in MIGRATIONS if each.endswith("_accounts"))
    with connection.cursor() as cursor:
        cursor.execute(import_module(f"pledges.migrations.{name}").ENROL)
    again = EnrolledApp.objects.values_list("authenticator__user__username", flat=True)
    assert sorted(again) == sorted(enrolled) and {"liming", "wangfang"} <= set(again)


@pytest.mark.django_db
def test_of_drafts_of_before_the_ledger_tells_who_assigned_them(
    version, draft, liming, chenjing, now
):
    asked = answers.assign(version(), person=liming, actor=chenjing, at=now, due_on=None)
    own = draft("contract")
    Pledge.objects.update(assigned_at=None, assigned_by=None)
    import_module("pledges.migrations.0025_filling").tell_who_assigned(apps, None)
    told = {pledge.pk: (pledge.assigned_at, pledge.assigned_by) for pledge in Pledge.objects.all()}
    assert told == {asked.pk: (now, chenjing), own.pk: (None, None)}


@pytest.fixture
def two_drafts(version, now):
    """As there could be when each version had a draft of its own: on two of one template."""
    old = version("contract")
    new = publish(second_version("contract"))
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX IF EXISTS pledge_one_draft_each")

    def draft(person, version, **more):
        times = {"saved_at": now, "created_at": now}
        return Pledge.objects.create(
            person=person, version=version, language="zh-hans", **times, **more
        )

    return old, new, draft


@pytest.mark.django_db
def test_of_two_drafts_of_a_template_that_on_the_newer_version_takes_in_the_other(
    two_drafts, liming, wangfang, chenjing, now
):
    old, new, draft = two_drafts
    due = (now + timedelta(days=9)).date()
    asked = {"due_on": due, "assigned_at": now, "assigned_by": chenjing, "assignment_note": "年度"}
    typed = {"service_name": "甲", "ethics_term": "乙"}
    older = draft(liming, old, answers=typed, reply="已改", **asked)
    newer = draft(liming, new, answers={"service_name": "丙"}, answers_revision=4)
    numbered = draft(wangfang, old, answers=typed, number="CN-2026-000901")
    hers = draft(wangfang, new)
    migration = import_module("pledges.migrations.0027_withdrawing")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    editor = connection.schema_editor(atomic=False)
    with migration.Unguarded(editor):
        migration.merge_drafts(apps)
    kept = Pledge.objects.get(person=liming)
    assert kept.pk == newer.pk and kept.answers == {"service_name": "丙", "ethics_term": "乙"}
    assert {name: getattr(kept, name) for name in asked} == asked
    assert (kept.reply, kept.answers_revision) == ("已改", 5)
    ended = Pledge.objects.get(pk=numbered.pk)
    assert (ended.status, ended.withdrawn_why) == ("withdrawn", "version-step")
    assert Pledge.objects.get(pk=hers.pk).answers == typed
    assert not Pledge.objects.filter(pk=older.pk).exists()
    assert list(audit.verify()) == [] and list(audit.contradicted_pledges()) == []
