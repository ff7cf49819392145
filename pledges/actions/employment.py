"""Facts of somebody's employment that have days: the posts they held, and when they are away."""

from datetime import date, datetime, timedelta

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.core import employment_refusals
from pledges.models import Leave, Organisation, Person, Post

DAY = timedelta(days=1)


def note_post(person: Person, from_on: date) -> None:
    """Have the post that a locked person's record names begin on a day, and the one before end.

    Runs in the caller's transaction, which tells the ledger. A post that began on that day or
    later was a mistake, and is replaced.
    """
    Post.objects.filter(person=person, from_on__gte=from_on).delete()
    present = Post.objects.filter(person=person, until_on=None).first()
    if present is not None and present.title == person.position:
        return
    if present is not None:
        Post.objects.filter(pk=present.pk).update(until_on=from_on - DAY)
    if person.position:
        Post.objects.create(person=person, title=person.position, from_on=from_on)


@transactions.atomic
def add_leave(
    person: Person,
    *,
    from_on: date,
    until_on: date,
    delegate: Person | None,
    actor: access.Actor,
    at: datetime,
) -> Leave:
    """Record that somebody is away, both days included, and who receives notices meanwhile.

    Raises `DaysReversed`, `BeforeEntry`, `OnLeaveAlready`, and of the delegate `OwnDelegate`,
    `NotHere` where their account is not active, and `DelegateAway`.
    """
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    access.require(actor, Act.EDIT_PERSON_FACTS, locked)
    if until_on < from_on:
        raise employment_refusals.DaysReversed
    if locked.entered_on and from_on < locked.entered_on:
        raise employment_refusals.BeforeEntry
    overlapping = Leave.objects.filter(from_on__lte=until_on, until_on__gte=from_on)
    if overlapping.filter(person=locked).exists():
        raise employment_refusals.OnLeaveAlready
    if delegate is not None and delegate.pk == locked.pk:
        raise employment_refusals.OwnDelegate
    if delegate is not None and not delegate.is_active:
        raise employment_refusals.NotHere
    if delegate is not None and overlapping.filter(person=delegate).exists():
        raise employment_refusals.DelegateAway
    leave = Leave.objects.create(
        person=locked,
        from_on=from_on,
        until_on=until_on,
        delegate=delegate,
        recorded_by_id=actor.pk,
        recorded_at=at,
    )
    audit.record("person.changed", actor=actor, subject=locked, at=at, facts={"changed": ["leave"]})
    return leave


@transactions.atomic
def end_leave(leave: Leave, *, actor: access.Actor, at: datetime) -> bool:
    """Somebody is back, from today on; a leave that has not begun is taken out of the record.

    False where it had ended before.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=leave.person_id)
    access.require(actor, Act.EDIT_PERSON_FACTS, person)
    today = Organisation.current().localdate(at)
    own = Leave.objects.filter(pk=leave.pk, until_on__gte=today)
    ended = own.filter(from_on__lt=today).update(until_on=today - DAY) or own.delete()[0]
    if ended:
        audit.record(
            "person.changed", actor=actor, subject=person, at=at, facts={"changed": ["leave"]}
        )
    return bool(ended)


@transactions.atomic
def remove_leave(leave: Leave, *, actor: access.Actor, at: datetime) -> bool:
    """Take a leave out of the record that was a mistake, past or to come. False where it is out."""
    person = Person.objects.select_for_update(no_key=True).get(pk=leave.person_id)
    access.require(actor, Act.EDIT_PERSON_FACTS, person)
    removed, _each = Leave.objects.filter(pk=leave.pk).delete()
    if removed:
        facts = {"changed": ["leave"]}
        audit.record("person.changed", actor=actor, subject=person, at=at, facts=facts)
    return bool(removed)
