"""The entry for WSGI servers such as gunicorn: `config.wsgi:application`."""

import os
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

from config.database import ensure_running

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Request(WSGIRequest):
    """Reads everything as UTF-8, whatever a request calls its encoding, and whatever that may be.

    Django's own decodes even addresses by it, and fails where nobody turns exceptions into answers
    yet. What claims another encoding is refused by `RequestTextMiddleware`.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            read = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (LookupError, ValueError):
            read = "", {}
        self.content_type, self.content_params = read


class Handler(WSGIHandler):
    request_class = Request


ensure_running(settings.VAR_DIR)
django.setup(set_prefix=False)
application = Handler()
