"""A compliance officer at the browser: reads signed pledges and accepts them."""

from http import HTTPStatus

from benchmarks.browser import Answer, Browser, Heard, Unexpected


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
        path = f"/admin/pledges/pledge/{pledge}/accept/"
        proof = {"confirm-password": self._password}
        answer = self.browser.persist(lambda: self.browser.post(path, proof, what="accept"))
        self._expect(HTTPStatus.FOUND, "accept", answer)

    def _expect(self, status: HTTPStatus, step: str, answer: Answer) -> None:
        if answer.status != status:
            raise Unexpected(step, answer)
