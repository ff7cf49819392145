"""Assigning a pledge to people chosen in their list; compliance alone."""

from datetime import datetime

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from pledges import access
from pledges.access import Act
from pledges.actions import answers
from pledges.admin import words
from pledges.admin.people_acts_forms import AssignForm
from pledges.core import refusals
from pledges.models import Organisation, Person

MAX_AT_ONCE = 500


class Assigning(ModelAdmin):
    """The action of the list of people that assigns a pledge to each."""

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return access.allows(request.user, Act.ASSIGN_PLEDGE)

    @admin.action(description=_("Assign a pledge to these people"), permissions=["assign"])
    def assign(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """First a page that asks which pledge, and until when; then assign it to each."""
        at = timezone.now()
        people = list(queryset.select_related("department")[:MAX_AT_ONCE])
        form = AssignForm(
            request.POST if "confirmed" in request.POST else None,
            today=Organisation.current().localdate(at),
        )
        if not form.is_valid():
            # Told before, not after: whoever presses the button should know whom it reaches.
            able = [person for person in people if _can_be_given(person)]
            context = {
                **self.admin_site.each_context(request),
                "title": _("Assign a pledge to these people"),
                "opts": self.opts,
                "form": form,
                "people": able,
                "unable": [person for person in people if person not in able],
                "back": request.get_full_path(),
            }
            return TemplateResponse(request, "admin/pledges/person/assign.html", context)
        self._assign(request, people, form, at)
        return None

    def _assign(
        self, request: HttpRequest, people: list[Person], form: AssignForm, at: datetime
    ) -> None:
        assigned, refused = 0, []
        for person in people:
            try:
                answers.assign(
                    form.cleaned_data["version"],
                    person=person,
                    actor=request.user,
                    at=at,
                    due_on=form.cleaned_data["due_on"],
                    note=form.cleaned_data["note"],
                )
                assigned += 1
            except access.Denied:
                refused.append((person, str(_("not an account manager, or account deactivated"))))
            except refusals.Refusal as error:
                refused.append((person, words.refusal(error)))
        if assigned:
            text = ngettext(
                "Assigned to %(count)d person.", "Assigned to %(count)d people.", assigned
            )
            self.message_user(request, text % {"count": assigned}, messages.SUCCESS)
        if refused:
            told = [
                _("%(person)s: %(reason)s") % {"person": person, "reason": reason}
                for person, reason in refused
            ]
            text = _("Not assigned: %(people)s") % {"people": str(_("; ")).join(told)}
            self.message_user(request, text, messages.WARNING)


def _can_be_given(person: Person) -> bool:
    return person.is_active and access.allows(person, Act.OPEN_PLEDGE)
