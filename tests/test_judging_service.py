"""Strangers' files at the site: what hurts the judge is answered, and disturbs nobody else."""

import http.client
import json
import re
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import vulnerable
from tests.judging import Service
from tests.serving import server

pytestmark = pytest.mark.django_db(transaction=True)


class Visitor:
    """A browser that brings files."""

    def __init__(self, address: str) -> None:
        self.name = address.removeprefix("http://")

    def get(self, path: str) -> tuple[int, bytes]:
        status, _, body = self._ask("GET", path)
        return status, body

    def bring(self, pdf: bytes) -> tuple[int, dict[str, str], str]:
        token, boundary = secrets.token_hex(16), "boundary"
        parts = (
            ('name="csrfmiddlewaretoken"', token.encode()),
            ('name="file"; filename="a.pdf"\r\nContent-Type: application/pdf', pdf),
        )
        body = b"".join(
            f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode()
            + part
            + b"\r\n"
            for head, part in parts
        )
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Cookie": f"csrftoken={token}",
            "Accept-Language": "en",
        }
        status, told, page = self._ask("POST", "/verify/", body + b"--boundary--\r\n", headers)
        return status, told, page.decode()

    def _ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.name, timeout=120)
        connection.request(method, path, body, {"Host": "localhost", **(headers or {})})
        response = connection.getresponse()
        try:
            return response.status, dict(response.headers), response.read()
        finally:
            connection.close()


@pytest.fixture
def weak(tmp_path):
    service = Service(tmp_path / "judging" / "socket", module="tests.vulnerable")
    yield service
    if service.process.poll() is None:
        service.end()


@pytest.fixture
def visitor(weak):
    with server(workers=2, threads=4, JUDGING_SOCKET=str(weak.path)) as address:
        yield Visitor(address)


@pytest.mark.parametrize("pdf", [vulnerable.SPINS, vulnerable.EATS])
def test_four_bombs_at_once_leave_the_site_as_it_was(weak, visitor, pdf):
    with ThreadPoolExecutor(4) as threads:
        bombs = [threads.submit(visitor.bring, pdf) for _ in range(4)]
        weak.wait_until(lambda: weak.children() or all(bomb.done() for bomb in bombs))
        assert visitor.get("/healthz") == (200, b'{"status": "ok"}')
        assert visitor.get("/accounts/login/")[0] == 200
        answers = [bomb.result() for bomb in bombs]
    judged = [page for status, _, page in answers if status == 200]
    assert judged and all("took more time or memory" in page for page in judged)
    assert {status for status, _, _ in answers} <= {200, 503}
    assert "Rejected" in visitor.bring(b"%PDF-1.7")[2]


def test_while_two_are_judged_a_third_is_asked_to_come_back(weak, visitor):
    with weak.holding(vulnerable.HANGS), weak.holding(vulnerable.HANGS):
        status, told, page = visitor.bring(b"%PDF-1.7")
        assert visitor.get("/healthz") == (200, b'{"status": "ok"}')
    assert (status, told["Retry-After"]) == (503, "5")
    assert "try again in a few seconds" in page


def test_a_judge_that_crashes_is_a_rejection(visitor):
    status, _, page = visitor.bring(vulnerable.CRASHES)
    assert status == 200 and "The check ended unexpectedly" in page


def test_without_the_service_the_page_says_so_and_the_site_goes_on(weak, visitor):
    weak.end(9)
    status, told, page = visitor.bring(b"%PDF-1.7")
    assert (status, told["Retry-After"]) == (503, "60")
    assert "cannot be checked here right now" in page
    assert re.search('type="file"', page)
    status, body = visitor.get("/healthz")
    assert status == 200
    assert json.loads(body)["warnings"] == {"judging": "the service does not answer"}
    successor = Service(weak.path)
    assert "Rejected" in visitor.bring(b"%PDF-1.7")[2]
    successor.end()
