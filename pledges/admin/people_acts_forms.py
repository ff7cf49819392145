"""Forms that say what is done to somebody or to many: leave, come back, invite, move."""

from django import forms
from django.utils.translation import gettext_lazy as _

from pledges.actions.inviting_many import MAX_DAYS, USUAL_DAYS
from pledges.admin import words
from pledges.admin.people_forms import PersonNumberField, day_field
from pledges.models import Department


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
