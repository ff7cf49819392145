"""A brake on pages that anybody may ask for: so many requests a minute from one network."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse

from pledges.core.networks import network_of
from pledges.views import errors
from pledges.views.clients import client_address

MINUTE = 60  # seconds


def per_minute(limit: int) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Answer 429 after `limit` requests to the view from one network within a minute.

    The count is each server process's own; it spares the database, it guards no secret.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def braked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            key = f"throttle:{view.__name__}:{network_of(client_address(request))}"
            if caches["memory"].add(key, 1, MINUTE):
                return view(request, *args, **kwargs)
            try:
                count = caches["memory"].incr(key)
            except ValueError:  # it lapsed between the two calls: a new minute has begun
                count = 1
            if count > limit:
                return errors.too_many_requests(request)
            return view(request, *args, **kwargs)

        return braked

    return decorate
