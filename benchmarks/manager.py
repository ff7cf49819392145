"""A manager at the browser: signs in, adds a passkey, fills in, has it prepared, reads and signs.

Every step sends what the pages send. It is repeated as its sender would repeat it until there is an
answer, so whatever is acknowledged here was acknowledged to somebody.
"""

import json
import math
import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from urllib.parse import urlencode

from benchmarks.browser import PATIENCE, REPEAT_AFTER, Answer, Browser, GaveUp, Heard, Unexpected
from pledges.proof.passkeys.ceremony import unbase64
from tests.authenticator import Passkey

PAGE_IMAGE = re.compile(r'<img class="page-image" src="([^"]+)"')
PREPARING = re.compile(r"[0-9a-f-]{36}/sign/([0-9a-f-]{36})/$")


def handwriting(seed: int) -> str:
    """Strokes of about as many points as a name written with a finger has."""
    strokes = [
        [
            [round(0.1 + 0.09 * stroke + 0.003 * point, 4),
             round(0.15 + 0.08 * math.sin(seed + stroke + point / 4), 4),
             round(0.85 + 0.45 * math.cos(seed + stroke + point / 4), 2)]
            for point in range(28)
        ]
        for stroke in range(8)
    ]  # fmt: skip
    return json.dumps(strokes)


class Manager:
    """One person; `draft`, `revision` and `intent` tell where they are."""

    def __init__(
        self, username: str, name: str, port: int, heard: Heard | None = None, seed: int = 0
    ) -> None:
        self.username, self.name, self.seed = username, name, seed
        # Everybody in a network of their own: what limits attempts counts by network too.
        self.browser = Browser(port, heard, f"10.{seed // 250}.{seed % 250}.1")
        self.passkey = Passkey(rp_id="localhost", origin=f"http://localhost:{port}")
        self.draft = self.intent = ""
        self.revision = 0
        self._read: Answer | None = None

    # --- Once --------------------------------------------------------------------------------
    def sign_in(self, password: str) -> None:
        self.browser.sign_in(self.username, password)

    def add_passkey(self, password: str) -> None:
        """With the password again, as the page asks for it."""
        page = "/accounts/2fa/webauthn/add/"
        again = f"/accounts/reauthenticate/?{urlencode({'next': page})}"
        answer = self.browser.post(again, {"password": password}, what="add a passkey")
        if answer.location != page:
            raise Unexpected("the password again", answer)
        shown = self.browser.get(page, what="add a passkey")
        options = json.loads(shown.json_script("js_data"))["creation_options"]
        made = self.passkey.register(unbase64(options["publicKey"]["challenge"]))
        fields = {"name": "Key", "credential": json.dumps(made)}
        answer = self.browser.post(page, fields, what="add a passkey")
        if answer.status != HTTPStatus.FOUND:
            raise Unexpected("add a passkey", answer)

    # --- One pledge --------------------------------------------------------------------------
    def open(self, slug: str) -> None:
        answer = self._until_answered(
            lambda: self.browser.post(f"/pledges/start/{slug}/", {}, what="open")
        )
        if answer.status != HTTPStatus.FOUND or answer.location == "/":
            raise Unexpected("open", answer)
        self.draft, self.intent = answer.location, ""
        self.look_at_draft()

    def look_at_draft(self) -> None:
        page = self._page(self.draft)
        self.revision = int(page.field("revision"))

    def save(self, typed: Mapping[str, str]) -> None:
        """Autosave; `typed` are all inputs of the page, by code."""
        fields = {"revision": self.revision, **_inputs(typed)}
        answer = self._until_answered(
            lambda: self.browser.post(f"{self.draft}answers/", fields, what="save")
        )
        if answer.status != HTTPStatus.OK:
            raise Unexpected("save", answer)
        self.revision = int(json.loads(answer.body)["revision"])

    def prepare(self, typed: Mapping[str, str]) -> None:
        fields: dict[str, object] = {"revision": self.revision, **_inputs(typed)}
        end = time.monotonic() + PATIENCE
        while True:
            answer = self._until_answered(
                partial(self.browser.post, f"{self.draft}prepare/", fields, what="prepare")
            )
            if PREPARING.search(answer.location):
                self.intent = answer.location
                return
            if answer.status != HTTPStatus.ACCEPTED:
                raise Unexpected("prepare", answer)
            # The page that says that the document is being made asks for the same again.
            fields = {"asked": answer.field("asked")}
            if time.monotonic() > end:
                raise GaveUp("the document is still being made")
            time.sleep(1)

    def read(self) -> None:
        """The page to sign on, and the document's pages one after the other."""
        self._read = self._page(self.intent)
        for image in PAGE_IMAGE.findall(self._read.text):
            self._page(image)

    def sign(self) -> None:
        """What was read last."""
        if self._read is None:
            raise ValueError("nobody signs what was not read")
        options = json.loads(self._read.json_script("passkey-options"))
        assertion = self.passkey.answer(unbase64(options["challenge"]))
        fields = {
            "document": self._read.field("document"),
            "method": "draw",
            "strokes": handwriting(self.seed),
            "typed": "",
            "consent": "on",
            "assertion": json.dumps(assertion),
        }
        end = time.monotonic() + PATIENCE
        while True:
            answer = self._until_answered(
                lambda: self.browser.post(self.intent, fields, what="sign")
            )
            if answer.status == HTTPStatus.FOUND and answer.location == self.draft:
                return
            # Without a timestamp nothing is signed, and the page says so: press the button again.
            if answer.status != HTTPStatus.CONFLICT or time.monotonic() > end:
                raise Unexpected("sign", answer)
            time.sleep(REPEAT_AFTER)

    def look_at_signed(self) -> None:
        self._page(self.draft)

    def look_at_own(self) -> None:
        self._page("/")

    def _page(self, path: str) -> Answer:
        answer = self._until_answered(lambda: self.browser.get(path, what="page"))
        if answer.status != HTTPStatus.OK:
            raise Unexpected("page", answer)
        return answer

    def _until_answered(self, attempt: Callable[[], Answer]) -> Answer:
        return self.browser.persist(attempt)


def _inputs(typed: Mapping[str, str]) -> dict[str, str]:
    return {f"answer-{code}": value for code, value in typed.items()}
