"""A second version published in the middle: nobody with two drafts, nobody lost, answers kept."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from pledges import audit
from pledges.access import SYSTEM
from pledges.actions import (
    answers,
    deciding,
    moving,
    preparing,
    publishing,
    review,
    signing,
    templates,
    version_steps,
    withdrawing,
)
from pledges.actions.publishing import Choice
from pledges.actions.tasks import opening, versions_following
from pledges.core import refusals
from pledges.core.languages import Localized
from pledges.core.lifecycle import PledgeState, Why
from pledges.models import (
    Person,
    Pledge,
    Proposal,
    TaskMember,
    TemplateVersion,
    VersionStep,
)
from pledges.models.version_steps import alike
from tests.baseline import START
from tests.cast import FILLED, request_by_code
from tests.serving import work_off

pytestmark = pytest.mark.django_db
Kind, Drafts = VersionStep.Kind, VersionStep.Drafts
SLUG = "general-standards"


@pytest.fixture
def today(now):
    return now.date()


@pytest.fixture
def next_version(version, chenjing, now):
    """The next version as a draft, its wording or blanks as changed."""

    def make(**changes):
        newest = TemplateVersion.objects.filter(template__slug=SLUG).latest("number")
        made = templates.revise(newest, actor=chenjing, at=now)
        before = made.definition()
        note = Localized("说明", "Note")
        after = replace(before, change_note=note, **{"term_months": 12, **changes})
        base = templates.file_digest(before)
        return templates.save_draft(made, after, actor=chenjing, at=now, base=base)

    return make


@pytest.fixture
def published(next_version, chenjing, now, today):
    def publish(drafts=Drafts.MOVED, until=None, effective=None, **changes):
        choice = Choice(effective or today, Kind.MATERIAL, drafts, until)
        return publishing.publish(next_version(**changes), choice, actor=chenjing, at=now)

    return publish


def editorial(made, chenjing, second, now):
    """Published as an editorial change, with the second officer's word."""
    publishing.publish(made, Choice(now.date(), Kind.EDITORIAL), actor=chenjing, at=now)
    proposal = Proposal.objects.get(kind="editorial", outcome="open")
    deciding.accept(proposal, actor=second, at=now + timedelta(hours=1))
    return TemplateVersion.objects.get(pk=made.pk)


def reworded(version):
    """Words that read otherwise and bind nobody otherwise."""
    return {"term_months": None, "title": Localized("承诺书（修订）", version.title_en)}


@pytest.fixture
def in_the_middle(draft, signed, accepted, version, wangfang, zhaolei, liming, chenjing, now):
    """A draft with a number, one without, one not begun, and one that awaits review."""
    numbered = draft(SLUG, person=wangfang)
    intent = preparing.prepare(numbered, actor=wangfang, at=now)
    fresh = draft(SLUG)
    waiting = signed(SLUG, person=zhaolei)
    return numbered, fresh, waiting, intent


def states():
    return Counter(Pledge.objects.values_list("person__username", "status", "version__number"))


def one_draft_at_most():
    drafts = Pledge.objects.drafts().values_list("person", "template")
    return max(Counter(drafts).values(), default=0) <= 1


def test_drafts_move_with_their_answers_and_what_awaits_review_stays(
    in_the_middle, published, wangfang, now
):
    numbered, fresh, _waiting, intent = in_the_middle
    new = published()
    assert version_steps.settle(now) == 2 and version_steps.settle(now) == 0
    assert states() == {
        ("wangfang", "draft", 2): 1,
        ("liming", "draft", 2): 1,
        ("zhaolei", "signed", 1): 1,
    }
    for before in (numbered, fresh):
        after = Pledge.objects.get(pk=before.pk)
        assert after.number == before.number or before.number is None
        assert FILLED[SLUG].items() <= after.answers.items()
        entry = audit.trail(before).last()
        facts = json.loads(entry.leaf)["facts"]
        assert entry.event == "pledge.moved" and facts["to"] == new.digest
        assert facts["kept"] == len(FILLED[SLUG])
    with pytest.raises(refusals.StaleDraft):  # the document that was prepared is dead
        signing.sign(intent, actor=wangfang, at=now, request=request_by_code(wangfang))
    assert one_draft_at_most() and list(audit.verify()) == []


def test_until_a_day_they_are_signed_as_they_are_and_then_move(
    in_the_middle, published, wangfang, now, today
):
    _numbered, fresh, _waiting, intent = in_the_middle
    published(Drafts.UNTIL, today + timedelta(days=5))
    for late in range(6):
        assert version_steps.settle(now + timedelta(days=late)) == 0
    signed = signing.sign(intent, actor=wangfang, at=now, request=request_by_code(wangfang))
    assert (signed.status, signed.version.number) == ("signed", 1)
    assert version_steps.settle(now + timedelta(days=6)) == 1
    moved = Pledge.objects.get(pk=fresh.pk)
    assert moved.version.number == 2 and FILLED[SLUG].items() <= moved.answers.items()
    assert one_draft_at_most()


def test_withdrawn_ones_keep_their_number_and_answers_and_may_begin_again(
    in_the_middle, published, wangfang, liming, now
):
    numbered, _fresh, _waiting, _intent = in_the_middle
    new = published(Drafts.WITHDRAWN)
    assert version_steps.settle(now) == 2
    assert states() == {("wangfang", "withdrawn", 1): 1, ("zhaolei", "signed", 1): 1}
    kept = Pledge.objects.get(pk=numbered.pk)
    assert kept.number and FILLED[SLUG].items() <= kept.answers.items()
    assert (kept.withdrawn_why, kept.withdrawn_by) == (Why.VERSION_STEP, None)
    for person in (wangfang, liming):
        again = answers.open_pledge(new, actor=person, at=now, language="zh-hans")
        assert again.version == new
    assert one_draft_at_most()


@pytest.mark.parametrize("drafts", [Drafts.MOVED, Drafts.WITHDRAWN])
def test_nobody_signs_the_old_version_before_the_worker_has_come(
    draft, published, liming, now, drafts
):
    pledge = draft(SLUG)
    intent = preparing.prepare(pledge, actor=liming, at=now)
    published(drafts)
    with pytest.raises(refusals.VersionReplaced):
        signing.sign(intent, actor=liming, at=now, request=request_by_code(liming))
    with pytest.raises(refusals.VersionReplaced):
        preparing.prepare(pledge, actor=liming, at=now)
    assert version_steps.settle_one(pledge, at=now)


def test_before_the_effective_date_everything_goes_on_as_it_was(
    draft, published, liming, now, today
):
    pledge = draft(SLUG)
    published(effective=today + timedelta(days=3))
    assert version_steps.settle(now) == 0
    assert preparing.prepare(pledge, actor=liming, at=now)
    assert version_steps.settle(now + timedelta(days=3)) == 1


def test_opening_the_new_version_moves_the_draft_and_asking_for_the_old_does_not_move_it_back(
    draft, version, published, liming, chenjing, now
):
    old = version()
    pledge = draft(SLUG)
    new = published(Drafts.UNTIL, now.date() + timedelta(days=9))
    moved = answers.open_pledge(new, actor=liming, at=now, language="zh-hans")
    assert (moved.pk, moved.version) == (pledge.pk, new)
    assert moved.answers_revision > pledge.answers_revision
    same = answers.assign(old, person=liming, actor=chenjing, at=now, due_on=None)
    assert (same.pk, same.version) == (pledge.pk, new)


def test_only_answers_to_the_same_kind_of_blank_are_carried_over(draft, next_version, liming, now):
    pledge = draft(SLUG)
    made = next_version()
    gone, other, *_rest = [b for b in made.blank_list if b.code in FILLED[SLUG]]
    made.blanks = [b for b in made.blanks if b["code"] != gone.code]
    for blank in made.blanks:
        if blank["code"] == other.code:
            blank["kind"] = "text"
    made.status, made.digest, made.published_at = "published", "0" * 64, now
    made.save()
    made = TemplateVersion.objects.get(pk=made.pk)
    moved = moving.move(pledge, made, actor=liming, at=now)
    kept = {code for code in FILLED[SLUG] if moved.answers.get(code)}
    assert kept == set(FILLED[SLUG]) - {gone.code, other.code}


def test_a_draft_moves_to_no_other_template(draft, version, liming, now):
    pledge = draft(SLUG)
    with pytest.raises(refusals.VersionNotOpen):
        moving.move(pledge, version("contract"), actor=liming, at=now)
    for change in ({"version": version("contract")}, {"template": version("contract").template}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Pledge.objects.filter(pk=pledge.pk).update(**change)
            audit.record("pledge.opened", actor=SYSTEM, subject="test:1", at=now)


def test_retiring_leaves_no_dead_draft(draft, version, published, chenjing, now, today):
    old, left, pledge = version(), draft(SLUG), draft("contract")
    new = published(Drafts.UNTIL, today + timedelta(days=90))
    templates.retire(old, actor=chenjing, at=now)
    templates.retire(version("contract"), actor=chenjing, at=now)
    work_off()
    assert version_steps.settle(now) == 0
    assert Pledge.objects.get(pk=left.pk).version == new
    assert not Pledge.objects.filter(pk=pledge.pk).exists()


def test_a_return_takes_up_the_draft_that_is_open(signed, version, liming, chenjing, now):
    """As it may be after a restore, or where both were there before there was one at most."""
    pledge = signed(SLUG)
    own = {"surveys_per_month": "7"}
    draft = Pledge.objects.create(
        **{"person": liming, "version": version(), "language": "en", "answers": own},
        saved_at=now,
        created_at=now,
    )
    reasons = [review.ClauseReason("请补充")]
    found = review.return_to_manager(pledge, actor=chenjing, at=now, reasons=reasons)
    assert (found.pk, found.corrects) == (draft.pk, pledge)
    assert found.answers == {**pledge.answers, **own} | {
        code: text for code, text in found.answers.items() if code not in pledge.answers
    }
    assert found.answers_revision == draft.answers_revision + 1


def test_a_return_after_a_new_version_is_on_that_one(signed, published, chenjing, now):
    pledge = signed(SLUG)
    new = published()
    reasons = [review.ClauseReason("请补充")]
    found = review.return_to_manager(pledge, actor=chenjing, at=now, reasons=reasons)
    assert found.version == new and FILLED[SLUG].items() <= found.answers.items()


def test_an_editorial_step_takes_a_second_officer_and_nobody_signs_again(
    accepted, version, next_version, liming, chenjing, sunhao, now
):
    held, old = accepted(SLUG), version()
    made = next_version(**reworded(old))
    waiting = publishing.publish(made, Choice(now.date(), Kind.EDITORIAL), actor=chenjing, at=now)
    assert waiting.status == "draft" and not VersionStep.objects.exists()
    proposal = Proposal.objects.get(kind="editorial")
    with pytest.raises(Exception, match="accept a change"):
        deciding.accept(proposal, actor=chenjing, at=now)
    at = now + timedelta(days=2)
    deciding.accept(proposal, actor=sunhao, at=at)
    step = VersionStep.objects.get()
    assert (step.made_by, step.confirmed_by, step.kind) == (chenjing, sunhao, "editorial")
    new = step.after
    assert (new.status, new.effective_on) == ("published", at.date())
    assert held.version_id in alike(new.pk)
    with pytest.raises(refusals.AlreadyWaiting):
        answers.open_pledge(new, actor=liming, at=at, language="zh-hans")


def test_what_binds_is_not_editorial_and_a_changed_draft_is_not_the_proposed_one(
    version, next_version, chenjing, sunhao, now
):
    choice = Choice(now.date(), Kind.EDITORIAL)
    with pytest.raises(refusals.NotEditorial) as refused:
        publishing.publish(next_version(), choice, actor=chenjing, at=now)
    assert [each.what for each in refused.value.differences] == ["term"]
    made = next_version(**reworded(version()))
    publishing.publish(made, choice, actor=chenjing, at=now)
    next_version()
    with pytest.raises(refusals.StaleProposal):
        deciding.accept(Proposal.objects.get(kind="editorial"), actor=sunhao, at=now)
    with pytest.raises(refusals.AlreadyProposed):
        publishing.discard_version_draft(made, actor=chenjing, at=now)


def test_alone_no_officer_publishes_an_editorial_step(version, next_version, chenjing, sunhao, now):
    sunhao.groups.clear()
    made = next_version(**reworded(version()))
    with pytest.raises(refusals.NobodyToConfirm):
        publishing.publish(made, Choice(now.date(), Kind.EDITORIAL), actor=chenjing, at=now)


def test_one_material_step_among_editorial_ones_asks_to_sign_again(
    version, next_version, published, chenjing, sunhao, now
):
    first = version()
    second = editorial(next_version(**reworded(first)), chenjing, sunhao, now)
    third = published(title=second.title)
    fourth = editorial(next_version(title=first.title), chenjing, sunhao, now)
    assert alike(fourth.pk) == {third.pk, fourth.pk}
    assert alike(first.pk) == {first.pk, second.pk}
    current = {
        (a.number, b.number)
        for a in (first, second, third, fourth)
        for b in (third, fourth)
        if a.pk in alike(b.pk)
    }
    assert current == {(3, 3), (3, 4), (4, 3), (4, 4)}


@pytest.mark.parametrize(
    "choice",
    [
        {"drafts": Drafts.UNTIL},
        {"drafts": Drafts.UNTIL, "drafts_until": date(2026, 11, 1)},
        {"drafts_until": date(2026, 12, 1)},
        {"sign_again_by": date(2026, 11, 1)},
        {"effective_on": date(2027, 1, 1), "sign_again_by": date(2026, 12, 1)},
    ],
)
def test_days_that_contradict_each_other_are_refused(next_version, chenjing, now, choice):
    wanted = Choice(**{"effective_on": now.date(), **choice})
    with pytest.raises(refusals.StepUnfit):
        publishing.publish(next_version(), wanted, actor=chenjing, at=now)
    assert not VersionStep.objects.exists()


def test_a_draft_version_can_be_discarded_and_a_published_one_cannot(
    version, next_version, chenjing, now
):
    made = next_version()
    publishing.discard_version_draft(made, actor=chenjing, at=now)
    assert not TemplateVersion.objects.filter(pk=made.pk).exists()
    assert audit.trail(f"templateversion:{made.pk}").last().event == "version.discarded"
    assert templates.revise(version(), actor=chenjing, at=now).number == 2
    with pytest.raises(Exception, match="publish is not possible"):
        publishing.discard_version_draft(version(), actor=chenjing, at=now)


def test_a_step_is_decided_once(published):
    published()
    every = VersionStep.objects.all()
    for act in (lambda: every.update(made_at=START), every.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


MANY = 300


def test_hundreds_move_in_one_turn_of_the_ledger(
    version, published, liming, now, django_assert_max_num_queries
):
    Person.objects.bulk_create(
        Person(username=f"m{n}", employee_number=f"M{n}", name="某人", department=liming.department)
        for n in range(MANY)
    )
    Pledge.objects.bulk_create(
        Pledge(
            **{"person": person, "version": version(), "template": version().template},
            **{"language": "zh-hans", "answers": FILLED[SLUG], "saved_at": now, "created_at": now},
        )
        for person in Person.objects.filter(username__startswith="m")
    )
    published()
    with django_assert_max_num_queries(40):
        assert version_steps.settle(now) == MANY
    assert audit.size() >= MANY and list(audit.verify()) == []
    ended = withdrawing.withdraw_many(
        list(Pledge.objects.drafts().values_list("pk", flat=True)),
        **{"actor": SYSTEM, "at": now, "why": Why.TASK_CANCELLED},
    )
    assert (ended.withdrawn, ended.deleted, len(ended.events)) == (0, MANY, MANY)
    assert not Pledge.objects.exclude(status=PledgeState.ERASED).exists()


# --- In the middle of a task ----------------------------------------------------------------------
FIVE = {"include": [{"kind": "numbers", "values": ["E1001", "E1002", "E2001", "C3002", "H4001"]}]}


@pytest.fixture
def later(now):
    """The first notices have left, and a pledge that was signed before is accepted."""
    return now + timedelta(hours=2)


@pytest.fixture
def tasks_amid(launched_task, accepted, liming, wangfang, zhaolei, zhoumin, sunhao, later):
    """A task that follows versions and one that does not, for five people who stand elsewhere."""
    people = [liming, wangfang, zhaolei, zhoumin, sunhao]
    tasks = [launched_task(audience=FIVE, follows_versions=each) for each in (True, False)]
    accepted(SLUG, person=zhoumin)
    for person in (liming, wangfang, zhaolei):
        opened(tasks[0], person, later)
    intent = preparing.prepare(
        Pledge.objects.drafts().get(person=wangfang), actor=wangfang, at=later
    )
    signed_now(Pledge.objects.drafts().get(person=zhaolei), later)
    return tasks, people, intent


def opened(task, person, at):
    """The draft that a member opens, every blank filled."""
    member = task.members.get(person=person)
    draft = opening.open_for(member, actor=person, at=at, language="zh-hans")
    revision, typed = draft.answers_revision, FILLED[SLUG]
    answers.save(draft, actor=person, at=at, typed=typed, revision=revision)
    return Pledge.objects.get(pk=draft.pk)


def signed_now(draft, at):
    person = draft.person
    intent = preparing.prepare(draft, actor=person, at=at)
    return signing.sign(intent, actor=person, at=at, request=request_by_code(person, at=at))


def standings(task, at):
    rows = TaskMember.objects.filter(task=task).with_standing(at.date())
    return {row.person.username: row.standing for row in rows.select_related("person")}


WAYS = {
    Drafts.MOVED: {"liming": 2, "wangfang": 2},
    Drafts.UNTIL: {"liming": 2},
    Drafts.WITHDRAWN: {},
}


@pytest.mark.parametrize("way", WAYS)
def test_in_the_middle_of_a_task_nobody_is_lost(way, tasks_amid, next_version, chenjing, later):
    (follows, stays), people, intent = tasks_amid
    until = later.date() + timedelta(days=3) if way == Drafts.UNTIL else None
    made = next_version()
    publishing.publish(
        made, Choice(later.date(), Kind.MATERIAL, way, until), actor=chenjing, at=later
    )
    if until:
        request = request_by_code(intent.person, at=later)
        assert signing.sign(intent, actor=intent.person, at=later, request=request).version != made
    at = later + timedelta(days=4)
    for _time in range(2):
        version_steps.settle(at)
        versions_following.follow_steps(at)
    drafts = Pledge.objects.drafts().values_list("person__username", "version__number")
    assert dict(drafts) == WAYS[way] and len(drafts) == len(WAYS[way])
    for draft in Pledge.objects.drafts() | Pledge.objects.filter(status="withdrawn"):
        assert FILLED[SLUG].items() <= draft.answers.items()
    assert set(standings(follows, at).values()) == {"due"} and follows.members.count() == 5
    review_of = {"zhaolei": "in-review"} | ({"wangfang": "in-review"} if until else {})
    before = {each.username: "due" for each in people} | review_of | {"zhoumin": "in-force"}
    assert standings(stays, at) == before
    # What waits is reviewed, and then everybody can do what both tasks ask for.
    for waiting in list(Pledge.objects.awaiting_review()):
        reasons = [review.ClauseReason("新版已发布")]
        again = review.return_to_manager(waiting, actor=chenjing, at=at, reasons=reasons)
        assert FILLED[SLUG].items() <= again.answers.items()
    mine = [opened(follows, person, at) for person in people]
    assert [opened(stays, person, at) for person in people] == mine
    assert {draft.version for draft in mine} == {made} and one_draft_at_most()
    for draft in (mine[0], mine[3]):  # one had nothing in force, one on the version before
        signed_now(draft, at)
    done = [standings(task, at) for task in (follows, stays)]
    assert [each["liming"] for each in done] == ["in-review"] * 2
    assert [each["zhoumin"] for each in done] == ["in-review", "in-force"]
    assert list(audit.verify()) == []
