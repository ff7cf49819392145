"""Sealed files made without database and network, for whoever reads, checks or attacks them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import x509 as asn1
from asn1crypto.keys import PrivateKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pledges.core.digests import canonical_json, sha256_hex
from pledges.core.promised_content import content_digest
from pledges.proof import evidence
from pledges.proof.fileformat import BOX_MM, CURRENT
from pledges.proof.keys import event_certificates, key_store, pki
from pledges.proof.keys.private_keys import to_asn1
from pledges.proof.keys.trust import Trust
from pledges.proof.ledger import checkpoints, merkle, signing_key
from pledges.proof.passkeys import ceremony, enrolment_statements
from pledges.proof.signatures import pades
from pledges.proof.signatures.pades import Identity, Timestamping
from pledges.rendering import fonts
from pledges.rendering.figures import Figure
from pledges.rendering.lettering import Typesetter
from tests.authenticator import Passkey
from tests.rendering.samples import FONTS, render

SIGNED = datetime(2026, 11, 23, 2, 1, 30, 250000, tzinfo=UTC)
CREATED, EXPIRES = SIGNED - timedelta(minutes=2), SIGNED + timedelta(minutes=8)
ACCEPTED = SIGNED + timedelta(hours=3)
NOW = SIGNED + timedelta(days=1)
PASSPHRASE = b"only-for-tests"
ORGANISATION = "示例银行股份有限公司"
PERSON = {"id": 7, "name": "李明", "employee_number": "E1001", "department": "华东零售部"}
PLEDGE = "6f1c2c1e-7a0c-4f0e-9d43-1f0a5d9c0b11"
INTENT = "0b7e0f7e-2e0a-4c55-8b1a-0d6f0c3a9e52"
NONCE = "5a" * 32
VERSION = "c3" * 32
CONTENT = {
    "answers": {"governing_article": "29"},
    "consent": {"version": "2026-11", "text": "同意"},
    "language": "zh-hans",
    "organisation": ORGANISATION,
    "person": PERSON,
    "pledge": {"id": PLEDGE, "number": "CN-2026-000007"},
    "template": {"slug": "contract", "version": 1, "digest": VERSION},
}


def rendered(body: str = "<h1>承诺书</h1>") -> bytes:
    """A revision 0 that is made for `CONTENT`."""
    return render(body, identifier=content_digest(CONTENT))


def figure(text: str) -> bytes:
    typesetter = Typesetter(fonts.covering_alone(FONTS, text), "en")
    drawn = Figure(*BOX_MM, (0, 0, 0), typesetter)
    drawn.write(text, top=2, height=10, size=4)
    return drawn.finished()


@dataclass
class Authority:
    """A timestamp authority without a network, whose clock says what the test wants."""

    years: int = 14
    begins: datetime = SIGNED - timedelta(days=1)
    root: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        key = rsa.generate_private_key(65537, 2048)
        self._key = rsa.generate_private_key(65537, 2048)
        name, leaf = (
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("TSA", "Stamp")
        )
        ends = self.begins + timedelta(days=366 * self.years)

        def certificate(subject, public_key, *, ca):
            builder = x509.CertificateBuilder(issuer_name=name, subject_name=subject)
            builder = builder.public_key(public_key).serial_number(x509.random_serial_number())
            builder = builder.not_valid_before(self.begins).not_valid_after(ends)
            builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
            if not ca:
                usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
                builder = builder.add_extension(usage, critical=True)
            return builder.sign(key, hashes.SHA256())

        self.root = certificate(name, key.public_key(), ca=True)
        self._leaf = certificate(leaf, self._key.public_key(), ca=False)

    def at(self, moment: datetime) -> Timestamping:
        private = self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        store = SimpleCertificateStore()
        store.register(to_asn1(self.root))
        stamper = DummyTimeStamper(
            to_asn1(self._leaf),
            PrivateKeyInfo.load(private),
            certs_to_embed=store,
            fixed_dt=moment.replace(microsecond=0),
        )
        return Timestamping(stamper, (to_asn1(self.root),))


class Installation:
    """Keys of one company, a ledger of a few entries, one manager with a passkey."""

    def __init__(self, folder: Path, *, authority: Authority | None = None) -> None:
        pki.create(folder, organisation=ORGANISATION, passphrase=PASSPHRASE, at=SIGNED)
        self.folder, self.authority = folder, authority
        self.store = key_store.load(folder, PASSPHRASE)
        self.ledger = signing_key.load((folder / "ledger.key.pem").read_bytes(), PASSPHRASE)
        self.ledger_pem = (folder / "ledger.pem").read_bytes()
        self.passkey = Passkey(origin="https://pledges.example.com", rp_id="pledges.example.com")

    @property
    def root(self) -> asn1.Certificate:
        return to_asn1(self.store.root)

    @property
    def trust(self) -> Trust:
        stamps = (to_asn1(self.authority.root),) if self.authority else ()
        return Trust(roots=(self.root,), tsa_roots=stamps)

    # --- The evidence -------------------------------------------------------------------------
    def enrolment(self, passkey: Passkey | None = None, **changed) -> dict:
        facts = {"person_id": PERSON["id"], "employee_number": PERSON["employee_number"], **changed}
        statement = enrolment_statements.EnrolmentStatement.of(
            (passkey or self.passkey).credential,
            rp_id="pledges.example.com",
            at=SIGNED - timedelta(days=30),
            introduced_by=enrolment_statements.FIRST,
            **facts,
        )
        return enrolment_statements.sign(statement, self.ledger.sign)

    def authentication(
        self, revision0: bytes, *, passkey: Passkey | None = None, expires: datetime = EXPIRES
    ) -> dict:
        used = passkey or self.passkey
        document = ceremony.ToBeSigned(
            document_sha256=sha256_hex(revision0),
            version_digest=VERSION,
            person_id=PERSON["id"],
            nonce=NONCE,
            created_at=CREATED,
            expires_at=expires,
        )
        assertion = ceremony.Assertion.from_browser(used.answer(document.challenge()))
        return {
            "method": "passkey",
            **assertion.as_block(),
            "public_key": ceremony.base64(used.public_key),
            "rp_id": "pledges.example.com",
            "enrolment": self.enrolment(used),
        }

    def proof(self, entry: dict) -> dict:
        """A proof that a ledger of five entries holds `entry` as its fourth."""
        leaf = canonical_json({"sequence": 4, "actor": f"person:{PERSON['id']}", **entry})
        leaves = [merkle.leaf_hash(text) for text in (b"1", b"2", b"3", leaf, b"5")]
        kept: dict[int, list[bytes]] = {}

        def look_up(level: int, index: int) -> bytes:
            sequence, place = merkle.home(level, index)
            return leaves[sequence - 1] if place < 0 else kept[sequence][place]

        for sequence, each in enumerate(leaves, 1):
            kept[sequence] = merkle.completed(sequence, each, look_up)
        checkpoint = checkpoints.Checkpoint(
            "pledges.example.com/ledger", 5, merkle.root(5, look_up)
        )
        public = signing_key.public_key(self.ledger_pem)
        return {
            "entry": leaf.decode(),
            "index": 3,
            "inclusion": [each.hex() for each in merkle.inclusion(3, 5, look_up)],
            "checkpoint": checkpoints.write(checkpoint, public_key=public, sign=self.ledger.sign),
            "certificate": self.ledger_pem.decode(),
        }

    def prepared(self, revision0: bytes, at: datetime = CREATED) -> dict:
        """The ledger's proof that the document was prepared for the manager at `at`."""
        facts = {"intent": INTENT, "document": sha256_hex(revision0), "version": VERSION}
        entry = {
            "at": at.isoformat(timespec="microseconds"),
            "event": "pledge.prepared",
            "subject": f"pledge:{PLEDGE}",
            "facts": facts,
        }
        return self.proof(entry)

    def evidence(self, revision0: bytes, **changed) -> dict:
        sha256 = sha256_hex(revision0)
        return {
            "format": CURRENT.name,
            "document": {"sha256": sha256, "size": len(revision0)},
            **CONTENT,
            "intent": {
                "id": INTENT,
                "nonce": NONCE,
                "created_at": CREATED.isoformat(),
                "expires_at": EXPIRES.isoformat(),
            },
            "signed_at": SIGNED.isoformat(),
            "client": {"address": "", "user_agent": ""},
            "authentication": self.authentication(revision0),
            "signature": {"level": "B-LT" if self.authority else "B-B"},
            "ledger": self.prepared(revision0),
            **changed,
        }

    # --- The seals ----------------------------------------------------------------------------
    def one_shot(self, sha256: str, at: datetime = SIGNED, **changed) -> Identity:
        named = {name: PERSON[name] for name in ("name", "employee_number", "department")}
        facts = {**named, "organisation": ORGANISATION, **changed}
        seal = event_certificates.make_one_shot_identity(
            self.store, digest_hex=sha256, at=at, **facts
        )
        return Identity(seal.signer, (self.root,), _crls(self.store, "event-ca", at))

    def company(self, at: datetime = ACCEPTED) -> Identity:
        seal = self.store.company_seal(at)
        return Identity(seal.signer, (self.root,), _crls(self.store, "company-ca", at))

    def stamp(self, at: datetime) -> Timestamping | None:
        return self.authority.at(at) if self.authority else None

    def sign(self, revision0: bytes, *, said: bytes | None = None, by=pades, **options) -> bytes:
        facts = {
            "appearance": figure("李明"),
            "evidence": said or evidence.write(self.evidence(revision0)),
            "identity": self.one_shot(sha256_hex(revision0)),
            "at": SIGNED,
            "timestamping": self.stamp(SIGNED),
        }
        return by.sign_as_manager(revision0, **{**facts, **options})

    def accept(self, signed: bytes, *, by=pades, **options) -> bytes:
        facts = {
            "appearance": figure("Company"),
            "identity": self.company(),
            "at": ACCEPTED,
            "timestamping": self.stamp(ACCEPTED),
        }
        return by.seal_as_company(signed, **{**facts, **options})

    def renew(self, accepted: bytes, at: datetime) -> bytes:
        return pades.renew_timestamp(accepted, at=at, timestamping=self.stamp(at))

    def finished(self) -> bytes:
        return self.accept(self.sign(rendered()))


def _crls(store, name, at):
    from asn1crypto import crl

    return tuple(
        crl.CertificateList.load(
            event_certificates.crl_of(store, each, at).public_bytes(Encoding.DER)
        )
        for each in (name, "root")
    )
