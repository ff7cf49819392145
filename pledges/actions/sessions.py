"""Ending sessions: whoever uses one of them is signed out with the next request."""

from pledges.models import Person, Session


def end(person: Person, session_key: str) -> bool:
    """End one session of `person`; says whether there was such a one."""
    ended, _by_table = Session.objects.filter(person_id=person.pk, session_key=session_key).delete()
    return bool(ended)


def end_all(person: Person, *, but: str | None = None) -> int:
    """End all sessions of `person` except the one with the key `but`; gives the number."""
    sessions = Session.objects.filter(person_id=person.pk).exclude(session_key=but or "")
    return sessions.delete()[0]
