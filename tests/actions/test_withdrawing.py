"""Withdrawing before the review: who may, what is left, and against a review at the same moment."""

import json
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from pledges import access, audit, verification
from pledges.access import SYSTEM
from pledges.actions import answers, preparing, review, signing, withdrawing
from pledges.core import refusals
from pledges.core.lifecycle import Forbidden, PledgeState, Why
from pledges.models import Pledge, ReturnReason, SigningIntent
from pledges.proof.verdict import Outcome
from tests.cast import FILLED, request_by_code
from tests.interleaving import in_parallel

pytestmark = pytest.mark.django_db


def withdraw(pledge, actor, now, why=Why.SIGNER, reason=""):
    return withdrawing.withdraw(pledge, actor=actor, at=now, why=why, reason=reason)


def told(pledge):
    entry = audit.trail(pledge).last()
    return entry.event, json.loads(entry.leaf)


def test_what_was_signed_is_withdrawn_and_stays_as_it_was_signed(signed, liming, now):
    pledge = signed()
    files = list(pledge.documents.values_list("sha256", flat=True))
    gone = withdraw(pledge, liming, now, reason="写错了部门")
    kept = Pledge.objects.get()
    assert (gone.pk, kept.status, kept.withdrawn_by, kept.withdrawn_why) == (
        *(pledge.pk, PledgeState.WITHDRAWN, liming, Why.SIGNER),
    )
    assert kept.answers == pledge.answers and kept.number == pledge.number
    assert list(kept.documents.values_list("sha256", flat=True)) == files
    event, leaf = told(pledge)
    assert (event, leaf["facts"]) == ("pledge.withdrawn", {"why": "signer", "was": "signed"})
    assert list(leaf["commitments"]) == ["reason"] and "部门" not in json.dumps(leaf)
    assert list(audit.contradicted_pledges()) == []


def test_the_public_learns_that_it_was_withdrawn_and_the_file_stays_genuine(signed, liming, now):
    pledge = signed()
    withdraw(pledge, liming, now)
    status = verification.public_status(pledge.pk, at=now)
    assert (status.status, status.withdrawn_at, status.accepted) == ("withdrawn", now, False)


def test_whoever_withdrew_may_begin_again(signed, version, liming, now):
    withdraw(signed(), liming, now)
    again = answers.open_pledge(version(), actor=liming, at=now, language="zh-hans")
    assert again.status == PledgeState.DRAFT and again.number is None


def test_what_the_company_asked_for_is_a_draft_again_with_its_answers(
    version, liming, chenjing, now
):
    due = (now + timedelta(days=9)).date()
    asked = answers.assign(
        version(), person=liming, actor=chenjing, at=now, due_on=due, note="年度"
    )
    typed = FILLED["general-standards"]
    answers.save(asked, actor=liming, at=now, typed=typed, revision=0)
    intent = preparing.prepare(asked, actor=liming, at=now)
    at = now + timedelta(minutes=1)
    pledge = signing.sign(intent, actor=liming, at=at, request=request_by_code(liming, at=at))
    withdraw(pledge, liming, at)
    again = Pledge.objects.drafts().get()
    assert again.pk != pledge.pk and again.number is None
    assert (again.due_on, again.assigned_by, again.assignment_note) == (due, chenjing, "年度")
    assert typed.items() <= again.answers.items()
    assert told(pledge)[1]["facts"]["draft"] == str(again.pk)


def test_a_draft_without_a_number_goes_and_the_ledger_says_so(version, liming, chenjing, now):
    asked = answers.assign(version(), person=liming, actor=chenjing, at=now, due_on=None)
    left = withdraw(asked, chenjing, now, Why.COMPLIANCE, "发错了人")
    assert left is None and not Pledge.objects.exists()
    event, leaf = told(asked)
    assert (event, leaf["facts"]) == ("pledge.discarded", {"numbered": False, "why": "compliance"})


def test_a_numbered_draft_is_withdrawn_and_what_was_prepared_is_signed_no_more(
    draft, liming, chenjing, now
):
    pledge = draft()
    intent = preparing.prepare(pledge, actor=liming, at=now)
    withdraw(pledge, chenjing, now, Why.COMPLIANCE, "发错了人")
    kept = Pledge.objects.get()
    assert kept.status == PledgeState.WITHDRAWN and kept.signed_at is None and kept.number
    assert not SigningIntent.objects.open(now).exists()
    with pytest.raises(refusals.AlreadySigned):
        signing.sign(intent, actor=liming, at=now, request=request_by_code(liming))
    assert list(audit.contradicted_pledges()) == []


def test_who_may_withdraw(draft, signed, version, liming, wangfang, chenjing, zhoumin, now):
    waiting = signed()
    for who, why in (
        *((wangfang, Why.SIGNER), (chenjing, Why.SIGNER), (zhoumin, Why.COMPLIANCE)),
        *((liming, Why.COMPLIANCE), (liming, Why.TASK_CANCELLED), (wangfang, Why.LEFT)),
    ):
        with pytest.raises(access.Denied):
            withdraw(waiting, who, now, why, "理由")
    asked = answers.assign(version("contract"), person=liming, actor=chenjing, at=now, due_on=None)
    with pytest.raises(access.Denied):  # what was asked for is not dropped by its signer
        withdraw(asked, liming, now)
    with pytest.raises(refusals.ReasonMissing):
        withdraw(waiting, chenjing, now, Why.COMPLIANCE, " ")
    assert withdraw(draft("personal-code"), liming, now) is None


@pytest.mark.parametrize("ended", ["accepted", "returned", "revoked", "withdrawn"])
def test_what_was_judged_or_has_ended_is_not_withdrawn(signed, liming, chenjing, now, ended):
    pledge = signed()
    if ended == "returned":
        reasons = [review.ClauseReason("请补充")]
        review.return_to_manager(pledge, actor=chenjing, at=now, reasons=reasons)
    elif ended == "withdrawn":
        withdraw(pledge, liming, now)
    else:
        review.accept(pledge, actor=chenjing, at=now + timedelta(hours=1))
        if ended == "revoked":
            review.revoke(pledge, actor=chenjing, at=now + timedelta(hours=1), reason="调岗")
    for actor, why in ((liming, Why.SIGNER), (chenjing, Why.COMPLIANCE), (SYSTEM, Why.LEFT)):
        with pytest.raises(Forbidden):
            withdraw(pledge, actor, now + timedelta(hours=2), why, "理由")


def test_many_end_in_one_turn_and_what_is_over_stays(draft, signed, accepted, liming, now):
    keys = [accepted().pk, signed("contract").pk, draft("personal-code").pk]
    ended = withdrawing.withdraw_many(keys, actor=SYSTEM, at=now, why=Why.LEFT)
    assert (ended.withdrawn, ended.deleted) == (1, 1)
    assert sorted(each.event for each in ended.events) == ["pledge.discarded", "pledge.withdrawn"]
    states = Counter(Pledge.objects.values_list("status", flat=True))
    assert states == {"accepted": 1, "withdrawn": 1}
    again = withdrawing.withdraw_many(keys, actor=SYSTEM, at=now, why=Why.LEFT)
    assert again == withdrawing.Ended(0, 0, [])


def test_the_database_refuses_half_a_withdrawal(signed, draft):
    for pledge in (signed(), draft("contract")):
        row = Pledge.objects.filter(pk=pledge.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(status="withdrawn")


RACES = 100


@pytest.mark.django_db(transaction=True)
def test_of_a_withdrawal_and_a_review_at_once_one_happens(
    signed, liming, chenjing, now, monkeypatch
):
    """A hundred times from the same signed pledge; what the winner wrote is what there is."""
    pledge, at = signed(), now + timedelta(hours=1)
    # Sealed once: the races are for what comes after.
    sealed = review._seal(pledge, at)
    level = review.sealing.level_at_acceptance()
    kept = review.issuing.keep(sealed, level, Outcome.ACCEPTED, at)
    monkeypatch.setattr(review, "_seal", lambda seen, when: sealed)
    monkeypatch.setattr(review.issuing, "keep", lambda *_what: kept)
    reviews = {
        "returned": lambda: review.return_to_manager(
            pledge, actor=chenjing, at=at, reasons=[review.ClauseReason("请补充")]
        ),
        "accepted": lambda: review.accept(pledge, actor=chenjing, at=at),
    }
    wins = Counter()
    for _time in range(RACES // 2):
        for name, act in reviews.items():
            wins[_race(pledge, lambda: withdraw(pledge, liming, at), name, act)] += 1
    assert sum(wins.values()) == RACES and set(wins) <= {"withdrawn", *reviews}
    assert list(audit.verify()) == []


def _race(pledge, withdrawal, name, judgement):
    start, done = Barrier(2, timeout=30), []

    def run(name, act):
        start.wait()
        with suppress(Forbidden):
            act()
            done.append(name)

    told = audit.size()
    in_parallel(lambda: run("withdrawn", withdrawal), lambda: run(name, judgement))
    (won,) = done
    assert Pledge.objects.get(pk=pledge.pk).status == won
    assert ReturnReason.objects.filter(pledge=pledge).exists() is (won == "returned")
    assert Pledge.objects.filter(corrects=pledge).exists() is (won == "returned")
    assert pledge.documents.count() == (2 if won == "accepted" else 1)
    assert [entry.event for entry in audit.trail(pledge).filter(sequence__gt=told)] == [
        f"pledge.{won}"
    ]
    _as_before(pledge)
    return won


_WRITTEN = ("pledge", "returnreason", "document")


def _as_before(pledge):
    """The same signed pledge again, past the guards: only tests go back."""
    with connection.cursor() as cursor:
        for table in _WRITTEN:
            cursor.execute(f"ALTER TABLE pledges_{table} DISABLE TRIGGER USER")
        pledge.documents.filter(revision=2).delete()
        Pledge.objects.filter(corrects=pledge).delete()
        ReturnReason.objects.filter(pledge=pledge).delete()
        Pledge.objects.filter(pk=pledge.pk).update(
            status="signed",
            reviewed_at=None,
            reviewed_by=None,
            withdrawn_at=None,
            withdrawn_by=None,
            withdrawn_why="",
        )
        for table in _WRITTEN:
            cursor.execute(f"ALTER TABLE pledges_{table} ENABLE TRIGGER USER")
            trigger = "pledge_guard" if table == "pledge" else "written_once"
            cursor.execute(f"ALTER TABLE pledges_{table} ENABLE ALWAYS TRIGGER {trigger}")
