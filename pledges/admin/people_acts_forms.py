"""Forms that say what is done to somebody or to many: assign, leave, come back, invite, move."""

from datetime import date, timedelta
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from pledges.actions.answers import MAX_NOTE_LENGTH
from pledges.actions.inviting_many import MAX_DAYS, USUAL_DAYS
from pledges.admin import words
from pledges.admin.people_forms import PersonNumberField, day_field
from pledges.models import Department, TemplateVersion

USUAL_TERM: Final = timedelta(days=14)


class AssignForm(forms.Form):
    """Which pledge is assigned to people, and until when it is to be signed.

    `today` is the organisation's: what is in effect then is offered, and no earlier day is taken.
    """

    version = forms.ModelChoiceField(
        label=_("Pledge"), queryset=TemplateVersion.objects.none(), empty_label=None
    )
    due_on = forms.DateField(
        label=_("Due date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        label=_("Why (optional)"),
        required=False,
        max_length=MAX_NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Each of these people sees this beside their pledge."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        current = TemplateVersion.objects.current(today).values("pk")
        choice = cast(forms.ModelChoiceField, self.fields["version"])
        choice.queryset = TemplateVersion.objects.filter(pk__in=current)
        self.fields["due_on"].initial = today + USUAL_TERM

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day < self.today:
            raise forms.ValidationError(_("This date has passed."))
        return day


class AbsenceForm(forms.Form):
    """When somebody is away, and who receives what they would."""

    from_on = day_field(_("First day"))
    until_on = day_field(_("Last day"))
    delegate = PersonNumberField(
        label=_("Delegate (employee number)"),
        required=False,
        help_text=_(
            "Receives the notices that this person would receive as a superior or officer. "
            "Nobody fills in or signs a pledge for someone else."
        ),
    )


class LeavingForm(forms.Form):
    last_day = day_field(
        _("Last day with the company"),
        help_text=_(
            "Today or earlier: the account is deactivated now. Later: it is deactivated when "
            "that day is over."
        ),
    )


class ReturnForm(forms.Form):
    entered_on = day_field(_("Entry date"))


class DepartmentChoiceForm(forms.Form):
    department = forms.ModelChoiceField(
        label=_("Department"), queryset=Department.objects.all(), empty_label=None
    )


class RoleChoiceForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=list(words.ROLES.items()))


class InviteForm(forms.Form):
    again = forms.BooleanField(
        label=_("Also those whose earlier invitation is still valid"),
        required=False,
        help_text=_("Their earlier links stop working."),
    )


class SlipsForm(InviteForm):
    days = forms.IntegerField(
        label=_("Valid for (days)"),
        min_value=1,
        max_value=MAX_DAYS,
        initial=USUAL_DAYS,
    )
