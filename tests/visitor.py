"""Somebody who uses a served site over HTTP, with cookies and the tokens of its forms."""

import re
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from typing import Any


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Visitor:
    """One browser at the site under `address`."""

    def __init__(self, address: str) -> None:
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(jar, _Stay)

    def ask(self, path: str, typed: dict[str, str] | None = None) -> tuple[int, HTTPMessage, str]:
        data = urllib.parse.urlencode(typed).encode() if typed is not None else None
        try:
            with self.opener.open(self.address + path, data, timeout=60) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers, answer.read().decode()

    def post(self, path: str, typed: dict[str, str]) -> tuple[int, HTTPMessage, str]:
        """Fill in the form at `path` and send it."""
        page = self.ask(path)[2]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        return self.ask(path, {**typed, "csrfmiddlewaretoken": token[1]})

    def sign_in(self, name: str, password: str) -> str:
        """Gives `in`, `wrong` or `locked`."""
        status, _headers, page = self.post(
            "/accounts/login/", {"login": name, "password": password}
        )
        if status == 302:
            return "in"
        return "locked" if "尝试次数过多" in page else "wrong"
