"""Preparing and signing: what is frozen, what is refused, and that it happens exactly once."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from pledges import access, audit, verification
from pledges.actions import answers, preparing, review, signing, templates
from pledges.core import refusals
from pledges.core.lifecycle import Forbidden, PledgeState
from pledges.models import (
    Document,
    LedgerEntry,
    Organisation,
    Person,
    Pledge,
    Signature,
    SigningIntent,
)
from pledges.proof.verdict import Outcome
from pledges.rendering import SignatureImage
from pledges.storage import document_store
from tests.cast import FILLED, request_by_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judging_service")]


def prepare(pledge, at):
    return preparing.prepare(pledge, actor=pledge.person, at=at)


@pytest.mark.parametrize("slug", FILLED)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_signing_freezes_what_was_read(draft, now, slug, language):
    pledge = draft(slug, language=language)
    intent = prepare(pledge, now)
    signed = signing.sign(intent, actor=pledge.person, at=now, request=request_by_code())
    assert signed.status == PledgeState.SIGNED
    assert signed.document_digest == intent.document_digest
    issued = document_store.get(signed.documents.get().sha256)
    assert issued.startswith(document_store.get(intent.document_digest))
    assert signed.signer_name == "李明"
    events = audit.trail(signed).values_list("event", flat=True)
    assert list(events) == ["pledge.opened", "pledge.prepared", "pledge.signed"]


def test_later_edits_of_the_person_never_reach_a_signed_pledge(signed):
    pledge = signed()
    person = pledge.person
    person.name = "李大明"
    person.save()
    pledge.refresh_from_db()
    assert pledge.signer_name == "李明"


def test_the_same_answers_prepared_twice_give_the_same_intent(draft, now):
    pledge = draft()
    assert prepare(pledge, now) == prepare(pledge, now + timedelta(minutes=1))


@pytest.mark.parametrize(("minutes", "last"), [(5, 2.5), (8, 4), (10, 5), (30, 5), (60, 5)])
def test_in_its_last_minutes_a_document_is_prepared_anew(draft, now, settings, minutes, last):
    settings.SIGNING_INTENT_MINUTES = minutes
    pledge = draft()
    intent = prepare(pledge, now)
    called = intent.expires_at - timedelta(minutes=last)
    assert intent.last_call == called
    assert prepare(pledge, called - timedelta(seconds=1)) == intent
    fresh = prepare(pledge, called)
    assert fresh != intent and fresh.expires_at == called + timedelta(minutes=minutes)
    assert fresh.content_digest == intent.content_digest
    # Who has read the first one may still sign it.
    done = request_by_code(at=called)
    signed = signing.sign(intent, actor=pledge.person, at=called, request=done)
    assert signed.document_digest == intent.document_digest


def test_a_pledge_keeps_its_number(draft, now):
    pledge = draft()
    first = prepare(pledge, now).pledge.number
    second = prepare(pledge, now + timedelta(hours=1)).pledge.number
    assert first == second == "CN-2026-000001"


def test_numbers_are_sequential_per_year(draft, wangfang, now):
    numbers = [
        prepare(draft(), now).pledge.number,
        prepare(draft(person=wangfang), now).pledge.number,
        prepare(draft("contract"), now.replace(year=2027)).pledge.number,
    ]
    assert numbers == ["CN-2026-000001", "CN-2026-000002", "CN-2027-000001"]


def test_the_number_stands_in_the_contract(draft, now):
    intent = prepare(draft("contract"), now)
    assert intent.answers["pledge_number"] == intent.pledge.number


@pytest.mark.parametrize(
    ("changes", "missing", "wrong"),
    [
        ({"surveys_per_month": ""}, ["surveys_per_month"], []),
        ({"surveys_per_month": "32"}, [], ["surveys_per_month"]),
        ({"pledgor_type": "other"}, [], ["pledgor_type"]),
    ],
)
def test_an_incomplete_draft_is_not_prepared(draft, now, changes, missing, wrong):
    with pytest.raises(refusals.Incomplete) as refusal:
        prepare(draft(**changes), now)
    assert list(refusal.value.reading.missing) == missing
    assert [problem.code for problem in refusal.value.reading.problems] == wrong
    assert not SigningIntent.objects.exists()


def test_signing_twice_gives_the_same_answer_and_one_entry(draft, liming, now):
    intent = prepare(draft(), now)
    first = signing.sign(intent, actor=liming, at=now, request=request_by_code())
    again = signing.sign(intent, actor=liming, at=now, request=request_by_code())
    assert first == again
    assert Signature.objects.count() == Document.objects.count() == 1
    assert LedgerEntry.objects.filter(event="pledge.signed").count() == 1


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"password": "wrong"}, refusals.WrongPassword),
        ({"code": "000000"}, refusals.WrongCode),
        ({"code": "x"}, refusals.WrongCode),
        ({"consented": False}, refusals.ConsentMissing),
        ({"image": SignatureImage()}, refusals.SignatureImageMissing),
        ({"image": SignatureImage(typed="王芳")}, refusals.SignatureImageMissing),
    ],
)
def test_an_act_with_something_wrong_changes_nothing(draft, liming, now, options, refusal):
    pledge = draft()
    intent = prepare(pledge, now)
    with pytest.raises(refusal):
        signing.sign(intent, actor=liming, at=now, request=request_by_code(**options))
    pledge.refresh_from_db()
    assert pledge.status == PledgeState.DRAFT
    assert not Document.objects.exists()


def test_a_typed_name_signs(draft, liming, now):
    intent = prepare(draft(), now)
    signing.sign(
        intent, actor=liming, at=now, request=request_by_code(image=SignatureImage(typed=" 李 明 "))
    )
    assert Signature.objects.get().typed == "李 明"


def test_a_company_renamed_meanwhile_is_read_again(draft, liming, now):
    intent = prepare(draft(), now)
    organisation = Organisation.current()
    organisation.name_zh = "新示例银行股份有限公司"
    organisation.save()
    with pytest.raises(refusals.IntentExpired):
        signing.sign(intent, actor=liming, at=now, request=request_by_code())
    again = prepare(intent.pledge, now)
    assert again.document_digest != intent.document_digest
    signing.sign(again, actor=liming, at=now, request=request_by_code())


def test_a_document_that_is_kept_no_more_is_laid_anew(draft, liming, now):
    intent = prepare(draft(), now)
    document_store.remove(intent.document_digest)
    with pytest.raises(refusals.IntentExpired):
        signing.sign(intent, actor=liming, at=now, request=request_by_code())
    assert not Signature.objects.exists()
    again = prepare(intent.pledge, now)
    assert again != intent
    signed = signing.sign(again, actor=liming, at=now, request=request_by_code())
    assert document_store.get(signed.documents.get().sha256)


def test_nothing_is_signed_before_it_was_laid(draft, liming, now):
    """The clock went back: the document is prepared anew, at a time that the verdict can pass."""
    intent, earlier = prepare(draft(), now), now - timedelta(seconds=1)
    with pytest.raises(refusals.IntentExpired):
        signing.sign(intent, actor=liming, at=earlier, request=request_by_code(at=earlier))
    again = prepare(intent.pledge, earlier)
    assert again.created_at == earlier
    signed = signing.sign(again, actor=liming, at=earlier, request=request_by_code(at=earlier))
    content = document_store.get(signed.documents.get().sha256)
    verdict = verification.judge(content, at=now + timedelta(hours=1)).verdict
    assert verdict.outcome is Outcome.SIGNED_ONLY


def test_the_name_to_type_is_the_one_that_was_read(draft, liming, now):
    intent = prepare(draft(), now)
    liming.name = "李大明"
    liming.save()
    with pytest.raises(refusals.SignatureImageMissing):
        signing.sign(
            intent,
            actor=liming,
            at=now,
            request=request_by_code(image=SignatureImage(typed="李大明")),
        )
    signed = signing.sign(
        intent, actor=liming, at=now, request=request_by_code(image=SignatureImage(typed="李明"))
    )
    assert signed.signature.typed == signed.signer_name == "李明"


@pytest.mark.parametrize("number", ["E_1001", "工1001", "E1001\n"])
def test_a_number_that_no_certificate_carries_is_refused_before_anything_is_laid(
    draft, liming, now, number
):
    pledge = draft()
    liming.employee_number = number
    with pytest.raises(ValidationError, match="employee_number"):
        liming.clean_fields()
    Person.objects.filter(pk=liming.pk).update(employee_number=number)
    with pytest.raises(refusals.NumberUnfit):
        prepare(pledge, now)
    assert not SigningIntent.objects.exists()


def test_an_intent_expires(draft, liming, now):
    intent = prepare(draft(), now)
    with pytest.raises(refusals.IntentExpired):
        signing.sign(
            intent, actor=liming, at=now + timedelta(minutes=30), request=request_by_code()
        )


def test_answers_changed_after_preparing_must_be_read_again(draft, liming, now):
    pledge = draft()
    intent = prepare(pledge, now)
    answers.save(
        pledge,
        actor=liming,
        at=now,
        typed={"surveys_per_month": "4"},
        revision=pledge.answers_revision,
    )
    with pytest.raises(refusals.StaleDraft):
        signing.sign(intent, actor=liming, at=now, request=request_by_code())


def test_a_second_intent_cannot_sign_again(draft, liming, now):
    pledge = draft()
    first = prepare(pledge, now)
    second = prepare(pledge, now + timedelta(minutes=31))
    later = now + timedelta(minutes=32)
    signing.sign(second, actor=liming, at=later, request=request_by_code(at=later))
    with pytest.raises(refusals.AlreadySigned):
        signing.sign(first, actor=liming, at=later, request=request_by_code(at=later))


def test_nobody_signs_for_another(draft, wangfang, now):
    intent = prepare(draft(), now)
    with pytest.raises(access.Denied):
        signing.sign(intent, actor=wangfang, at=now, request=request_by_code(wangfang))


def test_a_retired_version_takes_no_signature(draft, liming, chenjing, version, now):
    pledge = draft()
    intent = prepare(pledge, now)
    templates.retire(version(), actor=chenjing, at=now)
    with pytest.raises(refusals.VersionNotOpen):
        signing.sign(intent, actor=liming, at=now, request=request_by_code())
    with pytest.raises(refusals.VersionNotOpen):
        prepare(pledge, now)


def test_a_name_that_no_font_has_is_refused_with_the_character(draft, liming, now):
    liming.name = "李\U0002a700"
    liming.save()
    with pytest.raises(refusals.Unprintable) as refusal:
        prepare(draft(), now)
    assert refusal.value.characters == ("\U0002a700",)
    assert not SigningIntent.objects.exists()


def test_a_stale_tab_never_overwrites(draft, liming, now):
    pledge = draft()
    with pytest.raises(refusals.StaleDraft):
        answers.save(pledge, actor=liming, at=now, typed={"surveys_per_month": "9"}, revision=0)
    pledge.refresh_from_db()
    assert pledge.answers["surveys_per_month"] == "2"


def test_saving_the_same_again_moves_nothing(draft, liming, now):
    pledge = draft()
    revision = pledge.answers_revision
    saved = answers.save(
        pledge, actor=liming, at=now, typed={"surveys_per_month": "2"}, revision=revision
    )
    assert saved.revision == revision


def test_what_the_system_fills_cannot_be_typed(draft, liming, now):
    pledge = draft("personal-code", signer_name="王芳", unknown="x")
    assert pledge.answers["signer_name"] == "李明"
    assert "unknown" not in pledge.answers


def test_whoever_is_active_opens_a_pledge_and_only_one_at_a_time(version, signed, chenjing, now):
    assert answers.open_pledge(version(), actor=chenjing, at=now, language="en").person == chenjing
    Person.objects.filter(pk=chenjing.pk).update(is_active=False)
    chenjing.refresh_from_db()
    with pytest.raises(access.Denied):
        answers.open_pledge(version("contract"), actor=chenjing, at=now, language="en")
    pledge = signed()
    with pytest.raises(refusals.AlreadyWaiting):
        answers.open_pledge(version(), actor=pledge.person, at=now, language="en")


def test_commitments_are_numbers(signed):
    pledge = signed(satisfaction_target="85")
    target = pledge.commitments.get(code="satisfaction_target")
    assert (target.quantity, target.flagged) == (85, True)
    assert pledge.flagged


def test_accepting_appends_to_what_was_signed(signed, chenjing, now):
    pledge = signed()
    accepted = review.accept(pledge, actor=chenjing, at=now + timedelta(days=1))
    first, second = accepted.documents.all()
    assert document_store.get(second.sha256).startswith(document_store.get(first.sha256))


def test_accepting_twice_changes_nothing(accepted, chenjing, sunhao, now):
    pledge = accepted()
    assert review.accept(pledge, actor=chenjing, at=now).reviewed_at == pledge.reviewed_at
    with pytest.raises(Forbidden):
        review.accept(pledge, actor=sunhao, at=now)
    assert pledge.documents.count() == 2


def test_nothing_is_accepted_before_it_was_signed(signed, chenjing):
    pledge = signed()
    earlier = pledge.signed_at - timedelta(microseconds=1)
    with pytest.raises(refusals.ClockBehind):
        review.accept(pledge, actor=chenjing, at=earlier)
    pledge.refresh_from_db()
    assert pledge.status == PledgeState.SIGNED
    assert pledge.documents.count() == 1
    accepted = review.accept(pledge, actor=chenjing, at=pledge.signed_at)
    assert accepted.status == PledgeState.ACCEPTED


def test_nobody_judges_their_own(signed, liming, chenjing, now):
    pledge = signed()
    liming.groups.set(chenjing.groups.all())
    with pytest.raises(access.Denied):
        review.accept(pledge, actor=type(liming).objects.get(pk=liming.pk), at=now)


def test_returning_gives_a_new_draft_with_the_answers(signed, chenjing, now):
    pledge = signed()
    reason = review.ClauseReason("满意度目标请按部门要求填写。", clause="1.2.1")
    draft = review.return_to_manager(pledge, actor=chenjing, at=now, reasons=[reason])
    pledge.refresh_from_db()
    assert pledge.status == PledgeState.RETURNED
    assert draft.corrects == pledge
    assert draft.answers["surveys_per_month"] == "2"
    assert draft.number is None
    assert [item.clause for item in pledge.return_reasons.all()] == ["1.2.1"]


@pytest.mark.parametrize(
    "reasons",
    [
        [],
        [review.ClauseReason("  ")],
        [review.ClauseReason("x", clause="9.9")],
        [review.ClauseReason("a\x07")],
    ],
)
def test_a_return_needs_a_reason_about_something(signed, chenjing, now, reasons):
    pledge = signed()
    with pytest.raises(refusals.ReasonMissing):
        review.return_to_manager(pledge, actor=chenjing, at=now, reasons=reasons)
    pledge.refresh_from_db()
    assert pledge.status == PledgeState.SIGNED


def test_a_returned_pledge_can_be_signed_again_and_accepted(signed, chenjing, liming, now):
    draft = review.return_to_manager(
        signed(), actor=chenjing, at=now, reasons=[review.ClauseReason("请补充")]
    )
    intent = prepare(draft, now)
    again = signing.sign(intent, actor=liming, at=now, request=request_by_code())
    accepted = review.accept(again, actor=chenjing, at=now)
    assert accepted.number == "CN-2026-000002"
    assert Pledge.objects.accepted().get() == accepted


def test_a_returned_pledge_of_a_retired_version_moves_to_the_newest(signed, chenjing, version, now):
    pledge = signed()
    templates.retire(version(), actor=chenjing, at=now)
    draft = review.return_to_manager(
        pledge, actor=chenjing, at=now, reasons=[review.ClauseReason("请补充")]
    )
    assert draft.version == pledge.version  # there is no newer one
    with pytest.raises(refusals.VersionNotOpen):
        prepare(draft, now)


def test_revoking_keeps_the_documents(accepted, chenjing, now):
    pledge = accepted()
    revoked = review.revoke(pledge, actor=chenjing, at=now, reason="调岗")
    assert revoked.status == PledgeState.REVOKED
    assert revoked.documents.count() == 2
