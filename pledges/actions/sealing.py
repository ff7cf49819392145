"""The two seals with this installation's own keys, and its timestamp authority if it has one."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from pledges.core.refusals import TimestampUnavailable
from pledges.gateways import chains, issuing, keystore, pades, tsa
from pledges.gateways.hierarchy import COMPANY_CA, EVENT_CA, ROOT
from pledges.gateways.keys import KeySource, to_asn1
from pledges.gateways.keystore import Sources, Store
from pledges.gateways.pades import Identity, Level, Timestamping
from pledges.models import SigningIntent


def level_at_signing() -> Level:
    """The level that a manager's seal made now would have."""
    return Level.LONG_TERM if settings.TSA_URL else Level.BASIC


def manager_seal(
    pdf: bytes,
    *,
    appearance: bytes,
    evidence: bytes,
    intent: SigningIntent,
    organisation: str,
    at: datetime,
) -> bytes:
    """Revision 1, by a key and certificate that exist for this one document.

    Raises SealUnavailable when keys or timestamp authority cannot be used.
    """
    store = keys()
    seal = issuing.one_shot_seal(
        store,
        name=intent.signer["name"],
        employee_number=intent.signer["employee_number"],
        department=intent.signer["department"],
        organisation=organisation,
        digest_hex=intent.document_digest,
        at=at,
    )
    return pades.seal_as_manager(
        pdf,
        appearance=appearance,
        evidence=evidence,
        identity=Identity(seal.signer, (to_asn1(store.root),), _crls(store, EVENT_CA, at)),
        at=at,
        timestamping=timestamping(),
    )


def company_seal(pdf: bytes, *, appearance: bytes, at: datetime) -> bytes:
    """Revision 2, and the document timestamp after it. Raises SealUnavailable."""
    store = keys()
    seal = store.company_seal(at)
    # A licensed authority's own lists are not ours to issue.
    crls = () if store.seal.foreign else _crls(store, COMPANY_CA, at)
    anchors = tuple(to_asn1(each) for each in store.anchors())
    return pades.seal_as_company(
        pdf,
        appearance=appearance,
        identity=Identity(seal.signer, anchors, crls),
        at=at,
        timestamping=timestamping(),
    )


def keys() -> Store:
    """The keys as they are now; read again only when a file of theirs has changed."""
    folder = Path(settings.PKI_DIR)
    stamp = max((path.stat().st_mtime_ns for path in folder.glob("*.pem")), default=0)
    return _load(folder, stamp, settings.PKI_PASSPHRASE, _sources())


@lru_cache(maxsize=4)
def _load(folder: Path, stamp: int, passphrase: str, sources: Sources) -> Store:
    return keystore.load(folder, passphrase.encode(), sources)


def _sources() -> Sources:
    certificates = settings.COMPANY_SEAL_CERT
    return Sources(
        company_seal=_source(settings.COMPANY_SEAL_KEY, settings.COMPANY_SEAL_PIN),
        company_seal_certificates=Path(certificates) if certificates else None,
        event_ca=_source(settings.EVENT_CA_KEY, settings.EVENT_CA_PIN),
    )


def _source(location: str, secret: str) -> KeySource | None:
    return KeySource(location, secret) if location else None


def _crls(store: Store, name: str, at: datetime) -> tuple[asn1_crl.CertificateList, ...]:
    return tuple(_plain(issuing.crl_of(store, each, at)) for each in (name, ROOT))


def _plain(revoked: x509.CertificateRevocationList) -> asn1_crl.CertificateList:
    return asn1_crl.CertificateList.load(revoked.public_bytes(Encoding.DER))


def timestamping() -> Timestamping | None:
    """The timestamp authority, if one is configured."""
    if not settings.TSA_URL:
        return None
    return _timestamping(settings.TSA_URL, settings.TSA_ROOTS, settings.TSA_TIMEOUT)


@lru_cache(maxsize=4)
def _timestamping(url: str, roots: str, timeout: float) -> Timestamping:
    try:
        trusted = chains.from_pem(Path(roots).read_bytes())
    except (OSError, ValueError) as error:
        raise TimestampUnavailable(f"TSA_ROOTS cannot be read: {error}") from error
    return Timestamping(tsa.client(url, trusted, timeout=timeout), trusted)
