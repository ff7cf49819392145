"""From where a request comes."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The client's address as far as our own proxies vouch for it; `None` where unknown."""
    try:
        return get_adapter(request).get_client_ip(request)
    except PermissionDenied:
        return None
