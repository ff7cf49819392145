"""Every "may this actor do this to that?"; what no rule allows is denied."""

from enum import StrEnum
from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from pledges.access import paper_rules, people_rules, rules
from pledges.core.lifecycle import Role
from pledges.models import Person

# What rules are made of, and others ask for by these names.
System, SYSTEM = rules.System, rules.SYSTEM
Actor = rules.Actor
CONFIRMERS, DECIDING, IMPORTERS = people_rules.CONFIRMERS, rules.DECIDING, rules.IMPORTERS


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
    FILE_PAPER = "file what was signed on paper"
    CONFIRM_PAPER = "confirm or reject a paper pledge that somebody else filed"
    WITHDRAW_PAPER = "withdraw a paper pledge"
    READ_PAPER = "read a paper pledge"
    LIST_PAPERS = "see the list of paper pledges"
    EXPORT_PAPERS = "export the list of paper pledges"
    READ_TEMPLATES = "read templates"
    WRITE_TEMPLATES = "write, publish and retire templates"
    READ_PEOPLE = "see people"
    MANAGE_PEOPLE = "manage people"
    IMPORT_PEOPLE = "upload, mend and apply a list of people"
    CONFIRM_ROSTER = "confirm a list of people by which many would leave"
    READ_ROSTERS = "see lists of people and what they would change"
    EDIT_PERSON_FACTS = "edit facts of people and departments"
    MANAGE_EMPLOYMENT = "note that somebody leaves or comes back, edit who they are"
    INVITE = "invite somebody"
    READ_OWN_PEOPLE = "see how far the people of a department that one heads are"
    HAND_OVER = "set a first password for somebody"
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


RULES: Final[dict[Act, rules.Rule]] = {
    Act.ENTER_ADMIN: rules.has(Role.COMPLIANCE, Role.HR, Role.AUDITOR, Role.ADMINISTRATOR),
    Act.OPEN_PLEDGE: rules.active,
    Act.ASSIGN_PLEDGE: rules.system_or(rules.has(Role.COMPLIANCE)),
    Act.FILL_PLEDGE: rules.own,
    Act.DISCARD_DRAFT: rules.own_idea,
    Act.SIGN_PLEDGE: rules.own,
    Act.WITHDRAW_OWN: rules.own_to_withdraw,
    Act.WITHDRAW_ANOTHERS: rules.somebody_elses,
    Act.WITHDRAW_MANY: rules.system_or(rules.has(Role.COMPLIANCE, Role.HR, Role.ADMINISTRATOR)),
    Act.MOVE_DRAFT: rules.system_or(rules.moves),
    Act.READ_PLEDGE: rules.reads,
    Act.LIST_PLEDGES: rules.has(*rules.READERS),
    Act.JUDGE_PLEDGE: rules.somebody_elses,
    Act.ACCEPT_MANY: rules.own_batch,
    Act.READ_BATCHES: rules.reads_batch,
    Act.REVOKE_PLEDGE: rules.somebody_elses,
    Act.EXPIRE_PLEDGE: rules.only_system,
    Act.RENEW_TIMESTAMPS: rules.only_system,
    Act.EXPORT_PLEDGES: rules.has(Role.HR),
    Act.EXPORT_COMMITMENTS: rules.has(Role.HR, Role.COMPLIANCE),
    Act.READ_TEMPLATES: rules.has(Role.COMPLIANCE, Role.AUDITOR),
    Act.WRITE_TEMPLATES: rules.system_or(rules.has(Role.COMPLIANCE)),
    Act.READ_PEOPLE: rules.has(Role.ADMINISTRATOR, Role.AUDITOR, Role.HR, Role.COMPLIANCE),
    Act.MANAGE_PEOPLE: rules.system_or(people_rules.manages),
    Act.EDIT_PERSON_FACTS: rules.system_or(people_rules.keeps_facts),
    Act.MANAGE_EMPLOYMENT: rules.system_or(people_rules.answers_for),
    Act.INVITE: rules.system_or(people_rules.answers_for),
    Act.READ_OWN_PEOPLE: people_rules.heads,
    Act.IMPORT_PEOPLE: rules.system_or(rules.has(*rules.IMPORTERS)),
    Act.CONFIRM_ROSTER: rules.system_or(rules.confirms_roster),
    Act.READ_ROSTERS: rules.has(*rules.IMPORTERS, Role.AUDITOR),
    Act.HAND_OVER: rules.system_or(people_rules.hands_over),
    Act.ERASE_PERSON: rules.system_or(rules.has(Role.ADMINISTRATOR)),
    Act.READ_PROPOSALS: rules.reads_proposal,
    Act.ACCEPT_PROPOSAL: rules.system_or(rules.decides_on_anothers),
    Act.REJECT_PROPOSAL: rules.decides,
    Act.READ_LEDGER: rules.has(Role.AUDITOR),
    Act.READ_REPORTS: rules.has(Role.HR, Role.ADMINISTRATOR),
    Act.KEEP_OWN_RECORD: rules.oneself,
    Act.READ_TASKS: rules.has(*rules.READERS),
    Act.MAKE_TASK: rules.has(Role.COMPLIANCE),
    Act.LAUNCH_TASK: rules.has(Role.COMPLIANCE),
    Act.RUN_TASK: rules.has(Role.COMPLIANCE),
    Act.ADD_JOINERS: rules.system_or(rules.has(Role.COMPLIANCE)),
    Act.CANCEL_TASK: rules.has(Role.COMPLIANCE),
    Act.CONFIRM_CANCELLATION: rules.confirms_cancellation,
    Act.EXCUSE: rules.excuses,
    Act.APPROVE_EXCUSE: rules.approves_excuse,
    Act.OBJECT: rules.own,
    Act.ENROL_PASSKEY: rules.own_passkey,
    Act.CONFIRM_ENROLMENT: people_rules.has_met,
    Act.BEGIN_ORIGIN: rules.only_system,
    Act.REMIND_MEMBERS: rules.has(Role.COMPLIANCE),
    Act.READ_NOTICES: rules.has(Role.COMPLIANCE, Role.HR, Role.AUDITOR, Role.ADMINISTRATOR),
    Act.SWITCH_NOTICES: rules.has(Role.COMPLIANCE),
    Act.PRINT_SLIPS: rules.has(Role.COMPLIANCE, Role.HR),
    Act.READ_CALENDAR: rules.has(Role.COMPLIANCE, Role.HR, Role.AUDITOR, Role.ADMINISTRATOR),
    Act.WRITE_CALENDAR: rules.has(Role.COMPLIANCE, Role.HR),
    Act.PERMIT_ENROLMENT: rules.only_system,
    Act.FILE_PAPER: paper_rules.files,
    Act.CONFIRM_PAPER: paper_rules.confirms,
    Act.WITHDRAW_PAPER: paper_rules.withdraws,
    Act.READ_PAPER: paper_rules.reads,
    Act.LIST_PAPERS: rules.has(*rules.READERS),
    Act.EXPORT_PAPERS: rules.has(Role.HR),
}


def allows(actor: Actor, act: Act, subject: object = None) -> bool:
    """Whether `actor` may do `act` to `subject`; without a rule, nobody may.

    Nor may anybody whose account is closed, whatever the rule.
    """
    rule = RULES.get(act)
    if rule is None or isinstance(actor, AnonymousUser):
        return False
    if isinstance(actor, Person) and not actor.is_active:
        return False
    return rule(actor, subject)


def require(actor: Actor, act: Act, subject: object = None) -> None:
    """Raise `Denied` unless `actor` may do `act` to `subject`."""
    if not allows(actor, act, subject):
        raise Denied(act)
