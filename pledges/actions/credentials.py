"""How somebody signs in has changed: their other sessions end, and they are told by mail."""

from datetime import datetime

from allauth.mfa.models import Authenticator

from pledges import transactions
from pledges.actions import passwords, sessions
from pledges.models import Person
from pledges.notices import accounts


@transactions.atomic
def change_password(
    person: Person, password: str, *, at: datetime, session_key: str | None
) -> None:
    """Set the password that `person` chose; only the session in which they did it stays."""
    lock(person)
    note_change("password_changed", person, at=at, session_key=session_key)
    passwords.choose(person, password, at=at)


def lock(person: Person) -> list[Authenticator]:
    """The second factors of `person`, locked in the order of all locks: the person comes first."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    held = Authenticator.objects.select_for_update(no_key=True).filter(user=person)
    return list(held.order_by("pk"))


def note_change(
    event: str, person: Person, *, at: datetime, session_key: str | None, **facts: str
) -> None:
    """Tell `person` of `event` and end their other sessions, in the transaction of the change.

    The ledger is told after this: rows are deleted here, and its turn is the last lock.
    """
    sessions.end_all(person, but=session_key)
    accounts.tell(event, person, at=at.isoformat(), **facts)
