"""How somebody signs in has changed: their other sessions end, and they are told by mail."""

from datetime import datetime

from django.db import transaction

from pledges.actions import passwords, sessions
from pledges.models import Person
from pledges.notices import accounts


@transaction.atomic
def change_password(
    person: Person, password: str, *, at: datetime, session_key: str | None
) -> None:
    """Set the password that `person` chose; only the session in which they did it stays."""
    passwords.choose(person, password, at=at)
    note_change("password_changed", person, at=at, session_key=session_key)


def note_change(
    event: str, person: Person, *, at: datetime, session_key: str | None, **facts: str
) -> None:
    """Tell `person` of `event` and end their other sessions, in the transaction of the change."""
    sessions.end_all(person, but=session_key)
    accounts.tell(event, person, at=at.isoformat(), **facts)
