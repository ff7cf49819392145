"""What must be in order for the installation to work: system checks, and the faults of /healthz.

A `…_fault` function gives the reason in a few words fit for strangers, or "" when all is well;
details that could name people, paths or passwords go to the log only.
"""

import logging
import time
from collections.abc import Callable, Iterable
from functools import wraps
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from pledges.core.refusals import Unmade
from pledges.rendering import fonts, press
from pledges.storage import document_store

logger = logging.getLogger(__name__)

Probe = Callable[[], str]
FOREVER = float("inf")
PROBE_CHARACTER = "诺"


def _remembered_when_well(seconds: float) -> Callable[[Probe], Probe]:
    """Ask again only after `seconds`, but only where the last answer was that all is well."""

    def decorate(fault: Probe) -> Probe:
        well_until = 0.0

        @wraps(fault)
        def asked() -> str:
            nonlocal well_until
            if time.monotonic() < well_until:
                return ""
            reason = fault()
            if not reason:
                well_until = time.monotonic() + seconds
            return reason

        return asked

    return decorate


def database_fault() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.warning("The database does not answer", exc_info=True)
        return "does not answer"
    return ""


@_remembered_when_well(FOREVER)
def migrations_fault() -> str:
    try:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return "cannot be read"
    return f"{missing} not applied" if missing else ""


@_remembered_when_well(seconds=10)
def documents_fault() -> str:
    try:
        document_store.check()
    except Exception:
        # Whatever the backend in use raises: a folder's OSError, or one of an S3 client's many.
        logger.exception("The document storage does not work")
        return "cannot be written and read"
    return ""


@_remembered_when_well(FOREVER)
def fonts_fault() -> str:
    try:
        missing = fonts.missing_glyphs(PROBE_CHARACTER)
    except OSError:
        logger.exception("The fonts cannot be read")
        return "cannot be read"
    return "have no Chinese characters" if missing else ""


@_remembered_when_well(FOREVER)
def subsetter_fault() -> str:
    try:
        if press.has_subsetter():
            return ""
    except Unmade:
        return "nobody who renders could be asked about them"
    return "the HarfBuzz subsetter is missing: documents are made slowly and become large"


@register
def check_subsetter(**kwargs: Any) -> list[CheckMessage]:
    if fonts.subsetter_available():  # here: the pool may not even run yet
        return []
    return [
        Warning(
            "The HarfBuzz subsetter is missing: documents take seconds to make and become large.",
            hint="Install the system library, on Debian: apt-get install libharfbuzz-subset0",
            id="shounuo.W001",
        )
    ]


@register
def check_fonts(**kwargs: Any) -> list[CheckMessage]:
    reason = fonts_fault()
    if not reason:
        return []
    return [
        Error(
            f"The fonts of the paper {reason}.",
            hint="Install the requirements again: pip install -r requirements.txt",
            id="shounuo.E001",
        )
    ]


@register
def check_documents_are_private(**kwargs: Any) -> list[CheckMessage]:
    """A signed pledge must never lie where the web server hands out files to everybody."""
    configured: Any = settings.STORAGES["documents"]
    location = configured.get("OPTIONS", {}).get("location")
    if not location:
        return []
    documents = Path(location).resolve()
    return [
        Error(
            f"The documents folder {documents} and the public folder {folder} overlap.",
            hint="Set DOCUMENTS_DIR to a folder that nothing serves.",
            id="shounuo.E002",
        )
        for folder in _public_folders()
        if documents.is_relative_to(folder) or folder.is_relative_to(documents)
    ]


def _public_folders() -> Iterable[Path]:
    named: list[Any] = [settings.STATIC_ROOT, settings.MEDIA_ROOT]
    for entry in settings.STATICFILES_DIRS:
        named.append(entry[1] if isinstance(entry, tuple) else entry)
    return [Path(folder).resolve() for folder in named if folder]


@register(Tags.security, deploy=True)
def check_hosts(**kwargs: Any) -> list[CheckMessage]:
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_HOSTS accepts every name, so that links in mails can be forged.",
            hint="Name the hosts under which people reach this installation.",
            id="shounuo.E003",
        )
    ]


@register(Tags.security, deploy=True)
def check_public_url(**kwargs: Any) -> list[CheckMessage]:
    """The address is printed on paper for years: it must be the real one, over HTTPS."""
    if settings.PUBLIC_URL.startswith("https://"):
        return []
    return [
        Error(
            "PUBLIC_URL, printed behind the QR code of every pledge, is no https:// address.",
            hint="Set PUBLIC_URL=https://pledges.example.com",
            id="shounuo.E004",
        )
    ]


@register(Tags.security, deploy=True)
def check_proxies(**kwargs: Any) -> list[CheckMessage]:
    behind_proxy = bool(settings.SECURE_PROXY_SSL_HEADER)
    if behind_proxy == (settings.TRUSTED_PROXIES > 0):
        return []
    consequence = (
        "the evidence and the limits on login would name the proxy in place of the person"
        if behind_proxy
        else "HTTPS would not be recognised, and every page would redirect to itself"
    )
    return [
        Warning(
            f"BEHIND_TLS_PROXY and TRUSTED_PROXIES contradict each other: {consequence}.",
            hint="Behind one proxy that ends TLS set BEHIND_TLS_PROXY=1 and TRUSTED_PROXIES=1.",
            id="shounuo.W002",
        )
    ]


@register(Tags.security)
def check_bind(**kwargs: Any) -> list[CheckMessage]:
    """A thread waits for each request until its last byte has come: strangers could hold them."""
    if settings.TRUSTED_PROXIES > 0 or settings.SECURE_PROXY_SSL_HEADER or _is_local(settings.BIND):
        return []
    return [
        Warning(
            f"The web server listens at {settings.BIND} with no proxy in front: whoever sends "
            "slowly enough stops the site, and passwords travel in the clear.",
            hint="Put nginx before it as docs/production.md says, or set BIND=127.0.0.1.",
            id="shounuo.W006",
        )
    ]


def _is_local(bind: str) -> bool:
    if bind.startswith("unix:") or bind == "localhost":
        return True
    try:
        return ip_address(bind.strip("[]")).is_loopback
    except ValueError:
        return False  # a name, or nothing at all, which means every address
