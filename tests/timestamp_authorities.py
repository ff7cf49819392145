"""Timestamp authorities by other makers: OpenSSL in many settings, certomancer, pyHanko.

RFC 3161 leaves open how a token is written, and each maker writes it otherwise. None of that is
ours to judge, so a file is as good with the token of one as of any other.
"""

import atexit
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from certomancer.services import TimeStamper as CertomancerStamper
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from pledges.proof.keys.private_keys import to_asn1
from tests.tsa import PEM, USAGES, by_openssl, certificate, configure

LONG_NAME = "An organisation with a name that takes up all of its room"
LONG_SERIAL = "7F" + "A5" * 18
"""19 bytes: RFC 3161 has clients take serial numbers of up to 160 bits."""


@dataclass(frozen=True)
class Kind:
    """One kind of authority: who makes its answers, under which keys, bringing what along.

    `sent` are the certificates in a token beside the signer's own, in the order in which OpenSSL is
    told of them: it writes them so, after the signer's, and leaves them unsorted although they are
    a SET. `long` names the one certificate with a long name: encodings sort by their length first.
    """

    name: str
    maker: str = "openssl"
    key: str = "p256"
    intermediate: bool = False
    sent: tuple[str, ...] = ("root",)
    long: str = ""
    digest: str = "sha256"
    serial: str = "01"
    settings: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return self.name


KINDS = (
    Kind("rsa-sorted", key="rsa", long="root", settings={"tsa_name": "no"}),
    Kind("rsa-unsorted", key="rsa", long="tsa", digest="sha384"),
    Kind("alone", sent=(), settings={"tsa_name": "no"}),
    Kind(
        "chain-named",
        intermediate=True,
        sent=("intermediate", "root"),
        settings={"ess_cert_id_chain": "yes"},
    ),
    Kind("chain-reversed", key="p384", intermediate=True, sent=("root", "intermediate"),
         digest="sha384", settings={"ess_cert_id_alg": "sha384"}),
    Kind("without-root", intermediate=True, sent=("intermediate",), settings={"accuracy": ""}),
    Kind("crossed-root", intermediate=True, sent=("intermediate", "crossed")),
    Kind("sha512-with-a-sha1-id", key="rsa", digest="sha512", settings={"ess_cert_id_alg": "sha1"}),
    Kind("to-the-millisecond", digest="sha512", settings={
        "accuracy": "secs:1, millisecs:500, microsecs:100", "clock_precision_digits": "3",
        "ordering": "yes", "ess_cert_id_alg": "sha512",
    }),
    Kind("long-serial-number", key="p384", serial=LONG_SERIAL),
    Kind("certomancer-rsa", "certomancer", key="rsa", digest="sha512"),
    Kind("certomancer-ecdsa", "certomancer", intermediate=True, sent=("intermediate",)),
    Kind("pyhanko", "pyhanko", key="rsa"),
)  # fmt: skip


@cache
def _rsa(_of: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)  # slow: one pair for all kinds


def _key(kind: str, of: str) -> Any:
    if kind == "rsa":
        return _rsa(of)
    return ec.generate_private_key(ec.SECP256R1() if kind == "p256" else ec.SECP384R1())


@dataclass(frozen=True)
class Authority:
    """An authority of one kind with its keys; `tests.tsa.responder` serves it."""

    kind: Kind
    folder: Path
    certificates: Mapping[str, x509.Certificate]
    key: Any

    @property
    def roots(self) -> Path:
        return self.folder / "root.pem"

    def answer(self, query: bytes) -> bytes:
        if self.kind.maker == "openssl":
            return by_openssl(self.folder, query)
        der = self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        stampers = {"certomancer": CertomancerStamper, "pyhanko": DummyTimeStamper}
        stamper = stampers[self.kind.maker](
            to_asn1(self.certificates["tsa"]),
            asn1_keys.PrivateKeyInfo.load(der),
            certs_to_embed=[to_asn1(self.certificates[each]) for each in self.kind.sent],
            **({"md_algorithm": self.kind.digest} if self.kind.maker == "certomancer" else {}),
        )
        return stamper.request_tsa_response(tsp.TimeStampReq.load(query)).dump()


@cache
def authority(kind: Kind) -> Authority:
    """The authority of that kind, built once in a process."""
    kept = TemporaryDirectory(prefix="shounuo-tsa-")
    atexit.register(kept.cleanup)
    folder = Path(kept.name)
    issued, key = _issued(kind)
    for each, one in issued.items():
        (folder / f"{each}.pem").write_bytes(one.public_bytes(Encoding.PEM))
    (folder / "tsa.key").write_bytes(key.private_bytes(*PEM))
    sent = b"".join(issued[each].public_bytes(Encoding.PEM) for each in kind.sent)
    (folder / "sent.pem").write_bytes(sent)
    certs = {"certs": f"{folder}/sent.pem"} if sent else {}
    configure(folder, {"signer_digest": kind.digest, **certs, **kind.settings}, kind.serial)
    return Authority(kind, folder, issued, key)


def _issued(kind: Kind) -> tuple[dict[str, x509.Certificate], Any]:
    """The certificates of an authority by what they are, and the key that it stamps with."""
    root_key, older_key, middle_key, key = (
        _key(kind.key, of) for of in ("root", "older", "intermediate", "tsa")
    )
    root = certificate(_name(kind, "root"), root_key, None, root_key, None)
    older = certificate(_name(kind, "older"), older_key, None, older_key, None)
    found = {
        "root": root,
        "crossed": certificate(_name(kind, "root"), root_key, older, older_key, None),
    }
    issuer, issuer_key = root, root_key
    if kind.intermediate:
        issuer = certificate(_name(kind, "intermediate"), middle_key, root, root_key, None)
        found["intermediate"], issuer_key = issuer, middle_key
    found["tsa"] = certificate(_name(kind, "tsa"), key, issuer, issuer_key, USAGES["tsa"])
    return found, key


def _name(kind: Kind, of: str) -> dict[Any, str]:
    named = {NameOID.COMMON_NAME: f"{kind.name} {of}"}
    return {NameOID.ORGANIZATION_NAME: LONG_NAME, **named} if kind.long == of else named
