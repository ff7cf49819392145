"""What web processes load at their first requests, loaded before they are forked.

It opens no connection and starts no thread: neither would live on in a forked process.
"""

from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.template import engines
from django.urls import get_resolver
from django.utils import translation

from pledges.rendering import fonts

OURS = ("fill.html", "sign.html", "my_pledges.html", "pledge_detail.html", "account/login.html")


def warm() -> None:
    """Addresses with all that they lead to, languages, the pages that people see most, fonts."""
    for pattern in get_resolver().url_patterns:
        getattr(pattern, "url_patterns", None)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            pass  # its catalogue is read and kept
    for name in OURS:
        engines["django"].get_template(name)
    fonts.missing_glyphs("")
    MigrationLoader(None)  # which /healthz compares with the database
