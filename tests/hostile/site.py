"""The site as somebody hostile meets it: all its addresses, its pages' forms, through WSGI."""

import gzip
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urljoin, urlsplit

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth.tokens import default_token_generator
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.http import int_to_base36
from django.utils.regex_helper import normalize

from pledges.actions import pending
from pledges.core.digests import sha256_hex
from pledges.models import Person
from pledges.storage import document_store
from tests.hostile import values

TOKEN = "c" * 32  # of forms, also as a cookie
# Whose keys an address takes that does not tell it by the name of its argument.
ABOUT = {
    "account_session_end": "session",
    "mfa_confirm_passkey": "waiting",
    "mfa_discard_passkey": "waiting",
    "mfa_remove_webauthn": "authenticator",
    "mfa_edit_webauthn": "authenticator",
    "mfa_phone": "phonelink",
    "phone": "phonelink",
    **dict.fromkeys(("paper", "paper_page", "paper_record", "verify_paper"), "paperpledge"),
}


@dataclass(frozen=True)
class Address:
    """A pattern of the resolver: its name, and its path with a place for each argument."""

    name: str
    template: str
    arguments: tuple[str, ...]

    def path(self, random: Random, known: "Known") -> str:
        filled = {
            each: quote(known.argument(random, self.name, each), safe="/")
            for each in self.arguments
        }
        return "/" + self.template % filled


def addresses(resolver: URLResolver | None = None, prefix: str = "", space: str = "") -> Iterator:
    """Every address there is: a new one joins by itself."""
    for pattern in (resolver or get_resolver()).url_patterns:
        # A route and a regular expression are both known by their expression.
        (template, _named), *_others = normalize(pattern.pattern.regex.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern, prefix + template, inner)
        elif isinstance(pattern, URLPattern):
            name = space + (pattern.name or str(pattern.pattern))
            named = re.findall(r"%\((\w+)\)s", prefix + template)
            yield Address(name, prefix + template, tuple(named))


class Known:
    """The keys of what there is, by the model that an address is about."""

    def __init__(self) -> None:
        self.keys = {
            model._meta.model_name: [str(key) for key in model.objects.values_list("pk", flat=True)]
            for model in apps.get_app_config("pledges").get_models()
        }
        self.keys["slug"] = ["contract", "general-standards", "personal-code"]
        owned = Authenticator.objects.values_list("pk", flat=True)
        self.keys["authenticator"] = [str(key) for key in owned]
        self.keys["waiting"] = [
            Path(name).stem.partition("-")[2]
            for name in document_store.list_records(pending.FOLDER)
        ]
        somebody = Person.objects.get(username="liming")
        self.keys["uidb36"] = [int_to_base36(somebody.pk)]
        self.keys["key"] = [default_token_generator.make_token(somebody)]

    def add_sessions(self, keys: Iterable[str]) -> None:
        self.keys["session"] = [sha256_hex(key.encode()) for key in keys]

    def argument(self, random: Random, address: str, name: str) -> str:
        """Mostly one that leads somewhere."""
        if random.random() < 0.15:
            return values.text(random) or "x"
        about = {"pk": "pledge", "intent_id": "signingintent"}.get(name, name)
        about = ABOUT.get(address, about)
        if found := re.fullmatch(r"admin:pledges_([a-z]+)_.*", address):
            about = found[1]
        return random.choice(self.keys.get(about) or ["1", "2", "0" * 64])


class _Forms(HTMLParser):
    """The fields of every form of a page, and the parameters that its links have."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict] = []
        self.parameters: list[str] = []
        self._select = ""

    def handle_starttag(self, tag: str, attributes: list) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append({"given": given, "fields": []})
        elif tag == "a" and "?" in given.get("href", ""):
            self.parameters += [
                key for key, _value in parse_qsl(urlsplit(given["href"]).query, True)
            ]
        elif self.forms and given.get("name") and tag in ("input", "textarea", "button"):
            self.forms[-1]["fields"].append((given["name"], given.get("value", "1")))
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self.forms and self._select:
            self.forms[-1]["fields"].append((self._select, given.get("value", "")))


@dataclass
class Page:
    """An answer, and what can be sent from it."""

    status: int
    location: str = ""
    text: str = ""
    parameters: list[str] = field(default_factory=list)
    forms: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)


@dataclass(frozen=True)
class Request:
    """What is sent, in full, so that a failure can be told."""

    method: str
    path: str
    query: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def __str__(self) -> str:
        about = f"{self.method} {self.path}?{self.query!r} {dict(self.headers)}"
        return f"{about} {self.body[:600]!r}"


def send(application, request: Request, session: str) -> Page:
    """The answer of the site; whatever escapes it is as bad as a 500 and raised."""
    environ = _environ(request, session)
    answered = {}

    def start_response(status, headers, exc_info=None):
        answered["status"], answered["headers"] = int(status[:3]), dict(headers)

    content = application(environ, start_response)
    try:
        whole = b"".join(content)
    finally:
        if hasattr(content, "close"):
            content.close()
    page = Page(answered["status"], answered["headers"].get("Location", ""))
    if answered["headers"].get("Content-Type", "").startswith("text/html"):
        if answered["headers"].get("Content-Encoding") == "gzip":
            whole = gzip.decompress(whole)
        page.text = whole.decode()
        forms = _Forms()
        forms.feed(page.text)
        page.parameters = forms.parameters
        page.forms = [
            (urljoin(request.path, urlsplit(each["given"].get("action", "")).path), each["fields"])
            for each in forms.forms
        ]
    return page


def _environ(request: Request, session: str) -> dict:
    headers = dict(request.headers)
    cookies = f"sessionid={session}; csrftoken={TOKEN}; {headers.pop('Cookie', '')}"
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        # As WSGI has it: bytes, each as the character of its number.
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query.decode("latin-1"),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": headers.pop("Content-Length", str(len(request.body))),
        "CONTENT_TYPE": headers.pop("Content-Type", ""),
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "HTTP_HOST": headers.pop("Host", "localhost"),
        "HTTP_COOKIE": cookies,
        "HTTP_X_CSRFTOKEN": TOKEN,
    }
    for name, value in headers.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    return environ
