"""Every mail that allauth can send, found in its code: none of them is sent within a request."""

import ast
from collections.abc import Iterator
from pathlib import Path

import allauth
import pytest
from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.conf import settings
from django.core import mail
from django.test import RequestFactory
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

ALLAUTH = Path(allauth.__file__).parent
PARTS = ("account", "mfa", "core")
SENDERS = {"send_mail", "send_notification_mail"}

# What is sent, and what keeps each from being sent here.
OURS = "asked for by our own form, sent by our own task"
CLOSED = "nobody signs up"
ENTERED = "addresses are entered by administrators and not confirmed by people"
NO_CODES = "nobody signs in, or sets a password, by a code that is mailed"
SWITCHED_OFF = "ACCOUNT_EMAIL_NOTIFICATIONS is off: notices.accounts tells of what happened"
MAILS = {
    "account/email/password_reset_key": OURS,
    "account/email/account_already_exists": CLOSED,
    "account/email/unknown_account": CLOSED,
    "account/email/email_confirmation": ENTERED,
    "account/email/email_confirmation_signup": ENTERED,
    "account/email/login_code": NO_CODES,
    "account/email/password_reset_code": NO_CODES,
    "account/email/password_reset": SWITCHED_OFF,
    "account/email/password_changed": SWITCHED_OFF,
    "account/email/password_set": SWITCHED_OFF,
    "account/email/email_changed": SWITCHED_OFF,
    "account/email/email_deleted": SWITCHED_OFF,
    "mfa/email/totp_activated": SWITCHED_OFF,
    "mfa/email/totp_deactivated": SWITCHED_OFF,
    "mfa/email/recovery_codes_generated": SWITCHED_OFF,
    "mfa/email/webauthn_added": SWITCHED_OFF,
    "mfa/email/webauthn_removed": SWITCHED_OFF,
}
# Where allauth keeps something in its cache, which here keeps nothing.
CACHED = {
    "core/internal/ratelimit.py": "switched off: pledges.actions.attempts counts",
    "mfa/totp/internal/auth.py": "used codes: pledges.actions.authenticating notes them",
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for part in PARTS:
        for path in sorted((ALLAUTH / part).rglob("*.py")):
            if "tests" not in path.parts:
                yield str(path.relative_to(ALLAUTH)), ast.parse(path.read_text("utf-8"))


def mails_of(tree: ast.Module) -> Iterator[str]:
    """The templates of mails that stand anywhere in a module, by the form of their names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            parts = node.value.split("/")
            if len(parts) == 3 and parts[1] == "email" and " " not in node.value:
                yield node.value


def test_every_mail_of_allauth_is_accounted_for():
    found = {name for _path, tree in sources() for name in mails_of(tree)}
    assert found == set(MAILS)


def test_allauth_sends_mails_in_no_other_way():
    """All of it goes through the adapter's `send_mail`, which is ours."""
    sending = {
        path
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr == "send" and ast.unparse(node.func.value) in {"msg", "message"})
    }
    assert sending == {"account/adapter.py"}
    imported = {path for path, tree in sources() for node in ast.walk(tree) if _imports_mail(node)}
    assert imported == {"account/adapter.py"}


def _imports_mail(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.core.mail")


def test_allauth_keeps_nothing_else_in_the_cache():
    found = {
        path
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.core.cache"
    }
    assert found == set(CACHED)


def test_what_keeps_them_from_being_sent_is_set():
    assert not app_settings.EMAIL_NOTIFICATIONS and not app_settings.EMAIL_UNKNOWN_ACCOUNTS
    assert app_settings.EMAIL_VERIFICATION == "none"
    assert not app_settings.PASSWORD_RESET_BY_CODE_ENABLED
    assert not app_settings.LOGIN_BY_CODE_ENABLED and not app_settings.LOGIN_BY_CODE_REQUIRED
    assert settings.ACCOUNT_FORMS["reset_password"] == "pledges.views.signin.ResetForm"
    assert app_settings.RATE_LIMITS == {}


@pytest.mark.django_db
@pytest.mark.parametrize("name", MAILS)
def test_a_mail_that_came_in_spite_of_it_is_not_sent(name, mailoutbox, caplog):
    with context.request_context(RequestFactory().get("/")):
        get_adapter().send_mail(name, "chenjing@example.com", {})
    assert mailoutbox == [] and name in caplog.text


@pytest.mark.django_db
def test_no_page_of_an_account_sends_a_mail(client, liming):
    """Asking for a reset, signing in, changing the password: whatever is sent, the worker sends."""
    client.post(reverse("account_reset_password"), {"email": liming.email})
    client.post(reverse("account_signup"), {"username": "x", "email": liming.email})
    client.force_login(liming)
    client.post(reverse("account_email"), {"email": "x@example.com", "action_add": ""})
    client.post(reverse("account_email_verification_sent"), {})
    assert mail.outbox == []
    assert DBTaskResult.objects.filter(task_path="pledges.notices.accounts.send").exists()
