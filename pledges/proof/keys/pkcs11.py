"""Private keys on a PKCS#11 token, named by a URI (RFC 7512): they sign there and never leave."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import unquote, unquote_to_bytes, urlsplit

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.ec import encode_ec_public_key, encode_ecdsa_signature
from pkcs11.util.rsa import encode_rsa_public_key

from pledges.core.seal_refusals import KeysUnusable
from pledges.proof.keys.key_types import SigningKey

RSA_MECHANISMS = {
    "sha256": Mechanism.SHA256_RSA_PKCS,
    "sha384": Mechanism.SHA384_RSA_PKCS,
    "sha512": Mechanism.SHA512_RSA_PKCS,
}
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Address:
    """What a URI says: which library, which token, which key on it."""

    module: str
    token: tuple[tuple[str, str], ...]
    key: tuple[tuple[Attribute, Any], ...]
    pin: str

    @classmethod
    def of(cls, uri: str, pin: str) -> "Address":
        parts = urlsplit(uri)
        path = dict(part.partition("=")[::2] for part in parts.path.split(";") if part)
        query = dict(part.partition("=")[::2] for part in parts.query.split("&") if part)
        token = [
            (known, unquote(path[named]))
            for named, known in (("token", "token_label"), ("serial", "token_serial"))
            if named in path
        ]
        key: list[tuple[Attribute, Any]] = []
        if "object" in path:
            key.append((Attribute.LABEL, unquote(path["object"])))
        if "id" in path:
            key.append((Attribute.ID, unquote_to_bytes(path["id"])))
        module = unquote(query.get("module-path", ""))
        if not (module and token and key):
            raise KeysUnusable(
                "a pkcs11: URI must name the token (token= or serial=), the key (object= or id=) "
                "and the library (?module-path=)"
            )
        return cls(module, tuple(token), tuple(key), pin or _pin(query))


def _pin(query: dict[str, str]) -> str:
    if "pin-source" in query:
        path = Path(unquote(query["pin-source"]).removeprefix("file:"))
        try:
            return path.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise KeysUnusable(f"the PIN cannot be read from {path.name}") from error
    return unquote(query.get("pin-value", ""))


class Token:
    """One session with one token, for all its keys: a login holds for a whole process."""

    def __init__(self, module: str, token: tuple[tuple[str, str], ...], pin: str) -> None:
        self._module, self._token, self._pin = module, token, pin
        self._session: Any = None
        self._refused = ""
        self._lock = threading.Lock()

    def use(self, act: Callable[[Any], Answer]) -> Answer:
        """`act` with the session, alone; once more with a new one when the old one was lost."""
        with self._lock:
            known = self._session is not None
            try:
                return act(self._open())
            except pkcs11.PKCS11Error as error:
                self._close()
                if not known:
                    raise KeysUnusable(f"the token does not work: {_words(error)}") from error
            try:
                return act(self._open())
            except pkcs11.PKCS11Error as error:
                self._close()
                raise KeysUnusable(f"the token does not work: {_words(error)}") from error

    def _open(self) -> Any:
        if self._refused:
            raise KeysUnusable(self._refused)
        if self._session is None:
            library = self._library()
            try:
                self._session = library.get_token(**dict(self._token)).open(user_pin=self._pin)
            except (pkcs11.PinIncorrect, pkcs11.PinLenRange, pkcs11.PinLocked) as error:
                # Never tried again by this process: a few wrong attempts lock a token for good.
                self._refused = "the token refuses the PIN; restart after correcting it"
                raise KeysUnusable(self._refused) from error
        return self._session

    def _library(self) -> Any:
        try:
            return pkcs11.lib(self._module)
        except RuntimeError as error:
            raise KeysUnusable(f"the token's library cannot be loaded: {error}") from error

    def _close(self) -> None:
        session, self._session = self._session, None
        try:
            if session is not None:
                session.close()
        except pkcs11.PKCS11Error:
            return  # it was lost already


def _words(error: pkcs11.PKCS11Error) -> str:
    return f"{type(error).__name__} {error}".strip()


@lru_cache(maxsize=8)
def _token(module: str, token: tuple[tuple[str, str], ...], pin: str) -> Token:
    return Token(module, token, pin)


@dataclass(frozen=True)
class _Handle:
    """A key on a token."""

    token: Token
    key: tuple[tuple[Attribute, Any], ...]

    def public_key(self) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
        def act(session: Any) -> Any:
            for kind, read in (
                (ObjectClass.PUBLIC_KEY, _of_key),
                (ObjectClass.CERTIFICATE, _of_cert),
            ):
                for found in list(session.get_objects({Attribute.CLASS: kind, **dict(self.key)})):
                    return read(found)
            return None

        found = self.token.use(act)
        if isinstance(found, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
            return found
        raise KeysUnusable("the token has neither a public key nor a certificate of that name")

    def sign(self, data: bytes, mechanism: Mechanism) -> bytes:
        def act(session: Any) -> bytes:
            wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, **dict(self.key)}
            found = list(session.get_objects(wanted))
            if len(found) != 1:
                raise KeysUnusable(f"the token has {len(found)} private keys of that name, not one")
            return bytes(found[0].sign(data, mechanism=mechanism))

        return self.token.use(act)


def _of_key(found: Any) -> Any:
    encode = encode_ec_public_key if found.key_type == KeyType.EC else encode_rsa_public_key
    return load_der_public_key(encode(found))


def _of_cert(found: Any) -> Any:
    return x509.load_der_x509_certificate(found[Attribute.VALUE]).public_key()


class _OnToken:
    """What every key on a token answers: it signs, and gives nothing away."""

    _handle: _Handle

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise KeysUnusable("a key on a token only signs")

    private_numbers = private_bytes = exchange = decrypt = __deepcopy__ = __copy__ = _refuse


class EllipticCurveKey(_OnToken, ec.EllipticCurvePrivateKey):
    """An elliptic-curve key as the `cryptography` library knows them."""

    def __init__(self, handle: _Handle, public_key: ec.EllipticCurvePublicKey) -> None:
        self._handle, self._public_key = handle, public_key

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public_key.curve

    @property
    def key_size(self) -> int:
        return self._public_key.key_size

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public_key

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        chosen = signature_algorithm.algorithm
        if not isinstance(chosen, hashes.HashAlgorithm):
            raise KeysUnusable("a key on a token hashes what it signs itself")
        digest = hashes.Hash(chosen)
        digest.update(data)
        # Many tokens know the bare mechanism only, without hashing.
        return encode_ecdsa_signature(self._handle.sign(digest.finalize(), Mechanism.ECDSA))


class RsaKey(_OnToken, rsa.RSAPrivateKey):
    """An RSA key as the `cryptography` library knows them."""

    def __init__(self, handle: _Handle, public_key: rsa.RSAPublicKey) -> None:
        self._handle, self._public_key = handle, public_key

    @property
    def key_size(self) -> int:
        return self._public_key.key_size

    def public_key(self) -> rsa.RSAPublicKey:
        return self._public_key

    def sign(self, data: Any, padding: Any, algorithm: Any) -> bytes:
        if not isinstance(padding, PKCS1v15) or algorithm.name not in RSA_MECHANISMS:
            raise KeysUnusable("an RSA key on a token signs with PKCS #1 v1.5 and SHA-2 only")
        return self._handle.sign(bytes(data), RSA_MECHANISMS[algorithm.name])


def key(uri: str, pin: str) -> SigningKey:
    """The key that the URI names; the PIN given goes before one in the URI. Raises KeysUnusable."""
    address = Address.of(uri, pin)
    handle = _Handle(_token(address.module, address.token, address.pin), address.key)
    public_key = handle.public_key()
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return EllipticCurveKey(handle, public_key)
    return RsaKey(handle, public_key)
