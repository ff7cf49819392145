"""The forms of allauth's pages, with their fields named for what people type there."""

from typing import Any

from allauth.account import forms
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as factors
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as apps
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn import forms as passkeys
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms import HiddenInput, JSONField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pledges import wording
from pledges.actions import attempts, authenticating, passkey_answers
from pledges.actions.attempts import Account, What
from pledges.core import refusals
from pledges.models.names import validate_name
from pledges.views import security_log
from pledges.views.accounts import begin_on_form
from pledges.views.clients import client_address

MAX_NAME = 60  # characters: a mail's subject holds it


class LoginForm(forms.LoginForm):
    """Takes the user name or the e-mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("Username or email address")
        login.widget.attrs["autocomplete"] = "username"
        login.widget.attrs["autocapitalize"] = "none"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class ResetForm(forms.ResetPasswordForm):
    """Asks for the mail with the link; says and does the same for an address of nobody."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        self.account = Account.named(email)
        try:
            self.is_due = attempts.begin_reset(
                self.account, address=client_address(context.request)
            )
        except refusals.TooManyAttempts as refusal:
            security_log.note("locked", context.request, self.account.person, by=What.RESET)
            raise ValidationError(wording.refusal(refusal), code=refusal.kind) from refusal
        return email

    def save(self, request: HttpRequest, **options: Any) -> str:
        if self.is_due:
            attempts.queue_reset(self.account)
        email: str = self.cleaned_data["email"]
        return email


class ChangePasswordForm(forms.ChangePasswordForm):
    """Takes the present password too; who found an open page has as few tries as anybody."""

    def clean_oldpassword(self) -> str:
        attempt = begin_on_form(context.request, What.PASSWORD, Account.of(self.user))
        try:
            password: str = super().clean_oldpassword()
        except ValidationError:
            security_log.note_failed(context.request, self.user, What.PASSWORD)
            raise
        attempt.take_back()
        return password


class CountedCode:
    """Counts tries at codes; a right one of the app serves once, in whatever process."""

    def clean_code(self: Any) -> str:
        attempt = begin_on_form(context.request, What.CODE, Account.of(self.user))
        code: str = super().clean_code()  # type: ignore[misc]
        factor = self.authenticator
        if factor.type == Authenticator.Type.TOTP and not authenticating.use_up(factor, code):
            security_log.note_failed(context.request, self.user, "used-code")
            raise get_adapter().validation_error("incorrect_code")
        attempt.take_back()
        return code


class NamedCode(CountedCode):
    """Knows which factors the person has, so that none is asked for in vain."""

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = set(Authenticator.objects.filter(user=self.user).values_list("type", flat=True))
        self.has_passkey = Authenticator.Type.WEBAUTHN in kinds
        self.has_app = Authenticator.Type.TOTP in kinds
        self.has_recovery_codes = Authenticator.Type.RECOVERY_CODES in kinds
        code = self.fields["code"]
        code.widget.attrs.pop("placeholder", None)
        if not self.has_app:
            code.label = _("Recovery code")


class ReauthenticateForm(NamedCode, factors.ReauthenticateForm):
    """A code, again, before something that asks for it."""


class SecondFactorForm(NamedCode, factors.AuthenticateForm):
    """Takes a code as the second factor at signing in."""


class CredentialField(JSONField):
    """A passkey's answer, refused unless a library can read it without harm."""

    widget = HiddenInput

    def to_python(self, value: Any) -> Any:
        answer = super().to_python(value)
        if answer not in self.empty_values and not passkey_answers.is_readable(answer):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return answer

    def prepare_value(self, value: Any) -> str:
        """Nothing: an answer serves once, and a refused one may not even be fit to be sent back."""
        return ""


class LoggedPasskey:
    """A passkey's wrong answer is noted in the log."""

    def clean_credential(self: Any) -> Authenticator:
        try:
            found: Authenticator = super().clean_credential()  # type: ignore[misc]
        except ValidationError:
            security_log.note_failed(context.request, self.user, Authenticator.Type.WEBAUTHN)
            raise
        return found


class AuthenticatePasskeyForm(LoggedPasskey, passkeys.AuthenticateWebAuthnForm):
    """A passkey as second factor."""

    credential = CredentialField()


class ReauthenticatePasskeyForm(LoggedPasskey, passkeys.ReauthenticateWebAuthnForm):
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


class ActivateAppForm(apps.ActivateTOTPForm):
    """Asks for the first code of an app; the key is the same until one is right.

    It may have been scanned already when the page is loaded anew, as phones do after another app,
    or comes in the other language.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session = context.request.session
        shown = session.get(SECRET_SESSION_KEY)
        super().__init__(*args, **kwargs)
        if shown:
            session[SECRET_SESSION_KEY] = self.secret = shown


def _ask_for_name(form: Any) -> None:
    name = form.fields["name"]
    name.label = _("Name of the passkey")
    name.help_text = _("For example the device that it is on.")
    name.widget.attrs["maxlength"] = str(MAX_NAME)
    name.validators += [MaxLengthValidator(MAX_NAME), validate_name]
