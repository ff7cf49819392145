"""What the loaded keys issue: one-shot certificates, revocation lists, warnings before the end."""

from datetime import datetime, timedelta

from asn1crypto.crl import CertificateList
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from pledges.proof.keys import certificates, key_store, revocation_lists
from pledges.proof.keys.certificates import Issuer, PublicKey, Signatory
from pledges.proof.keys.hierarchy import (
    COMPANY_CA,
    COMPANY_SEAL,
    EVENT_CA,
    LEDGER,
    ROOT,
)
from pledges.proof.keys.key_store import SigningIdentity, Store


def issue_event(
    store: Store,
    *,
    name: str,
    employee_number: str,
    department: str,
    organisation: str,
    digest_hex: str,
    public_key: PublicKey,
    at: datetime,
) -> x509.Certificate:
    """A certificate of minutes for the one document of that SHA-256. Raises KeyExpired."""
    authority = store.event_authority(at)
    signatory = Signatory(name, employee_number, department, organisation)
    issuer = Issuer(authority.cert, authority.key)
    return certificates.event(signatory, digest_hex, public_key, issuer, at)


def make_one_shot_identity(
    store: Store,
    *,
    name: str,
    employee_number: str,
    department: str,
    organisation: str,
    digest_hex: str,
    at: datetime,
) -> SigningIdentity:
    """A fresh key and its certificate for one document; drop it after use, nothing keeps it."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = issue_event(
        store,
        name=name,
        employee_number=employee_number,
        department=department,
        organisation=organisation,
        digest_hex=digest_hex,
        public_key=key.public_key(),
        at=at,
    )
    return key_store.make_identity(key, certificate, (store.event.cert, *store.event.chain))


def crl_of(store: Store, name: str, at: datetime) -> x509.CertificateRevocationList:
    """The revocation list of "root", "company-ca" or "event-ca" for embedding beside a signature.

    The event CA's is made for the moment `at`, which must be that of the signature; the others were
    made with their certificates and lie in the folder.
    """
    if name == ROOT:
        return store.root_crl
    if name == COMPANY_CA:
        return store.company_crl
    authority = store.event_authority(at)
    begins, ends = at - certificates.EVENT_EARLY, at + certificates.EVENT_CRL_LIFE
    return revocation_lists.make_list(Issuer(authority.cert, authority.key), begins, ends)


def crls_of(store: Store, name: str, at: datetime) -> tuple[CertificateList, ...]:
    """The lists of that authority and of the root, as they are embedded beside a signature."""
    made = (crl_of(store, each, at) for each in (name, ROOT))
    return tuple(CertificateList.load(each.public_bytes(Encoding.DER)) for each in made)


def expiring(
    store: Store, at: datetime, within: timedelta = timedelta(days=60)
) -> list[tuple[str, datetime]]:
    """What is not good any more at `at + within`, with its last moment, the earliest first."""
    seal = (store.seal.certificate, *(store.seal.chain if store.seal.foreign else ()))
    in_use = [(ROOT, store.root), (EVENT_CA, store.event.cert), (LEDGER, store.ledger)]
    in_use += [(COMPANY_SEAL, each) for each in seal]
    if not store.seal.foreign:
        in_use.append((COMPANY_CA, store.company_ca))
    ends = [(name, each.not_valid_after_utc) for name, each in in_use]
    return sorted((end for end in ends if end[1] <= at + within), key=lambda end: end[1])
