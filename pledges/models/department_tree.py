"""Departments read as one tree: the superiors of many people, in as few questions as of one."""

from collections.abc import Iterable

from django.db.models import Case, F, Value, When

from pledges.core import superiors
from pledges.core.superiors import Node
from pledges.models.people import Department, Person


def read_tree() -> dict[int, Node]:
    """All departments; whoever has left heads none."""
    head = Case(When(head__is_active=True, then=F("head")), default=Value(None))
    rows = Department.objects.order_by().values_list("pk", "parent_id", head)
    return {pk: Node(parent, head) for pk, parent, head in rows}


def superiors_of(people: Iterable[Person]) -> dict[int, Person]:
    """Who stands above each of `people`, by their keys; two questions for however many."""
    tree = read_tree()
    keys = {each.pk: superiors.superior_of(each.pk, each.department_id, tree) for each in people}
    heads = Person.objects.in_bulk({key for key in keys.values() if key is not None})
    return {pk: heads[key] for pk, key in keys.items() if key is not None}


def own_departments(head: Person) -> frozenset[int]:
    """The departments whose people are `head`'s own: those they head, and all below."""
    if not Department.objects.filter(head=head).exists():
        return frozenset()
    return superiors.headed_by(head.pk, read_tree())
