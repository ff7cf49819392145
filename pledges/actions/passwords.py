"""Passwords: chosen by their owner, or set by somebody else and good for nothing but that."""

from datetime import datetime

from django.contrib.auth.hashers import make_password

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions import invitations, sessions
from pledges.models import Invitation, Person
from pledges.notices import accounts


@transactions.atomic
def set_first(person: Person, password: str, *, actor: access.Actor, at: datetime) -> None:
    """Set a password for somebody else, who has to change it before anything else.

    Whoever set it could use it first. So a second person has to meet its owner before any way to
    sign is enrolled.
    """
    hashed = make_password(password)
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    access.require(actor, Act.HAND_OVER, locked)
    invitations.end(locked, Invitation.End.REPLACED, at=at)
    locked.password, locked.must_change_password = hashed, True
    locked.handover = Person.Handover.PASSWORD
    locked.save(update_fields=["password", "must_change_password", "handover"])
    sessions.end_all(locked)
    audit.record("password.set", actor=actor, subject=locked, at=at)
    accounts.tell("first_password", locked, at=at.isoformat())


@transactions.atomic
def choose(person: Person, password: str, *, at: datetime) -> None:
    """Give `person` the password that they chose themselves."""
    person.set_password(password)
    person.must_change_password = False
    person.save(update_fields=["password", "must_change_password"])
    audit.record("password.chosen", actor=person, subject=person, at=at)
