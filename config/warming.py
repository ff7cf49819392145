"""What web processes load at their first requests, loaded before they are forked.

It opens no connection and starts no thread: neither would live on in a forked process.
"""

from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.template import engines
from django.urls import get_resolver
from django.utils import translation

from pledges import rendering
from pledges.gateways import pinyin

OURS = ("fill.html", "sign.html", "my_pledges.html", "pledge_detail.html", "account/login.html")


def warm() -> None:
    """Addresses with all that they lead to, languages, pages that people see most, the paper."""
    for pattern in get_resolver().url_patterns:
        getattr(pattern, "url_patterns", None)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            pass  # its catalogue is read and kept
    for name in OURS:
        engines["django"].get_template(name)
    rendering.warm_up()
    pinyin.warm_up()
    MigrationLoader(None)  # which /healthz compares with the database


def warm_worker() -> None:
    """In a web process: the layout engine, where no pool has it."""
    rendering.warm_engine()
