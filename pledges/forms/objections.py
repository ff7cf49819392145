"""The form in which a member of a signing task objects to it."""

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from pledges.actions.tasks import objecting


class ObjectionForm(forms.Form):
    """What a member objects to, in their own words."""

    words = forms.CharField(
        label=pgettext_lazy("an objection", "What do you object to, and why?"),
        max_length=objecting.MAX_OBJECTION,
        widget=forms.Textarea(attrs={"rows": 5, "class": "prose"}),
        help_text=gettext_lazy(
            "Compliance reads it, and HR and auditors can. You can change it or take it back."
        ),
    )
