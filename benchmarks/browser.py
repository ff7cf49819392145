"""Just enough of a browser: a kept connection, cookies, forms; and what a person does who gets no
answer, which is to send the same request again."""

import gzip
import http.client
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

TOKEN = "csrfmiddlewaretoken"
FORM = "application/x-www-form-urlencoded"
ANSWERS_WITHIN = 60.0  # seconds
REPEAT_AFTER, PATIENCE = 2.0, 240.0
"""Seconds until the same request is sent again, and until its sender gives up."""
NOT_NOW = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
BROKEN = NOT_NOW | {HTTPStatus.INTERNAL_SERVER_ERROR}


class NoAnswer(Exception):
    """The connection broke, or nothing came in time."""


class GaveUp(Exception):
    """The same request went wrong until its sender had no more patience."""


@dataclass(frozen=True)
class Answer:
    """One response, and the seconds until its last byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        """The path that it sends to."""
        return urlsplit(self.headers.get("location", "")).path

    def json_script(self, key: str) -> str:
        """The JSON that stands in the page under this id (Django's `json_script`)."""
        found = re.search(rf'<script id="{key}" type="application/json">(.*?)</script>', self.text)
        if found is None:
            raise ValueError(f"the page has no {key}")
        return found[1]

    def field(self, name: str) -> str:
        """The value of the first input of that name."""
        found = re.search(rf'<input[^>]* name="{name}"[^>]*? value="([^"]*)"', self.text)
        if found is None:
            raise ValueError(f"the page has no field {name}")
        return unescape(found[1])


class Unexpected(Exception):
    """An answer that the step cannot go on with."""

    def __init__(self, step: str, answer: Answer) -> None:
        told = " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())[:300]
        super().__init__(f"{step}: {answer.status} {answer.location} {told}")


Heard = Callable[[str, "Answer | None"], None]
"""Is told of every attempt: what it was for, and the answer or none."""


class Browser:
    """One person's browser; not to be shared between threads.

    `address` is where it comes from, as a proxy would tell the site.
    """

    def __init__(self, port: int, heard: Heard | None = None, address: str = "") -> None:
        self._port, self._heard = port, heard or (lambda what, answer: None)
        self._address = address
        self._connection: http.client.HTTPConnection | None = None
        self.cookies: dict[str, str] = {}

    def get(self, path: str, *, what: str) -> Answer:
        return self._send("GET", path, None, what)

    def post(self, path: str, fields: Mapping[str, Any], *, what: str) -> Answer:
        token = self.cookies.get("csrftoken") or self.cookies.get("__Host-csrf", "")
        body = urlencode({**fields, TOKEN: token})
        return self._send("POST", path, body.encode(), what)

    def sign_in(self, username: str, password: str) -> None:
        page = "/accounts/login/"
        self.get(page, what="sign in")
        answer = self.post(page, {"login": username, "password": password}, what="sign in")
        if answer.status != HTTPStatus.FOUND or answer.location == page:
            raise Unexpected("sign in", answer)

    def persist(self, attempt: Callable[[], Answer]) -> Answer:
        """`attempt` until it is answered in earnest. Raises `GaveUp` after `PATIENCE` seconds."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                answer = attempt()
                if answer.status not in BROKEN:
                    return answer
                wait = float(answer.headers.get("retry-after") or REPEAT_AFTER)
                met = f"{answer.status} {answer.headers.get('content-type')}"
            except NoAnswer as error:
                wait, met = REPEAT_AFTER, repr(error)
            if time.monotonic() + wait > end:
                raise GaveUp(f"for {PATIENCE:.0f} s, at last {met}")
            time.sleep(wait)

    def _send(self, method: str, path: str, body: bytes | None, what: str) -> Answer:
        try:
            answer = self._attempt(method, path, body)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            self._heard(what, None)
            raise NoAnswer(str(error)) from error
        self._heard(what, answer)
        return answer

    def _attempt(self, method: str, path: str, body: bytes | None) -> Answer:
        headers = {
            "Host": f"localhost:{self._port}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept-Language": "zh-CN",
            "Accept-Encoding": "gzip",
            "Origin": f"http://localhost:{self._port}",
            **({"Content-Type": FORM} if body is not None else {}),
            **({"X-Forwarded-For": self._address} if self._address else {}),
        }
        begun = time.perf_counter()
        response = self._request(method, path, body, headers)
        content = response.read()
        seconds = time.perf_counter() - begun
        for morsels in response.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(morsels).items():
                self.cookies[name] = morsel.value
        told = {name.lower(): value for name, value in response.headers.items()}
        if told.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        return Answer(response.status, told, content, seconds)

    def _request(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        kept = self._connection is not None
        try:
            return self._ask(method, path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionError):
            # A server may close a connection that was silent for a while; browsers open another.
            self.close()
            if not kept:
                raise
            return self._ask(method, path, body, headers)

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=ANSWERS_WITHIN
            )
        self._connection.request(method, path, body, dict(headers))
        return self._connection.getresponse()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
