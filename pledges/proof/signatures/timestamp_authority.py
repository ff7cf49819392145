"""Trusted time by RFC 3161 over HTTP, believed only when everything about an answer fits."""

import asyncio
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko.sign.timestamps import TimeStamper

from pledges.core.seal_refusals import TimestampUnavailable
from pledges.proof.keys.private_keys import to_asn1
from pledges.proof.signatures import timestamp_tokens
from pledges.proof.verdict import Rejected

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
MAX_RESPONSE_BYTES = 64 * 1024  # bytes of an answer
TOLERANCE = timedelta(minutes=5)  # between the authority's clock and ours


class _Answer(core.Sequence):  # type: ignore[misc]
    """TimeStampResp of RFC 3161; asn1crypto's own cannot read a refusal, which holds no token."""

    _fields = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


@dataclass(frozen=True)
class Authority:
    """A timestamp authority: where it is, and the certificates that it must answer under."""

    url: str
    roots: tuple[asn1_x509.Certificate, ...]
    timeout: float = 10.0  # seconds, for the whole answer
    dummies: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """An answer for each hash algorithm, to know beforehand how much room one takes."""


class HttpTimeStamper(TimeStamper):
    """pyHanko's source of timestamps, for something that happens at `at`.

    Raises TimestampUnavailable with the reason; it never gives a token that did not pass.
    """

    def __init__(self, authority: Authority, at: datetime) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authority, self._at = authority, at
        self._dummy_response_cache = authority.dummies
        for algorithm, token in list(authority.dummies.items()):
            self._register_dummy(algorithm, token)  # type: ignore[no-untyped-call]

    @property
    def roots(self) -> tuple[asn1_x509.Certificate, ...]:
        """The certificates that the authority must answer under."""
        return self._authority.roots

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        # A fresh random nonce of 56 bits under a fixed leading byte, by pyHanko.
        nonce, request = self.request_cms(message_digest, md_algorithm)  # type: ignore[no-untyped-call]
        body = await asyncio.to_thread(_ask, self._authority, request.dump())
        encoded = _token(body)
        made_at = _made_at(encoded, nonce, message_digest, md_algorithm)
        if abs(made_at - self._at) > TOLERANCE:
            raise TimestampUnavailable(f"its clock and ours differ by {made_at - self._at}")
        _require_trusted(encoded, self._authority.roots, message_digest)
        # Read anew: of an object that was looked into, every part would be encoded again.
        token = cms.ContentInfo.load(encoded)
        # The newest token tells best how large one is, and under which certificates they come.
        self._register_dummy(md_algorithm, token)  # type: ignore[no-untyped-call]
        return token


def read_roots(path: Path) -> tuple[asn1_x509.Certificate, ...]:
    """The certificates of a PEM file. Raises TimestampUnavailable: without them none is trusted."""
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise TimestampUnavailable(f"the roots in {path.name} cannot be read") from error
    return tuple(to_asn1(each) for each in found)


def _ask(authority: Authority, query: bytes) -> bytes:
    """One POST: no proxy, no redirect, a deadline for the whole, a limit to the size."""
    address = urlsplit(authority.url)
    try:
        connection = _connection(address, authority.timeout)
        connection.connect()
        with _deadline(connection.sock, authority.timeout):
            target = (address.path or "/") + (f"?{address.query}" if address.query else "")
            connection.request("POST", target, query, {"Content-Type": QUERY, "Accept": REPLY})
            response = connection.getresponse()
            body = response.read(MAX_RESPONSE_BYTES + 1)
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = f"it does not answer: {type(error).__name__} {error}".strip()
        raise TimestampUnavailable(reason) from error
    if response.status != 200:
        raise TimestampUnavailable(f"it answers with HTTP status {response.status}")
    kind = response.headers.get_content_type()
    if kind != REPLY:
        raise TimestampUnavailable(f"it answers with {kind} instead of {REPLY}")
    if len(body) > MAX_RESPONSE_BYTES:
        raise TimestampUnavailable(f"its answer is longer than {MAX_RESPONSE_BYTES} bytes")
    return body


def _connection(address: SplitResult, timeout: float) -> http.client.HTTPConnection:
    host = address.hostname or ""
    if address.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, address.port, timeout=timeout, context=context)
    if address.scheme == "http":
        return http.client.HTTPConnection(host, address.port, timeout=timeout)
    raise TimestampUnavailable("its address is neither http:// nor https://")


@contextmanager
def _deadline(sock: Any, seconds: float) -> Iterator[None]:
    """Cut the connection when time is up: the socket's own timeout begins anew at each byte."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        with suppress(OSError):  # closed already
            sock.shutdown(socket.SHUT_RDWR)  # a read that waits returns at once

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        sock.close()
        if late.is_set():
            raise TimeoutError("timed out")


def _token(body: bytes) -> bytes:
    """The bytes of the token in an answer."""
    try:
        answer = _Answer.load(body, strict=True)
        status = answer["status"]["status"].native
        failures = answer["status"]["fail_info"].native or set()
        token = answer["time_stamp_token"]
        encoded: bytes = b"" if isinstance(token, core.Void) else token.dump()
        # Parsed to the last field: what is damaged must not come to light later.
        _ = token.native
    except Exception as error:
        # Whatever a parser says to bytes that somebody else chose.
        raise TimestampUnavailable("its answer cannot be read") from error
    if status != "granted":
        raise TimestampUnavailable(" ".join(["it refuses:", str(status), *sorted(failures)]))
    if not encoded or token["content_type"].native != "signed_data":
        raise TimestampUnavailable("its answer holds no timestamp")
    return encoded


def _made_at(encoded: bytes, nonce: int, digest: bytes, algorithm: str) -> datetime:
    """The time in a token that answers this request."""
    content = cms.ContentInfo.load(encoded)["content"]["encap_content_info"]
    information = None
    if content["content_type"].native == "tst_info":
        information = content["content"].parsed
    if not isinstance(information, tsp.TSTInfo):
        raise TimestampUnavailable("its answer holds no timestamp")
    if information["nonce"].native != nonce:
        raise TimestampUnavailable("it answers another request: wrong nonce")
    imprint = information["message_imprint"]
    named = imprint["hash_algorithm"]["algorithm"].native
    if (named, imprint["hashed_message"].native) != (algorithm, digest):
        raise TimestampUnavailable("it answers another request: wrong imprint")
    time: datetime = information["gen_time"].native
    return time


def _require_trusted(
    encoded: bytes, roots: tuple[asn1_x509.Certificate, ...], digest: bytes
) -> None:
    """Whoever checks a file with this token would accept it."""
    try:
        timestamp_tokens.read(encoded, digest, roots)
    except Rejected as rejection:
        why = rejection.explanation
        reason = f"no verdict would accept its timestamp: {why.rule} ({why.found})"
        raise TimestampUnavailable(reason) from rejection
