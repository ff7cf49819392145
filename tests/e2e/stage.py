"""Pledges in every state, and the list of all pages with who sees them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from pledges.access import SYSTEM
from pledges.actions import (
    answers,
    batches,
    departments,
    employment,
    enrolling,
    enrolment,
    erasure,
    invitations,
    inviting_many,
    leaving,
    noting_readings,
    person_facts,
    phones,
    preparing,
    review,
    templates,
)
from pledges.actions.enrolment import Enrolled
from pledges.actions.pending import Waiting
from pledges.actions.review import ClauseReason
from pledges.core.lifecycle import Role
from pledges.core.template.outline import Slot
from pledges.models import (
    AcceptanceBatch,
    Department,
    Excuse,
    Invitation,
    InvitationRun,
    LedgerCheckpoint,
    LedgerEntry,
    Organisation,
    Person,
    PhoneLink,
    Pledge,
    Proposal,
    SigningIntent,
    SigningTask,
    TemplateVersion,
)
from pledges.models.sessions import SessionStore
from pledges.views import help_pages
from tests import task_scenes
from tests.authenticator import Passkey
from tests.baseline import PASSWORD
from tests.e2e import company_year

UNKNOWN = "00000000-0000-4000-8000-000000000000"
NOWHERE = "/nowhere/"


@dataclass(frozen=True)
class Stage:
    """One of everything that a page can show."""

    empty: Pledge
    prepared: SigningIntent
    laid_by_passkey: SigningIntent
    laid_by_nothing: SigningIntent
    outdated: SigningIntent
    correction: Pledge
    returned: Pledge
    signed: Pledge
    accepted: Pledge
    revoked: Pledge
    erased: Pledge
    version: TemplateVersion
    next_version: TemplateVersion
    proposal: Proposal
    reset: tuple[str, str]
    begun: AcceptanceBatch
    finished: AcceptanceBatch
    stalled: AcceptanceBatch
    passkey: Authenticator
    newcomer: Waiting
    invitation: Invitation
    unmet: Waiting
    phone_link: PhoneLink
    task: SigningTask
    task_draft: SigningTask
    leaver: Person
    runs: tuple[InvitationRun, InvitationRun]


def build(signed: Callable[..., Pledge], draft: Callable[..., Pledge]) -> Stage:
    """Li Ming: a return, its correction, two drafts; Wang Fang: the rest, and all factors."""
    past, now = timezone.now() - timedelta(hours=6), timezone.now()
    names = ("liming", "wangfang", "zhaolei", "chenjing")
    liming, wangfang, zhaolei, judge = (Person.objects.get(username=name) for name in names)
    judged = {"actor": judge, "at": now}
    returned = signed(at=past, satisfaction_target="60", pledgor_type="enterprise")
    reasons = [ClauseReason("请改为不低于 90%。", _place(returned)), ClauseReason("请核对全文。")]
    correction = review.return_to_manager(returned, **judged, reasons=reasons)
    accepted = review.accept(signed("contract", person=wangfang, at=past), **judged)
    revoked = review.accept(signed("personal-code", person=wangfang, at=past), **judged)
    outdated = preparing.prepare(draft("contract", person=zhaolei, at=past), actor=zhaolei, at=past)
    unusual = signed(person=wangfang, at=past, satisfaction_target="70")
    # Li Ming, Wang Fang and the auditor see who read it; the auditor's list shows them all.
    for way in noting_readings.Way:
        noting_readings.note([returned, unusual], way, reader=judge, at=past)
    noting_readings.record_noted(now)
    RecoveryCodes.activate(wangfang)
    passkey, newcomer = _register(wangfang, now), _register(wangfang, now)
    Authenticator.objects.filter(user=zhaolei).delete()
    invited = Person.objects.create_user(
        "invited",
        email="invited@example.com",
        name="吴冬",
        employee_number="E0002",
        department=judge.department,
    )
    invited.groups.add(Group.objects.get(name=Role.MANAGER))
    administrator = Person.objects.get(username="admin")
    leaver = _employed(liming, wangfang, now)
    return Stage(
        leaver=leaver,
        runs=_runs(invited, now),
        empty=answers.open_pledge(revoked.version, actor=liming, at=now, language="zh-hans"),
        prepared=preparing.prepare(draft("contract", person=liming), actor=liming, at=now),
        outdated=outdated,
        correction=correction,
        returned=returned,
        signed=unusual,
        accepted=accepted,
        revoked=review.revoke(revoked, **judged, reason="岗位变动。"),
        laid_by_passkey=_lay(draft("personal-code", person=wangfang), now),
        laid_by_nothing=_lay(draft("personal-code", person=zhaolei), now),
        erased=_erased(signed, judge, at=past),
        version=accepted.version,
        next_version=templates.revise(accepted.version, **judged),
        begun=_batch([unusual], judge, at=now),
        finished=_settled(_batch([unusual, accepted], judge, at=past)),
        stalled=_batch([unusual, accepted], judge, at=past),
        passkey=passkey.authenticator,
        newcomer=newcomer,
        proposal=_proposed(liming, judge, at=now),
        invitation=invitations.invite(invited, actor=administrator, at=now),
        unmet=_register(invited, now),
        phone_link=_phone_link(wangfang, now),
        task=_task(accepted.version, judge, at=past),
        task_draft=task_scenes.draft(accepted.version, judge, now),
        reset=(user_pk_to_url_str(zhaolei), default_token_generator.make_token(zhaolei)),
    )


def _task(version: TemplateVersion, judge: Person, *, at: datetime) -> SigningTask:
    """One that runs, with members in every standing, an objection, and an excuse that waits."""
    company_year.keep_open()
    task_scenes.hire(16)
    task = task_scenes.running(version, judge, at)
    other = Person.objects.get(username="sunhao")
    task_scenes.scatter(task, Organisation.current().localdate(at), at, (judge, other))
    Excuse.objects.create(
        member=task.members.get(person__username="zhaolei"),
        **{"reason": "legal", "until_on": task.due_on, "asked_by": other, "asked_at": at},
    )
    return task


def _employed(person: Person, head: Person, now: datetime) -> Person:
    """Wang Fang heads the department of Li Ming, who is on leave; gives somebody who left it."""
    hr, today = Person.objects.get(username="zhoumin"), now.date()
    by = {"actor": hr, "at": now}
    person.position = "支行行长"
    person_facts.save_facts(person, since=today - timedelta(days=90), **by)
    days = {"from_on": today - timedelta(days=3), "until_on": today + timedelta(days=30)}
    employment.add_leave(person, **days, delegate=head, **by)
    department, above = person.department, Department.objects.get(name_zh="华南对公部")
    department.head, department.parent = head, above
    departments.save_department(department, **by)
    leaver = Person.objects.create_user(
        "leaver", name="孙立", employee_number="E0003", department=department
    )
    leaving.leave(leaver, last_day=today - timedelta(days=9), **by)
    return leaver


def _runs(invited: Person, now: datetime) -> tuple[InvitationRun, InvitationRun]:
    """One that no worker has begun with, and one that has ended."""
    hr = Person.objects.get(username="zhoumin")
    done = inviting_many.begin([invited], actor=hr, at=now)
    inviting_many.work(done.pk, clock=timezone.now)
    return inviting_many.begin([invited], actor=hr, at=now), done


def _erased(signed: Callable[..., Pledge], judge: Person, *, at: datetime) -> Pledge:
    """What is left of the pledge of somebody who went long ago."""
    gone = Person.objects.create_user(
        "gone", name="钱程", employee_number="E0001", department=judge.department
    )
    gone.groups.add(Group.objects.get(name=Role.MANAGER))
    gone.set_password(PASSWORD)
    gone.save()
    pledge = signed("contract", person=gone, at=at)
    judged = {"actor": judge, "at": at + timedelta(hours=1)}
    pledge = review.revoke(review.accept(pledge, **judged), **judged, reason="离职。")
    erasure.erase(gone, actor=SYSTEM, at=at + timedelta(days=4000))
    return Pledge.objects.get(pk=pledge.pk)


def _batch(pledges: list[Pledge], judge: Person, *, at: datetime) -> AcceptanceBatch:
    """A batch that no worker has begun with."""
    return batches.begin(pledges, actor=judge, at=at)


def _settled(batch: AcceptanceBatch) -> AcceptanceBatch:
    batches.work(batch.pk, clock=timezone.now)
    return batch


def _proposed(person: Person, judge: Person, *, at: datetime) -> Proposal:
    """A role that waits for its second person."""
    before = {"roles": ["manager"], "is_active": True}
    return Proposal.objects.create(
        kind=Proposal.Kind.PERSON,
        person=person,
        before=before,
        after={**before, "roles": ["hr", "manager"]},
        proposer=judge,
        proposed_at=at,
    )


def _register(person: Person, at: datetime) -> Enrolled | Waiting:
    """A passkey in software; the browser of these tests will not be able to use it."""
    party = enrolment.party()
    made = Passkey(rp_id=party.id, origin=party.origin)
    return enrolling.register(made.register(), name="手机", actor=person, at=at)


def _phone_link(person: Person, at: datetime) -> PhoneLink:
    """A QR code on the screen of a session that goes on."""
    session = SessionStore()
    session["_auth_user_id"] = str(person.pk)
    session.create()
    return phones.invite(actor=person, session_key=session.session_key, at=at)


def _lay(pledge: Pledge, at: datetime) -> SigningIntent:
    return preparing.prepare(pledge, actor=pledge.person, at=at)


def _place(pledge: Pledge) -> str:
    """The clause with the client-satisfaction target."""
    target = Slot("satisfaction_target")
    walk = pledge.version.outline("zh-hans").walk()
    return next(clause.key for _depth, clause in walk if target in clause.runs)


def pages(stage: Stage) -> dict[str, list[str]]:
    """Every page with everything that it can show, by the person who sees it; "" is nobody."""
    department = Department.objects.order_by("pk").first()
    person = stage.returned.person
    entry = LedgerEntry.objects.order_by("-sequence").first()
    queue, records = admin_path("pledge_changelist"), admin_path("pledge_changelist") + "?state=all"
    versions, people = admin_path("templateversion_changelist"), admin_path("person_changelist")
    judged = (stage.signed, stage.accepted, stage.returned, stage.revoked, stage.erased)
    return {
        "": [
            *map(reverse, ENTRANCE),
            reverse("account_confirm_email", args=["key"]),
            reverse("account_reset_password_from_key", args=stage.reset),
            reverse("account_reset_password_from_key", args=["1", "outworn"]),
            reverse("account_invitation", args=[stage.invitation.pk, stage.invitation.key()]),
            reverse("account_invitation", args=[stage.invitation.pk, "another"]),
            reverse("phone", args=[stage.phone_link.pk, stage.phone_link.key()]),
            reverse("phone", args=[stage.phone_link.pk, "another"]),
            *(reverse("verify", args=[each.pk]) for each in judged),
            reverse("verify", args=[UNKNOWN]),
            reverse("verify_file"),
            *map(reverse, HELP),
            NOWHERE,
        ],
        "liming": [
            "/",
            *(pledge_path(each) for each in (stage.empty, stage.correction, stage.returned)),
            pledge_path(stage.empty) + "?check=1",
            pledge_path(stage.correction) + "?unchanged=1",
            reverse("pledge_discard", args=[stage.empty.pk]),
            sign_path(stage.prepared),
            *map(reverse, ACCOUNT),
            "/admin/",
            NOWHERE,
        ],
        "wangfang": [
            *("/", reverse("my_people"), reverse("my_people") + "?show=to-sign"),
            reverse("task", args=[stage.task.pk]),
            *(pledge_path(each) for each in (stage.signed, stage.accepted, stage.revoked)),
            reverse("pledge_withdraw", args=[stage.signed.pk]),
            sign_path(stage.laid_by_passkey),
            reverse("pledge_last_time", args=[stage.laid_by_passkey.pledge_id]),
            *map(reverse, TWO_FACTORS),
            *(
                reverse(name, args=[stage.passkey.pk])
                for name in ("mfa_edit_webauthn", "mfa_remove_webauthn")
            ),
            reverse("mfa_confirm_passkey", args=[stage.newcomer.digest]),
        ],
        "zhaolei": [
            reverse("task_objection", args=[stage.task.pk]),
            reverse("task", args=[UNKNOWN]),
            *(sign_path(stage.outdated), sign_path(stage.laid_by_nothing)),
            *map(reverse, ("mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_set_up")),
            reverse("account_overview"),
        ],
        "chenjing": [
            *("/admin/", queue, records, records + "&q=nobody"),
            *(admin_path("pledge_change", each.pk) for each in (stage.empty, *judged)),
            admin_path("pledge_accept", stage.signed.pk),
            admin_path("pledge_return", stage.signed.pk),
            admin_path("pledge_revoke", stage.accepted.pk),
            *(admin_path("pledge_withdraw", each.pk) for each in (stage.signed, stage.empty)),
            admin_path("acceptancebatch_changelist"),
            *(
                admin_path("acceptancebatch_change", each.pk)
                for each in (stage.begun, stage.finished, stage.stalled)
            ),
            *(people, admin_path("person_change", person.pk), versions),
            admin_path("person_add_to_task", person.pk),
            admin_path("person_change", stage.invitation.person_id),
            admin_path("person_vouch", stage.invitation.person_id, stage.unmet.digest),
            admin_path("templateversion_change", stage.version.pk),
            admin_path("templateversion_retire", stage.version.pk),
            admin_path("templateversion_change", stage.next_version.pk),
            admin_path("templateversion_edit", stage.next_version.pk),
            admin_path("templateversion_publish", stage.next_version.pk),
            *_of_tasks(stage),
            admin_path("templateversion_discard", stage.next_version.pk),
        ],
        "zhoumin": [
            *("/admin/", records, admin_path("pledge_change", stage.accepted.pk)),
            *(people, people + "?duties=late", admin_path("person_change", person.pk)),
            *(admin_path(f"person_{page}", person.pk) for page in ("absence", "leaving")),
            admin_path("person_change", stage.leaver.pk),
            admin_path("person_return", stage.leaver.pk),
            *(admin_path("department_changelist"), admin_path("department_change", department.pk)),
            admin_path("invitationrun_changelist"),
            *(admin_path("invitationrun_change", run.pk) for run in stage.runs),
        ],
        "wuying": [
            *("/admin/", records, admin_path("pledge_change", stage.returned.pk)),
            *(versions, admin_path("templateversion_change", stage.version.pk)),
            admin_path("acceptancebatch_changelist"),
            admin_path("acceptancebatch_change", stage.stalled.pk),
            *(admin_path("ledgerentry_changelist"), admin_path("ledgerentry_change", entry.pk)),
            *(admin_path("ledgercheckpoint_changelist"), admin_path("reading_changelist")),
            admin_path("ledgercheckpoint_change", LedgerCheckpoint.objects.latest("size").pk),
        ],
        "admin": [
            *("/admin/", people, admin_path("person_add"), admin_path("person_change", person.pk)),
            admin_path("person_change", stage.invitation.person_id),
            admin_path("person_set_password", stage.invitation.person_id),
            *(admin_path("department_changelist"), admin_path("department_add")),
            admin_path("department_change", department.pk),
            admin_path("organisation_change", 1),
            *(admin_path("proposal_changelist"), admin_path("proposal_change", stage.proposal.pk)),
            reverse("account_reauthenticate"),
        ],
    }


def _of_tasks(stage: Stage) -> list[str]:
    """The pages of tasks as compliance sees them."""
    task, draft = stage.task.pk, stage.task_draft.pk
    member = stage.task.members.exclude(objected_at=None).get().pk
    acts = ("members", "remind", "extend", "add_members", "cancel", "close")
    return [
        admin_path("signingtask_changelist"),
        admin_path("signingtask_excuses"),
        admin_path("signingtask_add"),
        *(admin_path(f"signingtask_{page}", draft) for page in ("edit", "discard", "people")),
        *(admin_path("signingtask_change", each) for each in (task, draft)),
        *(admin_path(f"signingtask_{page}", task) for page in acts),
        *(admin_path(f"signingtask_{page}", task, member) for page in ("member", "excuse")),
    ]


ENTRANCE = (
    *("account_login", "account_signup", "account_inactive", "account_email_verification_sent"),
    *("account_reset_password", "account_reset_password_done"),
    "account_reset_password_from_key_done",
)
ACCOUNT = (
    *("account_change_password", "account_logout", "account_sessions", "account_email"),
    *("mfa_index", "account_overview", "account_report"),
)
HELP = ("help", *map(help_pages.address, help_pages.TITLES))
TWO_FACTORS = (
    *(
        "mfa_index",
        "account_overview",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_reauthenticate",
    ),
    *("mfa_generate_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn"),
    *("mfa_reauthenticate_webauthn", "mfa_add_phone"),
)


def pledge_path(pledge: Pledge) -> str:
    return reverse("pledge", args=[pledge.pk])


def sign_path(intent: SigningIntent) -> str:
    return reverse("pledge_sign", args=[intent.pledge_id, intent.pk])


def admin_path(name: str, *arguments: object) -> str:
    return reverse(f"admin:pledges_{name}", args=arguments)
