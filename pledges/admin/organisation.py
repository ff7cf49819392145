"""The organisation in the admin; administrators alone."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pledges import access, wording
from pledges.access import Act
from pledges.actions import people, proposing
from pledges.admin.base import AccessModelAdmin, actor_of
from pledges.core import refusals
from pledges.models import Organisation


class OrganisationForm(forms.ModelForm):
    class Meta:
        model = Organisation
        fields = (
            "name_zh",
            "name_en",
            "time_zone",
            "number_prefix",
            "pledge_contact",
            "notices_from",
            "notices_until",
            "signing",
            "two_people",
            "meet_invited",
        )

    def clean_time_zone(self) -> str:
        name = self.cleaned_data["time_zone"]
        if name not in zoneinfo.available_timezones():
            raise forms.ValidationError(_("This time zone does not exist. Example: Asia/Shanghai."))
        return name

    def clean_notices_until(self) -> int:
        until: int = self.cleaned_data["notices_until"]
        if until <= self.cleaned_data.get("notices_from", 0):
            raise forms.ValidationError(_("The last hour must be later than the first one."))
        return until

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        off = [name for name in people.SWITCHES if name in self.changed_data and not typed[name]]
        for name in off if proposing.find_open() else ():
            self.add_error(name, wording.refusal(refusals.AlreadyProposed()))
        return typed


class OrganisationAdmin(AccessModelAdmin):
    """The one organisation; its list is its page."""

    reads = Act.MANAGE_PEOPLE
    without_pages = frozenset({"add", "delete", "history"})
    form = OrganisationForm
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access.allows(request.user, Act.MANAGE_PEOPLE)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        access.require(request.user, self.reads)
        return redirect("admin:pledges_organisation_change", 1)

    def response_change(self, request: HttpRequest, obj: Organisation) -> HttpResponse:
        self.message_user(request, _("The organisation has been saved."))
        return redirect("admin:pledges_organisation_change", 1)

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: Any) -> None:
        wanted = {name: getattr(obj, name) for name in people.SWITCHES}
        people.save_organisation(obj, actor=actor_of(request), at=timezone.now())
        if obj.two_people != wanted["two_people"]:
            text = _(
                "Two people are still required until another administrator accepts your proposal."
            )
            self.message_user(request, text, messages.WARNING)
        if obj.meet_invited != wanted["meet_invited"]:
            text = _(
                "Invited people must still be confirmed in person until another "
                "administrator accepts your proposal."
            )
            self.message_user(request, text, messages.WARNING)
