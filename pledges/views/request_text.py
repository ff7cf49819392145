"""What a request says must be text that we and the database can read: UTF-8 without NUL."""

import codecs
from collections.abc import Callable
from typing import Any, Final

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

UTF_8: Final = "utf-8"
MAX_LENGTH_DIGITS: Final = 18  # of a Content-Length; what is longer is no number that fits
# How Python calls the encodings whose texts are UTF-8 texts.
_READABLE: Final = frozenset((UTF_8, "ascii"))


class RequestTextMiddleware:
    """Refuses with 400 what no browser sends: other encodings, NUL, lengths that are none.

    What is typed into forms is looked at by the forms.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        named = (request.content_params or {}).get("charset", UTF_8)
        if not _is_utf_8(named):
            raise BadRequest("encoding")
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path_info:
            raise BadRequest("NUL in the address")
        if any("\0" in value for value in request.COOKIES.values()):
            raise BadRequest("NUL in a cookie")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        """Behind the limits for uploads, which have answers of their own to such lengths."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit() and len(length) <= MAX_LENGTH_DIGITS):
            raise BadRequest("length")


def _is_utf_8(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name in _READABLE
    except LookupError:
        return False
