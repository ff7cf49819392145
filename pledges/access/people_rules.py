"""Rules about people: who keeps their facts, hands accounts over, heads them, has met them."""

import json
from typing import Any, Final

from django.db.models import Q, QuerySet

from pledges.core.lifecycle import Role
from pledges.models import LedgerEntry, Person
from pledges.models.department_tree import own_departments


def manages(actor: Any, subject: Any) -> bool:
    """Nobody makes a new person of the row that an erased one left: the ledger names it."""
    return Role.ADMINISTRATOR in actor.roles and not getattr(subject, "erased_at", None)


def keeps_facts(actor: Any, subject: Any) -> bool:
    hr_or_more = not {Role.HR, Role.ADMINISTRATOR}.isdisjoint(actor.roles)
    return hr_or_more and not getattr(subject, "erased_at", None)


def answers_for(actor: Any, person: Person) -> bool:
    """HR alone decides about nobody who holds an office: that would be a way into the office."""
    if not keeps_facts(actor, person) or person.pk == actor.pk:
        return False
    return manages(actor, person) or not person.holds_office


def heads(actor: Any, person: Person | None) -> bool:
    """`None`: anybody at all."""
    if not getattr(actor, "is_active", False):
        return False
    own = own_departments(actor)
    return bool(own) if person is None else person.department_id in own


def hands_over(actor: Any, person: Person) -> bool:
    """Nobody hands their own account over to themselves: they would be met by nobody."""
    return manages(actor, person) and person.pk != actor.pk


# What lets somebody act as the person whom they did it for: an address of their own choice too.
_HANDED_OVER = Q(
    event__in=("person.created", "person.invited", "invitation.printed", "password.set")
) | Q(event="person.changed", leaf__contains='"email"')


# Who may be the second person that has met somebody.
CONFIRMERS: Final = (Role.COMPLIANCE, Role.HR, Role.ADMINISTRATOR)


def has_met(actor: Any, person: Person) -> bool:
    """A second person: neither the one concerned, nor whoever ever gave them their account.

    It is the ledger that says who that was, also by a list of people: it is applied in one name,
    and whoever uploaded, corrected or confirmed it may be another. Whoever has to be met themselves
    is nobody's witness: an account made for the purpose confirms nothing.
    """
    if actor.roles.isdisjoint(CONFIRMERS):
        return False
    if actor.pk == person.pk or actor.must_be_met or not person.is_active:
        return False
    entries = LedgerEntry.objects.filter(_HANDED_OVER, subject=f"person:{person.pk}")
    return not (entries.filter(actor_id=actor.pk).exists() or _had_a_hand_in(actor, entries))


def _had_a_hand_in(actor: Any, entries: QuerySet[LedgerEntry]) -> bool:
    """Whether `actor` worked on one of the lists from which `entries` came."""
    leaves = entries.filter(leaf__contains='"roster"').values_list("leaf", flat=True)
    lists = {f"roster:{json.loads(leaf)['facts'].get('roster')}" for leaf in leaves}
    return bool(lists) and LedgerEntry.objects.filter(subject__in=lists, actor_id=actor.pk).exists()
