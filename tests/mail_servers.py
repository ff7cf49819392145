"""Mail servers in processes or threads of their own: one that works, one that says nothing."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Run by itself, so that nothing of ours is in its process: takes every mail and writes it down.
RECEIVING = """
import json, ssl, sys, time
from aiosmtpd.controller import Controller

class Box:
    async def handle_DATA(self, server, session, envelope):
        kept = {"to": envelope.rcpt_tos, "content": envelope.content.decode()}
        with open(sys.argv[1], "a") as file:
            file.write(json.dumps(kept) + "\\n")
        return "250 kept"

secured = None
if len(sys.argv) > 3:
    secured = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    secured.load_cert_chain(*sys.argv[3:])
controller = Controller(
    Box(), hostname="127.0.0.1", port=int(sys.argv[2]), ssl_context=secured
)
controller.start()
print("ready", flush=True)
time.sleep(600)
"""


def settings_for(port: int) -> dict[str, str]:
    """The environment of a process that sends its mails there."""
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(port),
    }


class Received:
    """What a server that works has taken."""

    def __init__(self, port: int, file: Path) -> None:
        self.port, self.file = port, file

    def mails(self) -> list[dict]:
        if not self.file.exists():
            return []
        return [json.loads(line) for line in self.file.read_text().splitlines()]


@contextmanager
def receiving(folder: Path, port: int, *certificate: Path) -> Iterator[Received]:
    """A real SMTP server (aiosmtpd); with a certificate and its key, by TLS from the first byte."""
    file = folder / "mails"
    command = [sys.executable, "-c", RECEIVING, str(file), str(port), *map(str, certificate)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n"
        yield Received(port, file)
    finally:
        process.terminate()
        process.wait(timeout=30)


class Silent:
    """Takes connections and says nothing, as a machine that hangs."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self.socket.getsockname()[1]
        self.taken: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                self.taken.append(self.socket.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        for each in (self.socket, *self.taken):
            each.close()


@contextmanager
def silent() -> Iterator[Silent]:
    server = Silent()
    try:
        yield server
    finally:
        server.close()
