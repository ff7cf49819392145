"""An S3-compatible store in a process of its own, and in front of it a proxy that makes trouble.

The store is moto's server: somebody else's reading of the protocol. The proxy answers some requests
late, some with an error and some not at all, by a fixed pattern, so that each run meets the same.
"""

import http.client
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.serving import free_port

BUCKET = "pledges"
# What boto3 reads from the environment of every process that uses the store.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}
NOT_PASSED_ON = {"transfer-encoding", "connection", "content-length", "server", "date"}
DELAY = 0.3  # seconds


@contextmanager
def object_store() -> Iterator[str]:
    """A store with an empty bucket; gives its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _make_bucket(address)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _make_bucket(address: str) -> None:
    authorization = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request"
    for _attempt in range(600):
        request = urllib.request.Request(f"{address}/{BUCKET}", method="PUT")
        request.add_header("Authorization", authorization)
        try:
            urllib.request.urlopen(request, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"no answer from {address}")


@dataclass
class Trouble:
    """What the proxy does to requests: of every so many, one is answered so."""

    late: int = 5
    errors: int = 7
    silent: int = 23
    made: Counter[str] = field(default_factory=Counter)
    ranges: list[str] = field(default_factory=list)
    _seen: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> str:
        """What becomes of the next request."""
        with self._lock:
            self._seen += 1
            if self.silent and self._seen % self.silent == 0:
                kind = "silent"
            elif self.errors and self._seen % self.errors == 0:
                kind = "503" if self._seen % (2 * self.errors) else "500"
            else:
                kind = "late" if self.late and self._seen % self.late == 0 else "passed on"
            self.made[kind] += 1
            return kind


@contextmanager
def proxy(store: str, trouble: Trouble) -> Iterator[str]:
    """What stands between the site and the store; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(store, trouble))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=30)


def _handler(store: str, trouble: Trouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Range"):
                trouble.ranges.append(self.headers["Range"])
            kind = trouble.next()
            if kind == "silent":
                self.close_connection = True  # the connection ends without an answer
                return
            if kind in ("500", "503"):
                self._give(int(kind), {}, b"<Error><Code>SlowDown</Code></Error>")
                return
            if kind == "late":
                time.sleep(DELAY)
            self._give(*self._ask(body))

        def _ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
            connection = http.client.HTTPConnection(store.removeprefix("http://"), timeout=60)
            try:
                connection.request(self.command, self.path, body, dict(self.headers))
                answer = connection.getresponse()
                return answer.status, dict(answer.getheaders()), answer.read()
            finally:
                connection.close()

        def _give(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            length = headers.get("Content-Length", "0") if self.command == "HEAD" else len(body)
            for name, value in headers.items():
                if name.lower() not in NOT_PASSED_ON:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = answer

        def log_message(self, *_told: object) -> None:
            pass

    return Handler
