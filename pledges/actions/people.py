"""People: creating accounts, changing their facts and roles; departments; the organisation."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import models

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.core import refusals
from pledges.core.lifecycle import Role
from pledges.models import Department, Organisation, Person
from pledges.models.names import PlainNames

# Facts whose change the ledger names; their values are personal data and stay out of it.
_FACTS = (
    *("username", "email", "name", "employee_number", "position", "department_id", "contact"),
    *("language", "is_active", "password"),
)


@transactions.atomic
def save_person(
    person: Person,
    *,
    actor: access.Actor,
    at: datetime,
    roles: Collection[Role] | None = None,
) -> Person:
    """Create or change a person; with `roles`, these and no others are theirs from now on.

    Whether somebody may enter the admin follows from their roles alone. Raises
    `LastAdministrator` where nobody would be left to manage people, `UnfitCharacter` for a name
    that is not what it looks like.
    """
    access.require(actor, Act.MANAGE_PEOPLE, person)
    lock_administrators()
    before = Person.objects.select_for_update(no_key=True).filter(pk=person.pk).first()
    held = {role.value for role in roles} if roles is not None else _held(before)
    changed = _changed(before, person, _FACTS)
    _require_fit(person, changed)
    if held != _held(before):
        changed.append("roles")
    stays = person.is_active and Role.ADMINISTRATOR.value in held
    if before and Role.ADMINISTRATOR in before.roles and not stays:
        require_another_administrator(before)
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


@transactions.atomic
def save_department(department: Department, *, actor: access.Actor, at: datetime) -> Department:
    """Create or rename a department; pledges already signed keep its old name."""
    access.require(actor, Act.MANAGE_PEOPLE, department)
    before = Department.objects.select_for_update(no_key=True).filter(pk=department.pk).first()
    changed = _changed(before, department, ("name_zh", "name_en"))
    _require_fit(department, changed)
    department.save()
    _record_change("department.changed", department, changed, actor=actor, at=at)
    return department


@transactions.atomic
def save_organisation(
    organisation: Organisation, *, actor: access.Actor, at: datetime
) -> Organisation:
    """Change the organisation's names, zone or prefix; what was issued keeps what it says."""
    access.require(actor, Act.MANAGE_PEOPLE, organisation)
    before = Organisation.objects.select_for_update(no_key=True).get(pk=1)
    facts = ("name_zh", "name_en", "time_zone", "number_prefix", "signing")
    changed = _changed(before, organisation, facts)
    _require_fit(organisation, changed)
    organisation.pk = 1
    organisation.save()
    _record_change("organisation.changed", organisation, changed, actor=actor, at=at)
    return organisation


def _held(person: Person | None) -> set[str]:
    """The roles a person holds, whether or not they may use them at present."""
    known = {role.value for role in Role}
    return known.intersection(person.groups.values_list("name", flat=True)) if person else set()


def lock_administrators() -> None:
    """Two administrators who demote or erase each other at once are decided one by one."""
    Group.objects.select_for_update(no_key=True).get(name=Role.ADMINISTRATOR)


def require_another_administrator(person: Person) -> None:
    """Raise `LastAdministrator` if nobody but `person` manages people."""
    others = Person.objects.filter(groups__name=Role.ADMINISTRATOR, is_active=True)
    if not others.exclude(pk=person.pk).exists():
        raise refusals.LastAdministrator


def _changed(before: models.Model | None, after: models.Model, facts: Sequence[str]) -> list[str]:
    return [
        fact for fact in facts if before is None or getattr(before, fact) != getattr(after, fact)
    ]


def _require_fit(thing: PlainNames, changed: Collection[str]) -> None:
    """Refuse what is entered now; what an earlier version let in need not be mended for it."""
    for name, character in thing.unfit_names().items():
        if name in changed:
            raise refusals.UnfitCharacter(character)


def _record_change(
    event: str,
    thing: models.Model,
    changed: list[str],
    *,
    actor: access.Actor,
    at: datetime,
) -> None:
    if changed:
        audit.record(event, actor=actor, subject=thing, at=at, facts={"changed": changed})
