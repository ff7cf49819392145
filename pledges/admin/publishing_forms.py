"""The form of publishing: what kind of change it is, who signs again, what becomes of drafts."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pledges.actions.publishing import Choice
from pledges.models import VersionStep

Kind, Drafts = VersionStep.Kind, VersionStep.Drafts


def _day(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


class PublishingForm(forms.Form):
    """A template's first version only begins; any other takes the place of the one before."""

    kind = forms.ChoiceField(
        label=_("Kind of change"),
        widget=forms.RadioSelect,
        choices=[
            (Kind.MATERIAL, _("Material: what people undertake has changed. They sign again.")),
            (
                Kind.EDITORIAL,
                _(
                    "Editorial: only the wording reads better. Pledges on the previous version "
                    "still count. Another compliance officer must confirm this."
                ),
            ),
        ],
    )
    drafts = forms.ChoiceField(
        label=_("Open drafts on earlier versions"),
        widget=forms.RadioSelect,
        choices=[
            (Drafts.MOVED, _("Move to this version. Answers to the same blanks are kept.")),
            (Drafts.UNTIL, _("May still be signed as they are until a day. Then they move.")),
            (Drafts.WITHDRAWN, _("Are withdrawn. Their signers start again if they must sign.")),
        ],
    )
    drafts_until = _day(_("Last day to sign on an earlier version"), required=False)
    sign_again_by = _day(
        _("To be signed again by"),
        required=False,
        help_text=_(
            "For people who signed an earlier version and are asked again by a running task: "
            "their due date there, if it is later than their own. If this is empty, they keep "
            "their own due date, even one that is past."
        ),
    )
    effective_on = _day(_("Effective date"))
    past = forms.BooleanField(
        label=_("The effective date is past, and this is intended"), required=False
    )

    def __init__(self, *args: Any, today: date, is_first: bool, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)
        if is_first:
            for name in ("kind", "drafts", "drafts_until", "sign_again_by"):
                del self.fields[name]

    @property
    def asks_about_the_past(self) -> bool:
        """Whether the day that was typed lies before today: then it has to be said twice."""
        return "past" in self.errors or bool(self.data.get("past"))

    def clean(self) -> None:
        typed = self.cleaned_data
        begins = typed.get("effective_on")
        if begins and begins < self.today and not typed.get("past"):
            self.add_error("past", _("This day is past. Please confirm it, or choose another."))
        until = typed.get("drafts") == Drafts.UNTIL
        if until and not typed.get("drafts_until") and "drafts_until" not in self.errors:
            self.add_error("drafts_until", _("Please enter the day."))
        earliest = max(self.today, begins or self.today)
        for name in ("drafts_until", "sign_again_by"):
            if self._is_asked(name) and typed[name] < earliest:
                text = _("Please choose a day that is not past, and not before the effective date.")
                self.add_error(name, text)

    def _is_asked(self, name: str) -> bool:
        """Whether a day matters: of an editorial step nobody signs again, whatever was typed."""
        typed = self.cleaned_data
        matters = {
            "drafts_until": typed.get("drafts") == Drafts.UNTIL,
            "sign_again_by": typed.get("kind") == Kind.MATERIAL,
        }
        return bool(typed.get(name)) and matters[name]

    def choice(self) -> Choice:
        """What was chosen."""
        typed = self.cleaned_data
        if "kind" not in self.fields:
            return Choice(effective_on=typed["effective_on"])
        days = {
            name: typed[name] if self._is_asked(name) else None
            for name in ("drafts_until", "sign_again_by")
        }
        kind, drafts = Kind(typed["kind"]), Drafts(typed["drafts"])
        return Choice(effective_on=typed["effective_on"], kind=kind, drafts=drafts, **days)
