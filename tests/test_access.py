"""Every address × every role × GET and POST: the expected status of each, and none unlisted."""

import contextlib
import uuid
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.http import SimpleCookie
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from pledges import access, audit
from pledges.access import SYSTEM, Act
from pledges.actions import batches, preparing
from pledges.actions.papers import filing
from pledges.actions.rosters import uploading
from pledges.core.lifecycle import Role
from pledges.core.rosters.people import Reach
from pledges.models import (
    CalendarDay,
    Department,
    Excuse,
    InvitationRun,
    Leave,
    PaperBatch,
    Person,
    Proposal,
)
from tests import scans, task_scenes
from tests.fresh import prove

pytestmark = pytest.mark.django_db

# The columns: nobody, the pledge's manager, another manager, compliance, HR, auditor,
# administrator.
ACTORS = ("", "liming", "wangfang", "chenjing", "zhoumin", "wuying", "admin")

# 2 answered, 3 sent elsewhere (nobody: to sign in), 4 not found, 0 forbidden, 5 method refused,
# b and u: what was posted, here nothing, is refused as a bad request or as an incomplete form.
TABLE = """
name                                     GET     POST
account_change_password                  3222222 3222222
account_confirm_email                    2222222 4444444
account_confirm_login_code               3333333 3333333
account_email                            3222222 3555555
account_email_verification_sent          2222222 5555555
account_inactive                         2222222 5555555
account_invitation                       4444444 4444444
account_login                            2333333 2333333
account_language                         3333333 3333333
account_logout                           3222222 3333333
account_overview                         3222222 3555555
account_reauthenticate                   3332222 3332222
account_report                           3222222 3uuuuuu
account_reset_password                   2222222 2222222
account_reset_password_done              2222222 5555555
account_reset_password_from_key          2222222 2222222
account_reset_password_from_key_done     2222222 5555555
account_session_end                      3333333 3333333
account_sessions                         3222222 3333333
account_set_password                     3333333 3333333
account_signup                           2333333 2333333
admin:app_list                           3003333 3003333
admin:autocomplete                       3000000 3005555
admin:index                              3002222 3002222
admin:jsi18n                             3002222 3005555
admin:login                              3333333 3333333
admin:logout                             3003333 3003333
admin:password_change                    3003333 3003333
admin:password_change_done               3003333 3003333
admin:pledges_acceptancebatch_change     3002020 3005555
admin:pledges_acceptancebatch_changelist 3002020 3002020
admin:pledges_acceptancebatch_go_on      3005555 3003000
admin:pledges_acceptancebatch_progress   3002020 3005555
admin:pledges_calendarday_add            3002200 3002200
admin:pledges_calendarday_change         3002222 3003300
admin:pledges_calendarday_changelist     3002222 3002222
admin:pledges_department_add             3000202 3000202
admin:pledges_department_change          3002222 3000202
admin:pledges_department_changelist      3002222 3002222
admin:pledges_invitationrun_change       3000202 3005555
admin:pledges_invitationrun_changelist   3000202 3000202
admin:pledges_invitationrun_progress     3000202 3005555
admin:pledges_ledgercheckpoint_change    3000020 3000000
admin:pledges_ledgercheckpoint_changelist 3000020 3000020
admin:pledges_ledgerentry_change         3000020 3000000
admin:pledges_ledgerentry_changelist     3000020 3000020
admin:pledges_ledgerentry_check          3005555 3000030
admin:pledges_noticeswitch_changelist    3002222 3002222
admin:pledges_noticeswitch_mail          3002222 3005555
admin:pledges_noticeswitch_preview       3002222 3005555
admin:pledges_noticeswitch_slips         3004400 3004400
admin:pledges_noticeswitch_switch        3005555 3003000
admin:pledges_organisation_change        3000002 3000002
admin:pledges_organisation_changelist    3000003 3000003
admin:pledges_paperbatch_change          3000200 3005555
admin:pledges_paperbatch_changelist      3000200 3000200
admin:pledges_paperbatch_discard         3005555 3000300
admin:pledges_paperbatch_file            3005555 3000300
admin:pledges_paperbatch_progress        3000200 3005555
admin:pledges_paperbatch_template        3000200 3005555
admin:pledges_paperbatch_upload          3000200 3000200
admin:pledges_paperpledge_change         3002224 3005555
admin:pledges_paperpledge_changelist     3002220 3002220
admin:pledges_paperpledge_confirm        3005555 3003004
admin:pledges_paperpledge_correct        3000304 3000304
admin:pledges_paperpledge_discard        3005555 3000304
admin:pledges_paperpledge_export         3005555 3000200
admin:pledges_paperpledge_file           3005555 3000304
admin:pledges_paperpledge_reject         3002004 3002004
admin:pledges_paperpledge_upload         3000200 3000200
admin:pledges_paperpledge_withdraw       3000204 3000204
admin:pledges_person_absence             3000202 3000202
admin:pledges_person_add                 3000002 3000002
admin:pledges_person_add_to_task         3002000 3002000
admin:pledges_person_change              3002222 3000202
admin:pledges_person_changelist          3002222 3002222
admin:pledges_person_download            3005555 3000300
admin:pledges_person_end_absence         3005555 3000303
admin:pledges_person_end_sessions        3005555 3000003
admin:pledges_person_invite              3005555 3000303
admin:pledges_person_leaving             3000202 3000202
admin:pledges_person_many                3000303 3000202
admin:pledges_person_return              3000202 3000202
admin:pledges_person_set_password        3000002 3000002
admin:pledges_person_staying             3005555 3000303
admin:pledges_person_uninvited           3000303 3000202
admin:pledges_person_vouch               3003303 3003303
admin:pledges_person_withdraw_invitation 3005555 3000303
admin:pledges_pledge_accept              3003404 3003404
admin:pledges_pledge_change              3002424 3005555
admin:pledges_pledge_changelist          3002220 3002220
admin:pledges_pledge_claim              3003404 3002404
admin:pledges_pledge_commitments         3005555 3003300
admin:pledges_pledge_export              3005555 3000300
admin:pledges_pledge_return              3003404 3003404
admin:pledges_pledge_revoke              3003404 3003404
admin:pledges_pledge_withdraw            3002404 3002404
admin:pledges_proposal_accept            3005555 3004003
admin:pledges_proposal_change            3004022 3005555
admin:pledges_proposal_changelist        3002022 3002022
admin:pledges_proposal_reject            3005555 3004003
admin:pledges_reading_changelist         3000020 3000020
admin:pledges_roster_add                 3000202 3000202
admin:pledges_roster_again               3005555 3000303
admin:pledges_roster_change              3000222 3000555
admin:pledges_roster_changelist          3000222 3000222
admin:pledges_roster_columns             3000202 3000202
admin:pledges_roster_confirm             3005555 3000303
admin:pledges_roster_discard             3005555 3000303
admin:pledges_roster_leave_out           3005555 3000303
admin:pledges_roster_mend                3005555 3000303
admin:pledges_roster_progress            3000222 3005555
admin:pledges_roster_second              3005555 3000303
admin:pledges_roster_take_in             3005555 3000303
admin:pledges_roster_template            3000202 3005555
admin:pledges_signingtask_add            3002000 300u000
admin:pledges_signingtask_add_members    3002000 300u000
admin:pledges_signingtask_cancel         3002000 300u000
admin:pledges_signingtask_change         3002220 3005555
admin:pledges_signingtask_changelist     3002220 3002220
admin:pledges_signingtask_close          3002000 3003000
admin:pledges_signingtask_copy           3005555 3003000
admin:pledges_signingtask_discard        3003000 3003000
admin:pledges_signingtask_edit           3003000 3003000
admin:pledges_signingtask_end_excuse     3005555 3003000
admin:pledges_signingtask_excuse         3002000 300u000
admin:pledges_signingtask_excuses        3002220 3005555
admin:pledges_signingtask_extend         3002000 300u000
admin:pledges_signingtask_launch         3005555 3003000
admin:pledges_signingtask_member         3002220 3005555
admin:pledges_signingtask_members        3002220 3005555
admin:pledges_signingtask_members_export 3005555 3002220
admin:pledges_signingtask_people         3003330 3005555
admin:pledges_signingtask_people_export  3005555 3003330
admin:pledges_signingtask_progress       3002220 3005555
admin:pledges_signingtask_remind         3002000 3003000
admin:pledges_signingtask_report         3004440 3005555
admin:pledges_signingtask_settle_excuse  3005555 3003000
admin:pledges_signingtask_undo           3005555 3003000
admin:pledges_templateversion_change     3002020 3005555
admin:pledges_templateversion_changelist 3002020 3002020
admin:pledges_templateversion_discard    3003000 3003000
admin:pledges_templateversion_edit       3003000 3003000
admin:pledges_templateversion_publish    3003000 3003000
admin:pledges_templateversion_retention  3003000 3003000
admin:pledges_templateversion_retire     3002000 3003000
admin:pledges_templateversion_revise     3003000 3003000
admin:view_on_site                       3004444 3004444
change_password                          3333333 5555555
healthz                                  2222222 5555555
help                                     2222222 5555555
help_afterwards                          2222222 5555555
help_checking                            2222222 5555555
help_lost                                2222222 5555555
help_passkeys                            2222222 5555555
help_signing                             2222222 5555555
language                                 5555555 3333333
mfa_activate_totp                        3332222 3332222
mfa_add_phone                            3222222 3uuuuuu
mfa_add_webauthn                         3222222 3222222
mfa_ask_for_app                          3333333 3333333
mfa_authenticate                         3333333 3333333
mfa_confirm_passkey                      3333333 3333333
mfa_deactivate_totp                      3224444 3334444
mfa_discard_passkey                      3333333 3333333
mfa_download_recovery_codes              3444444 3444444
mfa_edit_webauthn                        3444444 3444444
mfa_generate_recovery_codes              3222222 3332222
mfa_index                                3222222 3555555
mfa_list_webauthn                        3222222 3555555
mfa_phone                                3333333 3555555
mfa_reauthenticate                       3223333 3223333
mfa_reauthenticate_webauthn              3333333 3333333
mfa_remove_webauthn                      3444444 3444444
mfa_set_up                               3332222 333uuuu
mfa_view_recovery_codes                  3444444 3555555
my_people                                3424444 3555555
my_pledges                               3222222 3555555
paper                                    3244444 3555555
paper_page                               3242224 3555555
paper_record                             3444444 3555555
phone                                    4444444 4444444
pledge                                   3244444 3b44444
pledge_discard                           3244444 3344444
pledge_document                          3444444 3555555
pledge_page                              3444444 3555555
pledge_last_time                         3444444 3444444
pledge_prepare                           3344444 3344444
pledge_printout                          3444444 3555555
pledge_proof                             3444444 3555555
pledge_reading_copy                      3244444 3555555
pledge_save                              3555555 3b44444
pledge_sign                              3244444 3u44444
pledge_sign_page                         3244444 3555555
pledge_start                             3333333 3333333
pledge_withdraw                          3344444 3344444
robots_txt                               2222222 5555555
security_txt                             4444444 5555555
task                                     3244444 3555555
task_objection                           3244444 3u44444
task_open                                3344444 3344444
task_receipt                             3344444 3555555
task_receipt_sheet                       3344444 3555555
verify                                   4444444 5555555
verify_file                              2222222 uuuuuuu
verify_paper                             4444444 5555555
verify_printout                          3333333 uuuuuuu
verify_company_roots                     4444444 5555555
verify_root                              2222222 5555555
verify_tsa_roots                         4444444 5555555
"""


@dataclass(frozen=True)
class Row:
    name: str
    get: str
    post: str


def rows() -> list[Row]:
    lines = [line for line in TABLE.strip().splitlines()[1:] if line.strip()]
    return [Row(*line.split()) for line in lines]


def names(resolver=None, prefix="") -> set[str]:
    """Every address of the site, by name; those without one by their pattern."""
    found = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            space = f"{pattern.namespace}:" if pattern.namespace else prefix
            found |= names(pattern, space)
        else:
            found.add(prefix + (pattern.name or str(pattern.pattern)))
    return found


# Addresses that only send on to the page named after them, or to the sign-in.
UNNAMED = {f"admin:{pattern}" for pattern in ("<path:object_id>/", "(?P<url>.*)$")}
CODES = {200: "2", 302: "3", 303: "3", 404: "4", 403: "0", 405: "5", 400: "b", 422: "u"}


@pytest.fixture
def addresses(draft, version, liming, wangfang, chenjing, zhoumin, now):
    """Gives the address of each name, for one draft of Li Ming's, prepared for his signing."""
    pledge = draft()
    intent = preparing.prepare(pledge, actor=liming, at=now)
    batch = batches.begin([pledge], actor=chenjing, at=now)
    arguments = {
        "pledge_start": ["contract"],
        "account_session_end": ["0" * 64],
        "account_confirm_email": ["key"],
        "account_invitation": [uuid.uuid4(), "key"],
        "mfa_confirm_passkey": ["0" * 64],
        "mfa_discard_passkey": ["0" * 64],
        "mfa_phone": [uuid.uuid4()],
        "phone": [uuid.uuid4(), "key"],
        "mfa_edit_webauthn": [1],
        "mfa_remove_webauthn": [1],
        "account_reset_password_from_key": ["1", "key"],
        "pledge_sign": [pledge.pk, intent.pk],
        "pledge_reading_copy": [pledge.pk, intent.pk],
        "pledge_sign_page": [pledge.pk, intent.pk, 1],
        "pledge_page": [pledge.pk, "0" * 64, 1],
        "admin:view_on_site": [1, 1],
        "admin:app_list": ["pledges"],
        "admin:pledges_person_change": [liming.pk],
        "admin:pledges_person_vouch": [liming.pk, "0" * 64],
        "admin:pledges_department_change": [liming.department_id],
        "admin:pledges_organisation_change": [1],
        "admin:pledges_ledgerentry_change": [1],
        "admin:pledges_ledgercheckpoint_change": [audit.checkpoint(now).pk],
    }
    for page in ("preview", "mail", "switch"):
        arguments[f"admin:pledges_noticeswitch_{page}"] = ["task_first"]
    arguments["admin:pledges_noticeswitch_slips"] = [uuid.uuid4()]
    CalendarDay.objects.create(date=now.date(), working=True, source="published")
    arguments["admin:pledges_calendarday_change"] = [now.date()]
    change = {"roles": ["manager"], "is_active": True}
    proposal = Proposal.objects.create(
        kind="person", person=liming, before=change, after=change, proposer=liming, proposed_at=now
    )
    for page in ("change", "accept", "reject"):
        arguments[f"admin:pledges_proposal_{page}"] = [proposal.pk]
    of_person = ("invite", "withdraw_invitation", "set_password", "end_sessions", "absence")
    for page in (*of_person, "leaving", "staying", "return", "download", "add_to_task"):
        arguments[f"admin:pledges_person_{page}"] = [liming.pk]
    Department.objects.filter(pk=wangfang.department_id).update(head=wangfang)
    days = {"from_on": now.date(), "until_on": now.date(), "recorded_at": now}
    leave = Leave.objects.create(person=liming, **days)
    arguments["admin:pledges_person_end_absence"] = [liming.pk, leave.pk]
    for page in ("many", "uninvited"):
        arguments[f"admin:pledges_person_{page}"] = ["invite"]
    run = InvitationRun.objects.create(started_by=liming, created_at=now, worked_at=now)
    for page in ("change", "progress"):
        arguments[f"admin:pledges_invitationrun_{page}"] = [run.pk]
    for page in ("edit", "publish", "retention", "retire", "revise", "change", "discard"):
        arguments[f"admin:pledges_templateversion_{page}"] = [version("contract").pk]
    for page in ("change", "progress", "go_on"):
        arguments[f"admin:pledges_acceptancebatch_{page}"] = [batch.pk]
    roster = uploading.upload(
        "工号,姓名,部门\nE1001,李明,合规部\n".encode(),
        name="a.csv",
        reach=Reach.ADDITIONS,
        actor=zhoumin,
        at=now,
    )
    steps = ("mend", "leave_out", "take_in", "confirm", "second", "again", "discard")
    for page in ("change", "columns", "progress", *steps):
        arguments[f"admin:pledges_roster_{page}"] = [roster.pk]
    facts = filing.Facts(liming, version(), scans.SIGNED_ON)
    by = {"actor": zhoumin, "at": now}
    paper = filing.file(filing.upload(scans.encoded(), facts, **by), **by)
    papers = PaperBatch.objects.create(filed_by=zhoumin, created_at=now, worked_at=now)
    for page in ("change", "file", "correct", "discard", "confirm", "reject", "withdraw"):
        arguments[f"admin:pledges_paperpledge_{page}"] = [paper.pk]
    for page in ("change", "progress", "file", "discard"):
        arguments[f"admin:pledges_paperbatch_{page}"] = [papers.pk]
    arguments |= {"paper": [paper.pk], "paper_page": [paper.pk, 1], "paper_record": [paper.pk]}
    arguments["verify_paper"] = [paper.pk]
    for page in ("accept", "return", "revoke", "withdraw", "change", "claim"):
        arguments[f"admin:pledges_pledge_{page}"] = [pledge.pk]
    arguments |= task_addresses(version("contract"), liming, at=now)
    of_pledge = ("save", "prepare", "document", "printout", "proof", "discard", "withdraw")
    of_pledge = (*of_pledge, "last_time")
    for name in ("pledge", "verify", *(f"pledge_{each}" for each in of_pledge)):
        arguments[name] = [pledge.pk]
    return lambda name: reverse(name, args=arguments.get(name, []))


OF_TASKS = (
    *("change", "edit", "discard", "copy", "people", "people_export", "launch", "undo"),
    *("progress", "members", "members_export", "remind", "extend", "add_members", "cancel"),
    *("close", "report"),
)


def task_addresses(version, member, *, at) -> dict[str, list]:
    """Of a task that runs for one member, with an excuse that waits for a second officer."""
    officers = [Person.objects.get(username=name) for name in ("chenjing", "sunhao")]
    rule = {"include": [{"kind": "numbers", "values": [member.employee_number]}]}
    task = task_scenes.running(version, officers[0], at, audience=rule)
    row = task.members.get()
    excuse = Excuse.objects.create(
        member=row, reason="legal", until_on=task.due_on, asked_by=officers[1], asked_at=at
    )
    prefix = "admin:pledges_signingtask_"
    return {
        **{f"{prefix}{page}": [task.pk] for page in OF_TASKS},
        **{f"{prefix}{page}": [task.pk, row.pk] for page in ("member", "excuse", "end_excuse")},
        **{name: [task.pk] for name in ("task", "task_open", "task_objection")},
        **{name: [task.pk] for name in ("task_receipt", "task_receipt_sheet")},
        f"{prefix}settle_excuse": [excuse.pk],
    }


def test_no_address_is_unlisted():
    assert names() - UNNAMED == {row.name for row in rows()}


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_go_where(client, addresses, method):
    cookies = {actor: _signed_in(actor) for actor in ACTORS}
    answered = {}
    for row in rows():
        codes = ""
        for actor in ACTORS:
            client.cookies = SimpleCookie(cookies[actor])
            # What one actor's request does must not change what the next one finds.
            with contextlib.suppress(_Undo), transaction.atomic():
                codes += CODES[getattr(client, method)(addresses(row.name)).status_code]
                raise _Undo
        answered[row.name] = codes
    assert answered == {row.name: getattr(row, method) for row in rows()}


def _signed_in(actor: str, *, seconds_ago: int = 0) -> dict[str, str]:
    """The cookies of somebody who proved who they are so long ago; nobody has none."""
    client = Client()
    if actor:
        person = Person.objects.get(username=actor)
        client.force_login(person)
        prove(client, person, seconds_ago=seconds_ago)
    return {name: each.value for name, each in client.cookies.items()}


class _Undo(Exception):
    pass


# What binds nobody may be posted at any time; all else in the admin asks who it is, when that was
# last proved more than ten minutes ago.
FREE = {
    "admin:pledges_pledge_claim",
    *("admin:login", "admin:logout", "admin:pledges_ledgerentry_check"),
    *("admin:pledges_acceptancebatch_go_on", "admin:pledges_templateversion_edit"),
    "admin:pledges_templateversion_revise",
    *("admin:pledges_signingtask_add", "admin:pledges_signingtask_edit"),
    *("admin:pledges_signingtask_discard", "admin:pledges_signingtask_copy"),
    *("admin:pledges_roster_add", "admin:pledges_roster_columns", "admin:pledges_roster_mend"),
    *("admin:pledges_roster_leave_out", "admin:pledges_roster_take_in"),
    *("admin:pledges_roster_again", "admin:pledges_roster_discard"),
    *("admin:pledges_paperpledge_upload", "admin:pledges_paperpledge_discard"),
    *("admin:pledges_paperbatch_upload", "admin:pledges_paperbatch_discard"),
    "admin:pledges_paperpledge_correct",
}


def test_whatever_the_admin_lets_somebody_do_asks_who_it_is(client, addresses):
    asked, open_to_all = set(), set()
    for place, actor in enumerate(ACTORS):
        if actor in ("", "liming", "wangfang"):
            continue
        cookies = _signed_in(actor, seconds_ago=601)
        for row in rows():
            if not row.name.startswith("admin:") or row.post[place] not in "23u":
                continue
            client.cookies = SimpleCookie(cookies)
            with contextlib.suppress(_Undo), transaction.atomic():
                answer = client.post(addresses(row.name))
                asks = "admin/confirm_identity.html" in [each.name for each in answer.templates]
                (asked if asks else open_to_all).add(row.name)
                raise _Undo
    assert open_to_all == FREE
    assert len(asked) > 20


# All that staff reach who have yet to enrol a second factor, where the setting asks for one.
WHILE_ENROLLING = {
    *("mfa_index", "mfa_add_webauthn", "mfa_list_webauthn", "mfa_activate_totp"),
    *("mfa_confirm_passkey", "mfa_discard_passkey"),
    *("account_reauthenticate", "account_change_password", "account_set_password"),
    *("account_logout", "language", "healthz"),
    *("help", "help_passkeys", "help_signing", "help_afterwards", "help_checking", "help_lost"),
}


@pytest.mark.parametrize("actor", ACTORS[3:])
def test_staff_without_a_second_factor_reach_nothing_but_where_they_enrol_one(
    client, django_user_model, addresses, settings, actor
):
    settings.STAFF_SECOND_FACTOR = True
    client.force_login(django_user_model.objects.get(username=actor))
    cookies, reached = client.cookies.copy(), set()
    for row in rows():
        for method in ("get", "post"):
            client.cookies = cookies.copy()
            with contextlib.suppress(_Undo), transaction.atomic():
                answer = getattr(client, method)(addresses(row.name))
                if answer.status_code != 302 or answer["Location"] != reverse("mfa_index"):
                    reached.add(row.name)
                raise _Undo
    assert reached - WHILE_ENROLLING == set()
    # A passkey that does not wait leads to the list of those that do.
    assert WHILE_ENROLLING - reached == set()


@pytest.mark.parametrize("role", list(Role))
def test_the_index_of_the_admin_is_for_those_with_a_desk(client, role, django_user_model):
    person = django_user_model.objects.filter(groups__name=role).first()
    client.force_login(person)
    expected = 403 if role is Role.MANAGER else 200
    assert client.get("/admin/").status_code == expected


def test_what_has_no_rule_is_denied(liming):
    assert not access.allows(liming, "anything at all")
    with pytest.raises(access.Denied):
        access.require(liming, Act.READ_LEDGER)


def test_the_system_reads_and_signs_nothing(draft):
    pledge = draft()
    for act in (Act.SIGN_PLEDGE, Act.READ_PLEDGE, Act.JUDGE_PLEDGE, Act.EXPORT_PLEDGES):
        assert not access.allows(SYSTEM, act, pledge)


def test_nobody_but_the_system_ends_a_term(signed, liming, chenjing, zhoumin, wuying, admin):
    pledge = signed()
    assert access.allows(SYSTEM, Act.EXPIRE_PLEDGE, pledge)
    for person in (liming, chenjing, zhoumin, wuying, admin):
        assert not access.allows(person, Act.EXPIRE_PLEDGE, pledge)


def test_a_deactivated_person_may_nothing(chenjing, signed):
    pledge = signed()
    chenjing.is_active = False
    assert not any(access.allows(chenjing, act, pledge) for act in Act)


def test_an_unknown_pledge_and_anothers_look_the_same(client, draft, wangfang):
    pledge = draft()
    client.force_login(wangfang)
    theirs = client.get(reverse("pledge", args=[pledge.pk]))
    unknown = client.get(reverse("pledge", args=[uuid.uuid4()]))
    assert theirs.status_code == unknown.status_code == 404
    assert [used.name for used in theirs.templates] == [used.name for used in unknown.templates]
    assert "李明" not in theirs.content.decode()
