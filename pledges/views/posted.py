"""Addresses that forms are sent to, and that show nothing by themselves."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

View = Callable[..., HttpResponse]


def only_posted(back: str) -> Callable[[View], View]:
    """By GET the view leads to the page called `back`.

    So comes whoever signed in again after their session had ended, or changed the language on the
    page that answered a form.
    """

    def decorate(view: View) -> View:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return redirect(back)
            return view(request, *args, **kwargs)

        return answered

    return decorate
