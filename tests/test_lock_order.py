"""All pairs of actions against each other, held at every lock: none ever waits in a circle."""

import ast
import sys
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations_with_replacement
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group
from django.db.transaction import Atomic
from django.test import Client

from pledges import audit, transactions
from pledges.access import SYSTEM
from pledges.actions import (
    answers,
    apps,
    attempts,
    batches,
    beginning_origin,
    credentials,
    deciding,
    departments,
    discarding,
    employment,
    enrolling,
    enrolment,
    erasure,
    expiring,
    exporting,
    invitations,
    inviting_many,
    issuing,
    leaving,
    moving,
    noting_readings,
    own_record,
    passwords,
    pending,
    people,
    person_facts,
    phones,
    preparing,
    proposing,
    publishing,
    renewing,
    review,
    sealing,
    signing,
    sweeping,
    templates,
    version_steps,
    vouching,
    withdrawing,
)
from pledges.actions.attempts import Account, What
from pledges.actions.issuing import StoredFile
from pledges.actions.reminders import slips
from pledges.actions.rosters import applying
from pledges.actions.sessions import end_for
from pledges.core.languages import Localized
from pledges.core.lifecycle import Role, Why
from pledges.core.refusals import TooManyAttempts
from pledges.models import (
    Department,
    Document,
    Leave,
    Organisation,
    Person,
    Pledge,
    TemplateVersion,
    VersionStep,
)
from pledges.notices import digests
from pledges.proof.fileformat import Level
from pledges.proof.ledger import checkpoints
from pledges.proof.passkeys import ceremony
from pledges.rendering import fonts
from pledges.rendering.fonts import FontSubset
from pledges.storage import document_store
from tests.authenticator import Passkey
from tests.baseline import totp_secret
from tests.cast import FILLED, request_by_passkey
from tests.fresh import confirm_by_code
from tests.interleaving import Session, meet
from tests.lock_traces import Observer, could_circle, could_meet
from tests.notices_stage import NoticeActions
from tests.paper_stage import PaperActions
from tests.roster_stage import RosterActions
from tests.task_stage import TaskActions

pytestmark = pytest.mark.django_db(transaction=True)
PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture
def sessions():
    made = Session(), Session()
    yield made
    for session in made:
        session.close()


@pytest.fixture
def observer(sessions):
    made = Observer(sessions[0])
    yield made
    made.close()


@pytest.fixture
def quick(monkeypatch):
    """Slow work and files stand still: they hold no lock, and what they leave would be found."""
    kept = StoredFile("0" * 64, 1, Level.ARCHIVAL, None)
    monkeypatch.setattr(issuing, "keep", lambda *given: kept)
    monkeypatch.setattr(preparing, "render", lambda *given, **more: b"%PDF")
    monkeypatch.setattr(signing, "_embed_signature", lambda *given, **more: b"")
    monkeypatch.setattr(review, "_seal", lambda *given: b"")
    monkeypatch.setattr(sealing, "renew_timestamp", lambda *given, **more: b"")
    monkeypatch.setattr(slips, "print_task_slips", lambda *given, **more: b"%PDF")
    monkeypatch.setattr(applying, "_tell_progress", lambda *given: None)
    monkeypatch.setattr(fonts, "subset_for", lambda text: FontSubset(b"", b"", "0" * 64))
    # What is accepted along with others is accepted as by itself, which is among the actions.
    monkeypatch.setattr(batches, "_settle", lambda *given, **more: False)
    for name in ("put_record", "remove_record", "remove"):
        monkeypatch.setattr(document_store, name, lambda *given: None)
    monkeypatch.setattr(document_store, "put", lambda data: "0" * 64)
    # In a transaction of its own, after the one of its entry, which is rolled back here.
    monkeypatch.setattr(noting_readings, "note_export", lambda *given, **more: None)
    # What is run again would hide what this test looks for.
    monkeypatch.setattr(transactions, "MAX_RUNS", 1)


@pytest.fixture
def actions(draft, signed, accepted, passkey, version, now, settings):
    """Every action that locks, about the same few rows: what each does is rolled back."""
    stage = Stage(draft, signed, accepted, passkey, version, now)
    settings.ATTEMPTS_PER_ACCOUNT_AND_NETWORK = 0
    return {
        name.removeprefix("do_"): getattr(stage, name) for name in dir(stage) if name[:3] == "do_"
    }


class Stage(NoticeActions, TaskActions, PaperActions, RosterActions):
    """Li Ming with a pledge in each state, Wang Fang who leaves, and the people who decide."""

    def __init__(self, draft, signed, accepted, passkey, version, now):
        people_by_name = {person.username: person for person in Person.objects.all()}
        self.liming, self.wangfang = people_by_name["liming"], people_by_name["wangfang"]
        self.chenjing, self.admin = people_by_name["chenjing"], people_by_name["admin"]
        self.zhoumin, self.now = people_by_name["zhoumin"], now + timedelta(hours=3)
        self.second = people_by_name["sunhao"]
        self.second.groups.add(Group.objects.get(name=Role.ADMINISTRATOR))
        self.key = passkey(self.liming)
        self.waiting = passkey(self.liming).waiting
        self.hers = passkey(self.wangfang)
        self.accepted, self.signed = accepted("contract"), signed("general-standards")
        self.draft = draft("personal-code")
        self.her_draft = draft("personal-code", person=self.wangfang)
        self.intent = preparing.prepare(self.draft, actor=self.liming, at=self.now)
        self.request = request_by_passkey(self.key, self.intent)
        self.version, self.free = version("contract"), version("personal-code")
        self.revised = self._revised(version("general-standards"), 9)
        self.over = self._with_a_term(people_by_name["zhaolei"], passkey)
        self.batch = batches.begin([self.signed], actor=self.chenjing, at=self.now)
        self.promotion = self._proposed_promotion(people_by_name["zhaolei"])
        self.retention = self._proposed_retention(self.free.template)
        self.relaxation = self._proposed_relaxation()
        Department.objects.filter(pk=self.wangfang.department_id).update(head=self.wangfang)
        self.newcomer = self._newcomer()
        tomorrow = now.date() + timedelta(days=1)
        days = {"from_on": tomorrow, "until_on": tomorrow + timedelta(days=9)}
        self.leave = Leave.objects.create(person=self.liming, **days, recorded_at=now)
        self.gone = self._gone(self.newcomer)
        self.run = inviting_many.begin([self.newcomer], actor=self.zhoumin, at=self.now)
        self.invitation = invitations.invite(self.newcomer, actor=self.admin, at=self.now)
        self.unmet = self._unmet(self.newcomer)
        self.newer = TemplateVersion.objects.get(template=self.version.template, number=2)
        self.behind = self._behind(self.newcomer)
        self.editorial = self._proposed_editorial(self.free)
        by = {"reader": self.chenjing, "at": self.now}
        noting_readings.note([self.signed], noting_readings.Way.PAGE, **by)
        audit.checkpoint(self.now)
        self.browser = Client()
        self.browser.force_login(self.liming)
        confirm_by_code(self.browser, self.liming)
        self.link = self._link(self.now)
        self.set_notices_up()
        self.set_tasks_up()
        self.set_papers_up()
        self.set_rosters_up()

    def _link(self, at):
        """What a phone of Li Ming's could use now."""
        session = self.browser.session.session_key
        return phones.invite(actor=self._person(self.liming), session_key=session, at=at)

    def _newcomer(self):
        person = self._person(self.wangfang, pk=None, username="newcomer", employee_number="E8")
        person._state.adding, person.email = True, "newcomer@example.com"
        person.set_unusable_password()
        people.save_person(person, actor=SYSTEM, at=self.now, roles=[Role.MANAGER])
        return person

    def _gone(self, person):
        """Somebody who has left, and somebody whose last day is noted."""
        gone = self._person(person, pk=None, username="gone", employee_number="E9", email="")
        gone._state.adding = True
        people.save_person(gone, actor=SYSTEM, at=self.now, roles=[])
        leaving.leave(gone, last_day=self.now.date(), actor=self.zhoumin, at=self.now)
        leaving.leave(person, last_day=date(2027, 1, 1), actor=self.zhoumin, at=self.now)
        return gone

    def _unmet(self, person):
        """An app of somebody whom nobody has met yet."""
        TOTP.activate(person, totp_secret(person.username))
        return apps.register(actor=self._person(person), at=self.now)

    def _proposed_promotion(self, person):
        people.save_person(self._person(person), actor=self.admin, at=self.now, roles=[Role.HR])
        return proposing.find_open(person=person)

    def _proposed_retention(self, template):
        templates.set_retention(template, 2, actor=self.chenjing, at=self.now)
        return proposing.find_open(template=template, kind=proposing.Kind.RETENTION)

    def _behind(self, person):
        """A draft on a version that another one has replaced."""
        VersionStep.objects.create(
            **{"before": self.version, "after": self.newer, "kind": "material"},
            **{"drafts": "moved", "made_at": self.now},
        )
        return Pledge.objects.create(
            **{"person": person, "version": self.version, "language": "en"},
            **{"saved_at": self.now, "created_at": self.now},
        )

    def _proposed_editorial(self, version):
        draft = templates.revise(version, actor=self.chenjing, at=self.now)
        was = draft.definition()
        words = Localized("修订", "Revised")
        now = replace(was, title=words, change_note=words)
        by = {"actor": self.chenjing, "at": self.now}
        draft = templates.save_draft(draft, now, base=templates.file_digest(was), **by)
        choice = publishing.Choice(self.now.date(), VersionStep.Kind.EDITORIAL)
        publishing.publish(draft, choice, **by)
        return proposing.find_open(template=version.template, kind=proposing.Kind.EDITORIAL)

    def _proposed_relaxation(self):
        organisation = Organisation.objects.get(pk=1)
        organisation.two_people = False
        people.save_organisation(organisation, actor=self.admin, at=self.now)
        return proposing.find_open()

    def _revised(self, version, months):
        """The next version, ready to be published."""
        draft = templates.revise(version, actor=self.chenjing, at=self.now)
        was = draft.definition()
        now = replace(was, term_months=months, change_note=was.title)
        base = templates.file_digest(was)
        return templates.save_draft(draft, now, actor=self.chenjing, at=self.now, base=base)

    def _with_a_term(self, person, passkey):
        """A pledge in force that ends in a year."""
        draft = self._revised(self.version, 12)
        version = templates.publish(draft, actor=self.chenjing, at=self.now)
        by = {"actor": person, "at": self.now}
        pledge = answers.open_pledge(version, language="zh-hans", **by)
        answers.save(pledge, typed=FILLED["contract"], revision=0, **by)
        intent = preparing.prepare(pledge, **by)
        request = request_by_passkey(passkey(person), intent)
        signing.sign(intent, request=request, **by)
        return review.accept(pledge, actor=self.chenjing, at=self.now)

    def _person(self, person, **changes):
        found = Person.objects.get(pk=person.pk)
        for name, value in changes.items():
            setattr(found, name, value)
        return found

    def do_open(self):
        other = self._person(self.wangfang)
        answers.open_pledge(self.version, actor=other, at=self.now, language="en")

    def do_assign(self):
        person, due = self._person(self.wangfang), self.now.date()
        answers.assign(self.version, person=person, actor=self.chenjing, at=self.now, due_on=due)

    def do_save(self):
        revision = Pledge.objects.get(pk=self.draft.pk).answers_revision
        typed = {"reply_days": "7"}
        answers.save(self.draft, actor=self.liming, at=self.now, typed=typed, revision=revision)

    def do_choose_language(self):
        answers.set_language(self.draft, actor=self.liming, at=self.now, language="en")

    def do_discard(self):
        discarding.discard(self.draft, actor=self.liming, at=self.now)

    def do_withdraw(self):
        by = {"actor": self.liming, "at": self.now}
        assert withdrawing.withdraw(self.signed, why=Why.SIGNER, **by)

    def do_withdraw_many(self):
        keys = [self.draft.pk, self.her_draft.pk, self.signed.pk]
        withdrawing.withdraw_many(keys, actor=SYSTEM, at=self.now, why=Why.LEFT)

    def do_move(self):
        moving.move(self.behind, self.newer, actor=self.chenjing, at=self.now)

    def do_settle_drafts(self):
        assert version_steps.settle(self.now)

    def do_prepare(self):
        preparing.prepare(self.her_draft, actor=self.wangfang, at=self.now)

    def do_sign(self):
        at = self.now + timedelta(minutes=1)
        signing.sign(self.intent, actor=self.liming, at=at, request=self.request)

    def do_accept(self):
        review.accept(self.signed, actor=self.chenjing, at=self.now)

    def do_return(self):
        reasons = [review.ClauseReason("请补充")]
        review.return_to_manager(self.signed, actor=self.chenjing, at=self.now, reasons=reasons)

    def do_revoke(self):
        review.revoke(self.accepted, actor=self.chenjing, at=self.now, reason="调岗")

    def do_expire(self):
        expiring.expire(self.over, actor=SYSTEM, at=self.now + timedelta(days=800))

    def do_renew(self):
        file = Document.objects.filter(pledge=self.accepted).latest("revision")
        renewing.renew(file, actor=SYSTEM, at=self.now)

    def do_begin_batch(self):
        batches.begin([self.signed, self.accepted], actor=self.chenjing, at=self.now)

    def do_work_at_batch(self):
        batches.work(self.batch.pk, clock=lambda: self.now)

    def do_export(self):
        exporting.export(Pledge.objects.all(), actor=self.zhoumin, at=self.now)

    def do_rename_person(self):
        person = self._person(self.liming, username="li.ming", employee_number="E9001")
        people.save_person(person, actor=self.admin, at=self.now)

    def do_rename_officer(self):
        person = self._person(self.chenjing, username="chen.jing")
        people.save_person(person, actor=self.admin, at=self.now)

    def do_promote_person(self):
        person = self._person(self.wangfang)
        roles = [Role.MANAGER, Role.ADMINISTRATOR]
        people.save_person(person, actor=self.admin, at=self.now, roles=roles)

    def do_create_person(self):
        person = self._person(self.liming, pk=None, username="new", employee_number="E7", email="")
        person._state.adding = True
        people.save_person(person, actor=self.admin, at=self.now, roles=[Role.MANAGER])

    def do_rename_department(self):
        department = Department.objects.get(pk=self.liming.department_id)
        department.name_zh = "华东一部"
        departments.save_department(department, actor=self.admin, at=self.now)

    def do_rename_organisation(self):
        organisation = Organisation.objects.get(pk=1)
        organisation.name_en = "Another"
        people.save_organisation(organisation, actor=self.admin, at=self.now)

    def do_erase(self):
        erasure.erase(self._person(self.wangfang), actor=SYSTEM, at=self.now)

    def do_register_passkey(self):
        made = Passkey(rp_id=enrolment.party().id, origin=enrolment.party().origin).register()
        enrolling.register(made, name="Key", actor=self.liming, at=self.now)

    def do_invite_phone(self):
        self._link(self.now)

    def do_register_phone(self):
        made = Passkey(rp_id=enrolment.party().id, origin=enrolment.party().origin)
        answer = made.register(self.link.challenge())
        phones.register(self.link, answer, name="Phone", at=self.now)

    def do_confirm_passkey(self):
        challenge = ceremony.introduction_challenge(self.waiting.digest)
        answer = self.key.answer(challenge)
        enrolling.confirm(self.waiting, answer, actor=self.liming, at=self.now)

    def do_permit_passkey(self):
        enrolling.permit(self.waiting, actor=SYSTEM, at=self.now)

    def do_discard_passkey(self):
        pending.discard(self.waiting, actor=self.liming, at=self.now)

    def do_lapse_passkeys(self):
        pending.lapse(self.now + timedelta(days=2))

    def do_withdraw_passkey(self):
        enrolment.withdraw(self.key.row, actor=self.liming, at=self.now)

    def do_remove_factors(self):
        enrolment.remove_factors(self._person(self.liming), actor=SYSTEM, at=self.now)

    def do_import_template(self):
        definition = replace(self.version.definition(), term_months=7)
        templates.import_definition(definition, actor=self.chenjing, at=self.now)

    def do_revise_version(self):
        templates.revise(self.version, actor=self.chenjing, at=self.now)

    def do_save_version(self):
        before = self.revised.definition()
        after, base = replace(before, term_months=7), templates.file_digest(before)
        templates.save_draft(self.revised, after, actor=self.chenjing, at=self.now, base=base)

    def do_publish_version(self):
        templates.publish(self.revised, actor=self.chenjing, at=self.now)

    def do_publish_step(self):
        choice = publishing.Choice(self.now.date())
        publishing.publish(self.revised, choice, actor=self.chenjing, at=self.now)

    def do_discard_version(self):
        publishing.discard_version_draft(self.revised, actor=self.chenjing, at=self.now)

    def do_accept_editorial(self):
        deciding.accept(self.editorial, actor=self._person(self.second), at=self.now)

    def do_retire_version(self):
        templates.retire(self.version, actor=self.chenjing, at=self.now)

    def do_set_retention(self):
        templates.set_retention(self.version.template, 12, actor=self.chenjing, at=self.now)

    def do_accept_promotion(self):
        deciding.accept(self.promotion, actor=self._person(self.second), at=self.now)

    def do_accept_retention(self):
        deciding.accept(self.retention, actor=self._person(self.second), at=self.now)

    def do_accept_relaxation(self):
        deciding.accept(self.relaxation, actor=self._person(self.second), at=self.now)

    def do_reject_promotion(self):
        deciding.reject(self.promotion, actor=self._person(self.second), at=self.now)

    def do_reject_retention(self):
        deciding.reject(self.retention, actor=self._person(self.second), at=self.now)

    def do_change_password(self):
        person, at = self._person(self.liming), self.now
        credentials.change_password(person, "new password 7", at=at, session_key=None)

    def do_set_password(self):
        person = self._person(self.wangfang, email="other@example.com")
        person.set_password("new password 7")
        people.save_person(person, actor=self.admin, at=self.now)

    def do_invite(self):
        invitations.invite(self._person(self.newcomer), actor=self.admin, at=self.now)

    def do_withdraw_invitation(self):
        assert invitations.withdraw(self._person(self.newcomer), actor=self.admin, at=self.now)

    def do_accept_invitation(self):
        invitations.accept(self.invitation, "new password 7", at=self.now)

    def do_set_first_password(self):
        person = self._person(self.newcomer)
        passwords.set_first(person, "new password 7", actor=self.admin, at=self.now)

    def do_print_slip(self):
        made = inviting_many.print_slips([self.newcomer], days=7, actor=self.admin, at=self.now)
        assert made

    def do_begin_invitations(self):
        people = [self._person(self.newcomer), self._person(self.over.person)]
        inviting_many.begin(people, actor=self.zhoumin, at=self.now)

    def do_work_at_invitations(self):
        inviting_many.work(self.run.pk, clock=lambda: self.now)

    def do_save_facts(self):
        person = self._person(self.liming, position="主管", employee_number="E9002")
        person_facts.save_facts(person, actor=self.zhoumin, at=self.now)

    def do_add_leave(self):
        days = {"from_on": date(2027, 1, 1), "until_on": date(2027, 1, 9)}
        by = {"actor": self.zhoumin, "at": self.now}
        employment.add_leave(self.liming, **days, delegate=self._person(self.wangfang), **by)

    def do_remove_leave(self):
        assert employment.remove_leave(self.leave, actor=self.zhoumin, at=self.now)

    def do_end_leave(self):
        assert employment.end_leave(self.leave, actor=self.zhoumin, at=self.now)

    def do_leave(self):
        person, day = self._person(self.wangfang), self.now.date()
        assert leaving.leave(person, last_day=day, actor=self.zhoumin, at=self.now)

    def do_stay(self):
        leaving.stay(self.newcomer, actor=self.zhoumin, at=self.now)

    def do_come_back(self):
        back = date(2027, 3, 1)
        leaving.come_back(self.gone, entered_on=back, actor=self.zhoumin, at=self.now)

    def do_move_department(self):
        department = Department.objects.get(pk=self.liming.department_id)
        department.parent_id, department.head = self.over.person.department_id, self.liming
        departments.save_department(department, actor=self.admin, at=self.now)

    def do_end_sessions(self):
        end_for(self._person(self.liming), actor=self.admin, at=self.now)

    def do_choose_own_language(self):
        person = self._person(self.liming)
        own_record.choose_language(person, "en", actor=person, at=self.now)

    def do_report_own_record(self):
        person = self._person(self.liming)
        assert own_record.report(person, "E1001", actor=person, at=self.now)

    def do_register_app(self):
        apps.register(actor=self._person(self.newcomer), at=self.now)

    def do_vouch(self):
        vouching.vouch(self.unmet, actor=self.chenjing, at=self.now)

    def do_record_readings(self):
        assert noting_readings.record_noted(self.now + timedelta(minutes=2))

    def do_begin_origin(self):
        former = checkpoints.Checkpoint("example.com/ledger", 999, b"0" * 32)
        by = {"actor": SYSTEM, "at": self.now}
        beginning_origin.begin(former, kept=1, reason="the disk", **by)

    def do_lock_out(self):
        with suppress(TooManyAttempts):
            account = Account.of(self.liming)
            attempts.begin(What.PASSWORD, account, address="192.0.2.7", at=self.now)

    def do_forgive(self):
        attempts.forgive(self.liming)

    def do_remove_redundant_files(self):
        assert sweeping.remove_redundant(self.now + timedelta(days=2))

    def do_queue_digests(self):
        assert digests.queue_digests(self.now)

    def do_remove_app(self):
        answer = self.browser.post("/accounts/2fa/totp/deactivate/")
        assert answer.headers["Location"] == "/accounts/2fa/"

    def do_publish_checkpoint(self):
        audit.checkpoint(self.now)


def test_no_two_actions_wait_in_a_circle(actions, quick, sessions, observer):
    # Each by itself goes through; or a pair would prove nothing.
    most, late, traces, begun = {}, set(), {}, set()
    with noting_transactions(begun):
        for name, action in actions.items():
            traces[name] = observer.record(action)
            most[name] = [each for each in sessions[0].fullest if each]
            late |= {name for _statement in sessions[0].late}
    # Durable, so that it begins in no other's; `do_apply_roster` runs what it does.
    assert decorated() - begun == {("applying", "_apply")}
    # These write rows that they have locked before, or that hang on one of those, or that are
    # written by whoever has the turn alone; nobody else locks once it has the turn.
    alone = {"begin_origin", "publish_checkpoint"}
    locked = {"record_readings", "register_phone", "remove_factors", "open_asked", "open_moved"}
    assert late == {"confirm_paper", *locked, *alone}
    pairs = list(combinations_with_replacement(actions, 2))
    # Where neither can hold what the other waits for, there is nothing to try.
    tried = [
        (first, second) for first, second in pairs if could_circle(traces[first], traces[second])
    ]
    circles = [
        f"{first}, held at its lock number {at}, and {second}"
        for first, second in tried
        for at in circle(sessions, actions[first], actions[second], most[first])
    ]
    assert not circles, "\n".join(circles)
    assert_traces_tell_all(actions, sessions, traces, most)


def assert_traces_tell_all(actions, sessions, traces, most) -> None:
    """Each held at its fullest against the next one: nobody waits but as the traces say."""
    names = list(actions)
    unforeseen = [
        (first, second)
        for first, second in zip(names, names[1:] + names[:1], strict=True)
        if not could_meet(traces[first], traces[second])
        for at in most[first]
        if meet(*sessions, actions[first], actions[second], at)[0]
    ]
    assert unforeseen == []


@contextmanager
def noting_transactions(begun):
    """Add to `begun` each function in the transaction of which something is done."""
    enter = Atomic.__enter__

    def note(self):
        caller = sys._getframe(1)
        if function := caller.f_locals.get("func"):
            code = function.__code__
            begun.add((Path(code.co_filename).stem, code.co_name))
        return enter(self)

    Atomic.__enter__ = note
    try:
        yield
    finally:
        Atomic.__enter__ = enter


def circle(sessions, first, second, most) -> list[int]:
    """At which locks of `first` the two wait for each other.

    Whoever waits for nothing where `first` holds the most meets it nowhere.
    """
    met = {at: meet(*sessions, first, second, at) for at in most}
    if any(waited for waited, _raised in met.values()):
        rest = set(range(1, max(most))) - set(met)
        met |= {at: meet(*sessions, first, second, at) for at in sorted(rest)}
    return [at for at, (_waited, raised) in met.items() if any(map(is_deadlock, raised))]


def is_deadlock(error) -> bool:
    return transactions.sqlstate(error) == transactions.DEADLOCK_DETECTED if error else False


def decorated() -> set[tuple[str, str]]:
    """The functions that begin a transaction, but for those of commands."""
    return {
        (path.stem, node.name)
        for room in ("actions", "audit", "notices", "views")
        for path in (PROJECT / "pledges" / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        for each in node.decorator_list
        if ast.unparse(each) in ("transactions.atomic", "transactions.durable")
    }


def modules():
    for path in sorted((PROJECT / "pledges").rglob("*.py")):
        if "migrations" not in path.parts:
            yield path.relative_to(PROJECT), ast.parse((PROJECT / path).read_text("utf-8"))


def test_transactions_begin_in_one_place():
    elsewhere = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and path.stem != "transactions"
        if ast.unparse(node) == "transaction.atomic"
    ]
    assert elsewhere == []


def test_rows_are_locked_without_their_keys():
    with_the_key = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith(".select_for_update")
        and "no_key" not in [each.arg for each in node.keywords]
    ]
    assert with_the_key == []
