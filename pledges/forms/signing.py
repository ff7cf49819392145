"""The act of signing as a form: the mark, the consent, the password for this document."""

import json

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.documents import Mark
from pledges.forms.strokes import NotStrokes, Strokes, is_a_mark, read_strokes

DRAW, TYPE = "draw", "type"


class SigningForm(forms.Form):
    """What the signer does on the signing page.

    `strokes` is filled by the page's script; without one, the name is typed. `method` says which
    of the two the signer chose, and is not asked where only one was sent.
    """

    method = forms.ChoiceField(
        choices=[(DRAW, gettext_lazy("Write by hand")), (TYPE, gettext_lazy("Type your name"))],
        required=False,
    )
    strokes = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    typed = forms.CharField(required=False, max_length=80)
    consent = forms.BooleanField(
        error_messages={"required": gettext_lazy("Please confirm the declaration.")}
    )
    password = forms.CharField(
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput,
        error_messages={"required": gettext_lazy("Please enter your password again.")},
    )

    def clean_strokes(self) -> Strokes:
        try:
            return read_strokes(self.cleaned_data["strokes"])
        except NotStrokes as error:
            raise ValidationError(
                _("The handwriting did not arrive in order. Please write it again.")
            ) from error

    def clean(self) -> None:
        if "strokes" in self.errors or "typed" in self.errors or "method" in self.errors:
            return
        if self.is_drawn():
            if not is_a_mark(self.cleaned_data["strokes"]):
                self.add_error("strokes", _("Please write your signature in the box."))
        elif not self.cleaned_data["typed"]:
            self.add_error("typed", _("Please type your name as it stands in the pledge."))

    def is_drawn(self) -> bool:
        """Whether the mark is handwriting."""
        chosen = self.cleaned_data["method"]
        return chosen == DRAW or (not chosen and bool(self.cleaned_data["strokes"]))

    def mark(self) -> Mark:
        """The mark, of a valid form."""
        if self.is_drawn():
            return Mark(strokes=self.cleaned_data["strokes"])
        return Mark(typed=self.cleaned_data["typed"])

    def strokes_again(self) -> str:
        """The strokes as sent, to stand in the page again; nothing where they were refused."""
        strokes = self.cleaned_data.get("strokes", ()) if self.is_bound else ()
        return json.dumps(strokes) if strokes else ""
