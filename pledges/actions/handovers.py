"""How somebody came by their account: until a way to sign is enrolled, it matters."""

from pledges.actions import sessions
from pledges.models import Person


def close(person: Person) -> None:
    """From now on it is no matter who opened the account of `person`, who is locked."""
    if person.handover:
        person.handover = ""
        person.save(update_fields=["handover"])


def note_met(person: Person) -> None:
    """Somebody met `person`: whoever else is signed in as them, from before, is no more.

    Who knew the first password could have changed it, passed the new one on, and stayed.
    """
    if person.handover:
        sessions.end_all(person)
    close(person)
