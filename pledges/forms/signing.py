"""Signing as a form: the signature image, the consent, the proof for this document."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.actions.authenticating import PasskeyAnswer, PasswordAndCode, Proof
from pledges.forms.strokes import NotStrokes, Strokes, is_handwriting, read_strokes
from pledges.rendering import SignatureImage

DRAW, TYPE = "draw", "type"
MAX_ASSERTION_LENGTH = 20_000  # characters


class SigningForm(forms.Form):
    """What the signer does on the signing page.

    `document` is the digest of the document that the page shows. `strokes` is filled by the page's
    script; without one, the name is typed. `method` says which of the two the signer chose, and
    is not asked where only one was sent. `assertion` is what the passkey answered; without it,
    password and code are asked for where the signer gave either, or where the page offers nothing
    else (`by_code`).
    """

    document = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    method = forms.ChoiceField(
        choices=[(DRAW, gettext_lazy("Write by hand")), (TYPE, gettext_lazy("Type your name"))],
        required=False,
    )
    strokes = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    typed = forms.CharField(required=False, max_length=80)
    consent = forms.BooleanField(
        error_messages={"required": gettext_lazy("Please confirm the declaration.")}
    )
    assertion = forms.CharField(
        required=False, max_length=MAX_ASSERTION_LENGTH, widget=forms.HiddenInput
    )
    password = forms.CharField(
        required=False, strip=False, max_length=1000, widget=forms.PasswordInput
    )
    code = forms.CharField(required=False, max_length=20)

    def __init__(self, *args: Any, by_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_code = by_code

    def clean_strokes(self) -> Strokes:
        try:
            return read_strokes(self.cleaned_data["strokes"])
        except NotStrokes as error:
            raise ValidationError(
                _("The handwriting was not received correctly. Please write it again.")
            ) from error

    def clean_assertion(self) -> Any:
        sent = self.cleaned_data["assertion"]
        try:
            return json.loads(sent) if sent else None
        except (ValueError, RecursionError) as error:
            raise ValidationError(
                _("The passkey's answer was not received correctly. Please sign again.")
            ) from error

    def clean(self) -> None:
        self._require_proof()
        if "strokes" in self.errors or "typed" in self.errors or "method" in self.errors:
            return
        if self.is_drawn():
            if not is_handwriting(self.cleaned_data["strokes"]):
                self.add_error("strokes", _("Please write your signature in the box."))
        elif not self.cleaned_data["typed"]:
            self.add_error("typed", _("Please type your name exactly as in the pledge."))

    def _require_proof(self) -> None:
        if "assertion" in self.errors or self.cleaned_data.get("assertion") is not None:
            return
        password, code = (self.cleaned_data.get(name) for name in ("password", "code"))
        if not (self.by_code or password or code):
            self.add_error("assertion", _("Please confirm with your passkey that it is you."))
            return
        if not password and "password" not in self.errors:
            self.add_error("password", _("Please enter your password again."))
        if not code and "code" not in self.errors:
            self.add_error("code", _("Please enter the code shown in your authenticator app."))

    def is_drawn(self) -> bool:
        """Whether the signature image is handwriting."""
        chosen = self.cleaned_data["method"]
        return chosen == DRAW or (not chosen and bool(self.cleaned_data["strokes"]))

    def signature_image(self) -> SignatureImage:
        """The signature image, of a valid form."""
        if self.is_drawn():
            return SignatureImage(strokes=self.cleaned_data["strokes"])
        return SignatureImage(typed=self.cleaned_data["typed"])

    def proof(self) -> Proof:
        """What shows that it is the signer, of a valid form."""
        answer = self.cleaned_data["assertion"]
        if answer is not None:
            return PasskeyAnswer(answer)
        return PasswordAndCode(self.cleaned_data["password"], self.cleaned_data["code"])

    def strokes_again(self) -> str:
        """The strokes as sent, to stand in the page again; nothing where they were refused."""
        strokes = self.cleaned_data.get("strokes", ()) if self.is_bound else ()
        return json.dumps(strokes) if strokes else ""
