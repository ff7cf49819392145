"""Certificates by authorities of other houses: a licensed one's, and a maze of self-made ones."""

from datetime import timedelta
from functools import cache
from typing import Any

from asn1crypto.keys import PrivateKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pledges.core.digests import sha256_hex
from pledges.gateways import certificates, keystore
from pledges.gateways.certificates import Issuer, Life
from pledges.gateways.keys import from_pem, to_asn1
from pledges.gateways.pades import Identity, Level, Timestamping
from pledges.gateways.trust import Trust
from tests.attacks.exchanges import certified
from tests.attacks.honest import Honest, accept
from tests.attacks.table import Forged, forgery
from tests.sealed import ORGANISATION, SIGNED

LIFE = Life.of_years(5, SIGNED - timedelta(days=1))
MAZE = 5
"""Authorities of one name that all vouch for each other: every path among them may be tried."""


def key() -> Any:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def licensed_authority() -> tuple[Any, Any]:
    root_key = key()
    return certificates.root("某电子认证服务有限公司", root_key, LIFE), root_key


def licensed(organisation: str) -> tuple[Identity, Trust]:
    """A seal for whoever asks, by an authority that certifies companies for money."""
    root, root_key = licensed_authority()
    own = key()
    pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    name = certificates.named(organisation, organisation)
    seal = certificates.end_entity(name, own.public_key(), Issuer(root, root_key), LIFE)
    made = keystore.identity(from_pem(pem, b"", "seal"), seal, (root,))
    return Identity(made.signer, (to_asn1(root),)), Trust((), (to_asn1(root),))


def accepted_under(honest: Honest, signed: bytes, organisation: str) -> Forged:
    """The file sealed in that name, and the receiver's trust in the licensed authority."""
    identity, trust = licensed(organisation)
    told = {"trust": Trust(honest.basic.trust.roots, trust.company_roots)}
    return Forged(accept(honest.basic, signed, identity=identity), told)


@forgery("wrong-issuer", on=["signed"])
def another_company_by_the_licensed_authority(honest, pdf):
    return accepted_under(honest, pdf, "另一家银行")


@forgery("untrusted-seal", on=["signed"])
def licensed_authority_that_nobody_named(honest, pdf):
    return Forged(accepted_under(honest, pdf, ORGANISATION).pdf)


@forgery("untrusted-seal", on=["signed"])
def manager_by_the_licensed_authority(honest, _pdf):
    """Trusted for the company's seal alone."""
    identity, trust = licensed(ORGANISATION)
    told = {"trust": Trust(honest.basic.trust.roots, trust.company_roots)}
    return Forged(certified(honest.rendered, identity), told)


@forgery("too-many-certificates", on=["stamped_signed"])
def maze_of_certificates(honest, _pdf):
    """In the timestamp of a seal: a validator that tries all paths through it never ends."""
    own = honest.stamped.one_shot(sha256_hex(honest.rendered))
    return certified(honest.rendered, own, stamped=maze(), level=Level.LONG_TERM)


def maze() -> Timestamping:
    keys = [key() for _ in range(MAZE)]
    name = certificates.named("X", "X")

    def vouched(public_key: Any, issuer: Any, extension: x509.ExtensionType) -> Any:
        builder = x509.CertificateBuilder(name, name, public_key, x509.random_serial_number())
        builder = builder.not_valid_before(LIFE.begins).not_valid_after(LIFE.ends)
        return to_asn1(builder.add_extension(extension, True).sign(issuer, hashes.SHA256()))

    authority = x509.BasicConstraints(True, None)
    store = SimpleCertificateStore()
    for one in keys:
        for other in keys:
            store.register(vouched(one.public_key(), other, authority))
    own = rsa.generate_private_key(65537, 2048)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    leaf = vouched(own.public_key(), keys[0], usage)
    private = PrivateKeyInfo.load(
        own.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    )
    at = SIGNED.replace(microsecond=0)
    stamper = DummyTimeStamper(leaf, private, certs_to_embed=store, fixed_dt=at)
    return Timestamping(stamper, (vouched(keys[0].public_key(), keys[0], authority),))
