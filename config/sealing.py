"""Settings of what proves: keys and certificates, who vouches for the time, checkpoints."""

import os
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config.environment import PRODUCTION, VAR_DIR, words
from config.secrets import pki_passphrase
from pledges.proof.fileformat import CURRENT
from pledges.proof.keys import company_pins

PKI_DIR = Path(os.environ.get("PKI_DIR") or VAR_DIR / "pki").resolve()
if PRODUCTION and not os.environ.get("PKI_PASSPHRASE"):
    raise ImproperlyConfigured("PKI_PASSPHRASE must be set in production: it encrypts the keys")
PKI_PASSPHRASE = os.environ.get("PKI_PASSPHRASE") or pki_passphrase(VAR_DIR)

# Keys kept elsewhere: a path ending in .pem, .p12 or .pfx, or a pkcs11: URI.
COMPANY_SEAL_KEY = os.environ.get("COMPANY_SEAL_KEY", "")
COMPANY_SEAL_KEY_PIN = os.environ.get("COMPANY_SEAL_KEY_PIN", "")
COMPANY_SEAL_CERT = os.environ.get("COMPANY_SEAL_CERT", "")
EVENT_CA_KEY = os.environ.get("EVENT_CA_KEY", "")
EVENT_CA_KEY_PIN = os.environ.get("EVENT_CA_KEY_PIN", "")
if COMPANY_SEAL_CERT and not COMPANY_SEAL_KEY:
    raise ImproperlyConfigured("COMPANY_SEAL_CERT needs the key to it: set COMPANY_SEAL_KEY")
# By what a company's seal under another authority is known: "sha256=… from 2026-01-01, …".
try:
    COMPANY_PINS = company_pins.read_all(os.environ.get("COMPANY_PINS", ""))
except company_pins.Malformed as error:
    raise ImproperlyConfigured(f"COMPANY_PINS: {error}") from error

# What our own verdict would not accept is not issued, and lies here for the operator.
QUARANTINE_DIR = VAR_DIR / "quarantine"

# How long a prepared document may be signed; a verdict knows the same bounds.
SIGNING_INTENT_MINUTES = int(os.environ.get("SIGNING_INTENT_MINUTES") or 30)
if not CURRENT.min_window <= timedelta(minutes=SIGNING_INTENT_MINUTES) <= CURRENT.max_window:
    raise ImproperlyConfigured("SIGNING_INTENT_MINUTES must be from 5 to 60")

TSA_URL = os.environ.get("TSA_URL", "")
TSA_ROOTS = os.environ.get("TSA_ROOTS", "")
TSA_TIMEOUT = 10.0  # seconds, for a whole answer
# How many seconds a seal waits for an authority that does not answer, before it is refused.
TSA_WAIT = float(os.environ.get("TSA_WAIT", "0"))
if TSA_URL and not TSA_URL.startswith(("https://", "http://")):
    raise ImproperlyConfigured("TSA_URL must be an http:// or https:// address")
if TSA_URL and not TSA_ROOTS:
    raise ImproperlyConfigured("TSA_URL needs TSA_ROOTS, the certificates that it is trusted by")

# Signed checkpoints of the ledger: a folder that the database's administrators cannot write, and
# people outside who keep what they are sent.
CHECKPOINTS_DIR = Path(os.environ.get("CHECKPOINTS_DIR") or VAR_DIR / "checkpoints").resolve()
CHECKPOINT_MAIL = words("CHECKPOINT_MAIL")
