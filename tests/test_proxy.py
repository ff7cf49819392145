"""The proxy of docs/production.md, word for word, in a real nginx before a real gunicorn.

nginx is looked for where `NGINX` says, in `.venv/tools` (`scripts/setup dev` unpacks it there) and
on the path.
"""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from pledges.models import RequestCount
from tests.serving import ROOT, free_port, server
from tests.tls import make_certificate

SLOW = 200
FOUND = (
    os.environ.get("NGINX"),
    ROOT / ".venv" / "tools" / "usr" / "sbin" / "nginx",
    shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin"),
)
NGINX = next((str(each) for each in FOUND if each and Path(each).exists()), "")

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not NGINX, reason="no nginx: scripts/setup dev fetches it from Debian"),
]


def documented() -> str:
    """The configuration as the page has it."""
    page = (ROOT / "docs" / "production.md").read_text("utf-8")
    (found,) = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)
    return found


def adapted(folder: Path, *, http: int, https: int, behind: int) -> str:
    """The same at these ports and in this folder; nothing else is another."""
    text = documented()
    for there, here in (
        ("listen 80;", f"listen 127.0.0.1:{http};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{https} ssl;"),
        ("http://127.0.0.1:8000;", f"http://127.0.0.1:{behind};"),
        ("/etc/ssl/shounuo/", f"{folder}/"),
    ):
        assert there in text, there
        text = text.replace(there, here)
    return text


@pytest.fixture
def proxy(tmp_path):
    """Starts nginx before a port; gives the port at which it answers by TLS."""
    started = []

    def start(behind: int) -> tuple[int, int]:
        http, https = free_port(), free_port()
        make_certificate(tmp_path)
        # Started by root it would give its rights up, and this folder is root's.
        user = "user root root;" if os.geteuid() == 0 else ""
        sites = adapted(tmp_path, http=http, https=https, behind=behind)
        temporary = "".join(
            f"{kind}_temp_path {tmp_path}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (tmp_path / "nginx.conf").write_text(
            f"daemon off; pid {tmp_path}/pid; worker_processes 1; {user}\n"
            "events { worker_connections 768; }\n"
            f"http {{ access_log off;\n{temporary}{sites} }}\n"
        )
        command = [NGINX, "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-e", tmp_path / "log"]
        started.append(subprocess.Popen(command))
        _wait_until_it_listens(started[-1], https)
        return http, https

    yield start
    for process in started:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_it_listens(process: subprocess.Popen, port: int) -> None:
    for _attempt in range(300):
        assert process.poll() is None, "nginx has ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nobody listens at {port}")


@pytest.fixture
def connect(tmp_path):
    """Opens connections by TLS, and closes them in the end."""
    with ExitStack() as opened:

        def connect(port: int, sent: bytes) -> ssl.SSLSocket:
            trusting = ssl.create_default_context(cafile=str(tmp_path / "fullchain.pem"))
            plain = socket.create_connection(("127.0.0.1", port), timeout=60)
            sock = opened.enter_context(trusting.wrap_socket(plain, server_hostname="localhost"))
            sock.sendall(sent)
            return sock

        yield connect


def request(path: str, *more: str, method: str = "GET") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *more]
    return ("\r\n".join(lines) + "\r\n").encode()


def answer(sock: ssl.SSLSocket) -> bytes:
    """All of it; the connection closes behind it."""
    parts = []
    while part := sock.recv(65_536):
        parts.append(part)
    return b"".join(parts)


def is_waiting(sock: ssl.SSLSocket) -> bool:
    """Whether the other side has neither answered nor closed."""
    sock.setblocking(False)
    try:
        sock.recv(1)
    except ssl.SSLWantReadError:
        return True
    return False


# A request whose headers never end, and one whose body never does.
HEADERS = request("/accounts/login/", "X-Slow: a")
BODY = request(
    "/verify/", "Content-Length: 9000000", "Content-Type: application/pdf", "", "%", method="POST"
)


@pytest.mark.parametrize("slow", [HEADERS, BODY], ids=["headers", "body"])
def test_slow_visitors_hold_nobody_up(proxy, connect, slow):
    with server(workers=1, threads=2, BEHIND_TLS_PROXY="1", TRUSTED_PROXIES="1") as address:
        _http, https = proxy(int(address.rpartition(":")[2]))
        waiting = [connect(https, slow) for _each in range(SLOW)]
        page = answer(connect(https, request("/accounts/login/", "Connection: close", "")))
        assert page.startswith(b"HTTP/1.1 200 ") and b"</html>" in page
        # They were still there, all of them: it was answered beside them and not after them.
        assert all(map(is_waiting, waiting))


def test_the_documented_limits_end_slow_requests_and_refuse_large_ones(proxy, connect):
    with server(workers=1, threads=2, BEHIND_TLS_PROXY="1", TRUSTED_PROXIES="1") as address:
        http, https = proxy(int(address.rpartition(":")[2]))
        slow = connect(https, HEADERS)
        large = connect(https, request("/verify/", "Content-Length: 23068673", "", method="POST"))
        assert answer(large).startswith(b"HTTP/1.1 413 ")
        long = connect(https, request("/", f"X-Long: {'x' * 9000}", ""))
        assert answer(long).startswith(b"HTTP/1.1 400 ")
        with socket.create_connection(("127.0.0.1", http), timeout=60) as plain:
            plain.sendall(request("/verify/?x=1", "Connection: close", ""))
            assert b"Location: https://localhost/verify/?x=1\r\n" in plain.recv(65_536)
        # Ended by nginx once its time is over; one that it forgot would time out here.
        assert answer(slow) == b""


def test_visitors_are_known_by_what_the_proxy_saw_whatever_they_claim(proxy, connect):
    with server(BEHIND_TLS_PROXY="1", TRUSTED_PROXIES="1") as address:
        _http, https = proxy(int(address.rpartition(":")[2]))
        claimed = ("X-Forwarded-For: 203.0.113.9", "Content-Length: 1", "Connection: close")
        answer(connect(https, request("/verify/", *claimed, "", method="POST") + b"%"))
    counted = set(RequestCount.objects.values_list("key", flat=True))
    assert counted == {"verify", "verify 127.0.0.1"}
