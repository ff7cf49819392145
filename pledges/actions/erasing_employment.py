"""What an erased person leaves among posts, leaves, departments and rosters: nothing."""

from django.db.models import Q

from pledges.models import Department, InvitationItem, Leave, Person, Post, Roster, RosterRow


def blank(person: Person) -> None:
    """Their posts and leaves, whom they stood in for, and whom they headed; the row is not saved."""
    InvitationItem.objects.filter(person=person).delete()
    Post.objects.filter(person=person).delete()
    Leave.objects.filter(person=person).delete()
    Leave.objects.filter(delegate=person).update(delegate=None)
    Department.objects.filter(head=person).update(head=None)
    person.entered_on = person.left_on = None


def forget_rosters(person: Person) -> None:
    """The lists that name them lose their file, and the rows about them; others stay as planned."""
    told = Q(person=person) | Q(employee_number__iexact=person.employee_number)
    rows = RosterRow.objects.filter(told)
    Roster.objects.filter(pk__in=rows.values("roster")).update(content=b"")
    rows.delete()
