"""The keys and certificates as loaded for use, from the folder of `pki` or from elsewhere."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pyhanko.sign.signers import Signer

from pledges.core.seal_refusals import KeyExpired, KeysUnusable
from pledges.proof.keys import pki, private_keys
from pledges.proof.keys.company_pins import CompanyPin
from pledges.proof.keys.hierarchy import (
    COMPANY_CA,
    COMPANY_SEAL,
    EVENT_CA,
    LEDGER,
    ROOT,
)
from pledges.proof.keys.key_types import SigningKey
from pledges.proof.keys.private_keys import (
    KeySigner,
    KeySource,
    to_asn1,
)
from pledges.proof.keys.trust import Trust, organisation

ATTEMPTS = 3  # to find certificate and key of one make while somebody renews them
Certificates = tuple[x509.Certificate, ...]


@dataclass(frozen=True)
class Sources:
    """Keys that are not the folder's own, where such are configured."""

    company_seal: KeySource | None = None
    company_seal_certificates: Path | None = None  # PEM: the seal's, then its issuers'
    event_ca: KeySource | None = None


@dataclass(frozen=True)
class EventAuthority:
    """Issues the certificates that are good for one document."""

    cert: x509.Certificate
    key: SigningKey
    chain: Certificates  # its issuers, up to the root

    def __repr__(self) -> str:
        return f"EventAuthority({self.cert.subject.rfc4514_string()!r})"


@dataclass(frozen=True)
class SigningIdentity:
    """Whoever can sign or seal: the certificate, pyHanko's signer, the issuers up to the root."""

    cert: asn1_x509.Certificate
    signer: Signer
    chain: tuple[asn1_x509.Certificate, ...]


@dataclass(frozen=True)
class _CompanySeal:
    certificate: x509.Certificate
    chain: Certificates
    key: SigningKey
    foreign: bool  # issued by a licensed authority, not by our company CA


@dataclass(frozen=True)
class Store:
    """What was loaded. Whoever signs or seals asks functions that are told the time."""

    root: x509.Certificate
    event: EventAuthority
    company_ca: x509.Certificate
    ledger: x509.Certificate
    root_crl: x509.CertificateRevocationList
    company_crl: x509.CertificateRevocationList
    seal: _CompanySeal

    def company_seal(self, at: datetime) -> SigningIdentity:
        """The company's seal. Raises KeyExpired when it is not good at `at`."""
        seal = self.seal
        _require_valid(COMPANY_SEAL, (seal.certificate, *seal.chain), at)
        return make_identity(seal.key, seal.certificate, seal.chain)

    def event_authority(self, at: datetime) -> EventAuthority:
        """The event CA. Raises KeyExpired when it is not good at `at`."""
        _require_valid(EVENT_CA, (self.event.cert, *self.event.chain), at)
        return self.event

    def anchors(self) -> Certificates:
        """Where the chains of signature and seal end: our root, and a licensed authority's."""
        return (self.root, self.seal.chain[-1]) if self.seal.foreign else (self.root,)

    def missing_pin(self, pins: tuple[CompanyPin, ...], at: datetime) -> str:
        """The pin without which no verdict would pass a company's seal of `at`; "" for none."""
        if not self.seal.foreign:
            return ""
        known = Trust((to_asn1(self.root),), company_pins=pins)
        return known.unpinned(to_asn1(self.seal.certificate), at)


def load(folder: Path, passphrase: bytes, sources: Sources | None = None) -> Store:
    """Everything needed to sign. Raises KeysUnusable with what is missing or does not fit."""
    for attempt in range(ATTEMPTS):
        try:
            return _load(folder, passphrase, sources or Sources())
        except (pki.PkiFault, KeysUnusable) as error:
            # Read in the middle of a renewal, a key may be newer than its certificate.
            if attempt == ATTEMPTS - 1:
                raise KeysUnusable(*error.args) from error
    raise KeysUnusable("nothing could be read")


def _load(folder: Path, passphrase: bytes, sources: Sources) -> Store:
    root, company_ca = pki.certificate(folder, ROOT), pki.certificate(folder, COMPANY_CA)
    event_ca = pki.certificate(folder, EVENT_CA)
    event_key, _ = _key(folder, EVENT_CA, passphrase, sources.event_ca)
    _require_fit(event_ca, event_key, EVENT_CA)
    return Store(
        root=root,
        event=EventAuthority(event_ca, event_key, (root,)),
        company_ca=company_ca,
        ledger=pki.certificate(folder, LEDGER),
        root_crl=_revocation_list(folder, ROOT),
        company_crl=_revocation_list(folder, COMPANY_CA),
        seal=_company_seal(folder, passphrase, sources, (company_ca, root)),
    )


def _company_seal(
    folder: Path, passphrase: bytes, sources: Sources, own_chain: Certificates
) -> _CompanySeal:
    key, beside = _key(folder, COMPANY_SEAL, passphrase, sources.company_seal)
    if sources.company_seal_certificates:
        beside = _certificates(sources.company_seal_certificates)
    if beside:
        return _licensed(key, beside, to_asn1(own_chain[-1]))
    certificate = pki.certificate(folder, COMPANY_SEAL)
    _require_fit(certificate, key, COMPANY_SEAL)
    return _CompanySeal(certificate, own_chain, key, foreign=False)


def _licensed(key: SigningKey, given: Certificates, root: asn1_x509.Certificate) -> _CompanySeal:
    """The seal's certificate among those given, and its issuers in order up to the last."""
    mine = [each for each in given if _same_key(each.public_key(), key.public_key())]
    if not mine:
        raise KeysUnusable("no certificate given for the company seal belongs to its key")
    chain = [mine[0]]
    while issuer := next((each for each in given if _issued(each, chain[-1])), None):
        chain.append(issuer)
    if len(chain) < 2 or chain[-1].issuer != chain[-1].subject:
        # The root too: a seal brings its whole chain, and verifiers demand just that.
        raise KeysUnusable("the certificates given for the company seal lack those of its issuers")
    if not Trust((root,)).knows(to_asn1(chain[0])):
        named = organisation(root)
        raise KeysUnusable(f"the certificate given for the company seal is not one of {named}")
    return _CompanySeal(chain[0], tuple(chain[1:]), key, foreign=True)


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    if issuer == certificate:
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:
        # Another name, another signature, an algorithm unknown here: not the issuer.
        return False
    return True


def _key(
    folder: Path, name: str, passphrase: bytes, source: KeySource | None
) -> tuple[SigningKey, Certificates]:
    if source:
        return private_keys.load(source)
    file = f"{name}.key.pem"
    return private_keys.from_pem(pki.read(folder, file), passphrase, file), ()


def _certificates(path: Path) -> Certificates:
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except OSError as error:
        raise KeysUnusable(f"{path.name} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise KeysUnusable(f"{path.name} holds no certificates in PEM") from error


def _revocation_list(folder: Path, name: str) -> x509.CertificateRevocationList:
    try:
        return x509.load_pem_x509_crl(pki.read(folder, f"{name}.crl.pem"))
    except ValueError as error:
        raise KeysUnusable(f"{name}.crl.pem is damaged") from error


def _same_key(one: object, other: object) -> bool:
    return _raw(one) == _raw(other)


def _raw(public_key: object) -> bytes:
    encode = public_key.public_bytes  # type: ignore[attr-defined]  # of whatever kind it is
    return bytes(encode(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _require_fit(certificate: x509.Certificate, key: SigningKey, name: str) -> None:
    if not _same_key(certificate.public_key(), key.public_key()):
        raise KeysUnusable(f"{name}.pem is not the certificate of the key in use")


def _require_valid(name: str, chain: Certificates, at: datetime) -> None:
    for each in chain:
        if not each.not_valid_before_utc <= at <= each.not_valid_after_utc:
            raise KeyExpired(name, each.not_valid_before_utc, each.not_valid_after_utc)


def make_identity(
    key: SigningKey, certificate: x509.Certificate, chain: Certificates
) -> SigningIdentity:
    signer = KeySigner(key, certificate, chain)
    return SigningIdentity(to_asn1(certificate), signer, tuple(to_asn1(each) for each in chain))
