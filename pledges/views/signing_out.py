"""Signing out, after which the browser holds nothing of what was shown or typed."""

from typing import Any

from allauth.account.views import LogoutView
from django.http import HttpResponse

# ASVS 5.0 14.3.1. Not "cookies": the browser stays one that the person has signed in from before.
CLEARED = '"cache", "storage"'


class SignOutView(LogoutView):
    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(*args, **kwargs)
        response.headers["Clear-Site-Data"] = CLEARED
        return response


sign_out = SignOutView.as_view()
