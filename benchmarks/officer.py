"""A compliance officer at the browser: reads signed pledges and accepts them."""

import time
from http import HTTPStatus

from benchmarks.browser import PATIENCE, REPEAT_AFTER, Answer, Browser, GaveUp, Heard, Unexpected


class Officer:
    """One officer, who knows by its key which pledge waits."""

    def __init__(self, username: str, port: int, heard: Heard | None = None) -> None:
        self.username = username
        self.browser = Browser(port, heard, "10.255.0.1")
        self._password = ""

    def sign_in(self, password: str) -> None:
        self.browser.sign_in(self.username, password)
        self._password = password

    def read(self, pledge: str) -> None:
        """The page on which it is judged."""
        path = f"/admin/pledges/pledge/{pledge}/change/"
        answer = self.browser.persist(lambda: self.browser.get(path, what="review"))
        self._expect(HTTPStatus.OK, "review", answer)

    def accept(self, pledge: str) -> None:
        """With the password, which proves who accepts."""
        page = f"/admin/pledges/pledge/{pledge}/"
        proof = {"confirm-password": self._password}
        end = time.monotonic() + PATIENCE
        while True:
            answer = self.browser.persist(
                lambda: self.browser.post(f"{page}accept/", proof, what="accept")
            )
            self._expect(HTTPStatus.FOUND, "accept", answer)
            # Back on the same pledge's page it was refused, without a timestamp for instance.
            if answer.location != f"{page}change/":
                return
            if time.monotonic() > end:
                raise GaveUp("the pledge is still not accepted")
            time.sleep(REPEAT_AFTER)

    def _expect(self, status: HTTPStatus, step: str, answer: Answer) -> None:
        if answer.status != status:
            raise Unexpected(step, answer)
