"""All settings in one file, driven by the environment; safe values are the default."""

import os

import bootstrap_wrapper
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import database
from config.attempts import *  # noqa: F403
from config.environment import BASE_DIR, PRODUCTION, VAR_DIR, contacts, flag, words
from config.judging import *  # noqa: F403
from config.logs import LOGGING  # noqa: F401
from config.mail import *  # noqa: F403
from config.pools import *  # noqa: F403
from config.sealing import *  # noqa: F403
from config.secrets import secret_key

DEBUG = flag("DEBUG")
if DEBUG and PRODUCTION:
    raise ImproperlyConfigured("DEBUG cannot be on in production: it shows people's data in errors")
if PRODUCTION and not os.environ.get("SECRET_KEY"):
    raise ImproperlyConfigured("SECRET_KEY must be set in production: a long random string")
SECRET_KEY = os.environ.get("SECRET_KEY") or secret_key(VAR_DIR)
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "pledges.apps.PledgesConfig",
    "pledges.apps.PledgesAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "pledges.views.context.OrganisationMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "pledges.views.request_text.RequestTextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "pledges.views.language.PreferredLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "pledges.views.upload_limits.UploadLimitsMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "pledges.views.sessions.SessionLifetimeMiddleware",
    "pledges.views.archive_uploads.ArchiveUploadsMiddleware",
    "pledges.views.first_passwords.FirstPasswordMiddleware",
    "pledges.views.staff_factor.StaffFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pledges.views.headers.PrivateResponsesMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "pledges.views.context.organisation",
            ],
        },
    },
]

DATABASES = {"default": database.from_environment(VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # allauth's, and empty: attempts and used codes are counted in a table, by all processes and
    # machines together.
    "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
    # What spares the database, each process for itself.
    "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
TASKS = {
    "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "sealing"]}
}

# --- People and sessions -------------------------------------------------------------------
AUTH_USER_MODEL = "pledges.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "pledges.models.password_hashing.PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "pledges.actions.password_rules.StrengthValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60  # an invitation has its own time (`models/accounts.py`)
LOGIN_URL, LOGIN_REDIRECT_URL = "account_login", "my_pledges"
ACCOUNT_ADAPTER = "pledges.views.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_FORMS = {
    "login": "pledges.views.signin.LoginForm",
    "reset_password": "pledges.views.signin.ResetForm",
    "change_password": "pledges.views.signin.ChangePasswordForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_MAX_EMAIL_ADDRESSES = 1
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
# The others end (`actions.credentials`); the one in which it was changed goes on.
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
# Attempts are counted by pledges.actions.attempts: allauth's counts are by the host that is asked.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "pledges.views.accounts.MFAAdapter"
MFA_FORMS = {
    "activate_totp": "pledges.views.signin.ActivateAppForm",
    "authenticate": "pledges.views.signin.SecondFactorForm",
    "authenticate_webauthn": "pledges.views.signin.AuthenticatePasskeyForm",
    "reauthenticate": "pledges.views.signin.ReauthenticateForm",
    "reauthenticate_webauthn": "pledges.views.signin.ReauthenticatePasskeyForm",
    "add_webauthn": "pledges.views.signin.AddPasskeyForm",
    "edit_webauthn": "pledges.views.signin.EditPasskeyForm",
}
# Compliance, HR, auditors and administrators enrol a second factor before anything else.
STAFF_SECOND_FACTOR = flag("STAFF_SECOND_FACTOR", PRODUCTION)
# For so many seconds somebody who proved who they are may do what asks for that.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
# A passkey that signs documents always knows its person by finger, face or PIN.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# A code typed as its 30 seconds end still serves, once (RFC 6238, 5.2: at most one step).
MFA_TOTP_TOLERANCE = 1
# Addresses are entered by administrators, not claimed by people; there is nothing to verify.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# ASVS 5.0 7.3: a session ends after an hour of silence, and after twelve hours whatever happens.
SESSION_ENGINE = "pledges.models.sessions"
SESSION_COOKIE_AGE = 60 * 60
SESSION_ABSOLUTE_AGE = 12 * 60 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- Languages and time ----------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LOCALE_PATHS = [BASE_DIR / "pledges" / "locale"]
TIME_ZONE = os.environ.get("TIME_ZONE", "Asia/Shanghai")

# --- Files -----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap/css", bootstrap_wrapper.get_bootstrap_css_dir()),
]
DOCUMENTS_S3_BUCKET = os.environ.get("DOCUMENTS_S3_BUCKET", "")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    "documents": {
        "BACKEND": "pledges.storage.document_store.DocumentStorage",
        "OPTIONS": {"location": os.environ.get("DOCUMENTS_DIR") or str(VAR_DIR / "documents")},
    },
}
if DOCUMENTS_S3_BUCKET:
    STORAGES["documents"] = {
        "BACKEND": "pledges.storage.s3.S3DocumentStorage",
        "OPTIONS": {
            "bucket_name": DOCUMENTS_S3_BUCKET,
            "endpoint_url": os.environ.get("DOCUMENTS_S3_ENDPOINT") or None,
            "default_acl": None,
            "file_overwrite": False,
        },
    }
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- The product -----------------------------------------------------------------------------
# Where people reach this installation: printed in mails and behind the QR code of every pledge.
PUBLIC_URL = os.environ.get("PUBLIC_URL", f"http://localhost:{os.environ.get('PORT', '8000')}")
# Whom strangers tell of a vulnerability: /.well-known/security.txt.
SECURITY_CONTACT = contacts("SECURITY_CONTACT")
# Where gunicorn listens; a check warns where that is no place for it.
BIND = os.environ.get("BIND", "127.0.0.1")
# How many proxies of ours stand in front; 0: X-Forwarded-For is not believed at all.
TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "0"))
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# --- Transport and headers -------------------------------------------------------------------
SECURE_SSL_REDIRECT = PRODUCTION and flag("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
if flag("BEHIND_TLS_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 63_072_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    LANGUAGE_COOKIE_NAME = "__Host-language"
MESSAGE_STORAGE = "pledges.views.messages.MessageStorage"
KNOWN_BROWSER_COOKIE_NAME = "__Host-browser" if PRODUCTION else "browser"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "pledges.views.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

CRISPY_ALLOWED_TEMPLATE_PACKS = ("bootstrap5", "sheet")
CRISPY_TEMPLATE_PACK = "bootstrap5"
