"""Forms of the review: reasons for a return, tied to clauses; the reason of a revocation."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from pledges import wording
from pledges.actions.review import MAX_REASON_LENGTH, ClauseReason
from pledges.core.template.clauses import FIELD
from pledges.core.template.outline import Outline, Slot

# Without JavaScript that adds rows, this many more than the unusual answers can be given.
SPARE_ROWS = 2
MAX_ROWS = 30
_MAX_SHOWN = 26


def clause_choices(outline: Outline) -> list[tuple[str, Any]]:
    """The clauses that a reason can be about: the numbered, and lines with a blank."""
    choices: list[tuple[str, Any]] = [("", _("The whole pledge"))]
    for depth, clause in outline.walk():
        has_blank = any(isinstance(run, Slot) for run in clause.runs)
        if not (clause.is_numbered or has_blank):
            continue
        text = "".join("＿＿" if isinstance(run, Slot) else run.text for run in clause.runs)
        short = text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…"
        number = "" if clause.style == FIELD else wording.citation(outline, clause.key)
        indent = "\u3000" * depth
        choices.append((clause.key, f"{indent}{number} {short}".rstrip()))
    return choices


class ReasonForm(forms.Form):
    """One reason. A row without words counts as empty, whatever clause it names.

    One that is `offered` for an unusual answer counts where it is chosen.
    """

    offered = forms.BooleanField(required=False, widget=forms.HiddenInput)
    chosen = forms.BooleanField(label=_("Return because of this answer"), required=False)
    clause = forms.ChoiceField(label=_("Clause"), required=False)
    text = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=MAX_REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, clauses: list, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["clause"]).choices = clauses

    @property
    def is_given(self) -> bool:
        """Whether this row, sound by itself, is a reason for the return."""
        typed = self.cleaned_data
        passed_over = typed.get("offered") and not typed.get("chosen")
        return bool(typed.get("text")) and not passed_over


class _Reasons(forms.BaseFormSet):
    def clean(self) -> None:
        if not any(self.errors) and not self.reasons():
            raise forms.ValidationError(_("Please give at least one reason."))

    def reasons(self) -> list[ClauseReason]:
        """The reasons that were given."""
        return [
            ClauseReason(
                text=form.cleaned_data["text"], clause=form.cleaned_data.get("clause") or ""
            )
            for form in self.forms
            if cast(ReasonForm, form).is_given
        ]


ReasonFormSet = forms.formset_factory(
    ReasonForm, formset=_Reasons, extra=SPARE_ROWS, max_num=MAX_ROWS, absolute_max=MAX_ROWS
)


class RevocationForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason for revocation"),
        max_length=MAX_REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The signer sees this reason in the notice."),
    )
    afterwards = forms.ChoiceField(
        label=_("After revocation"),
        choices=[
            ("again", _("To be signed again: the pledge is offered to the person again")),
            (
                "for-good",
                _(
                    "Not to be signed again, for example because the person has left the post: "
                    "the pledge is no longer offered"
                ),
            ),
        ],
        widget=forms.RadioSelect,
        help_text=_("Even then, you can still assign a pledge of this kind."),
    )
