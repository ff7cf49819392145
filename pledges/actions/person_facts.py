"""What HR keeps of somebody: their facts, without their roles and whether their account is open."""

from datetime import date, datetime
from typing import Final

from pledges import access, transactions
from pledges.access import Act
from pledges.actions import people
from pledges.core import employment_refusals
from pledges.models import Person

FACTS: Final = (
    *("name", "employee_number", "email", "position", "department_id", "contact"),
    *("language", "entered_on"),
)
# By these an account is taken for somebody, and its links are sent: of an office, by two people.
IDENTIFYING: Final = ("name", "employee_number", "email")


@transactions.atomic
def save_facts(
    person: Person, *, actor: access.Actor, at: datetime, since: date | None = None
) -> Person:
    """Change the facts of somebody who has a record; all else stays as it is stored.

    A changed position is a post from `since` on, or from today. Raises `OfficersFact` where HR
    would change who somebody with an office is, and `UnfitCharacter`.
    """
    before = Person.objects.select_for_update(no_key=True, of=("self",)).get(pk=person.pk)
    access.require(actor, Act.EDIT_PERSON_FACTS, before)
    wanted = Person.objects.get(pk=person.pk)
    for name in FACTS:
        setattr(wanted, name, getattr(person, name))
    changed = people.changed_facts(before, wanted, IDENTIFYING)
    if changed and not access.allows(actor, Act.MANAGE_EMPLOYMENT, before):
        raise employment_refusals.OfficersFact
    held = people.held_by(before)
    return people.write(wanted, before, held, actor=actor, at=at, since=since)
