"""Ending sessions: whoever uses one of them is signed out with the next request."""

from datetime import datetime

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.models import Person, Session
from pledges.notices import accounts


def end(person: Person, session_key: str) -> bool:
    """End one session of `person`; says whether there was such a one."""
    ended, _by_table = Session.objects.filter(person_id=person.pk, session_key=session_key).delete()
    return bool(ended)


def end_all(person: Person, *, but: str | None = None) -> int:
    """End all sessions of `person` except the one with the key `but`; gives the number."""
    sessions = Session.objects.filter(person_id=person.pk).exclude(session_key=but or "")
    return sessions.delete()[0]


@transactions.atomic
def end_for(person: Person, *, actor: access.Actor, at: datetime) -> int:
    """End all sessions of somebody whose account `actor` manages, and tell them."""
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    access.require(actor, Act.MANAGE_PEOPLE, locked)
    ended = end_all(locked)
    audit.record("sessions.ended", actor=actor, subject=locked, at=at, facts={"sessions": ended})
    accounts.tell("sessions_ended", locked, at=at.isoformat())
    return ended
