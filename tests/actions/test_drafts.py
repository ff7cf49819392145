"""Drafts beyond what is typed into them: who asked, a reply, discarding, last time's answers."""

import json
from datetime import timedelta

import pytest

from pledges import access, audit, verification
from pledges.access import SYSTEM
from pledges.actions import (
    answers,
    discarding,
    preparing,
    rendering_ahead,
    review,
    signing,
    sweeping,
    taking_over,
    templates,
)
from pledges.audit import verifying_pledges
from pledges.core import lifecycle, refusals
from pledges.core.template.blanks import from_data, to_data
from pledges.models import LedgerOpening, Pledge, RenderedAhead, SigningIntent
from pledges.storage import document_store
from tests.cast import FILLED, request_by_code

pytestmark = pytest.mark.django_db
WHY = "因分管业务调整"


@pytest.fixture
def assign(version, liming, chenjing, now):
    def do(slug="general-standards", *, actor=chenjing, at=now, **options):
        options = {"due_on": None, **options}
        return answers.assign(version(slug), person=liming, actor=actor, at=at, **options)

    return do


@pytest.fixture
def correction(signed, chenjing, now):
    """The draft that takes the place of a returned pledge."""
    reasons = [review.ClauseReason("请补充", "1.2.1")]
    return review.return_to_manager(signed(), actor=chenjing, at=now, reasons=reasons)


def events(pledge):
    return [entry.event for entry in audit.trail(pledge)]


# --- Who asked for it ---------------------------------------------------------------------------
def test_an_assigned_draft_says_who_asked_when_and_why(assign, chenjing, now):
    pledge = Pledge.objects.get(pk=assign(note=f" {WHY}\r\n\u202e ").pk)
    assert (pledge.assigned_by, pledge.assigned_at) == (chenjing, now)
    assert pledge.assignment_note == f"{WHY}\n\N{REPLACEMENT CHARACTER}"
    entry = audit.trail(pledge).get()
    assert entry.event == "pledge.assigned" and WHY not in entry.leaf


def test_what_the_system_assigns_names_nobody(assign, now):
    pledge = assign(actor=SYSTEM)
    assert (pledge.assigned_by, pledge.assigned_at) == (None, now)


def test_a_draft_of_ones_own_becomes_the_one_that_was_asked_for(draft, assign, chenjing, now):
    own, day = draft(), now.date()
    asked = assign(due_on=day, note=WHY)
    assert asked.pk == own.pk and asked.answers == own.answers
    assert (asked.assigned_by, asked.due_on, asked.assignment_note) == (chenjing, day, WHY)
    assert events(own) == ["pledge.opened", "pledge.assigned"]
    # Asking for the same again is no event; a later day is one.
    assign(due_on=day, note=WHY)
    assert events(own) == ["pledge.opened", "pledge.assigned"]
    assign(due_on=day + timedelta(days=1), note=WHY)
    assert events(own)[2:] == ["pledge.assigned"]


def test_a_correction_still_says_who_asked(assign, signed, chenjing, now):
    assign(note=WHY)
    reasons = [review.ClauseReason("请补充")]
    draft = review.return_to_manager(signed(), actor=chenjing, at=now, reasons=reasons)
    assert (draft.assigned_by, draft.assignment_note) == (chenjing, WHY)


# --- Revoked for good ---------------------------------------------------------------------------
@pytest.mark.parametrize("for_good", [True, False])
def test_what_was_revoked_for_good_is_opened_only_when_the_company_asks(
    accepted, assign, version, liming, chenjing, now, for_good
):
    by = {"actor": chenjing, "at": now + timedelta(days=1)}
    pledge = review.revoke(accepted(), reason="调离", for_good=for_good, **by)
    entry = audit.trail(pledge).get(event="pledge.revoked")
    assert json.loads(entry.leaf)["facts"] == {"for_good": for_good}
    own = {"actor": liming, "at": now + timedelta(days=2), "language": "zh-hans"}
    if not for_good:
        assert answers.open_pledge(version(), **own).status == "draft"
        return
    with pytest.raises(refusals.RevokedForGood):
        answers.open_pledge(version(), **own)
    assert answers.open_pledge(version("contract"), **own).status == "draft"
    assert assign(at=now + timedelta(days=3)).status == "draft"


def test_a_later_pledge_opens_the_kind_again(accepted, signed, assign, liming, chenjing, now):
    review.revoke(accepted(), actor=chenjing, at=now, reason="调离", for_good=True)
    assign(at=now + timedelta(days=1))
    second = signed(at=now + timedelta(days=1))
    by = {"actor": chenjing, "at": now + timedelta(days=2)}
    review.revoke(review.accept(second, **by), reason="内容有误", **by)
    assert answers.revoked_for_good(Pledge.objects.of(liming).kept()) == frozenset()


# --- The reply ----------------------------------------------------------------------------------
def test_a_reply_is_kept_with_the_correction_and_committed_to(correction, liming, now):
    by = {"actor": liming, "at": now}
    saved = answers.save(correction, typed={}, revision=0, reply="数字无误\r\n见附表\u202e", **by)
    assert saved.revision == 1
    correction.refresh_from_db()
    assert correction.reply == "数字无误\n见附表\N{REPLACEMENT CHARACTER}"
    with pytest.raises(refusals.StaleDraft):
        answers.save(correction, typed={}, revision=0, reply="另一段", **by)
    intent = preparing.prepare(correction, **by)
    later = now + timedelta(minutes=5)
    signing.sign(intent, actor=liming, at=later, request=request_by_code(liming, at=later))
    entry = audit.trail(correction).get(event="pledge.signed")
    assert "数字无误" not in entry.leaf
    opening = LedgerOpening.objects.get(entry=entry, name="reply")
    assert json.loads(opening.value) == correction.reply
    assert list(audit.verify()) == []


def test_a_pledge_that_corrects_nothing_takes_no_reply(draft, liming, now):
    pledge = draft()
    saved = answers.save(pledge, actor=liming, at=now, typed={}, revision=1, reply="x")
    pledge.refresh_from_db()
    assert (saved.revision, pledge.reply) == (1, "")


def test_whether_anything_was_changed(correction, draft, liming, now):
    by = {"actor": liming, "at": now}
    assert answers.is_unchanged(correction)
    # As it reads, not as it was typed.
    answers.save(correction, typed={"surveys_per_month": "２ 次"}, revision=0, **by)
    correction.refresh_from_db()
    assert answers.is_unchanged(correction)
    answers.save(correction, typed={}, revision=1, reply="数字无误", **by)
    correction.refresh_from_db()
    assert not answers.is_unchanged(correction)
    answers.save(correction, typed={"surveys_per_month": "3"}, revision=2, reply=" ", **by)
    correction.refresh_from_db()
    assert not answers.is_unchanged(correction)
    assert not answers.is_unchanged(draft("contract"))


# --- Discarding ---------------------------------------------------------------------------------
def test_a_discarded_draft_keeps_its_number_and_nothing_that_was_typed(draft, liming, now):
    pledge = draft("contract", service_name="绝密服务名称")
    rendering_ahead.render(str(pledge.pk), pledge.answers_revision, at=now)
    intent = preparing.prepare(pledge, actor=liming, at=now)
    number = Pledge.objects.get(pk=pledge.pk).number
    later = now + timedelta(minutes=1)
    gone = discarding.discard(pledge, actor=liming, at=later)
    gone.refresh_from_db()
    assert (gone.status, gone.number, gone.answers) == ("discarded", number, {})
    intent.refresh_from_db()
    assert (intent.answers, intent.signer, intent.content_digest) == ({}, {}, "")
    assert not RenderedAhead.objects.exists()
    assert not LedgerOpening.objects.filter(entry__subject=f"pledge:{pledge.pk}").exists()
    with pytest.raises((refusals.Refusal, lifecycle.Forbidden)):
        signing.sign(intent, actor=liming, at=later, request=request_by_code(liming, at=later))
    again = draft("contract")
    assert again.pk != pledge.pk
    preparing.prepare(again, actor=liming, at=later)
    assert Pledge.objects.get(pk=again.pk).number != number
    assert verification.public_status(pledge.pk, at=later) is None
    assert SigningIntent.objects.open(later).filter(pledge=pledge).count() == 0


def test_its_files_are_swept(draft, liming, now, monkeypatch):
    pledge = draft()
    intent = preparing.prepare(pledge, actor=liming, at=now)
    monkeypatch.setattr(document_store, "is_older", lambda digest, at: True)
    assert sweeping.sweep(now + timedelta(seconds=1)) == 0
    discarding.discard(pledge, actor=liming, at=now + timedelta(seconds=2))
    assert sweeping.sweep(now + timedelta(seconds=3)) == 1
    with pytest.raises(document_store.Missing):
        document_store.get(intent.document_digest)


def test_the_ledger_tells_of_it_and_rows_are_compared_with_it(draft, liming, now):
    pledge, forged = draft(), draft("contract")
    discarding.discard(pledge, actor=liming, at=now)
    assert events(pledge) == ["pledge.opened", "pledge.discarded"]
    assert list(verifying_pledges.contradicted()) == []
    Pledge.objects.filter(pk=forged.pk).update(status="discarded", answers={})
    (found,) = verifying_pledges.contradicted()
    assert (found.row, found.told) == ("discarded", "draft")


def test_only_its_person_discards_it_and_only_what_nobody_asked_for(
    draft, assign, correction, liming, wangfang, chenjing, now
):
    own = draft("contract")
    for actor in (wangfang, chenjing, SYSTEM):
        with pytest.raises(access.Denied):
            discarding.discard(own, actor=actor, at=now)
    for asked in (assign("personal-code"), correction):
        with pytest.raises(access.Denied):
            discarding.discard(asked, actor=liming, at=now)


@pytest.mark.parametrize("state", ["signed", "accepted"])
def test_what_was_signed_is_not_discarded(request, liming, now, state):
    pledge = request.getfixturevalue(state)()
    with pytest.raises(lifecycle.Forbidden):
        discarding.discard(pledge, actor=liming, at=now)


def test_discarding_twice_is_refused(draft, liming, now):
    pledge = draft()
    discarding.discard(pledge, actor=liming, at=now)
    with pytest.raises(lifecycle.Forbidden):
        discarding.discard(pledge, actor=liming, at=now)
    with pytest.raises(lifecycle.Forbidden):
        answers.save(pledge, actor=liming, at=now, typed={}, revision=1)


# --- Last time's answers ------------------------------------------------------------------------
@pytest.fixture
def renewal(accepted, assign, chenjing, version, now):
    """An earlier pledge that was revoked, and the draft of the next one, on another version."""

    def make(**changes):
        earlier = accepted()
        later = {"actor": chenjing, "at": now + timedelta(days=300)}
        review.revoke(earlier, reason="重签", **later)
        revised = templates.revise(version(), **later)
        blanks = [from_data({**to_data(blank), **changes.get(blank.code, {})})
                  for blank in revised.blank_list]  # fmt: skip
        revised.blanks = [to_data(blank) for blank in blanks]
        revised.effective_on = later["at"].date()
        revised.change_note_zh = revised.change_note_en = "2"
        revised.save()
        published = templates.publish(revised, **later)
        draft = answers.assign(
            published, person=earlier.person, actor=chenjing, at=later["at"], due_on=None
        )
        return draft, taking_over.earlier_of(draft)

    return make


def test_nothing_is_taken_over_that_nobody_chose(renewal, liming, now):
    draft, earlier = renewal()
    assert draft.answers == {} and earlier.version_id != draft.version_id
    found = {each.blank.code: each for each in taking_over.formers(draft, earlier)}
    assert set(found) == set(FILLED["general-standards"])
    taking_over.take_over(
        draft,
        earlier,
        codes={"surveys_per_month", "no_such"},
        actor=liming,
        at=now + timedelta(days=301),
        revision=0,
    )
    draft.refresh_from_db()
    assert draft.answers == {"surveys_per_month": "2"}


def test_what_the_version_of_today_refuses_is_said_and_not_taken_over(renewal, liming, now):
    draft, earlier = renewal(
        surveys_per_month={"hard": {"minimum": "4", "maximum": "31"}},
        satisfaction_target={"expected": {"minimum": "95"}},
    )
    found = {each.blank.code: each for each in taking_over.formers(draft, earlier)}
    assert found["surveys_per_month"].problem.kind == "out-of-range"
    assert found["surveys_per_month"].typed == {}
    assert found["satisfaction_target"].flag is not None
    codes = ["surveys_per_month", "satisfaction_target"]
    by = {"actor": liming, "at": now + timedelta(days=301)}
    taking_over.take_over(draft, earlier, codes=codes, revision=0, **by)
    draft.refresh_from_db()
    assert draft.answers == {"satisfaction_target": "92.5"}


def test_only_what_the_company_had_accepted_is_last_times(draft, signed, chenjing, liming, now):
    returned = signed()
    reasons = [review.ClauseReason("请补充")]
    review.return_to_manager(returned, actor=chenjing, at=now, reasons=reasons)
    assert taking_over.earlier_of(Pledge.objects.get(corrects=returned)) is None
    assert taking_over.earlier_of(draft("contract")) is None
