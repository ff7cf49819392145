"""The forms of allauth's pages, with their fields named for what people type there."""

from typing import Any

from allauth.account import forms
from allauth.mfa.base import forms as factors
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as passkeys
from django.core.exceptions import ValidationError
from django.forms import HiddenInput, JSONField
from django.utils.translation import gettext_lazy as _

from pledges.actions import passkey_answers
from pledges.models.names import validate_name


class LoginForm(forms.LoginForm):
    """Takes the user name or the e-mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("User name or e-mail address")
        login.widget.attrs["autocomplete"] = "username"
        login.widget.attrs["autocapitalize"] = "none"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SecondFactorForm(factors.AuthenticateForm):
    """Takes a code; knows which factors the person has, so that none is asked for in vain."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = set(Authenticator.objects.filter(user=self.user).values_list("type", flat=True))
        self.has_passkey = Authenticator.Type.WEBAUTHN in kinds
        self.has_app = Authenticator.Type.TOTP in kinds
        self.has_recovery_codes = Authenticator.Type.RECOVERY_CODES in kinds
        code = self.fields["code"]
        code.widget.attrs.pop("placeholder", None)
        if not self.has_app:
            code.label = _("Recovery code")


class CredentialField(JSONField):
    """A passkey's answer, refused unless a library can read it without harm."""

    widget = HiddenInput

    def to_python(self, value: Any) -> Any:
        answer = super().to_python(value)
        if answer not in self.empty_values and not passkey_answers.is_readable(answer):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return answer


class AuthenticatePasskeyForm(passkeys.AuthenticateWebAuthnForm):
    """A passkey as second factor."""

    credential = CredentialField()


class ReauthenticatePasskeyForm(passkeys.ReauthenticateWebAuthnForm):
    """The same, again, before something that asks for it."""

    credential = CredentialField()


class AddPasskeyForm(passkeys.AddWebAuthnForm):
    """Asks how the passkey is to be called; the rest is the browser's."""

    credential = CredentialField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_name(self)


class EditPasskeyForm(passkeys.EditWebAuthnForm):
    """Renames a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_name(self)


def _ask_for_name(form: Any) -> None:
    name = form.fields["name"]
    name.label = _("Name of the passkey")
    name.help_text = _("For example the device that it is on.")
    name.max_length = 60
    name.widget.attrs["maxlength"] = "60"
    name.validators.append(validate_name)
