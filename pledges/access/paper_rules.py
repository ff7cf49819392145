"""Who may do what with paper pledges: the rules that `access` lists, and nobody else asks."""

from typing import Any, Final

from pledges.access.rules import is_somebody
from pledges.core.lifecycle import Role
from pledges.core.papers import PaperState
from pledges.models import PaperBatch, PaperPledge, Person

READERS: Final = frozenset({Role.COMPLIANCE, Role.HR, Role.AUDITOR})


def files(actor: Any, subject: PaperPledge | PaperBatch | None) -> bool:
    """HR; what is not filed yet is for whoever uploaded it. `None`: any at all."""
    if Role.HR not in actor.roles:
        return False
    unfiled = isinstance(subject, PaperBatch) or (
        subject is not None and subject.state == PaperState.DRAFT
    )
    return subject is None or not unfiled or subject.filed_by_id == actor.pk


def confirms(actor: Any, paper: PaperPledge | None) -> bool:
    """A second person: neither who filed it nor whose it is. `None`: any at all."""
    if Role.COMPLIANCE not in actor.roles or not is_somebody(actor):
        return False
    return paper is None or actor.pk not in (paper.filed_by_id, paper.person_id)


def withdraws(actor: Any, paper: PaperPledge) -> bool:
    """HR until it is confirmed, then compliance; nobody their own."""
    if actor.roles.isdisjoint((Role.COMPLIANCE, Role.HR)):
        return False
    role = Role.COMPLIANCE if paper.state == PaperState.CONFIRMED else Role.HR
    return role in actor.roles and paper.person_id != actor.pk


def reads(actor: Any, paper: PaperPledge) -> bool:
    """Whose it is, and those who read pledges; a draft is for whoever uploaded it."""
    if not isinstance(actor, Person) or not actor.is_active:
        return False
    if paper.state == PaperState.DRAFT:
        return files(actor, paper)
    return paper.person_id == actor.pk or not READERS.isdisjoint(actor.roles)
