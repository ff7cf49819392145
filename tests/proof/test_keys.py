"""Keys kept elsewhere: PEM and PKCS#12 files, a licensed authority's chain, a PKCS#11 token."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from pyhanko.sign.signers import Signer

from pledges.core.refusals import KeysUnusable
from pledges.proof.keys import (
    certificates,
    event_certificates,
    key_store,
    pki,
    private_keys,
)
from pledges.proof.keys.certificates import Issuer, Life
from pledges.proof.keys.key_store import SigningIdentity, Sources, Store
from pledges.proof.keys.private_keys import KeySigner, KeySource

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PASSPHRASE = b"correct-horse-battery-staple"
SECRET = "another-secret"
FACTS = {
    "name": "李明",
    "employee_number": "E1001",
    "department": "华东零售部",
    "organisation": "示例银行",
    "digest_hex": "ab" * 32,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pki.create(tmp_path / "pki", organisation="示例银行", passphrase=PASSPHRASE, at=AT)
    return tmp_path / "pki"


def licensed(key, tmp_path: Path, company: str = "示例银行") -> tuple[list[x509.Certificate], Path]:
    """A seal certificate by an authority of another house: leaf, its issuer, their root."""
    root_key, ca_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    life = Life.of_years(5, AT)
    root = certificates.root("某电子认证服务有限公司", root_key, life)
    subject = certificates.named("某电子认证服务有限公司", "Licensed CA")
    ca = certificates.authority(subject, ca_key.public_key(), Issuer(root, root_key), life)
    name = certificates.named(company, company)
    seal = certificates.end_entity(name, key.public_key(), Issuer(ca, ca_key), life)
    # In no useful order, as such files come.
    path = tmp_path / "chain.pem"
    path.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in (root, seal, ca)))
    return [seal, ca, root], path


def pem_of(key, secret: str) -> bytes:
    encryption = BestAvailableEncryption(secret.encode()) if secret else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def require_good_signature(identity: SigningIdentity) -> None:
    signature = asyncio.run(identity.signer.async_sign_raw(b"to be signed", "sha256"))
    estimate = asyncio.run(identity.signer.async_sign_raw(b"", "sha256", dry_run=True))
    assert len(signature) <= len(estimate)
    public = x509.load_der_x509_certificate(identity.cert.dump()).public_key()
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, b"to be signed", padding.PKCS1v15(), hashes.SHA256())
    else:
        public.verify(signature, b"to be signed", ec.ECDSA(hashes.SHA256()))
        require_low_signatures(identity.signer, public)


def require_low_signatures(signer: Signer, public: ec.EllipticCurvePublicKey) -> None:
    """Of eight not one that another of the same key could be made from unnoticed."""
    for number in range(8):
        data = bytes([number])
        signature = asyncio.run(signer.async_sign_raw(data, "sha256"))
        public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        r, s = decode_dss_signature(signature)
        assert 0 < s <= public.curve.group_order // 2
        assert encode_dss_signature(r, s) == signature


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_a_signature_has_the_lower_of_two_values(curve: ec.EllipticCurve) -> None:
    key = ec.generate_private_key(curve)
    own = certificates.root("示例银行", key, Life.of_years(1, AT))
    require_low_signatures(KeySigner(key, own, ()), key.public_key())


@pytest.mark.parametrize("secret", [SECRET, ""])
@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_licensed_certificate_replaces_ours(
    folder: Path, tmp_path: Path, kind: str, secret: str
) -> None:
    key = (
        ec.generate_private_key(ec.SECP384R1())
        if kind == "ec"
        else rsa.generate_private_key(65537, 2048)
    )
    (seal, ca, root), chain = licensed(key, tmp_path)
    (tmp_path / "seal.pem").write_bytes(pem_of(key, secret))
    source = KeySource(str(tmp_path / "seal.pem"), secret)
    store = key_store.load(folder, PASSPHRASE, Sources(source, chain))
    identity = store.company_seal(AT)
    assert identity.cert.dump() == seal.public_bytes(Encoding.DER)
    assert [each.dump() for each in identity.chain] == [
        each.public_bytes(Encoding.DER) for each in (ca, root)
    ]
    assert store.anchors() == (store.root, root)
    require_good_signature(identity)
    # Ours is out of use, and so its end is nobody's concern; the licensed one's is.
    told = event_certificates.expiring(store, AT + timedelta(days=3 * 365))
    assert told == []
    told = event_certificates.expiring(store, AT + timedelta(days=5 * 365))
    assert {name for name, _ in told} == {"company-seal"}


def test_a_pkcs12_file_brings_its_certificates(folder: Path, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    (seal, ca, root), _ = licensed(key, tmp_path)
    encryption = BestAvailableEncryption(SECRET.encode())
    data = pkcs12.serialize_key_and_certificates(b"seal", key, seal, [ca, root], encryption)
    (tmp_path / "seal.p12").write_bytes(data)
    source = KeySource(str(tmp_path / "seal.p12"), SECRET)
    store = key_store.load(folder, PASSPHRASE, Sources(source))
    assert store.seal.certificate == seal
    require_good_signature(store.company_seal(AT))
    with pytest.raises(KeysUnusable, match=r"seal\.p12 does not open"):
        key_store.load(folder, PASSPHRASE, Sources(KeySource(source.location, "wrong")))


def test_a_certificate_of_another_key_is_refused(folder: Path, tmp_path: Path) -> None:
    _, chain = licensed(ec.generate_private_key(ec.SECP256R1()), tmp_path)
    other = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "seal.pem").write_bytes(pem_of(other, ""))
    source = KeySource(str(tmp_path / "seal.pem"))
    with pytest.raises(KeysUnusable, match="belongs to its key"):
        key_store.load(folder, PASSPHRASE, Sources(source, chain))
    with pytest.raises(KeysUnusable, match="not the certificate of the key"):
        key_store.load(folder, PASSPHRASE, Sources(source))
    with pytest.raises(KeysUnusable, match="not the certificate of the key"):
        key_store.load(folder, PASSPHRASE, Sources(event_ca=source))


def test_a_certificate_of_another_company_is_refused(folder: Path, tmp_path: Path) -> None:
    """Verifiers would reject what it seals: they know the company by the name in its root."""
    key = ec.generate_private_key(ec.SECP256R1())
    _, chain = licensed(key, tmp_path, company="另一家银行")
    (tmp_path / "seal.pem").write_bytes(pem_of(key, ""))
    with pytest.raises(KeysUnusable, match="not one of 示例银行"):
        key_store.load(folder, PASSPHRASE, Sources(KeySource(str(tmp_path / "seal.pem")), chain))


@pytest.mark.parametrize("given", [1, 2])
def test_a_chain_without_its_issuers_up_to_the_root_is_refused(
    folder: Path, tmp_path: Path, given: int
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    chain, _ = licensed(key, tmp_path)
    known = b"".join(each.public_bytes(Encoding.PEM) for each in chain[:given])
    (tmp_path / "seal.pem").write_bytes(pem_of(key, "") + known)
    with pytest.raises(KeysUnusable, match="lack those of its issuers"):
        key_store.load(folder, PASSPHRASE, Sources(KeySource(str(tmp_path / "seal.pem"))))


@pytest.mark.parametrize(
    "key",
    [
        None,
        rsa.generate_private_key(65537, 1024),
    ],
)
def test_weak_and_odd_keys_are_refused(key) -> None:
    with pytest.raises(KeysUnusable):
        private_keys.fit_for_signing(key, "key.pem")


def test_a_source_does_not_print_its_secret() -> None:
    source = KeySource("pkcs11:token=t;object=o?pin-value=4711", SECRET)
    assert "4711" not in repr(source)
    assert SECRET not in repr(source)


# --- A token ----------------------------------------------------------------------------------

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
)
MODULE = next((path for path in MODULES if Path(path).exists()), "")
on_token = pytest.mark.skipif(
    not (MODULE and shutil.which("softhsm2-util")),
    reason="SoftHSM2 is not installed (Debian: apt-get install softhsm2)",
)
PIN = "4711"
URI = "pkcs11:token=Seals%20of%20the%20house;object={}?module-path=" + MODULE


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A token of software, with three keys; gives the URI of a key by its name."""
    place = tmp_path_factory.mktemp("softhsm")
    (place / "tokens").mkdir()
    config = place / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {place / 'tokens'}\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(config)
    label = ("--label", "Seals of the house")
    _softhsm("--init-token", "--free", *label, "--so-pin", "0815", "--pin", PIN)
    made = {
        "event-ca": ec.generate_private_key(ec.SECP256R1()),
        "company-seal": ec.generate_private_key(ec.SECP256R1()),
        "rsa": rsa.generate_private_key(65537, 2048),
    }
    for number, (name, key) in enumerate(made.items(), 1):
        (place / "key.pem").write_bytes(pem_of(key, ""))
        imported = ("--import", str(place / "key.pem"), "--token", label[1], "--label", name)
        _softhsm(*imported, "--id", f"a{number}", "--pin", PIN)
    yield URI
    os.environ.pop("SOFTHSM2_CONF")
    if before is not None:
        os.environ["SOFTHSM2_CONF"] = before


def _softhsm(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


def source_on(token: str, name: str, pin: str = PIN) -> KeySource:
    return KeySource(token.format(name), pin)


@on_token
def test_both_keys_on_one_token_seal(token: str, tmp_path: Path) -> None:
    event_ca, seal = source_on(token, "event-ca"), source_on(token, "company-seal")
    public_keys = {
        "event-ca": private_keys.load(event_ca)[0].public_key(),
        "company-seal": private_keys.load(seal)[0].public_key(),
    }
    folder = tmp_path / "pki"
    pki.create(
        folder, organisation="示例银行", passphrase=PASSPHRASE, at=AT, public_keys=public_keys
    )
    assert not (folder / "event-ca.key.pem").exists()
    assert not (folder / "company-seal.key.pem").exists()
    store = key_store.load(folder, PASSPHRASE, Sources(company_seal=seal, event_ca=event_ca))
    require_good_signature(store.company_seal(AT))
    identity = event_certificates.make_one_shot_identity(store, at=AT, **FACTS)
    require_good_signature(identity)
    issued = x509.load_der_x509_certificate(identity.cert.dump())
    issued.verify_directly_issued_by(store.event.cert)
    listed = event_certificates.crl_of(store, "event-ca", AT)
    assert listed.is_signature_valid(store.event.cert.public_key())


@on_token
def test_a_licensed_rsa_key_on_a_token_seals(token: str, folder: Path, tmp_path: Path) -> None:
    source = source_on(token, "rsa")
    _, chain = licensed(private_keys.load(source)[0], tmp_path)
    store = key_store.load(folder, PASSPHRASE, Sources(source, chain))
    require_good_signature(store.company_seal(AT))


@on_token
def test_an_event_authority_moves_to_a_token(token: str, folder: Path) -> None:
    source = source_on(token, "event-ca")
    public_key = private_keys.load(source)[0].public_key()
    pki.renew(
        folder,
        "event-ca",
        organisation="示例银行",
        passphrase=PASSPHRASE,
        at=AT,
        public_keys={"event-ca": public_key},
    )
    assert not (folder / "event-ca.key.pem").exists()
    store = key_store.load(folder, PASSPHRASE, Sources(event_ca=source))
    require_good_signature(event_certificates.make_one_shot_identity(store, at=AT, **FACTS))


@on_token
def test_the_pin_may_come_from_a_file_or_stand_in_the_uri(token: str, tmp_path: Path) -> None:
    (tmp_path / "pin").write_text(PIN + "\n")
    for given in (f"pin-source=file:{tmp_path / 'pin'}", f"pin-value={PIN}"):
        key, _ = private_keys.load(KeySource(f"{token.format('event-ca')}&{given}"))
        assert key.key_size == 256
    by_id = token.format("event-ca").replace("object=event-ca", "id=%a1")
    assert private_keys.load(KeySource(by_id, PIN))[0].public_key() == key.public_key()


@on_token
def test_a_wrong_pin_is_tried_once_only(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from pledges.proof.keys import pkcs11

    opened: list[str] = []

    class Refusing:
        def open(self, *, user_pin: str):
            opened.append(user_pin)
            raise pkcs11.pkcs11.PinIncorrect

    class Library:
        def get_token(self, **named: str) -> Refusing:
            return Refusing()

    monkeypatch.setattr(pkcs11.pkcs11, "lib", lambda module: Library())
    for _ in range(5):
        with pytest.raises(KeysUnusable, match="refuses the PIN"):
            private_keys.load(source_on(token, "event-ca", "0000"))
    assert opened == ["0000"]


@on_token
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_lost_session_is_opened_again(token: str) -> None:
    key, _ = private_keys.load(source_on(token, "event-ca"))
    key._handle.token._session.close()
    signature = key.sign(b"data", ec.ECDSA(hashes.SHA256()))
    key.public_key().verify(signature, b"data", ec.ECDSA(hashes.SHA256()))


@on_token
@pytest.mark.parametrize(
    ("uri", "told"),
    [
        (URI.format("nobody"), "neither a public key"),
        (URI.format("event-ca").replace("Seals", "Heals"), "NoSuchToken"),
        ("pkcs11:token=t;object=o?module-path=/nowhere/lib.so", "library cannot be loaded"),
        (f"pkcs11:object=o?module-path={MODULE}", "must name the token"),
        ("pkcs11:token=t;object=o", "must name the token"),
        (URI.format("event-ca") + "&pin-source=/nowhere/pin", "PIN cannot be read"),
    ],
)
def test_what_is_not_there_is_said(token: str, uri: str, told: str) -> None:
    with pytest.raises(KeysUnusable, match=told):
        private_keys.load(KeySource(uri, "" if "pin-source" in uri else PIN))


@on_token
def test_a_key_on_a_token_gives_nothing_away(token: str) -> None:
    key, _ = private_keys.load(source_on(token, "event-ca"))
    with pytest.raises(KeysUnusable):
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeysUnusable):
        key.private_numbers()


def test_the_store_reads_what_another_program_wrote(folder: Path) -> None:
    """OpenSSL opens our keys, and so the operator can, without this program."""
    opened = subprocess.run(
        ["openssl", "pkey", "-in", folder / "root.key.pem", "-passin", "stdin", "-noout"],
        input=PASSPHRASE + b"\n",
        capture_output=True,
    )
    assert (opened.returncode, opened.stderr) == (0, b"")
    assert isinstance(key_store.load(folder, PASSPHRASE), Store)
