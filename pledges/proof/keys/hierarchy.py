"""Which certificates and keys the installation has, and how each is made, as files' contents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from pledges.proof.keys import certificates, revocation_lists
from pledges.proof.keys.certificates import Issuer, Key, Life, PublicKey

ROOT, EVENT_CA, COMPANY_CA = "root", "event-ca", "company-ca"
COMPANY_SEAL, LEDGER = "company-seal", "ledger"
AUTHORITIES = {EVENT_CA: "Shounuo Event CA", COMPANY_CA: "Shounuo Company CA"}
"""Their common names, which the root signs and by which verifiers tell one from the other; behind
each stands a tag of its key, for they are renewed."""
YEARS = {ROOT: 20, EVENT_CA: 10, COMPANY_CA: 10, LEDGER: 10, COMPANY_SEAL: 3}
RENEWABLE = (COMPANY_SEAL, EVENT_CA, COMPANY_CA, LEDGER)
DAY = timedelta(days=1)

Files = dict[str, bytes]


@dataclass(frozen=True)
class Maker:
    """Makes the files of each kind, for one organisation, under one passphrase, at one time."""

    organisation: str
    passphrase: bytes
    at: datetime
    public_keys: Mapping[str, PublicKey]
    """Keys that are kept elsewhere, on a token say: they are certified, not made."""

    def life(self, name: str) -> Life:
        return Life.of_years(YEARS[name], self.at)

    def key_files(self, name: str) -> tuple[PublicKey, Key | None, Files]:
        if name in self.public_keys:
            return self.public_keys[name], None, {}
        key = new_key(name)
        return key.public_key(), key, {f"{name}.key.pem": encrypted(key, self.passphrase)}

    def root(self) -> tuple[Issuer, Files]:
        key = new_key(ROOT)
        certificate = certificates.root(self.organisation, key, self.life(ROOT))
        files = {"root.pem": pem(certificate), "root.key.pem": encrypted(key, self.passphrase)}
        return Issuer(certificate, key), files

    def authority(self, name: str, root: Issuer) -> tuple[Files, Issuer | None]:
        public_key, key, files = self.key_files(name)
        words = AUTHORITIES[name]
        subject = certificates.authority_name(self.organisation, words, public_key)
        made = certificates.authority(subject, public_key, root, self.life(name))
        files[f"{name}.pem"] = pem(made)
        return files, Issuer(made, key) if key else None

    def event_ca(self, root: Issuer) -> Files:
        return self.authority(EVENT_CA, root)[0]

    def company(self, root: Issuer) -> Files:
        """A company CA and a seal under it, which never outlives the CA that it hangs on."""
        files, issuer = self.authority(COMPANY_CA, root)
        return files if issuer is None else files | self.company_seal(issuer)

    def company_seal(self, company_ca: Issuer) -> Files:
        public_key, _, files = self.key_files(COMPANY_SEAL)
        subject = certificates.named(self.organisation, self.organisation)
        life = self.life(COMPANY_SEAL)
        made = certificates.end_entity(subject, public_key, company_ca, life)
        listed = self.crl(company_ca, made.not_valid_after_utc)
        return files | {"company-seal.pem": pem(made), "company-ca.crl.pem": listed}

    def ledger(self, root: Issuer) -> Files:
        public_key, _, files = self.key_files(LEDGER)
        subject = certificates.authority_name(self.organisation, "Shounuo Ledger", public_key)
        made = certificates.end_entity(subject, public_key, root, self.life(LEDGER))
        return files | {"ledger.pem": pem(made)}

    def root_crl(self, root: Issuer) -> Files:
        ends = min(self.life(name).ends for name in (EVENT_CA, COMPANY_CA, LEDGER))
        return {"root.crl.pem": self.crl(root, min(ends, root.certificate.not_valid_after_utc))}

    def crl(self, issuer: Issuer, ends: datetime) -> bytes:
        # It ends before what it speaks of: see certificates.EVENT_CRL_LIFE.
        listed = revocation_lists.make_list(issuer, self.at - certificates.SKEW, ends - DAY)
        return listed.public_bytes(Encoding.PEM)


def new_key(name: str) -> Key:
    if name == LEDGER:
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1())


def encrypted(key: Key, passphrase: bytes) -> bytes:
    encryption = BestAvailableEncryption(passphrase)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
