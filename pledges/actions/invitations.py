"""Invitations: a link, mailed or on paper, with which somebody chooses their password once."""

import uuid
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.core import refusals
from pledges.models import Invitation, Person
from pledges.models.accounts import INVITATION_LASTS
from pledges.notices import accounts


@transactions.atomic
def invite(person: Person, *, actor: access.Actor, at: datetime) -> Invitation:
    """Queue the mail with the link; any earlier link opens nothing from now on.

    Raises `NoAddress`, or `HasPassword` for somebody who needs no invitation.
    """
    locked = _locked(person, actor)
    if not locked.email:
        raise refusals.NoAddress
    end(locked, Invitation.End.REPLACED, at=at)
    invitation = Invitation.objects.create(
        person=locked, email=locked.email, created_at=at, expires_at=at + INVITATION_LASTS
    )
    locked.handover = locked.handover or Person.Handover.LINK
    locked.save(update_fields=["handover"])
    audit.record("person.invited", actor=actor, subject=locked, at=at)
    accounts.tell("invitation", locked)
    return invitation


@transactions.atomic
def print_slip(
    person: Person, *, lasts: timedelta, actor: access.Actor, at: datetime
) -> Invitation:
    """An invitation to be printed and handed over; any earlier link opens nothing from now on.

    The link is read by whoever prints it, like a first password: so its person has to be met
    before anything is signed, whatever the organisation says of mailed links. Raises
    `HasPassword`.
    """
    locked = _locked(person, actor)
    end(locked, Invitation.End.REPLACED, at=at)
    slip = Invitation.objects.create(
        person=locked, way=Invitation.Way.SLIP, email="", created_at=at, expires_at=at + lasts
    )
    locked.handover = Person.Handover.PASSWORD
    locked.save(update_fields=["handover"])
    facts = {"invitation": str(slip.pk)}
    audit.record("invitation.printed", actor=actor, subject=locked, at=at, facts=facts)
    return slip


def has_chosen(person: Person) -> bool:
    """Whether somebody has a password of their own choice, and so needs no invitation."""
    return person.has_usable_password() and not person.must_change_password


def _locked(person: Person, actor: access.Actor) -> Person:
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    access.require(actor, Act.INVITE, locked)
    if has_chosen(locked):
        raise refusals.HasPassword
    return locked


@transactions.atomic
def withdraw(person: Person, *, actor: access.Actor, at: datetime) -> bool:
    """Have the link open nothing from now on; false if there was none that did."""
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    access.require(actor, Act.INVITE, locked)
    ended = end(locked, Invitation.End.WITHDRAWN, at=at)
    if ended:
        audit.record("invitation.withdrawn", actor=actor, subject=locked, at=at)
    return ended


def end(person: Person, how: Invitation.End, *, at: datetime) -> bool:
    """End the open invitation of a locked person, in the caller's transaction, if there is one."""
    return bool(
        Invitation.objects.filter(person=person, ended_at=None).update(ended_at=at, end=how)
    )


def find(pk: uuid.UUID, key: str, at: datetime) -> Invitation | None:
    """The invitation whose link was followed, if it still opens something; reads only."""
    found = Invitation.objects.open_at(at).select_related("person__department").filter(pk=pk)
    invitation = found.first()
    return invitation if invitation and invitation.opens_with(key) else None


@transactions.atomic
def accept(invitation: Invitation, password: str, *, at: datetime) -> Person:
    """Use the link up, and give its person the password that they chose.

    Raises `InvitationGone`: of two who follow one link at once, one is too late.
    """
    hashed = make_password(password)
    person = Person.objects.select_for_update(no_key=True).get(pk=invitation.person_id)
    used = Invitation.objects.open_at(at).filter(pk=invitation.pk)
    if used.update(ended_at=at, end=Invitation.End.USED) != 1:
        raise refusals.InvitationGone
    person.password, person.must_change_password = hashed, False
    person.save(update_fields=["password", "must_change_password"])
    audit.record("invitation.used", actor=person, subject=person, at=at)
    return person
