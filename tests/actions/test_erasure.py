"""Erasing a person: refused before its time; then nothing of them is left, and all holds."""

import subprocess
import sys
from datetime import date, timedelta
from io import StringIO
from itertools import chain
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.base import SessionBase
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges import access, audit, verification
from pledges.access import SYSTEM
from pledges.actions import (
    answers,
    batches,
    discarding,
    enrolment,
    erasure,
    invitations,
    noting_readings,
    passwords,
    people,
    phones,
    preparing,
    rendering_ahead,
    review,
    sessions,
    signing,
    sweeping,
    templates,
    withdrawing,
)
from pledges.actions.papers import filing, lists, settling
from pledges.actions.rosters import uploading
from pledges.actions.tasks import closing, excusing, issuing_reports, objecting, receipts
from pledges.core import refusals
from pledges.core.lifecycle import PledgeState, Role, Why
from pledges.core.rosters.people import Reach
from pledges.models import (
    Commitment,
    Department,
    Document,
    EnrolledApp,
    Invitation,
    InvitationRun,
    Leave,
    LedgerEntry,
    LedgerOpening,
    PaperPage,
    PaperPledge,
    Person,
    Pledge,
    Post,
    Proposal,
    Reading,
    RenderedAhead,
    ReturnReason,
    ReviewClaim,
    Roster,
    Session,
    Signature,
    SigningIntent,
    TaskMember,
)
from pledges.notices import accounts, tasks
from pledges.storage import document_store
from tests import scans
from tests.cast import request_by_passkey
from tests.serving import ROOT, surroundings

TEN_YEARS = timedelta(days=365.25 * 10 + 30)
REASON = "调任其他岗位，原承诺不再适用。"
CONTACT, ADDRESS, BROWSER = "021-5555 9876", "203.0.113.77", "Netscape/4.7"
NOTE, SCAN, DOUBT = "原件在一号档案柜", "李明承诺书扫描.jpg", "李明的签名页缺失"
REPLY, WHY, TAKEN_BACK = "已按要求补充说明。", "因分管业务调整", "误填了上一年度的数值"
OTHERS_SCAN, POST, REFUSED = "李明（旧）.jpg", "柜台的那一份工作", "550 no such user: liming@"
REFUSED_ROW = "already exists, as 李明"
PERSONAL = (
    *(OTHERS_SCAN, POST, REFUSED, REFUSED_ROW),
    *(REPLY, WHY, TAKEN_BACK, NOTE, SCAN, DOUBT),
    *("李明", "E1001", "liming", "高级客户经理", "清算时效", REASON, "请李明补充说明"),
    *(CONTACT, ADDRESS, BROWSER),
)


@pytest.fixture
def erase(django_capture_on_commit_callbacks):
    def do(person, *, at, actor=SYSTEM):
        with django_capture_on_commit_callbacks(execute=True):
            return erasure.erase(person, actor=actor, at=at)

    return do


@pytest.fixture
def revoked(accepted, chenjing, now):
    """A pledge that was in force and ended."""

    def make(*arguments, **options):
        pledge = accepted(*arguments, **options)
        at = now + timedelta(hours=2)
        return review.revoke(pledge, actor=chenjing, at=at, reason=REASON)

    return make


@pytest.fixture
def returned(signed, chenjing, now):
    def make(*arguments, **options):
        pledge = signed(*arguments, **options)
        reasons = [review.ClauseReason("请李明补充说明")]
        review.return_to_manager(pledge, actor=chenjing, at=now, reasons=reasons)
        pledge.refresh_from_db()
        return pledge

    return make


@pytest.fixture
def past(launched_task, liming, revoked, returned, signed, draft, version, chenjing, passkey, now):
    """Everything that a manager can leave behind."""
    _tasks(launched_task, liming, now)
    _employment(liming, now)
    liming.contact = CONTACT
    liming.save()
    EmailAddress.objects.create(user=liming, email="liming@example.com", primary=True)
    Client().force_login(liming)
    with_passkey = passkey(liming)
    _account(liming, now)
    filled = draft("personal-code")
    rendering_ahead.render(str(filled.pk), filled.answers_revision, at=now)
    intent = preparing.prepare(filled, actor=liming, at=now)
    client = signing.Client(ADDRESS, BROWSER)
    done = request_by_passkey(with_passkey, intent, client=client)
    third = review.accept(
        signing.sign(intent, actor=liming, at=now, request=done), actor=chenjing, at=now
    )
    review.revoke(third, actor=chenjing, at=now, reason=REASON)
    answers.assign(version(), person=liming, actor=chenjing, at=now, due_on=None, note=WHY)
    first = returned()
    correction = Pledge.objects.get(corrects=first)
    by = {"actor": liming, "at": now}
    answers.save(correction, typed={}, revision=0, reply=REPLY, **by)
    pledges = [revoked("contract"), first, returned(), third]
    discarding.discard(draft("contract"), **by)
    withdrawing.withdraw(signed("contract"), why=Why.SIGNER, reason=TAKEN_BACK, **by)
    _papers(liming, version, now)
    uploading.upload(
        "工号,姓名,部门,岗位\nE1001,李明,合规部,高级客户经理\n".encode(),
        name="名单.csv",
        reach=Reach.ADDITIONS,
        actor=SYSTEM,
        at=now,
    )
    _read_and_accepted(liming, pledges, now)
    drafts = list(Pledge.objects.of(liming).drafts())
    ended = Pledge.objects.filter(status__in=(PledgeState.DISCARDED, PledgeState.WITHDRAWN))
    return [*pledges, *drafts, *ended]


def _papers(person, version, now):
    """A paper in each state that may be erased, and a list that names its person."""
    zhoumin, chenjing = (Person.objects.get(username=each) for each in ("zhoumin", "chenjing"))
    hr, officer = {"actor": zhoumin, "at": now}, {"actor": chenjing, "at": now}

    def upload(number):
        day = date(2024, 3, number)
        facts = filing.Facts(person, version(), day, day, note=NOTE, file_name=SCAN)
        return filing.upload(scans.encoded(mark=number), facts, **hr)

    upload(1)
    settling.confirm(filing.file(upload(2), **hr), **officer)
    settling.reject(filing.file(upload(3), **hr), reason=DOUBT, **officer)
    withdrawn = settling.confirm(filing.file(upload(4), **hr), **officer)
    settling.withdraw(withdrawn, reason=DOUBT, **officer)
    lists.begin(
        scans.table(scans.row(note=NOTE)),
        scans.archive(dict.fromkeys(("liming.jpg", OTHERS_SCAN, "王芳.jpg"), scans.encoded())),
        list_name="李明.csv",
        archive_name="a.zip",
        **hr,
    )


def _tasks(launched_task, person, now):
    """A task that ran with all that a member can have in it, and its report and receipt."""
    chenjing, sunhao = (Person.objects.get(username=each) for each in ("chenjing", "sunhao"))
    task = launched_task()
    member = task.members.get(person=person)
    objecting.object_to(member, f"李明：{REPLY}", actor=person, at=now)
    assert tasks.queue_first([member], at=now) == 1
    excuse = excusing.ask(member, reason="legal", until_on=now.date(), actor=chenjing, at=now)
    excusing.approve(excuse, actor=sunhao, at=now)
    closing.request_close(task, actor=chenjing, at=now)
    closing.close(str(task.pk), at=now)
    issuing_reports.issue(str(task.pk), at=now)
    member.refresh_from_db()
    assert "李明" in receipts.make(member, actor=person).decode()
    launched_task("contract")  # and one that runs on


def _employment(person, now):
    wangfang, zhoumin = (Person.objects.get(username=each) for each in ("wangfang", "zhoumin"))
    Department.objects.filter(pk=person.department_id).update(head=person)
    Person.objects.filter(pk=person.pk).update(entered_on=now.date(), left_on=now.date())
    person.refresh_from_db()
    Post.objects.create(person=person, title=POST, from_on=now.date())
    days = {"from_on": now.date(), "until_on": now.date(), "recorded_at": now}
    Leave.objects.create(person=person, delegate=wangfang, recorded_by=zhoumin, **days)
    Leave.objects.create(person=wangfang, delegate=person, recorded_by=zhoumin, **days)
    run = InvitationRun.objects.create(started_by=zhoumin, created_at=now, worked_at=now)
    run.items.create(person=person)


def _account(person, now):
    """A link, a phone that waits, a proposal, and a mail that was refused."""
    newest = {"created_at": now, "expires_at": now + timedelta(hours=1)}
    Invitation.objects.create(person=person, email="liming@example.com", **newest)
    accounts.tell("invitation", person)
    failed = DBTaskResult.objects.filter(args_kwargs__contains={"args": ["invitation", person.pk]})
    assert failed.update(status="FAILED", traceback=f"SMTPRecipientsRefused: {REFUSED}")
    accounts.tell("locked", Person.objects.get(username="admin"))
    others = DBTaskResult.objects.order_by("-enqueued_at")[:1].values("pk")
    told = f"DETAIL: Key (employee_number)=(E1001) {REFUSED_ROW}"
    DBTaskResult.objects.filter(pk__in=others).update(status="FAILED", traceback=told)
    phones.invite(actor=person, session_key="session", at=now)
    of_them = {"kind": "person", "person": person, "proposer": person, "proposed_at": now}
    names = {"before": {"name": "李明"}, "after": {"name": "李鸣"}}
    Proposal.objects.create(**of_them, **names)


def _read_and_accepted(person, pledges, now):
    """As one who reads somebody's pledge, as one whose is read, and as one of many accepted."""
    chenjing = Person.objects.get(username="chenjing")
    noting_readings.note(pledges, Reading.Way.PAGE, reader=chenjing, at=now)
    rows = {"way": Reading.Way.PAGE, "reader_role": "compliance", "minute": now}
    Reading.objects.create(pledge=pledges[0], reader=person, reader_name="李明", **rows)
    batches.begin(pledges, actor=chenjing, at=now)
    for pledge, officer in zip(pledges, (chenjing, person), strict=False):
        ReviewClaim.objects.create(pledge=pledge, officer=officer, until=now)


def everything_kept():
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            yield from ((table, row) for (row,) in cursor.fetchall())


def traces(words):
    return {(table, word) for table, row in everything_kept() for word in words if word in row}


def stored_files():
    folder = Path(document_store._storage().location)
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_nothing_personal_is_left_and_the_ledger_verifies(past, liming, erase, now):
    pk, before = liming.pk, LedgerEntry.objects.count()
    assert {word for _table, word in traces(PERSONAL)} == set(PERSONAL)
    others = {pledge.pk: pledge.status for pledge in Pledge.objects.exclude(person=liming)}

    erased = erase(liming, at=now + TEN_YEARS)

    assert traces(PERSONAL) == set()
    assert erased.pledges == len(past)
    assert not Commitment.objects.exists()
    assert not PaperPage.objects.exists()
    assert set(PaperPledge.objects.values_list("state", flat=True)) == {"erased"}
    assert not Roster.objects.exists()
    assert list(audit.verify()) == []
    # Two of the papers were confirmed, and have a record each.
    assert LedgerEntry.objects.filter(event="record.erased").count() == 2
    assert LedgerEntry.objects.count() == before + 3
    entry = audit.trail(f"person:{pk}").get(event="person.erased")
    assert all(str(pledge.pk) in entry.leaf for pledge in past)
    assert not LedgerOpening.objects.filter(entry__subject__startswith="pledge:").exists()
    person = Person.objects.get(pk=pk)
    assert (person.name, person.employee_number) == ("—", f"erased-{pk}")
    assert not person.is_active and not person.has_usable_password() and not person.roles
    assert not EmailAddress.objects.filter(user=person).exists()
    assert not Authenticator.objects.filter(user=person).exists()
    assert {p.pk: p.status for p in Pledge.objects.exclude(person=liming)} == others


# What an erasure does with every link to a person that there is. A new link is put here, and into
# `erasure` if it is to go; what it says of the person then has to be filled above.
GONE = {
    *("Department.head", "InvitationItem.person", "Invitation.person", "Leave.delegate"),
    *(
        "ReviewClaim.officer",
        "Leave.person",
        "PhoneLink.person",
        "Post.person",
        "Proposal.person",
        "RosterRow.person",
    ),
    *("EmailAddress.user", "Authenticator.user", "Person.groups"),
}
# The row stays and names them by the key of a row that says nothing any more.
KEPT_WITHOUT_THEIR_WORDS = {
    *("Pledge.person", "PaperPledge.person", "SigningIntent.person", "Signature.person"),
    *("TaskMember.person", "NoticeClaim.person", "Reading.reader"),
}
# Who did something, by the same key: what was done stays, as in the ledger.
WHO_DID_IT = {
    *("TemplateVersion.published_by", "Pledge.assigned_by", "Pledge.reviewed_by"),
    *("Pledge.revoked_by", "Pledge.withdrawn_by", "AcceptanceBatch.officer"),
    *("CalendarDay.changed_by", "Leave.recorded_by", "Excuse.asked_by", "Excuse.settled_by"),
    *("InvitationRun.started_by", "SigningTask.created_by", "SigningTask.launched_by"),
    *("SigningTask.closed_by", "SigningTask.cancellation_asked_by", "SigningTask.cancelled_by"),
    *("PaperBatch.filed_by", "PaperPledge.filed_by", "PaperPledge.settled_by"),
    *("PaperPledge.withdrawn_by", "NoticeSwitch.changed_by", "Proposal.proposer"),
    *("Proposal.settled_by", "Roster.uploaded_by", "Roster.asked_by", "Roster.confirmed_by"),
    *("VersionStep.made_by", "VersionStep.confirmed_by"),
}
NEVER_WRITTEN = {"LogEntry.user", "Person.user_permissions"}
# Tables that hold nothing about anybody in particular, or that the site never fills.
OF_NOBODY = {
    *("CalendarDay", "NoticeSwitch", "RosterColumns", "VersionStep", "LedgerCheckpoint"),
    *("ChoreRun", "BackgroundWorker", "LogEntry", "EmailConfirmation", "sessions.Session"),
    "Commitment",  # of a pledge in force, see below
}


def _links():
    """Every column that points at a person, as `Model.column`."""
    for model in apps.get_models():
        for field in (*model._meta.fields, *model._meta.many_to_many):
            if field.related_model is Person or (model is Person and field.many_to_many):
                yield f"{model.__name__}.{field.name}", model, field


def test_what_becomes_of_every_link_to_a_person_is_said_and_of_no_other():
    found = [name for name, _model, _field in _links()]
    said = (GONE, KEPT_WITHOUT_THEIR_WORDS, WHO_DID_IT, NEVER_WRITTEN)
    assert sorted(found) == sorted(chain(*said))


def _linked(person):
    """The links that lead to `person` at present."""
    for name, model, field in _links():
        if model is Person:
            rows = getattr(person, field.name).all()
        else:
            rows = model._default_manager.filter(**{field.name: person})
        if rows.exists():
            yield name


@pytest.mark.django_db
def test_their_past_fills_every_table_and_its_links_go_or_stay_as_said(past, liming, erase, now):
    rows = {each: each._default_manager.exists() for each in apps.get_models()}
    empty = [each for each, filled in rows.items() if not filled]
    assert [each for each in empty if not {each.__name__, each._meta.label} & OF_NOBODY] == []
    assert set(_linked(liming)) >= GONE | KEPT_WITHOUT_THEIR_WORDS
    erase(liming, at=now + TEN_YEARS)
    left = set(_linked(Person.objects.get(pk=liming.pk)))
    assert left & GONE == set()
    assert left >= KEPT_WITHOUT_THEIR_WORDS
    assert not TaskMember.objects.filter(person=liming).exclude(salt="", objection="").exists()


@pytest.mark.django_db
def test_what_proves_that_all_was_in_order_stays(past, liming, erase, now):
    stays = (
        *("number", "version_id", "language", "created_at", "signed_at", "reviewed_at"),
        *("reviewed_by_id", "revoked_at", "revoked_by_id", "document_digest", "person_id"),
    )
    before = {row["pk"]: row for row in Pledge.objects.values("pk", *stays)}
    documents = list(Document.objects.values())
    erase(liming, at=now + TEN_YEARS)
    assert {row["pk"]: row for row in Pledge.objects.values("pk", *stays)} == before
    assert list(Document.objects.values()) == documents
    assert {pledge.status for pledge in Pledge.objects.of(liming)} == {PledgeState.ERASED}
    signature = Signature.objects.filter(pledge=past[0]).get()
    assert (signature.strokes, signature.assertion, signature.totp_step) == ([], {}, None)
    assert signature.consent_text and signature.method
    assert not SigningIntent.objects.exclude(signer={}, answers={}, content_digest="").exists()
    assert {reason.text for reason in ReturnReason.objects.all()} == {""}


@pytest.mark.django_db
def test_the_files_go_and_those_of_others_stay(past, liming, accepted, wangfang, erase, now):
    other = accepted("contract", person=wangfang)
    erase(liming, at=now + TEN_YEARS)
    kept = {path.name for path in stored_files() if len(path.parent.name) == 2}
    assert kept >= set(other.documents.values_list("sha256", flat=True))
    own = Document.objects.filter(pledge__person=liming).values_list("sha256", flat=True)
    assert own and not kept & set(own)
    prepared = SigningIntent.objects.filter(person=liming).values_list("document_digest", flat=True)
    assert prepared and not kept & set(prepared)
    assert all(b"E1001" not in path.read_bytes() for path in stored_files())


@pytest.mark.django_db
def test_what_was_rendered_ahead_of_a_draft_goes_at_once(draft, liming, erase, now):
    """Nobody was offered it, and no intent names it."""
    pledge = draft()
    rendering_ahead.render(str(pledge.pk), pledge.answers_revision, at=now)
    assert len(stored_files()) == 1
    assert erase(liming, at=now).files == 1
    assert not [path for path in stored_files() if len(path.parent.name) == 2]
    assert {ahead.content_digest for ahead in RenderedAhead.objects.all()} == {""}


@pytest.mark.django_db
@pytest.mark.usefixtures("judging_service")
def test_a_copy_outside_still_verifies_and_is_known_by_its_digest(revoked, liming, erase, now):
    pledge = revoked("contract")
    copy = document_store.get(pledge.documents.last().sha256)
    before = verification.judge(copy, at=now + timedelta(days=1))
    erase(liming, at=now + TEN_YEARS)
    after = verification.judge(copy, at=now + timedelta(days=1))
    assert after.verdict == before.verdict
    assert after.public_status.status == PledgeState.ERASED and after.issued == before.issued


@pytest.mark.django_db
@pytest.mark.parametrize("left", ["accepted", "signed"])
def test_what_is_in_force_or_under_review_keeps_its_person(request, liming, erase, now, left):
    pledge = request.getfixturevalue(left)()
    with pytest.raises(refusals.NotErasable) as refused:
        erase(liming, at=now + 9 * TEN_YEARS)
    assert refused.value.kept == (refusals.RetainedPledge(pledge.number, left),)
    liming.refresh_from_db()
    assert liming.name == "李明" and liming.is_active
    assert document_store.get(pledge.documents.last().sha256)


@pytest.mark.django_db
def test_the_period_counts_from_the_last_thing_that_happened(
    version, revoked, returned, liming, chenjing, erase, now
):
    templates.set_retention(version("contract").template, 2, actor=SYSTEM, at=now)
    first, second = revoked("contract"), returned()
    # 15:59 UTC is 23:59 in Shanghai, of the period's last day: its calendar decides.
    eve = now.replace(year=now.year + 10, hour=15, minute=59)
    with pytest.raises(refusals.NotErasable) as refused:
        erase(liming, at=now + timedelta(days=30))
    assert refused.value.kept == (
        refusals.RetainedPledge(first.number, "revoked", date(2028, 11, 24)),
        refusals.RetainedPledge(second.number, "returned", date(2036, 11, 24)),
    )
    with pytest.raises(refusals.NotErasable) as refused:
        erase(liming, at=eve)
    assert [each.number for each in refused.value.kept] == [second.number]
    erase(liming, at=eve + timedelta(minutes=1))


@pytest.mark.django_db
def test_drafts_wait_for_nothing(draft, liming, erase, now):
    pledge = draft("contract")
    erase(liming, at=now + timedelta(minutes=1))
    assert traces(PERSONAL) == set()
    assert Pledge.objects.get(pk=pledge.pk).status == PledgeState.ERASED
    assert verification.public_status(pledge.pk, at=now) is None  # it was never signed


@pytest.mark.django_db
def test_what_was_read_before_an_erasure_is_not_written_after_it(liming, admin, erase, now):
    """As by an administrator whose page was opened while the command ran."""
    read = Person.objects.get(pk=liming.pk)
    erase(liming, at=now)
    for write in (
        lambda by: people.save_person(read, **by),
        lambda by: passwords.set_first(read, "new password 7", **by),
        lambda by: invitations.invite(read, **by),
        lambda by: sessions.end_for(read, **by),
    ):
        with pytest.raises(access.Denied):
            write({"actor": admin, "at": now})
    assert not Person.objects.get(pk=liming.pk).has_usable_password()


@pytest.mark.django_db
def test_who_may_and_whom(liming, admin, chenjing, zhoumin, erase, now):
    for person in (chenjing, zhoumin, liming):
        with pytest.raises(access.Denied):
            erasure.erase(liming, actor=person, at=now)
    with pytest.raises(refusals.LastAdministrator):
        erase(admin, at=now)
    erase(liming, at=now, actor=admin)
    erased = Person.objects.get(pk=liming.pk)
    with pytest.raises(access.Denied):
        people.save_person(erased, actor=admin, at=now, roles=[Role.MANAGER])
    erased.name, erased.is_active = "李明", True
    with pytest.raises(IntegrityError), transaction.atomic():
        erased.save()


@pytest.mark.django_db
def test_sessions_and_failed_mails_go(liming, wangfang, erase, now):
    for person in (liming, wangfang):
        Client().force_login(person)
    erase(liming, at=now)
    owners = [session.get_decoded()["_auth_user_id"] for session in Session.objects.all()]
    assert owners == [str(wangfang.pk)]
    assert not DBTaskResult.objects.filter(args_kwargs__contains={"args": [liming.pk]}).exists()


@pytest.mark.django_db
def test_how_they_came_by_their_account_and_what_was_proposed_of_them_goes(liming, erase, now):
    newest = {"created_at": now, "expires_at": now + timedelta(hours=1)}
    Invitation.objects.create(person=liming, email=liming.email, **newest)
    roles = {"before": {"roles": []}, "after": {"roles": ["hr"]}}
    of_them = {"kind": "person", "person": liming, "proposer": liming, "proposed_at": now}
    Proposal.objects.create(**of_them, **roles)
    Person.objects.filter(pk=liming.pk).update(handover="link", must_change_password=True)
    accounts.tell("invitation", liming)
    assert EnrolledApp.objects.filter(authenticator__user=liming).exists()
    erase(liming, at=now)
    assert not Invitation.objects.exists() and not Proposal.objects.exists()
    assert not EnrolledApp.objects.filter(authenticator__user=liming).exists()
    assert not DBTaskResult.objects.filter(args_kwargs__contains={"args": [liming.pk]}).exists()
    erased = Person.objects.get(pk=liming.pk)
    assert (erased.handover, erased.must_change_password) == ("", False)


@pytest.mark.django_db
def test_what_is_kept_of_their_employment_goes(liming, wangfang, erase, now):
    _employment(liming, now)
    erase(liming, at=now)
    assert traces({POST}) == set()
    assert list(Leave.objects.values_list("person", "delegate")) == [(wangfang.pk, None)]
    assert not Department.objects.filter(head=liming).exists()
    assert not InvitationRun.objects.get().items.exists()
    erased = Person.objects.get(pk=liming.pk)
    assert (erased.entered_on, erased.left_on) == (None, None)


@pytest.mark.django_db
@pytest.mark.parametrize("active", [True, False])
def test_sessions_are_found_without_reading_anybodys(
    liming, wangfang, erase, now, monkeypatch, active
):
    for person in (liming, liming, wangfang):
        Client().force_login(person)
    Client().get("/accounts/login/")
    others = set(Session.objects.exclude(person_id=liming.pk).values_list("pk", flat=True))
    Person.objects.filter(pk=liming.pk).update(is_active=active)
    monkeypatch.setattr(SessionBase, "decode", None)
    erase(liming, at=now)
    assert set(Session.objects.values_list("pk", flat=True)) == others != set()


@pytest.mark.django_db
def test_nobody_enrols_a_passkey_in_an_erased_persons_name(liming, passkey, erase, now):
    passkey(liming)
    erase(liming, at=now)
    assert document_store.list_records(f"enrolments/{liming.pk}") == [
        f"enrolments/{liming.pk}/erased.json"
    ]
    with connection.cursor() as cursor:  # as somebody who may write everything in the database
        cursor.execute("ALTER TABLE pledges_person DROP CONSTRAINT person_erased_is_nobody")
        cursor.execute(
            "UPDATE pledges_person SET name = '李明', employee_number = 'E1001', is_active = true"
            " WHERE id = %s",
            [liming.pk],
        )
    forged = Person.objects.get(pk=liming.pk)
    forged.groups.add(Group.objects.get(name=Role.MANAGER))
    assert passkey(forged).waiting
    assert enrolment.enrolled(forged) == []


@pytest.mark.django_db
def test_files_left_by_a_crash_are_swept_or_removed_by_the_second_time(
    revoked, liming, passkey, erase, now
):
    passkey(liming)
    pledge = revoked()
    digest = pledge.documents.last().sha256
    later = timezone.now() + timedelta(days=2)
    with transaction.atomic():
        erasure.erase(liming, actor=SYSTEM, at=now + TEN_YEARS)  # and nothing after the commit
    assert document_store.exists(digest)
    entries = LedgerEntry.objects.count()
    assert sweeping.sweep(later) >= 2
    assert not document_store.exists(digest)
    assert all(b"E1001" not in path.read_bytes() for path in stored_files())
    document_store.put(b"%PDF-1.7 another")
    erase(Person.objects.get(pk=liming.pk), at=now + TEN_YEARS)
    assert LedgerEntry.objects.count() == entries


@pytest.mark.django_db(transaction=True)
def test_killed_between_the_commit_and_the_files(draft, passkey, liming):
    at = timezone.now() - timedelta(hours=1)
    passkey(liming, at=at)
    pledge = draft(at=at)
    command = [sys.executable, "manage.py", "erase_person", "--yes"]

    def run(number, fault=""):
        called = [*command, number]
        return subprocess.run(called, cwd=ROOT, env=surroundings(fault), timeout=120).returncode

    assert run("E1001", fault="erase:committed") == -9
    assert Pledge.objects.get(pk=pledge.pk).status == PledgeState.ERASED
    assert len(document_store.list_records(f"enrolments/{liming.pk}")) == 1  # still the statement
    assert run(f"erased-{liming.pk}") == 0
    assert document_store.list_records(f"enrolments/{liming.pk}") == [
        f"enrolments/{liming.pk}/erased.json"
    ]
    assert LedgerEntry.objects.filter(event="person.erased").count() == 1
    assert list(audit.verify()) == []


@pytest.mark.django_db
def test_the_command_refuses_in_words_and_asks_before_it_erases(
    revoked, liming, monkeypatch, django_capture_on_commit_callbacks
):
    pledge = revoked()

    def run(*arguments):
        out = StringIO()
        with django_capture_on_commit_callbacks(execute=True):
            call_command("erase_person", *arguments, stdout=out)
        return out.getvalue()

    with pytest.raises(CommandError, match=f"{pledge.number}.*2036"):
        run("E1001", "--yes")
    with pytest.raises(CommandError, match="E9999"):
        run("E9999", "--yes")
    monkeypatch.setattr(timezone, "now", lambda: pledge.revoked_at + TEN_YEARS)
    monkeypatch.setattr("builtins.input", lambda question: "no")
    with pytest.raises(CommandError, match="Nothing was erased"):
        run("E1001")
    assert Pledge.objects.get().signer_name == "李明"
    monkeypatch.setattr("builtins.input", lambda question: "E1001")
    assert f"person:{liming.pk}" in run("E1001")
    assert traces(PERSONAL) == set()
    assert "Erased" in run(f"erased-{liming.pk}", "--yes")


@pytest.mark.django_db
def test_a_paper_that_waits_or_counts_keeps_its_person(
    version, liming, zhoumin, chenjing, erase, now
):
    scan, by = scans.encoded(), {"actor": zhoumin, "at": now}
    paper = filing.file(
        filing.upload(scan, filing.Facts(liming, version(), scans.SIGNED_ON), **by), **by
    )
    for state in ("paper-filed", "paper-confirmed"):
        with pytest.raises(refusals.NotErasable) as refused:
            erase(liming, at=now + TEN_YEARS)
        assert refused.value.kept == (refusals.RetainedPledge(paper.short, state),)
        if state == "paper-filed":
            paper = settling.confirm(paper, actor=chenjing, at=now)
    settled = settling.withdraw(paper, actor=chenjing, at=now, reason=DOUBT)
    with pytest.raises(refusals.NotErasable) as refused:
        erase(liming, at=now + timedelta(days=300))
    assert refused.value.kept[0].until == date(2036, 11, 24)
    digest = settled.record_file.sha256
    assert document_store.exists(digest)
    assert erase(liming, at=now + TEN_YEARS).files == 1
    assert not document_store.exists(digest)
