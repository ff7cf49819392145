"""The certificates of this installation, by RFC 5280: fields in, signed out.

A time is an argument everywhere; nothing here touches a file or a clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from pledges.proof.fileformat import DOCUMENT_URN
from pledges.proof.keys import ecdsa

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey

MAX_NAME_LENGTH = 64
"""Characters of a name in a certificate (RFC 5280, appendix A, upper bounds). Of a common name the
`cryptography` library takes as many bytes only, and so do other strict readers."""
SKEW = timedelta(minutes=10)
"""Certificates begin this much early: the clocks of two machines never agree."""
EVENT_EARLY = timedelta(minutes=1)
EVENT_LIFE = timedelta(minutes=10)
EVENT_CRL_LIFE = timedelta(minutes=5)
"""Shorter than the event certificate's life: years later a validator goes back to the last moment
of the list (ETSI EN 319 102-1, 5.6.2.2), and the certificate must have been good then. Measured in
tests/proof/test_years_later.py, with a longer list too."""

ANY_POLICY = x509.ObjectIdentifier("2.5.29.32.0")
# Under 2.25 (ITU-T X.667) everybody may use a random UUID as an arc without asking anybody.
EVENT_POLICY = x509.ObjectIdentifier("2.25.227705815449468797469844447524626715584")
EVENT_NOTICE = "One-shot certificate: signs the one document whose SHA-256 stands in it."


@dataclass(frozen=True)
class Life:
    """From when until when a certificate is good."""

    begins: datetime
    ends: datetime

    @classmethod
    def of_years(cls, years: int, at: datetime) -> "Life":
        return cls(at - SKEW, at + timedelta(days=365 * years + years // 4))


@dataclass(frozen=True)
class Issuer:
    """A certificate with the key that signs under it."""

    certificate: x509.Certificate
    key: Key


def cut(oid: x509.ObjectIdentifier, text: str) -> str:
    """As much of a part of a name as a certificate can carry."""
    text = text[:MAX_NAME_LENGTH]
    if oid == NameOID.COMMON_NAME:
        text = text.encode()[:MAX_NAME_LENGTH].decode(errors="ignore")
    return text


def attribute(oid: x509.ObjectIdentifier, text: str) -> x509.NameAttribute[str]:
    """A part of a name, cut to what a certificate can carry."""
    return x509.NameAttribute(oid, cut(oid, text))


def named(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            attribute(NameOID.ORGANIZATION_NAME, organisation),
            attribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def authority_name(organisation: str, common_name: str, public_key: PublicKey) -> x509.Name:
    """A name of its own for each key: two authorities of one name would confuse validators."""
    tag = x509.SubjectKeyIdentifier.from_public_key(public_key).digest[:4].hex()
    return named(organisation, f"{common_name} {tag}")


def root(organisation: str, key: Key, life: Life) -> x509.Certificate:
    """The self-signed beginning of all; below it one more floor of authorities, no second."""
    public_key = key.public_key()
    subject = authority_name(organisation, "Shounuo Root CA", public_key)
    builder = _begin(subject, public_key, life).issuer_name(subject)
    builder = _authority(builder, path_length=1)
    return builder.sign(key, hash_for(key))


def authority(
    subject: x509.Name, public_key: PublicKey, issuer: Issuer, life: Life
) -> x509.Certificate:
    """An authority that issues to end entities only.

    Its signature is low: it travels in others and under none, so that anybody could exchange it.
    """
    builder = _authority(_under(issuer, subject, public_key, life), path_length=0)
    builder = builder.add_extension(_policies(ANY_POLICY), critical=False)
    made = builder.sign(issuer.key, hash_for(issuer.key))
    while not ecdsa.is_low(made.signature, issuer.key.public_key()):
        made = builder.sign(issuer.key, hash_for(issuer.key))
    return made


def end_entity(
    subject: x509.Name, public_key: PublicKey, issuer: Issuer, life: Life
) -> x509.Certificate:
    """A certificate for signing. Without extended key usage, which readers would each read anew."""
    builder = _signing(_under(issuer, subject, public_key, life))
    return builder.sign(issuer.key, hash_for(issuer.key))


@dataclass(frozen=True)
class Signatory:
    """Whom an event certificate names."""

    name: str
    employee_number: str
    department: str
    organisation: str

    def parts(self) -> list[tuple[x509.ObjectIdentifier, str]]:
        """The parts of the name in a certificate, in their order, long ones cut."""
        values = (
            (NameOID.ORGANIZATION_NAME, self.organisation),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, self.department),
            (NameOID.SERIAL_NUMBER, self.employee_number),
            (NameOID.COMMON_NAME, self.name),
        )
        return [(oid, cut(oid, text)) for oid, text in values if text]

    def subject(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(oid, text) for oid, text in self.parts()])


def event(
    signatory: Signatory, digest_hex: str, public_key: PublicKey, issuer: Issuer, at: datetime
) -> x509.Certificate:
    """A certificate of minutes, for the one document of that SHA-256."""
    if len(digest_hex) != 64 or not set(digest_hex) <= set("0123456789abcdef"):
        raise ValueError("the digest must be a SHA-256 in lower-case hexadecimal")
    life = Life(at - EVENT_EARLY, at + EVENT_LIFE)
    builder = _signing(_under(issuer, signatory.subject(), public_key, life))
    uri = x509.UniformResourceIdentifier(DOCUMENT_URN + digest_hex)
    builder = builder.add_extension(x509.SubjectAlternativeName([uri]), critical=False)
    policies = _policies(EVENT_POLICY, EVENT_NOTICE)
    builder = builder.add_extension(policies, critical=False)
    return builder.sign(issuer.key, hash_for(issuer.key))


def _begin(subject: x509.Name, public_key: PublicKey, life: Life) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(to_the_second(life.begins))
        .not_valid_after(to_the_second(life.ends))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _under(
    issuer: Issuer, subject: x509.Name, public_key: PublicKey, life: Life
) -> x509.CertificateBuilder:
    ends = min(life.ends, issuer.certificate.not_valid_after_utc)
    builder = _begin(subject, public_key, Life(life.begins, ends))
    return builder.issuer_name(issuer.certificate.subject).add_extension(
        issuer_identifier(issuer.certificate), critical=False
    )


def issuer_identifier(certificate: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """What names the key of `certificate` in whatever is signed with it."""
    subject = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject)


def _authority(builder: x509.CertificateBuilder, *, path_length: int) -> x509.CertificateBuilder:
    constraints = x509.BasicConstraints(ca=True, path_length=path_length)
    return builder.add_extension(constraints, critical=True).add_extension(
        _usage(certificates=True), critical=True
    )


def _signing(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    constraints = x509.BasicConstraints(ca=False, path_length=None)
    return builder.add_extension(constraints, critical=True).add_extension(
        _usage(certificates=False), critical=True
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=not certificates,  # non-repudiation, by its newer name
        key_cert_sign=certificates,
        crl_sign=certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _policies(policy: x509.ObjectIdentifier, notice: str = "") -> x509.CertificatePolicies:
    qualifiers = [x509.UserNotice(None, notice)] if notice else None
    return x509.CertificatePolicies([x509.PolicyInformation(policy, qualifiers)])


def to_the_second(moment: datetime) -> datetime:
    """`moment` as a certificate can tell it."""
    return moment.replace(microsecond=0)


def hash_for(key: Key) -> hashes.SHA256 | None:
    """The hash that is signed with such a key; none for Ed25519, which has its own."""
    return None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
