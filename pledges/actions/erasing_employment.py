"""What an erased person leaves among posts, leaves, departments and rosters: nothing."""

from django.db.models import Q, QuerySet

from pledges.models import Department, InvitationItem, Leave, Person, Post, Roster, RosterRow


def blank(person: Person) -> None:
    """Their posts and leaves, whom they stood in for, and whom they headed; does not save."""
    InvitationItem.objects.filter(person=person).delete()
    Post.objects.filter(person=person).delete()
    Leave.objects.filter(person=person).delete()
    Leave.objects.filter(delegate=person).update(delegate=None)
    Department.objects.filter(head=person).update(head=None)
    person.entered_on = person.left_on = None


def lock_rosters(person: Person) -> None:
    """Whoever works at one of their lists locks it, and then its rows; to be called before these.

    Else each would hold what the other deletes.
    """
    list(_rosters(person).select_for_update(no_key=True).order_by("pk").values_list("pk"))


def forget_rosters(person: Person) -> None:
    """The lists in which they stand go whole, with their files: others upload theirs anew."""
    _rosters(person).delete()


def _rosters(person: Person) -> QuerySet[Roster]:
    number = person.employee_number
    told = Q(person=person) | Q(employee_number__iexact=number) | Q(cells__contains=[number])
    return Roster.objects.filter(pk__in=RosterRow.objects.filter(told).values("roster"))
