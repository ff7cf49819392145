"""Departments: making, renaming and moving them, and who heads them."""

from datetime import datetime

from pledges import access, transactions
from pledges.access import Act
from pledges.actions import people
from pledges.core import employment_refusals, superiors
from pledges.core.superiors import Node
from pledges.models import Department

_FACTS = ("name_zh", "name_en", "parent_id", "head_id")


@transactions.atomic
def save_department(department: Department, *, actor: access.Actor, at: datetime) -> Department:
    """Create or change a department; pledges already signed keep its old name.

    Raises `DepartmentCircle` where it would stand below itself, `NotHere` for a head whose account
    is not active, and `UnfitCharacter`.
    """
    # All of them, in one order: two who move departments below each other are decided one by one.
    locked = {
        each.pk: each for each in Department.objects.select_for_update(no_key=True).order_by("pk")
    }
    access.require(actor, Act.EDIT_PERSON_FACTS)
    before = locked.get(department.pk)
    changed = people.changed_facts(before, department, _FACTS)
    people.require_fit(department, changed)
    if "parent_id" in changed and before is not None:
        tree = {pk: Node(each.parent_id, each.head_id) for pk, each in locked.items()}
        if superiors.makes_circle(department.pk, department.parent_id, tree):
            raise employment_refusals.DepartmentCircle
    if "head_id" in changed and department.head is not None and not department.head.is_active:
        raise employment_refusals.NotHere
    department.save()
    people.record_change("department.changed", department, changed, actor=actor, at=at)
    return department
