"""Certificates by an authority that may not issue them: our own of the other kind, or others'."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from asn1crypto import cms as asn1_cms
from asn1crypto import x509 as asn1_x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pledges.core.digests import sha256_hex
from pledges.proof.fileformat import Level
from pledges.proof.keys import certificates, company_pins, key_store, pki
from pledges.proof.keys.certificates import Issuer, Life, Signatory
from pledges.proof.keys.company_pins import CompanyPin, PinKind
from pledges.proof.keys.hierarchy import COMPANY_CA, EVENT_CA
from pledges.proof.keys.private_keys import KeySigner, from_pem, to_asn1
from pledges.proof.keys.trust import Trust, pins_of
from pledges.proof.signatures import der
from pledges.proof.signatures.pades import Identity, Timestamping
from pledges.proof.verdict import Outcome
from tests.attacks.exchanges import certified
from tests.attacks.honest import Honest, accept, sign
from tests.attacks.table import Forged, forgery
from tests.attacks.wrapping import contents, with_contents
from tests.sealed import ACCEPTED, ORGANISATION, PASSPHRASE, PERSON, SIGNED, Installation

LIFE = Life.of_years(5, SIGNED - timedelta(days=1))
IDENTIFIER = "VATCN-91310000MA1FL12345"
COMPANY = f"organizationIdentifier={IDENTIFIER}"
MAZE = 5
"""Authorities of one name that all vouch for each other: every path among them may be tried."""


def key() -> Any:
    return ec.generate_private_key(ec.SECP256R1())


# --- Our own authorities, each in the place of the other ------------------------------------------
def renewed(honest: Honest, name: str) -> tuple[Installation, Issuer]:
    """A company that renewed one of its authorities, and the old one, key and all: stolen before.

    `honest` gives the folder only.
    """
    installation = Installation(Path(mkdtemp(dir=honest.folder)) / "pki")
    old = stolen(installation, name)
    renew(installation, name)
    return installation, old


def renew(installation: Installation, name: str) -> None:
    facts = {"organisation": ORGANISATION, "passphrase": PASSPHRASE, "at": SIGNED}
    pki.renew(installation.folder, name, **facts)
    installation.store = key_store.load(installation.folder, PASSPHRASE)


def stolen(installation: Installation, name: str) -> Issuer:
    """An authority in the hands of a thief."""
    found = from_pem((installation.folder / f"{name}.key.pem").read_bytes(), PASSPHRASE, name)
    return Issuer(pki.certificate(installation.folder, name), found)


def _identity(installation: Installation, own: Any, made: Any, issuer: Issuer) -> Identity:
    chain = (issuer.certificate, installation.store.root)
    return Identity(KeySigner(own, made, chain), (installation.root,))


def company_by(installation: Installation, issuer: Issuer) -> Identity:
    own, name = key(), certificates.named(ORGANISATION, ORGANISATION)
    made = certificates.end_entity(name, own.public_key(), issuer, Life.of_years(1, ACCEPTED))
    return _identity(installation, own, made, issuer)


def manager_by(installation: Installation, issuer: Issuer, document: bytes) -> Identity:
    own, named = key(), (PERSON[part] for part in ("name", "employee_number", "department"))
    signatory, digest = Signatory(*named, ORGANISATION), sha256_hex(document)
    made = certificates.event(signatory, digest, own.public_key(), issuer, SIGNED)
    return _identity(installation, own, made, issuer)


@forgery("wrong-issuer", on=["finished"])
def company_by_the_event_authority_that_certified_the_manager(honest, _pdf):
    identity = company_by(honest.basic, stolen(honest.basic, EVENT_CA))
    return accept(honest.basic, honest.signed, identity=identity)


@forgery("wrong-issuer", on=["finished"])
def company_by_an_event_authority_that_was_replaced(honest, _pdf):
    """The manager's certificate comes from its successor, so that the issuers are two."""
    installation, old = renewed(honest, EVENT_CA)
    signed = sign(installation, honest.rendered)
    forged = accept(installation, signed, identity=company_by(installation, old))
    return Forged(forged, {"trust": installation.trust})


@forgery("wrong-issuer", on=["finished"])
def company_by_the_successor_of_the_managers_authority(honest, _pdf):
    installation = Installation(Path(mkdtemp(dir=honest.folder)) / "pki")
    signed = sign(installation, honest.rendered)
    renew(installation, EVENT_CA)
    identity = company_by(installation, stolen(installation, EVENT_CA))
    forged = accept(installation, signed, identity=identity)
    return Forged(forged, {"trust": installation.trust})


@forgery("wrong-issuer", on=["finished"])
def company_by_an_event_authority_and_told_to_trust_the_root_for_it(honest, _pdf):
    """As with `--company-trust root.pem`: it is our own root all the same."""
    installation, old = renewed(honest, EVENT_CA)
    signed = sign(installation, honest.rendered)
    forged = accept(installation, signed, identity=company_by(installation, old))
    return Forged(forged, {"trust": Trust((installation.root,), (installation.root,))})


@forgery("wrong-issuer", on=["signed"])
def manager_by_the_company_authority(honest, _pdf):
    identity = manager_by(honest.basic, stolen(honest.basic, COMPANY_CA), honest.rendered)
    return sign(honest.basic, honest.rendered, identity=identity)


@forgery("wrong-issuer", on=["finished"])
def manager_by_a_company_authority_that_was_replaced(honest, _pdf):
    installation, old = renewed(honest, COMPANY_CA)
    identity = manager_by(installation, old, honest.rendered)
    forged = accept(installation, sign(installation, honest.rendered, identity=identity))
    return Forged(forged, {"trust": installation.trust})


# --- Authorities of other houses ------------------------------------------------------------------
@cache
def licensed_authority() -> tuple[Any, Any]:
    root_key = key()
    return certificates.root("某电子认证服务有限公司", root_key, LIFE), root_key


@dataclass(frozen=True)
class Certified:
    """A certificate by the licensed authority, and who holds it."""

    identity: Identity
    certificate: Any

    def pin(self, days: str = "") -> CompanyPin:
        return company_pins.read(f"sha256={pins_of(self.certificate)[PinKind.KEY]} {days}")


def licensed(organisation: str, **subject: str) -> Certified:
    """A seal for whoever asks, by an authority that certifies companies and people for money.

    `subject`: further attributes, by their names in `NameOID`.
    """
    root, root_key = licensed_authority()
    own = key()
    pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    name = certificates.named(organisation, subject.pop("COMMON_NAME", organisation))
    further = [x509.NameAttribute(getattr(NameOID, kind), text) for kind, text in subject.items()]
    name = x509.Name([*name, *further])
    seal = certificates.end_entity(name, own.public_key(), Issuer(root, root_key), LIFE)
    made = key_store.make_identity(from_pem(pem, b"", "seal"), seal, (root,))
    return Certified(Identity(made.signer, (to_asn1(root),)), made.cert)


def knowing(honest: Honest, *pins: CompanyPin | str, stamped: bool = False) -> Trust:
    """The trust of somebody who was told of the licensed authority, and of those pins."""
    ours = (honest.stamped if stamped else honest.basic).trust
    read = tuple(company_pins.read(pin) if isinstance(pin, str) else pin for pin in pins)
    root, _key = licensed_authority()
    return Trust(ours.roots, (to_asn1(root),), ours.tsa_roots, read)


def accepted_by(honest: Honest, signed: bytes, by: Certified, *pins: CompanyPin | str) -> Forged:
    """The file with that seal as the company's, for somebody who was told those pins."""
    sealed = accept(honest.basic, signed, identity=by.identity)
    return Forged(sealed, {"trust": knowing(honest, *pins)})


@forgery("wrong-issuer", on=["signed"])
def another_company_by_the_licensed_authority(honest, pdf):
    other = licensed("另一家银行")
    return accepted_by(honest, pdf, other, other.pin())


@forgery("untrusted-signature", on=["signed"])
def licensed_authority_that_nobody_named(honest, pdf):
    return Forged(accepted_by(honest, pdf, licensed(ORGANISATION)).pdf)


@forgery("untrusted-signature", on=["signed"])
def manager_by_the_licensed_authority(honest, _pdf):
    """Trusted for the company's seal alone."""
    by = licensed(ORGANISATION)
    told = {"trust": knowing(honest, by.pin())}
    return Forged(certified(honest.rendered, by.identity), told)


@forgery("company-not-pinned", on=["signed"])
def company_by_an_employees_licensed_certificate(honest, pdf):
    """In whose subject the authority put the name of the company that they work for."""
    person = licensed(ORGANISATION, COMMON_NAME="王五", SURNAME="王", GIVEN_NAME="五")
    return accepted_by(honest, pdf, person, licensed(ORGANISATION).pin(), COMPANY)


@forgery("company-not-pinned", on=["signed"])
def company_by_an_employees_certificate_with_the_companys_identifier(honest, pdf):
    person = licensed(
        ORGANISATION, COMMON_NAME="王五", SURNAME="王", ORGANIZATION_IDENTIFIER=IDENTIFIER
    )
    return accepted_by(honest, pdf, person, COMPANY)


@forgery("company-not-pinned", on=["signed"])
def company_of_the_same_name_with_another_key(honest, pdf):
    return accepted_by(honest, pdf, licensed(ORGANISATION), licensed(ORGANISATION).pin())


@forgery("company-not-pinned", on=["signed"])
def company_of_the_same_name_with_another_identifier(honest, pdf):
    other = licensed(ORGANISATION, ORGANIZATION_IDENTIFIER=f"{IDENTIFIER}0")
    return accepted_by(honest, pdf, other, COMPANY)


@forgery("company-not-pinned", on=["signed"])
def company_that_nobody_pinned(honest, pdf):
    return accepted_by(honest, pdf, licensed(ORGANISATION, ORGANIZATION_IDENTIFIER=IDENTIFIER))


@forgery("company-not-pinned", on=["signed"])
def company_with_a_key_after_its_last_day(honest, pdf):
    by, before = licensed(ORGANISATION), ACCEPTED.date() - timedelta(days=1)
    return accepted_by(honest, pdf, by, by.pin(f"until {before}"))


@forgery("company-not-pinned", on=["signed"])
def company_with_a_key_before_its_first_day(honest, pdf):
    by, after = licensed(ORGANISATION), ACCEPTED.date() + timedelta(days=1)
    return accepted_by(honest, pdf, by, by.pin(f"from {after} until {after}"))


@forgery("broken-signature", on=["signed"])
def intermediate_authority_spelled_otherwise(honest, pdf):
    """Its signature's algorithm, which stands outside of what is signed, without parameters."""
    root_key, between_key, own = (rsa.generate_private_key(65537, 2048) for _ in range(3))
    root = certificates.root("某电子认证服务有限公司", root_key, LIFE)
    name = certificates.named("某电子认证服务有限公司", "企业")
    between = certificates.authority(name, between_key.public_key(), Issuer(root, root_key), LIFE)
    pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    seal = certificates.end_entity(
        certificates.named(ORGANISATION, ORGANISATION),
        own.public_key(),
        Issuer(between, between_key),
        LIFE,
    )
    made = key_store.make_identity(from_pem(pem, b"", "seal"), seal, (between, root))
    identity = Identity(made.signer, (to_asn1(root),))
    whole = to_asn1(between).dump()
    signed, algorithm, value = (each.encoded for each in der.children(der.first(whole)))
    other = der.sequence(signed, algorithm.replace(b"\x30\x0d", b"\x30\x0b")[:-2], value)
    accepted = accept(honest.basic, pdf, identity=identity)
    pin = CompanyPin(PinKind.KEY, pins_of(to_asn1(seal))[PinKind.KEY])
    told = {"trust": Trust(honest.basic.trust.roots, (to_asn1(root),), (), (pin,))}
    assert honest.judged("signed", accepted, **told).outcome is Outcome.ACCEPTED
    return Forged(with_contents(accepted, exchanged(contents(accepted), whole, other)), told)


def exchanged(cms: bytes, old: bytes, new: bytes) -> bytes:
    """A seal with another certificate in it, its lengths made right."""
    info = asn1_cms.ContentInfo.load(cms)
    for index, each in enumerate(info["content"]["certificates"]):
        if each.dump() == old:
            info["content"]["certificates"][index] = asn1_cms.CertificateChoices(
                "certificate", asn1_x509.Certificate.load(new)
            )
    written: bytes = info.dump(force=True)
    return written


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
