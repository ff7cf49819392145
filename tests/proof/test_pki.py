"""The certificates: made whole or not at all, as outsiders read them, renewed under one root."""

import asyncio
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtensionOID, NameOID
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from pledges.core.refusals import KeyExpired, KeysUnusable
from pledges.proof.keys import certificates, event_certificates, key_store, pki
from pledges.proof.keys.certificates import Issuer, Life
from pledges.proof.keys.hierarchy import RENEWABLE, pem
from pledges.proof.keys.key_store import SigningIdentity, Store
from pledges.proof.keys.private_keys import to_asn1

AT = datetime(2026, 11, 23, 2, 0, 30, 123456, tzinfo=UTC)
PASSPHRASE = b"correct-horse-battery-staple"
ORGANISATION = "示例银行股份有限公司"
DIGEST = "ab" * 32
PERSON = {
    "name": "李明",
    "employee_number": "E1001",
    "department": "华东零售部",
    "organisation": ORGANISATION,
}
CERTIFICATES = {"root", "event-ca", "company-ca", "company-seal", "ledger"}
FILES = {
    *(f"{name}.pem" for name in CERTIFICATES),
    *(f"{name}.key.pem" for name in CERTIFICATES),
    *("root.crl.pem", "company-ca.crl.pem"),
}


def make(folder: Path, at: datetime = AT) -> Path:
    pki.create(folder, organisation=ORGANISATION, passphrase=PASSPHRASE, at=at)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("module") / "pki")


@pytest.fixture(scope="module")
def store(folder: Path) -> Store:
    return key_store.load(folder, PASSPHRASE)


def event(store: Store, at: datetime = AT, **changed: str) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    facts = PERSON | {"digest_hex": DIGEST} | changed
    return event_certificates.issue_event(store, public_key=key, at=at, **facts)


def openssl(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)


def test_every_file_is_there_and_for_its_owner_alone(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == FILES
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("name", sorted(CERTIFICATES))
def test_no_key_opens_without_the_passphrase(folder: Path, name: str) -> None:
    sealed = (folder / f"{name}.key.pem").read_bytes()
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in sealed
    with pytest.raises(TypeError):
        load_pem_private_key(sealed, None)
    with pytest.raises(ValueError):
        load_pem_private_key(sealed, b"wrong")
    opened = load_pem_private_key(sealed, PASSPHRASE)
    assert opened.public_key() == pki.certificate(folder, name).public_key()


def test_what_exists_is_never_overwritten(tmp_path: Path) -> None:
    folder = make(tmp_path / "pki")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(pki.PkiExists):
        make(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("kept")
    with pytest.raises(pki.PkiExists):
        make(tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["mine.txt"]


def test_an_empty_folder_made_beforehand_will_do(tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir()
    assert len(list(make(tmp_path / "pki").iterdir())) == len(FILES)


@pytest.mark.parametrize("name", ["event-ca", "company-ca", "ledger"])
def test_openssl_follows_the_chains_to_the_root(folder: Path, name: str) -> None:
    checked = openssl("verify", "-x509_strict", "-attime", int(AT.timestamp()), "-CAfile",
                      folder / "root.pem", folder / f"{name}.pem")  # fmt: skip
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "is_authority", "below"),
    [
        ("root", True, 1),
        ("event-ca", True, 0),
        ("company-ca", True, 0),
        ("company-seal", False, None),
        ("ledger", False, None),
    ],
)
def test_authorities_reach_as_far_as_they_must(
    folder: Path, name: str, is_authority: bool, below: int | None
) -> None:
    extensions = pki.certificate(folder, name).extensions
    constraints = extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert (constraints.value.ca, constraints.value.path_length) == (is_authority, below)
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.key_cert_sign is is_authority
    assert usage.value.crl_sign is is_authority
    assert usage.value.content_commitment is not is_authority


def test_an_authority_has_the_lower_of_two_signatures(folder: Path) -> None:
    """Else whoever holds a sealed file could exchange it for the other."""
    root = Issuer(
        pki.certificate(folder, "root"),
        load_pem_private_key((folder / "root.key.pem").read_bytes(), PASSPHRASE),
    )
    for _ in range(8):
        public = ec.generate_private_key(ec.SECP256R1()).public_key()
        subject, life = certificates.named("x", "x"), Life.of_years(1, AT)
        made = certificates.authority(subject, public, root, life)
        made.verify_directly_issued_by(root.certificate)
        assert decode_dss_signature(made.signature)[1] <= ec.SECP256R1().group_order // 2


def test_openssl_accepts_the_company_seal_with_every_list(folder: Path, tmp_path: Path) -> None:
    lists = tmp_path / "lists.pem"
    lists.write_bytes(
        b"".join((folder / f"{ca}.crl.pem").read_bytes() for ca in ("root", "company-ca"))
    )
    arguments = (
        "-x509_strict",
        "-crl_check_all",
        "-CRLfile",
        lists,
        "-CAfile",
        folder / "root.pem",
    )
    for years in (0, 1, 2):
        at = int((AT + timedelta(days=365 * years)).timestamp())
        checked = openssl("verify", *arguments, "-attime", at, "-untrusted",
                          folder / "company-ca.pem", folder / "company-seal.pem")  # fmt: skip
        assert (checked.returncode, checked.stderr) == (0, ""), years
    # Without the CA between there is no chain, and the root issues no end entity in its place.
    alone = openssl("verify", "-CAfile", folder / "root.pem", folder / "company-seal.pem")
    assert alone.returncode != 0


def test_openssl_accepts_an_event_certificate_in_its_minutes_only(
    folder: Path, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "event.pem").write_bytes(event(store).public_bytes(Encoding.PEM))
    lists = tmp_path / "lists.pem"
    lists.write_bytes(
        b"".join(
            event_certificates.crl_of(store, name, AT).public_bytes(Encoding.PEM)
            for name in ("root", "event-ca")
        )
    )

    def verified(at: datetime) -> bool:
        arguments = ("-x509_strict", "-crl_check_all", "-CRLfile", lists)
        return openssl("verify", *arguments, "-attime", int(at.timestamp()), "-CAfile",
                            folder / "root.pem", "-untrusted", folder / "event-ca.pem",
                            tmp_path / "event.pem").returncode == 0  # fmt: skip

    assert verified(AT)
    assert not verified(AT + timedelta(minutes=11))
    assert not verified(AT - timedelta(minutes=2))


def validate(certificate: x509.Certificate, store: Store, at: datetime, lists: tuple[str, ...]):
    context = ValidationContext(
        trust_roots=[to_asn1(store.root)],
        other_certs=[to_asn1(store.event.cert), to_asn1(store.company_ca)],
        crls=[
            event_certificates.crl_of(store, name, AT).public_bytes(Encoding.DER) for name in lists
        ],
        moment=at,
        allow_fetching=False,
        revocation_mode="require",
    )
    validator = CertificateValidator(to_asn1(certificate), validation_context=context)
    return asyncio.run(validator.async_validate_usage({"digital_signature", "non_repudiation"}))


def test_certvalidator_demands_the_lists_and_is_content_with_ours(store: Store) -> None:
    path = validate(event(store), store, AT, ("root", "event-ca"))
    assert [each.subject.native["common_name"] for each in path][-1] == "李明"
    validate(store.seal.certificate, store, AT, ("root", "company-ca"))
    with pytest.raises(Exception, match=r"(?i)revocation|crl"):
        validate(event(store), store, AT, ("root",))


def test_an_event_certificate_names_signer_and_document(store: Store) -> None:
    certificate = event(store)
    names = {each.oid: each.value for each in certificate.subject}
    assert names == {
        NameOID.COMMON_NAME: "李明",
        NameOID.SERIAL_NUMBER: "E1001",
        NameOID.ORGANIZATIONAL_UNIT_NAME: "华东零售部",
        NameOID.ORGANIZATION_NAME: ORGANISATION,
    }
    alternative = certificate.extensions.get_extension_for_oid(
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME
    ).value
    assert [each.value for each in alternative] == [f"urn:shounuo:document:sha256:{DIGEST}"]
    assert certificate.not_valid_before_utc == datetime(2026, 11, 23, 1, 59, 30, tzinfo=UTC)
    assert certificate.not_valid_after_utc == datetime(2026, 11, 23, 2, 10, 30, tzinfo=UTC)
    as_pyhanko_reads_it = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    assert as_pyhanko_reads_it.key_usage_value.native == {"digital_signature", "non_repudiation"}


def test_long_names_are_cut_as_certificates_demand(store: Store) -> None:
    certificate = event(store, name="长" * 80, department="")
    names = {each.oid: each.value for each in certificate.subject}
    assert names[NameOID.COMMON_NAME] == "长" * 21
    assert NameOID.ORGANIZATIONAL_UNIT_NAME not in names


@pytest.mark.parametrize("digest", ["", "AB" * 32, "ab" * 31, "zz" * 32])
def test_only_a_digest_is_bound(store: Store, digest: str) -> None:
    with pytest.raises(ValueError):
        event(store, digest_hex=digest)


def test_the_events_list_ends_within_the_life_of_the_certificate(store: Store) -> None:
    listed, certificate = event_certificates.crl_of(store, "event-ca", AT), event(store)
    assert listed.last_update_utc <= AT < listed.next_update_utc
    assert certificate.not_valid_before_utc <= listed.last_update_utc
    assert listed.next_update_utc < certificate.not_valid_after_utc


def test_the_other_lists_end_before_what_they_speak_of(store: Store) -> None:
    seal_ends = store.seal.certificate.not_valid_after_utc
    assert seal_ends - timedelta(days=2) < store.company_crl.next_update_utc < seal_ends
    assert store.root_crl.next_update_utc < store.event.cert.not_valid_after_utc


def sign(identity: SigningIdentity, data: bytes, *, dry_run: bool = False) -> bytes:
    return asyncio.run(identity.signer.async_sign_raw(data, "sha256", dry_run))


def test_the_seals_sign_what_their_certificates_verify(store: Store) -> None:
    company = store.company_seal(AT)
    manager = event_certificates.make_one_shot_identity(store, digest_hex=DIGEST, at=AT, **PERSON)
    for identity in (company, manager):
        signature = sign(identity, b"to be signed")
        longest = sign(identity, b"", dry_run=True)
        assert len(signature) <= len(longest)
        certificate = x509.load_der_x509_certificate(identity.cert.dump())
        certificate.public_key().verify(signature, b"to be signed", ec.ECDSA(hashes.SHA256()))
        assert {each.dump() for each in identity.chain} <= {
            each.dump() for each in identity.signer.cert_registry
        }
        assert identity.chain[-1].dump() == store.root.public_bytes(Encoding.DER)
    assert (
        event_certificates.make_one_shot_identity(store, digest_hex=DIGEST, at=AT, **PERSON).cert
        != manager.cert
    )


@pytest.mark.parametrize("days", [-1, 3 * 365 + 1])
def test_the_company_seal_is_refused_out_of_its_time(store: Store, days: int) -> None:
    with pytest.raises(KeyExpired) as refused:
        store.company_seal(AT + timedelta(days=days))
    assert refused.value.name == "company-seal"
    assert refused.value.not_after == store.seal.certificate.not_valid_after_utc


@pytest.mark.parametrize("days", [-1, 3653])
def test_nothing_is_issued_out_of_the_event_authoritys_time(store: Store, days: int) -> None:
    at = AT + timedelta(days=days)
    with pytest.raises(KeyExpired, match="event-ca"):
        event(store, at)
    with pytest.raises(KeyExpired):
        event_certificates.crl_of(store, "event-ca", at)


def test_what_ends_within_sixty_days_is_told(store: Store) -> None:
    ends = store.seal.certificate.not_valid_after_utc
    assert event_certificates.expiring(store, AT) == []
    assert event_certificates.expiring(store, ends - timedelta(days=61)) == []
    assert event_certificates.expiring(store, ends - timedelta(days=60)) == [("company-seal", ends)]
    later = [name for name, _ in event_certificates.expiring(store, AT + timedelta(days=3640))]
    assert sorted(later) == ["company-ca", "company-seal", "event-ca", "ledger"]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda folder: (folder / "event-ca.key.pem").unlink(), "event-ca.key.pem is missing"),
        (lambda folder: (folder / "root.pem").write_text("?"), "root.pem is damaged"),
        (
            lambda folder: (folder / "company-seal.key.pem").write_bytes(
                (folder / "event-ca.key.pem").read_bytes()
            ),
            "company-seal.pem is not the certificate of the key",
        ),
        (lambda folder: (folder / "root.crl.pem").write_text("?"), "root.crl.pem is damaged"),
    ],
)
def test_a_damaged_folder_is_refused_with_the_reason(tmp_path: Path, damage, told: str) -> None:
    folder = make(tmp_path / "pki")
    damage(folder)
    with pytest.raises(KeysUnusable, match=told):
        key_store.load(folder, PASSPHRASE)


def test_the_wrong_passphrase_is_refused_and_not_repeated(folder: Path) -> None:
    with pytest.raises(KeysUnusable, match=r"event-ca.key.pem does not open") as refused:
        key_store.load(folder, b"wrong-passphrase")
    assert "wrong-passphrase" not in str(refused.value)


def test_the_root_key_is_not_needed_in_daily_work(tmp_path: Path) -> None:
    folder = make(tmp_path / "pki")
    for name in ("root", "company-ca"):
        (folder / f"{name}.key.pem").rename(tmp_path / f"{name}.key.pem")
    store = key_store.load(folder, PASSPHRASE)
    event(store)
    store.company_seal(AT)
    assert pki.read(folder, "root.pem") == pem(store.root)


@pytest.mark.parametrize("name", RENEWABLE)
def test_renewal_gives_a_new_key_under_the_same_root(tmp_path: Path, name: str) -> None:
    folder = make(tmp_path / "pki")
    old, old_seal = pki.certificate(folder, name), pki.certificate(folder, "company-seal")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    later = AT + timedelta(days=1000)
    pki.renew(folder, name, organisation=ORGANISATION, passphrase=PASSPHRASE, at=later)
    new = pki.certificate(folder, name)
    assert new.public_key() != old.public_key()
    assert new.not_valid_after_utc > old.not_valid_after_utc
    assert pki.retired(folder, name) == (old,)
    assert pki.read(folder, "root.pem") == before["root.pem"]
    store = key_store.load(folder, PASSPHRASE)
    event(store, later)
    store.company_seal(later)
    untouched = RENEWABLE if name != "company-ca" else {"event-ca", "ledger"}
    for other in set(untouched) - {name}:
        assert (folder / f"{other}.pem").read_bytes() == before[f"{other}.pem"]
    if name == "company-ca":
        assert pki.retired(folder, "company-seal") == (old_seal,)
    assert {path.name for path in folder.iterdir()} == {*FILES, "retired"}


def test_what_an_old_authority_issued_still_verifies_after_renewal(tmp_path: Path) -> None:
    folder = make(tmp_path / "pki")
    old = key_store.load(folder, PASSPHRASE)
    certificate = event(old)
    pki.renew(folder, "event-ca", organisation=ORGANISATION, passphrase=PASSPHRASE, at=AT)
    (retired,) = pki.retired(folder, "event-ca")
    assert retired.subject != pki.certificate(folder, "event-ca").subject
    certificate.verify_directly_issued_by(retired)
    retired.verify_directly_issued_by(pki.certificate(folder, "root"))


def test_renewal_needs_the_key_that_signs(tmp_path: Path) -> None:
    folder = make(tmp_path / "pki")
    (folder / "root.key.pem").unlink()
    before = {path.name for path in folder.iterdir()}
    with pytest.raises(pki.PkiFault, match=r"root.key.pem is missing"):
        pki.renew(folder, "ledger", organisation="x", passphrase=PASSPHRASE, at=AT)
    assert {path.name for path in folder.iterdir()} == before


KILLED = """
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from pledges.proof.keys import pki
facts = {"organisation": "x", "passphrase": b"correct-horse-battery-staple",
         "at": datetime.fromisoformat(sys.argv[3])}
folder = Path(sys.argv[1])
pki.renew(folder, sys.argv[2], **facts) if sys.argv[2] else pki.create(folder, **facts)
"""


def killed_at(point: str, folder: Path, renewed: str = "") -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), renewed, AT.isoformat()],
        env={**os.environ, "SHOUNUO_FAULT": point, "PYTHONPATH": str(Path.cwd())},
    )
    assert done.returncode == -9


def test_a_kill_while_creating_leaves_nothing(tmp_path: Path) -> None:
    killed_at("pki:written", tmp_path / "pki")
    assert not (tmp_path / "pki").exists()
    make(tmp_path / "pki")
    assert [path.name for path in tmp_path.iterdir()] == ["pki"]


@pytest.mark.parametrize("point", ["pki:retired", "pki:written", "pki:pending"])
@pytest.mark.parametrize("name", ["company-ca", "company-seal"])
def test_a_kill_while_renewing_leaves_the_old_or_the_new(
    tmp_path: Path, point: str, name: str
) -> None:
    folder = make(tmp_path / "pki")
    old = pki.certificate(folder, name)
    killed_at(point, folder, name)
    assert (pki.certificate(folder, name) == old) == (point != "pki:pending")
    key_store.load(folder, PASSPHRASE).company_seal(AT)
    pki.renew(folder, name, organisation=ORGANISATION, passphrase=PASSPHRASE, at=AT)
    key_store.load(folder, PASSPHRASE).company_seal(AT)
    assert {path.name for path in folder.iterdir()} == {*FILES, "retired"}
    assert old in pki.retired(folder, name)
    assert len(pki.retired(folder, name)) == (2 if point == "pki:pending" else 1)


def test_of_several_at_once_one_makes_the_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(make, tmp_path / "pki") for _ in range(4)]
    refused = [each.exception() for each in made if each.exception()]
    assert [type(each) for each in refused] == [pki.PkiExists] * 3
    assert [path.name for path in tmp_path.iterdir()] == ["pki"]
    key_store.load(tmp_path / "pki", PASSPHRASE)
