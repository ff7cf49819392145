"""The load benchmark's reckoning: honest acts pass, and whatever is missing or twice is found."""

import dataclasses

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from benchmarks.load import reckoning
from benchmarks.load.crowd import Acknowledged, Journal
from benchmarks.load.neighbours import Mail
from pledges.models import Pledge, SigningIntent
from pledges.storage import document_store
from tests.serving import work_off

pytestmark = pytest.mark.django_db

DURING = "kill -9 of the database"


@pytest.fixture
def acts(signed):
    """What somebody was told who saved once, had it prepared and signed."""
    pledge = signed()
    intent = SigningIntent.objects.get(pledge=pledge)
    known = {"pledge": str(pledge.pk), "intent": str(intent.pk), "during": DURING, "revision": 1}
    answer = pledge.answers["complaint_response_hours"]
    return [
        Acknowledged("save", answer=answer, **known),
        Acknowledged("prepare", **known),
        Acknowledged("sign", **known),
    ]


def found(acts, **more):
    balances, faults = reckoning.reckon(Journal(acts=acts, **more))
    kinds = ("save", "prepare", "sign", "accept")
    assert [
        (each.during, each.saves, each.prepared, each.signed, each.accepted) for each in balances
    ] == [(DURING, *(sum(act.kind == kind for act in acts) for kind in kinds))]
    assert balances[0].lost == sum(fault.lost for fault in faults)
    return balances[0].lost, balances[0].doubled


def test_what_was_acknowledged_is_there_once(acts):
    assert found(acts) == (0, 0)


def test_a_lost_saving_is_found(acts):
    save, *others = acts
    again = dataclasses.replace(save, revision=2)
    assert found([save, again, *others]) == (1, 0)
    assert found([dataclasses.replace(save, answer="25"), *others]) == (1, 0)
    assert found([dataclasses.replace(save, pledge=str(SigningIntent.objects.get().pk)), *others])[
        0
    ]


def test_a_saving_done_twice_is_found(acts, draft, wangfang):
    other = draft(person=wangfang)
    answer = other.answers["complaint_response_hours"]
    known = {"pledge": str(other.pk), "during": DURING, "answer": answer}
    Pledge.objects.filter(pk=other.pk).update(answers_revision=3)
    once = Acknowledged("save", revision=1, **known)
    assert found([once, *acts]) == (0, 1)
    skipped = Acknowledged("save", revision=3, **known)
    assert found([once, skipped, *acts]) == (0, 1)
    # Of who gave up nobody knows whether the last saving was done.
    assert found([once, *acts], given_up={str(other.pk): "no answer"}) == (0, 0)


def test_a_missing_file_is_found_for_each_act_that_promised_it(acts):
    pledge = Pledge.objects.get(pk=acts[0].pledge)
    document_store.remove(pledge.documents.get().sha256)
    assert found(acts) == (1, 0)
    document_store.remove(pledge.document_digest)
    assert found(acts) == (2, 0)


def test_mails_are_counted(acts):
    mails = DBTaskResult.objects.filter(task_path__startswith="pledges.notices")
    own = next(
        mail for mail in mails if mail.args_kwargs["args"][2] == Pledge.objects.get().person_id
    )
    own.pk = None
    own.save(force_insert=True)
    assert found(acts) == (0, 0)  # tried again: it is the same mail
    own.args_kwargs["kwargs"]["message_id"] = "<another@example.com>"
    own.save()
    assert found(acts) == (0, 1)
    mails.delete()
    assert found(acts) == (1, 0)


def test_an_acceptance_is_there_once(acts, accepted, wangfang):
    pledge = accepted(person=wangfang)
    done = Acknowledged("accept", pledge=str(pledge.pk), during=DURING)
    assert found([done]) == (0, 0)
    not_done = dataclasses.replace(done, pledge=acts[0].pledge)
    assert found([not_done])[0] == 4  # the state, the file, the entry, the mail
    document_store.remove(pledge.documents.latest("revision").sha256)
    assert found([done]) == (1, 0)


def test_mails_that_arrived_are_looked_for(acts, mailoutbox):
    work_off()
    (sent,) = [mail.message().as_bytes() for mail in mailoutbox if "/pledges/" in mail.body]
    arrived = [Mail.read(sent)]
    balances, _ = reckoning.reckon(Journal(acts=acts), arrived * 2)
    assert (balances[0].lost, balances[0].doubled) == (0, 0)
    balances, faults = reckoning.reckon(Journal(acts=acts), [])
    assert balances[0].lost == 1 and "arrived" in faults[0].what


def test_a_ledger_that_contradicts_itself_is_found(acts):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pledges_ledgerentry DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM pledges_ledgeropening")
        cursor.execute("DELETE FROM pledges_ledgerentry WHERE event = 'pledge.signed'")
    journal = Journal(during=DURING, acts=acts)
    _, faults = reckoning.reckon(journal)
    assert {fault.lost for fault in faults} == {1} and len(faults) >= 1
