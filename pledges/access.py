"""Every "may this actor do this to that?"; what no rule allows is denied."""

from enum import StrEnum
from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from pledges.access_rules import CONFIRMERS as CONFIRMERS
from pledges.access_rules import DECIDING as DECIDING
from pledges.access_rules import READERS, Rule
from pledges.access_rules import SYSTEM as SYSTEM
from pledges.access_rules import Actor as Actor
from pledges.access_rules import System as System
from pledges.access_rules import active as _active
from pledges.access_rules import approves_excuse as _approves_excuse
from pledges.access_rules import confirms_cancellation as _confirms_cancellation
from pledges.access_rules import decides as _decides
from pledges.access_rules import decides_on_anothers as _decides_on_anothers
from pledges.access_rules import excuses as _excuses
from pledges.access_rules import hands_over as _hands_over
from pledges.access_rules import has as _has
from pledges.access_rules import has_met as _has_met
from pledges.access_rules import manages as _manages
from pledges.access_rules import moves as _moves
from pledges.access_rules import oneself as _oneself
from pledges.access_rules import only_system as _only_system
from pledges.access_rules import own as _own
from pledges.access_rules import own_batch as _own_batch
from pledges.access_rules import own_idea as _own_idea
from pledges.access_rules import own_passkey as _own_passkey
from pledges.access_rules import own_to_withdraw as _own_to_withdraw
from pledges.access_rules import reads as _reads
from pledges.access_rules import reads_batch as _reads_batch
from pledges.access_rules import reads_proposal as _reads_proposal
from pledges.access_rules import somebody_elses as _somebody_elses
from pledges.access_rules import system_or as _system_or
from pledges.core.lifecycle import Role


class Act(StrEnum):
    """Everything that somebody may want to do, in the words of the product."""

    ENTER_ADMIN = "enter the admin"
    OPEN_PLEDGE = "open a pledge for oneself"
    ASSIGN_PLEDGE = "assign a pledge to somebody"
    FILL_PLEDGE = "fill in a pledge"
    DISCARD_DRAFT = "discard a draft that nobody asked for"
    SIGN_PLEDGE = "sign a pledge"
    WITHDRAW_OWN = "withdraw a pledge of one's own before its review"
    WITHDRAW_ANOTHERS = "withdraw somebody's pledge before its review"
    WITHDRAW_MANY = "withdraw what a task, a leaver or a version had open"
    MOVE_DRAFT = "move a draft to another version"
    READ_PLEDGE = "read a pledge"
    LIST_PLEDGES = "see the list of pledges"
    JUDGE_PLEDGE = "accept or return a pledge"
    ACCEPT_MANY = "accept many pledges in the background"
    READ_BATCHES = "see how far accepting many has come"
    REVOKE_PLEDGE = "revoke a pledge"
    EXPIRE_PLEDGE = "note that a pledge's term has passed"
    RENEW_TIMESTAMPS = "have files stamped again"
    EXPORT_PLEDGES = "export pledges"
    EXPORT_COMMITMENTS = "export what was undertaken"
    READ_TEMPLATES = "read templates"
    WRITE_TEMPLATES = "write, publish and retire templates"
    READ_PEOPLE = "see people"
    MANAGE_PEOPLE = "manage people"
    HAND_OVER = "invite somebody, or set a first password for them"
    ERASE_PERSON = "erase somebody's personal data after the retention period"
    READ_PROPOSALS = "see changes that need two people"
    ACCEPT_PROPOSAL = "accept a change that somebody else proposed"
    REJECT_PROPOSAL = "reject a proposed change, or withdraw it"
    READ_LEDGER = "read the ledger"
    READ_REPORTS = "read what people say is wrong in their records"
    KEEP_OWN_RECORD = "choose one's language, say what is wrong in one's record"
    READ_TASKS = "see signing tasks and their members"
    MAKE_TASK = "make, change and delete drafts of signing tasks"
    LAUNCH_TASK = "launch a signing task, or undo that"
    RUN_TASK = "add members to a running task, extend, remind, close"
    ADD_JOINERS = "add the people who joined to a running task"
    CANCEL_TASK = "ask for the cancellation of a signing task"
    CONFIRM_CANCELLATION = "cancel a signing task as a second officer"
    EXCUSE = "ask for an excuse of a member, or end one"
    APPROVE_EXCUSE = "approve or reject an excuse as a second officer"
    OBJECT = "say what one objects to in a signing task"
    ENROL_PASSKEY = "enrol a passkey or an authenticator app of one's own"
    CONFIRM_ENROLMENT = "confirm with what somebody signs, having met them"
    BEGIN_ORIGIN = "begin a new origin of the ledger after a loss"
    REMIND_MEMBERS = "remind members of a signing task by hand"
    READ_NOTICES = "see which emails are sent, and how they look"
    SWITCH_NOTICES = "switch a kind of email on or off"
    PRINT_SLIPS = "print the notices of members without an email address"
    READ_CALENDAR = "see the calendar of working days"
    WRITE_CALENDAR = "say which days are worked"
    PERMIT_ENROLMENT = "let somebody enrol a passkey who lost all of theirs"


class Denied(PermissionDenied):
    """The actor may not do this."""

    def __init__(self, act: Act) -> None:
        super().__init__(act.value)
        self.act = act


RULES: Final[dict[Act, Rule]] = {
    Act.ENTER_ADMIN: _has(Role.COMPLIANCE, Role.HR, Role.AUDITOR, Role.ADMINISTRATOR),
    Act.OPEN_PLEDGE: _active,
    Act.ASSIGN_PLEDGE: _system_or(_has(Role.COMPLIANCE)),
    Act.FILL_PLEDGE: _own,
    Act.DISCARD_DRAFT: _own_idea,
    Act.SIGN_PLEDGE: _own,
    Act.WITHDRAW_OWN: _own_to_withdraw,
    Act.WITHDRAW_ANOTHERS: _somebody_elses,
    Act.WITHDRAW_MANY: _system_or(_has(Role.COMPLIANCE, Role.HR, Role.ADMINISTRATOR)),
    Act.MOVE_DRAFT: _system_or(_moves),
    Act.READ_PLEDGE: _reads,
    Act.LIST_PLEDGES: _has(*READERS),
    Act.JUDGE_PLEDGE: _somebody_elses,
    Act.ACCEPT_MANY: _own_batch,
    Act.READ_BATCHES: _reads_batch,
    Act.REVOKE_PLEDGE: _somebody_elses,
    Act.EXPIRE_PLEDGE: _only_system,
    Act.RENEW_TIMESTAMPS: _only_system,
    Act.EXPORT_PLEDGES: _has(Role.HR),
    Act.EXPORT_COMMITMENTS: _has(Role.HR, Role.COMPLIANCE),
    Act.READ_TEMPLATES: _has(Role.COMPLIANCE, Role.AUDITOR),
    Act.WRITE_TEMPLATES: _system_or(_has(Role.COMPLIANCE)),
    Act.READ_PEOPLE: _has(Role.ADMINISTRATOR, Role.AUDITOR, Role.HR, Role.COMPLIANCE),
    Act.MANAGE_PEOPLE: _system_or(_manages),
    Act.HAND_OVER: _system_or(_hands_over),
    Act.ERASE_PERSON: _system_or(_has(Role.ADMINISTRATOR)),
    Act.READ_PROPOSALS: _reads_proposal,
    Act.ACCEPT_PROPOSAL: _system_or(_decides_on_anothers),
    Act.REJECT_PROPOSAL: _decides,
    Act.READ_LEDGER: _has(Role.AUDITOR),
    Act.READ_REPORTS: _has(Role.HR, Role.ADMINISTRATOR),
    Act.KEEP_OWN_RECORD: _oneself,
    Act.READ_TASKS: _has(*READERS),
    Act.MAKE_TASK: _has(Role.COMPLIANCE),
    Act.LAUNCH_TASK: _has(Role.COMPLIANCE),
    Act.RUN_TASK: _has(Role.COMPLIANCE),
    Act.ADD_JOINERS: _system_or(_has(Role.COMPLIANCE)),
    Act.CANCEL_TASK: _has(Role.COMPLIANCE),
    Act.CONFIRM_CANCELLATION: _confirms_cancellation,
    Act.EXCUSE: _excuses,
    Act.APPROVE_EXCUSE: _approves_excuse,
    Act.OBJECT: _own,
    Act.ENROL_PASSKEY: _own_passkey,
    Act.CONFIRM_ENROLMENT: _has_met,
    Act.BEGIN_ORIGIN: _only_system,
    Act.REMIND_MEMBERS: _has(Role.COMPLIANCE),
    Act.READ_NOTICES: _has(Role.COMPLIANCE, Role.HR, Role.AUDITOR, Role.ADMINISTRATOR),
    Act.SWITCH_NOTICES: _has(Role.COMPLIANCE),
    Act.PRINT_SLIPS: _has(Role.COMPLIANCE, Role.HR),
    Act.READ_CALENDAR: _has(Role.COMPLIANCE, Role.HR, Role.AUDITOR, Role.ADMINISTRATOR),
    Act.WRITE_CALENDAR: _has(Role.COMPLIANCE, Role.HR),
    Act.PERMIT_ENROLMENT: _only_system,
}


def allows(actor: Actor, act: Act, subject: object = None) -> bool:
    """Whether `actor` may do `act` to `subject`; without a rule, nobody may."""
    rule = RULES.get(act)
    if rule is None or isinstance(actor, AnonymousUser):
        return False
    return rule(actor, subject)


def require(actor: Actor, act: Act, subject: object = None) -> None:
    """Raise `Denied` unless `actor` may do `act` to `subject`."""
    if not allows(actor, act, subject):
        raise Denied(act)
