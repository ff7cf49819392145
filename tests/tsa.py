"""A timestamp authority of one's own: real HTTP, answers by OpenSSL, faults to choose from."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Protocol

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from pledges.proof.keys.private_keys import to_asn1

BEGIN, END = datetime(2010, 1, 1, tzinfo=UTC), datetime(2049, 1, 1, tzinfo=UTC)
REPLY = "application/timestamp-reply"
SETTINGS = {
    "signer_digest": "sha256",
    "default_policy": "1.2.3.4.1",
    "digests": "sha256, sha384, sha512",
    "accuracy": "secs:1",
    "clock_precision_digits": "0",
    "ordering": "no",
    "tsa_name": "yes",
    "ess_cert_id_chain": "no",
    "ess_cert_id_alg": "sha256",
}
"""Of `openssl ts`, but for the files that it works with."""
PEM = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

USAGES = {
    "tsa": [ExtendedKeyUsageOID.TIME_STAMPING],
    "signer": [ExtendedKeyUsageOID.EMAIL_PROTECTION],
    "both": [ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING],
}


@dataclass(frozen=True)
class House:
    """The keys and certificates of an authority, in a folder as OpenSSL wants them."""

    folder: Path
    ca: x509.Certificate
    leaves: dict[str, tuple[x509.Certificate, rsa.RSAPrivateKey]]

    @classmethod
    def build(cls, folder: Path, name: str = "Test TSA") -> "House":
        folder.mkdir(parents=True, exist_ok=True)
        ca_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        ca = certificate(f"{name} CA", ca_key, None, ca_key, None)
        leaves = {
            kind: (certificate(f"{name} {kind}", key, ca, ca_key, usages), key)
            for kind, usages in USAGES.items()
        }
        (folder / "ca.pem").write_bytes(ca.public_bytes(Encoding.PEM))
        (folder / "tsa.pem").write_bytes(leaves["tsa"][0].public_bytes(Encoding.PEM))
        (folder / "tsa.key").write_bytes(key.private_bytes(*PEM))
        configure(folder, {"certs": f"{folder}/ca.pem"})
        return cls(folder, ca, leaves)

    @property
    def roots(self) -> Path:
        return self.folder / "ca.pem"

    def answer(self, query: bytes) -> bytes:
        """What OpenSSL answers, by its own clock."""
        return by_openssl(self.folder, query)

    def at(self, query: bytes, moment: datetime, kind: str = "tsa") -> bytes:
        """An answer that claims `moment`, which OpenSSL would not do."""
        certificate, key = self.leaves[kind]
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        stamper = DummyTimeStamper(
            to_asn1(certificate),
            asn1_keys.PrivateKeyInfo.load(der),
            certs_to_embed=[to_asn1(self.ca)],
            fixed_dt=moment.replace(microsecond=0),
        )
        return stamper.request_tsa_response(tsp.TimeStampReq.load(query)).dump()


class Maker(Protocol):
    """What answers queries, and the file with the roots that it is trusted by."""

    @property
    def roots(self) -> Path: ...

    def answer(self, query: bytes) -> bytes: ...


def configure(folder: Path, changed: Mapping[str, str], serial: str = "01") -> None:
    """Write what `openssl ts` reads, for the key and the certificate in `folder`.

    A setting that is changed to nothing is left out.
    """
    files = {
        "serial": f"{folder}/serial",
        "crypto_device": "builtin",
        "signer_cert": f"{folder}/tsa.pem",
        "signer_key": f"{folder}/tsa.key",
    }
    settings = {**files, **SETTINGS, **changed}
    lines = (f"{key} = {value}" for key, value in settings.items() if value)
    (folder / "tsa.cnf").write_text("\n".join(["[tsa]", *lines, ""]))
    (folder / "serial").write_text(f"{serial}\n")


def by_openssl(folder: Path, query: bytes) -> bytes:
    """The answer of the authority that is configured in `folder`."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        question, answer = Path(place, "query.tsq"), Path(place, "reply.tsr")
        question.write_bytes(query)
        subprocess.run(
            ["openssl", "ts", "-reply", "-config", folder / "tsa.cnf", "-section", "tsa",
             "-queryfile", question, "-out", answer],
            check=True, capture_output=True,
        )  # fmt: skip
        return answer.read_bytes()


def certificate(name, key, issuer, issuer_key, usages) -> x509.Certificate:
    """For an authority where there are no `usages`, and by itself where there is no `issuer`."""
    named = name if isinstance(name, dict) else {NameOID.COMMON_NAME: name}
    subject = x509.Name([x509.NameAttribute(kind, value) for kind, value in named.items()])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(usages is None, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


Answer = tuple[int, str, bytes]


def _changed_query(query: bytes, **fields: object) -> bytes:
    request = tsp.TimeStampReq.load(query)
    for name, value in fields.items():
        request[name] = value
    return request.dump(force=True)


def _wrong_imprint(query: bytes) -> bytes:
    request = tsp.TimeStampReq.load(query)
    request["message_imprint"]["hashed_message"] = bytes(32)
    return request.dump(force=True)


def _unknown_hash(query: bytes) -> bytes:
    imprint = {"hash_algorithm": {"algorithm": "md5"}, "hashed_message": bytes(16)}
    return _changed_query(query, message_imprint=imprint)


def _spoiled(answer: bytes) -> bytes:
    # The last bytes are those of the signature.
    return answer[:-1] + bytes([answer[-1] ^ 1])


class Responder:
    """A running authority. `fault` chooses what goes wrong; `clock` what it says the time is."""

    def __init__(self, house: Maker, foreign: Maker | None) -> None:
        self.house, self.foreign = house, foreign
        self.fault = ""
        self.clock: datetime | None = None
        self.asked: list[tsp.TimeStampReq] = []
        self.answered: list[bytes] = []
        self.url = ""
        self.over = threading.Event()
        self._one_at_a_time = threading.Lock()

    @property
    def roots(self) -> Path:
        return self.house.roots

    def reply(self, query: bytes, house: Maker | None = None) -> bytes:
        house = house or self.house
        if self.clock is not None:
            return house.at(query, self.clock)
        with self._one_at_a_time:  # for the file of serial numbers
            self.answered.append(house.answer(query))
            return self.answered[-1]

    def answer(self, query: bytes) -> Answer:
        self.asked.append(tsp.TimeStampReq.load(query))
        faults: dict[str, Callable[[], Answer]] = {
            "": lambda: (200, REPLY, self.reply(query)),
            "garbage": lambda: (200, REPLY, os.urandom(2000)),
            "empty": lambda: (200, REPLY, b""),
            "cut": lambda: (200, REPLY, self.reply(query)[:-100]),
            "page": lambda: (200, "text/html", b"<h1>It works</h1>"),
            "error": lambda: (500, REPLY, self.reply(query)),
            "huge": lambda: (200, REPLY, self.reply(query) + bytes(70_000)),
            "nonce": lambda: (200, REPLY, self.reply(_changed_query(query, nonce=4711))),
            "imprint": lambda: (200, REPLY, self.reply(_wrong_imprint(query))),
            "rejected": lambda: (200, REPLY, self.house.answer(_unknown_hash(query))),
            "foreign": lambda: (200, REPLY, self.reply(query, self.foreign)),
            "spoiled": lambda: (200, REPLY, _spoiled(self.reply(query))),
            "usage": lambda: (200, REPLY, self.house.at(query, datetime.now(UTC), "signer")),
            "usages": lambda: (200, REPLY, self.house.at(query, datetime.now(UTC), "both")),
        }
        return faults[self.fault]()


def _handler(responder: Responder) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            if responder.fault == "slow":
                responder.over.wait(60)
                return
            if responder.fault == "drip":
                self._drip()
                return
            if responder.fault == "redirect":
                self.send_response(307)
                self.send_header("Location", responder.url)
                self.end_headers()
                return
            status, kind, body = responder.answer(query)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _drip(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: " + REPLY.encode() + b"\r\n\r\n")
            while not responder.over.is_set():
                try:
                    self.wfile.write(b"0")
                except OSError:
                    return
                time.sleep(0.02)

        def log_message(self, format: str, *arguments: object) -> None:
            return None

    return Handler


@contextmanager
def responder(house: Maker, foreign: Maker | None = None) -> Iterator[Responder]:
    """Serve as a timestamp authority on a port of this machine.

    Only a `House` knows every fault and has a clock that can be set.
    """
    running = Responder(house, foreign)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(running))
    server.daemon_threads = True
    running.url = f"http://127.0.0.1:{server.server_port}/tsa"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.over.set()
        server.shutdown()
        server.server_close()
