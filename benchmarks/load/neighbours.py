"""What the site works with beside itself: a mail server, a timestamp authority, a small disk."""

import email
import os
import shutil
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import policy
from pathlib import Path

from tests import tsa

DISK_MEGABYTES = 2048
FILLING = "ballast"


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived."""

    message_id: str
    receiver: str
    text: str

    @classmethod
    def read(cls, data: bytes) -> "Mail":
        message = email.message_from_bytes(data, policy=policy.default)
        body = message.get_body(("plain",)) or message
        text = f"{message['Subject']}\n{body.get_content()}"
        return cls(str(message["Message-ID"]), str(message["To"]), text)


class MailServer(socketserver.ThreadingTCPServer):
    """Takes every mail (RFC 5321). While `silent`, it accepts connections and says nothing."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.silent = threading.Event()
        self.over = threading.Event()
        self.taken: list[Mail] = []
        self.on_mail: Callable[[int], object] = lambda port: None
        """Told of each mail before its sender is: on which port that one talks."""

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        with suppress(OSError):
            while self.server.silent.is_set() and not self.server.over.is_set():
                # Whoever waits is kept waiting until they hang up or the silence ends.
                self.server.over.wait(0.2)
            self._talk()

    def _talk(self) -> None:
        self._say("220 ready")
        for line in self.rfile:
            verb = line[:4].upper().strip()
            if verb == b"DATA":
                self._say("354 go on")
                self.server.taken.append(Mail.read(self._data()))
                self.server.on_mail(self.client_address[1])
            self._say("221 bye" if verb == b"QUIT" else "250 fine")
            if verb == b"QUIT":
                return

    def _data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise ConnectionError("the sender hung up in the middle of a mail")
            # A line that begins with a dot was sent with one more (RFC 5321, section 4.5.2).
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()


@contextmanager
def timestamp_authority(folder: Path) -> Iterator[tsa.Responder]:
    """OpenSSL behind HTTP; with `fault` set, it is out of order."""
    with tsa.responder(tsa.House.build(folder)) as running:
        yield running


class Disk:
    """A file system of its own for the documents, so that it can be filled and write-protected.

    To mount one takes root; see `can_be_made`.
    """

    def __init__(self, place: Path) -> None:
        self.place = place

    @staticmethod
    def can_be_made() -> bool:
        return os.geteuid() == 0 and shutil.which("mount") is not None

    def fill(self) -> None:
        """To the last byte."""
        with suppress(OSError), (self.place / FILLING).open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 20))
        with suppress(OSError), (self.place / FILLING).open("ab", buffering=0) as file:
            while True:
                file.write(bytes(1 << 10))

    def empty(self) -> None:
        (self.place / FILLING).unlink(missing_ok=True)

    def set_read_only(self, read_only: bool) -> None:
        # A file open for writing at this moment would refuse it; the writers are quick.
        for _ in range(200):
            mode = "ro" if read_only else "rw"
            done = subprocess.run(
                ["mount", "-o", f"remount,{mode}", self.place], capture_output=True
            )
            if done.returncode == 0:
                return
        raise RuntimeError(f"{self.place} cannot be remounted: {done.stderr.decode()}")


@contextmanager
def disk(place: Path) -> Iterator[Disk]:
    place.mkdir(parents=True, exist_ok=True)
    size = f"size={DISK_MEGABYTES}m,mode=700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "shounuo-load", place], check=True)
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "-l", place], check=True)
