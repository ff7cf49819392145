"""Every "may this actor do this to that?"; what no rule allows is denied."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from pledges import paper_rules
from pledges.core.lifecycle import Role
from pledges.models import AcceptanceBatch, LedgerEntry, Person, Pledge, Proposal


class System:
    """The actor of background work and of the set-up commands: nobody, and said so."""

    pk = None
    roles: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return "system"


SYSTEM: Final = System()
Actor = Person | System | AnonymousUser


class Act(StrEnum):
    """Everything that somebody may want to do, in the words of the product."""

    ENTER_ADMIN = "enter the admin"
    OPEN_PLEDGE = "open a pledge for oneself"
    ASSIGN_PLEDGE = "assign a pledge to somebody"
    FILL_PLEDGE = "fill in a pledge"
    DISCARD_DRAFT = "discard a draft that nobody asked for"
    SIGN_PLEDGE = "sign a pledge"
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
    HAND_OVER = "invite somebody, or set a first password for them"
    ERASE_PERSON = "erase somebody's personal data after the retention period"
    READ_PROPOSALS = "see changes that need two people"
    ACCEPT_PROPOSAL = "accept a change that somebody else proposed"
    REJECT_PROPOSAL = "reject a proposed change, or withdraw it"
    READ_LEDGER = "read the ledger"
    READ_REPORTS = "read what people say is wrong in their records"
    KEEP_OWN_RECORD = "choose one's language, say what is wrong in one's record"
    ENROL_PASSKEY = "enrol a passkey or an authenticator app of one's own"
    CONFIRM_ENROLMENT = "confirm with what somebody signs, having met them"
    BEGIN_ORIGIN = "begin a new origin of the ledger after a loss"
    PERMIT_ENROLMENT = "let somebody enrol a passkey who lost all of theirs"


class Denied(PermissionDenied):
    """The actor may not do this."""

    def __init__(self, act: Act) -> None:
        super().__init__(act.value)
        self.act = act


Rule = Callable[[Any, Any], bool]


def _has(*roles: Role) -> Rule:
    return lambda actor, subject: any(role in actor.roles for role in roles)


def _system_or(rule: Rule) -> Rule:
    return lambda actor, subject: isinstance(actor, System) or rule(actor, subject)


def _own(actor: Any, pledge: Pledge) -> bool:
    return Role.MANAGER in actor.roles and pledge.person_id == actor.pk


def _own_idea(actor: Any, pledge: Pledge) -> bool:
    """What compliance asked for, or returned to be corrected, is not for its signer to drop."""
    return _own(actor, pledge) and not (pledge.assigned_at or pledge.corrects_id)


def _somebody_elses(actor: Any, pledge: Pledge) -> bool:
    """Separation of duties: nobody judges a pledge of their own."""
    return Role.COMPLIANCE in actor.roles and pledge.person_id != actor.pk


def _own_batch(actor: Any, batch: AcceptanceBatch | None) -> bool:
    """Compliance's bulk acceptances are each officer's own; `None`: any of theirs."""
    return Role.COMPLIANCE in actor.roles and (batch is None or batch.officer_id == actor.pk)


def _reads_batch(actor: Any, batch: AcceptanceBatch | None) -> bool:
    return Role.AUDITOR in actor.roles or _own_batch(actor, batch)


def _manages(actor: Any, subject: Any) -> bool:
    """Nobody makes a new person of the row that an erased one left: the ledger names it."""
    return Role.ADMINISTRATOR in actor.roles and not getattr(subject, "erased_at", None)


# Who may make, and who may accept, each kind of change that needs two people.
DECIDING: Final[dict[str, Role]] = {
    Proposal.Kind.PERSON: Role.ADMINISTRATOR,
    Proposal.Kind.TWO_PEOPLE: Role.ADMINISTRATOR,
    Proposal.Kind.RETENTION: Role.COMPLIANCE,
}


def _decides(actor: Any, proposal: Any) -> bool:
    return DECIDING.get(getattr(proposal, "kind", "")) in actor.roles


def _decides_on_anothers(actor: Any, proposal: Proposal) -> bool:
    """Nobody is the second person of what they proposed themselves."""
    return _decides(actor, proposal) and proposal.proposer_id != actor.pk


def _reads_proposal(actor: Any, proposal: Proposal | None) -> bool:
    """`None`: any at all."""
    if Role.AUDITOR in actor.roles:
        return True
    if proposal is None:
        return not actor.roles.isdisjoint(DECIDING.values())
    return _decides(actor, proposal)


def _hands_over(actor: Any, person: Person) -> bool:
    """Nobody hands their own account over to themselves: they would be met by nobody."""
    return _manages(actor, person) and person.pk != actor.pk


# What lets somebody act as the person whom they did it for: an address of their own choice too.
_HANDED_OVER = Q(event__in=("person.created", "person.invited", "password.set")) | Q(
    event="person.changed", leaf__contains='"email"'
)


# Who may be the second person that has met somebody.
CONFIRMERS: Final = (Role.COMPLIANCE, Role.HR, Role.ADMINISTRATOR)


def _has_met(actor: Any, person: Person) -> bool:
    """A second person: neither the one concerned, nor whoever ever gave them their account.

    It is the ledger that says who that was. Whoever has to be met themselves is nobody's witness:
    an account made for the purpose confirms nothing.
    """
    if not _has(*CONFIRMERS)(actor, person):
        return False
    if actor.pk == person.pk or actor.must_be_met or not person.is_active:
        return False
    by_them = LedgerEntry.objects.filter(subject=f"person:{person.pk}", actor_id=actor.pk)
    return not by_them.filter(_HANDED_OVER).exists()


_READERS = (Role.COMPLIANCE, Role.HR, Role.AUDITOR)


def _reads(actor: Any, pledge: Pledge) -> bool:
    return pledge.person_id == actor.pk or _has(*_READERS)(actor, pledge)


def _oneself(actor: Any, person: Any) -> bool:
    """Also for somebody who has no role yet."""
    is_person = isinstance(actor, Person) and isinstance(person, Person)
    return is_person and actor.is_active and actor.pk == person.pk


def _own_passkey(actor: Any, person_id: int | None) -> bool:
    return bool(actor.roles) and person_id == actor.pk


RULES: Final[dict[Act, Rule]] = {
    Act.ENTER_ADMIN: _has(Role.COMPLIANCE, Role.HR, Role.AUDITOR, Role.ADMINISTRATOR),
    Act.OPEN_PLEDGE: _has(Role.MANAGER),
    Act.ASSIGN_PLEDGE: _system_or(_has(Role.COMPLIANCE)),
    Act.FILL_PLEDGE: _own,
    Act.DISCARD_DRAFT: _own_idea,
    Act.SIGN_PLEDGE: _own,
    Act.READ_PLEDGE: _reads,
    Act.LIST_PLEDGES: _has(*_READERS),
    Act.JUDGE_PLEDGE: _somebody_elses,
    Act.ACCEPT_MANY: _own_batch,
    Act.READ_BATCHES: _reads_batch,
    Act.REVOKE_PLEDGE: _somebody_elses,
    Act.EXPIRE_PLEDGE: _system_or(lambda actor, subject: False),
    Act.RENEW_TIMESTAMPS: _system_or(lambda actor, subject: False),
    Act.EXPORT_PLEDGES: _has(Role.HR),
    Act.EXPORT_COMMITMENTS: _has(Role.HR, Role.COMPLIANCE),
    Act.FILE_PAPER: paper_rules.files,
    Act.CONFIRM_PAPER: paper_rules.confirms,
    Act.WITHDRAW_PAPER: paper_rules.withdraws,
    Act.READ_PAPER: paper_rules.reads,
    Act.LIST_PAPERS: _has(*_READERS),
    Act.EXPORT_PAPERS: _has(Role.HR),
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
    Act.ENROL_PASSKEY: _own_passkey,
    Act.CONFIRM_ENROLMENT: _has_met,
    Act.BEGIN_ORIGIN: _system_or(lambda actor, subject: False),
    Act.PERMIT_ENROLMENT: lambda actor, subject: isinstance(actor, System),
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
