"""The acts on many people: who is offered each, whom it reaches, and what doing it means."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pledges import access
from pledges.access import Act
from pledges.actions import inviting_many, people, person_facts
from pledges.admin import people_acts_forms as acts_forms
from pledges.admin import words
from pledges.core import refusals
from pledges.core.lifecycle import Role
from pledges.models import Invitation, Organisation, Person
from pledges.rendering.slips import Slip, print_slips
from pledges.templatetags.sheet_extras import moment

MAX_MANY: Final = 500
MAX_INVITED: Final = 20_000

Sorted = tuple[list[Person], list[tuple[Person, str]]]


@dataclass
class Done:
    """What became of each of many."""

    done: int = 0
    proposed: int = 0
    skipped: list[tuple[Person, str]] = field(default_factory=list)


@dataclass(frozen=True)
class ManyAct:
    """One of them; `each` says why somebody is passed over, or nothing."""

    title: Any
    button: Any
    act: Act
    form: type[forms.Form]
    do: Callable[[HttpRequest, list[Person], dict[str, Any], Person], Done | HttpResponse]
    way: Invitation.Way | None = None
    most: int = MAX_MANY
    danger: bool = False

    def is_offered(self, actor: Person) -> bool:
        return access.allows(actor, self.act)

    def sort_out(self, chosen: models.QuerySet, actor: Person, at: datetime, again: bool) -> Sorted:
        """Whom it reaches, and who is passed over and why, by their numbers."""
        found = chosen.select_related("department").prefetch_related("groups")
        ordered = found.order_by("employee_number")
        if self.way is not None:
            able, unable = inviting_many.sort_out(
                ordered, actor=actor, way=self.way, again=again, at=at
            )
            return able, [(person, words.not_invited_because(why)) for person, why in unable]
        able = [person for person in ordered if person.is_active]
        off = str(_("account deactivated"))
        return able, [(person, off) for person in ordered if not person.is_active]


def _each(chosen: Iterable[Person], change: Callable[[Person, datetime], str | bool]) -> Done:
    """Each by itself: one that is refused keeps no other from it."""
    result = Done()
    for person in chosen:
        try:
            said = change(Person.objects.get(pk=person.pk), timezone.now())
        except access.Denied:
            result.skipped.append((person, str(_("you may not change this person"))))
        except refusals.Refusal as refusal:
            result.skipped.append((person, words.refusal(refusal)))
        else:
            if isinstance(said, str):
                result.skipped.append((person, said))
            elif said:
                result.done += 1
            else:
                result.proposed += 1
    return result


def _department(
    request: HttpRequest, chosen: list[Person], typed: dict[str, Any], actor: Person
) -> Done:
    def change(person: Person, at: datetime) -> str | bool:
        if person.department_id == typed["department"].pk:
            return str(_("already in this department"))
        person.department = typed["department"]
        person_facts.save_facts(person, actor=actor, at=at)
        return True

    return _each(chosen, change)


def _roles(chosen: list[Person], actor: Person, wanted: Callable[[set[str]], set[str]]) -> Done:
    def change(person: Person, at: datetime) -> str | bool:
        held = people.held_by(person)
        roles = wanted(held)
        if roles == held:
            return str(_("nothing to change"))
        people.save_person(person, actor=actor, at=at, roles=[Role(each) for each in roles])
        return people.held_by(person) == roles

    return _each(chosen, change)


def _give(request: HttpRequest, chosen: list[Person], typed: dict[str, Any], actor: Person) -> Done:
    return _roles(chosen, actor, lambda held: held | {typed["role"]})


def _take(request: HttpRequest, chosen: list[Person], typed: dict[str, Any], actor: Person) -> Done:
    return _roles(chosen, actor, lambda held: held - {typed["role"]})


def _deactivate(
    request: HttpRequest, chosen: list[Person], typed: dict[str, Any], actor: Person
) -> Done:
    def change(person: Person, at: datetime) -> str | bool:
        if person.pk == actor.pk:
            return str(_("your own account"))
        person.is_active = False
        people.save_person(person, actor=actor, at=at)
        return not person.is_active

    return _each(chosen, change)


def _invite(
    request: HttpRequest, chosen: list[Person], typed: dict[str, Any], actor: Person
) -> HttpResponse:
    run = inviting_many.begin(chosen, actor=actor, at=timezone.now())
    return redirect("admin:pledges_invitationrun_change", run.pk)


def _slips(
    request: HttpRequest, chosen: list[Person], typed: dict[str, Any], actor: Person
) -> HttpResponse:
    """The PDF; the links in it stand nowhere else, so what is lost is printed again."""
    at = timezone.now()
    made = inviting_many.print_slips(chosen, days=typed["days"], actor=actor, at=at)
    by_key = {person.pk: person for person in chosen}
    slips = [_slip(each, by_key[each.person_id]) for each in made]
    try:
        pdf = print_slips(slips, language=get_language() or "zh-hans")
    except refusals.Unmade as refusal:
        messages.error(request, words.refusal(refusal))
        return redirect("admin:pledges_person_changelist")
    response = HttpResponse(pdf, content_type="application/pdf")
    day = Organisation.current().localdate(at).isoformat()
    response["Content-Disposition"] = f'attachment; filename="invitation-slips-{day}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def _slip(invitation: Invitation, person: Person) -> Slip:
    site, language = settings.PUBLIC_URL.rstrip("/"), person.language
    with translation.override(language):
        until = moment(invitation.expires_at)
    return Slip(
        language="en" if language == "en" else "zh",
        organisation=Organisation.current().name_in(language),
        name=person.name,
        employee_number=person.employee_number,
        department=person.department.name_in(language),
        username=person.username,
        address=site + reverse("account_invitation", args=[invitation.pk, invitation.key()]),
        until=until,
    )


ACTS: Final = {
    "department": ManyAct(
        _("Change the department"), _("Change the department"), Act.EDIT_PERSON_FACTS,
        acts_forms.DepartmentChoiceForm, _department,
    ),
    "give": ManyAct(
        _("Give a role"), _("Give this role"), Act.MANAGE_PEOPLE, acts_forms.RoleChoiceForm, _give
    ),
    "take": ManyAct(
        _("Remove a role"), _("Remove this role"), Act.MANAGE_PEOPLE,
        acts_forms.RoleChoiceForm, _take, danger=True,
    ),
    "deactivate": ManyAct(
        _("Deactivate accounts"), _("Deactivate"), Act.MANAGE_PEOPLE, forms.Form, _deactivate,
        danger=True,
    ),
    "invite": ManyAct(
        _("Invite by email"), _("Send the invitations"), Act.EDIT_PERSON_FACTS,
        acts_forms.InviteForm, _invite, way=Invitation.Way.MAIL, most=MAX_INVITED,
    ),
    "slips": ManyAct(
        _("Print invitation slips"), _("Create the slips"), Act.EDIT_PERSON_FACTS,
        acts_forms.SlipsForm, _slips, way=Invitation.Way.SLIP, most=inviting_many.MAX_SLIPS,
    ),
}  # fmt: skip
