"""Headers that every answer of the application bears; static files have their own."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# OWASP ASVS 5.0: 14.3.2 (nothing personal in caches), 3.4 (headers), 3.5.8 (cross-origin loads).
HEADERS = {
    # Pages, files and verdicts are all of one moment and mostly of one person: none may be kept.
    "Cache-Control": "no-store, private",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), "
        "accelerometer=(), gyroscope=(), magnetometer=(), display-capture=(), "
        "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
}


class PrivateResponsesMiddleware:
    """Sets the headers above, whatever a view or a library said about caching."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response
