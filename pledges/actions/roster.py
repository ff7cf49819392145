"""People: creating accounts, changing their facts and roles."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction

from pledges import access, audit
from pledges.access import Act
from pledges.core.lifecycle import Role
from pledges.models import Person

# Facts whose change the ledger names; their values are personal data and stay out of it.
_FACTS = (
    *("username", "email", "name", "employee_number", "position", "department_id", "contact"),
    *("language", "is_active", "password"),
)


@transaction.atomic
def save_person(
    person: Person,
    *,
    actor: access.Actor,
    at: datetime,
    roles: Collection[Role] | None = None,
) -> Person:
    """Create or change a person; with `roles`, these and no others are theirs from now on.

    Whether somebody may enter the admin follows from their roles alone.
    """
    access.require(actor, Act.MANAGE_PEOPLE, person)
    before = Person.objects.select_for_update().filter(pk=person.pk).first()
    held = {role.value for role in roles} if roles is not None else set(person.roles)
    changed = [
        fact for fact in _FACTS if before is None or getattr(before, fact) != getattr(person, fact)
    ]
    if before is None or held != set(before.roles):
        changed.append("roles")
    person.is_superuser = False
    person.is_staff = bool(held - {Role.MANAGER.value})
    person.save()
    person.groups.set(Group.objects.filter(name__in=held))
    person.__dict__.pop("_roles", None)
    if changed:
        audit.record(
            "person.changed" if before else "person.created",
            actor=actor,
            subject=person,
            at=at,
            facts={"changed": changed, "roles": sorted(held)},
        )
    return person
