"""The keys of the seals as an operator meets them: the command, the checks, /healthz, the words."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone, translation

from pledges import keyring, wording
from pledges.core import refusals
from pledges.models import LedgerEntry, Organisation
from pledges.proof.keys import pki
from pledges.system_checks import sealing
from tests import seals
from tests.tsa import Responder


@pytest.fixture
def own(settings, tmp_path: Path) -> Path:
    """A folder without keys, named by the settings."""
    settings.PKI_DIR = tmp_path / "keys" / "pki"
    return settings.PKI_DIR


@pytest.fixture
def made(own: Path) -> Path:
    make(own, timezone.now())
    return own


def make(folder: Path, at: datetime) -> None:
    pki.create(folder, organisation="示例银行", passphrase=seals.PASSPHRASE.encode(), at=at)


def run(**options) -> str:
    said = io.StringIO()
    call_command("init_pki", stdout=said, **options)
    return said.getvalue()


def warned() -> list[tuple[str | None, str]]:
    checked = (sealing.check_keys, sealing.check_keys_last, sealing.check_time_roots)
    return [(each.id, each.msg) for check in checked for each in check()]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):
    def set_to(at: datetime) -> None:
        monkeypatch.setattr(sealing.timezone, "now", lambda: at)

    return set_to


# --- The command --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_command_makes_keys_in_the_organisations_name(own: Path) -> None:
    said = run()
    assert str(own) in said
    assert "root.key.pem" in said
    subject = keyring.store().seal.certificate.subject.rfc4514_string()
    assert Organisation.current().name_zh in subject
    keyring.store().company_seal(timezone.now())


@pytest.mark.django_db
def test_the_command_overwrites_nothing(made: Path) -> None:
    before = (made / "root.pem").read_bytes()
    with pytest.raises(CommandError, match="nothing was changed"):
        run()
    assert run(if_missing=True) == ""
    assert (made / "root.pem").read_bytes() == before


@pytest.mark.django_db
def test_an_organisation_without_a_name_is_asked_for_it(own: Path) -> None:
    Organisation.objects.update(name_zh=Organisation.UNNAMED)
    with pytest.raises(CommandError, match="with --organisation NAME"):
        run()
    assert not own.exists()
    # Nobody is there to be asked when the site starts for the first time without demonstration.
    run(if_missing=True)
    assert own.exists()


@pytest.mark.django_db
def test_the_first_name_is_given_with_the_keys_because_no_page_is_reached_without(own) -> None:
    Organisation.objects.update(name_zh=Organisation.UNNAMED)
    with pytest.raises(CommandError, match=r"U\+202E"):
        run(organisation="示例\u202e银行")
    assert not own.exists() and Organisation.current().name_zh == Organisation.UNNAMED
    run(organisation="示例银行")
    assert "示例银行" in keyring.store().seal.certificate.subject.rfc4514_string()
    assert LedgerEntry.objects.filter(event="organisation.changed").count() == 1
    with pytest.raises(CommandError, match="is named 示例银行: the admin"):
        run(organisation="别家银行")
    assert Organisation.current().name_zh == "示例银行"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["company-seal", "event-ca", "company-ca", "ledger"])
def test_a_renewal_is_in_use_at_once(made: Path, name: str) -> None:
    before = keyring.store()
    assert keyring.store() is before
    assert name in run(renew=name)
    assert keyring.store() is not before
    assert pki.retired(made, name)


@pytest.mark.django_db
def test_a_renewal_without_the_root_key_says_so(made: Path) -> None:
    (made / "root.key.pem").unlink()
    with pytest.raises(CommandError, match=r"Nothing was changed: root\.key\.pem is missing"):
        run(renew="event-ca")
    run(renew="company-seal")


@pytest.mark.django_db
def test_a_key_kept_elsewhere_is_certified_and_not_copied(
    own: Path, settings, tmp_path: Path
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    encryption = BestAvailableEncryption(b"secret")
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    (tmp_path / "seal.pem").write_bytes(pem)
    settings.COMPANY_SEAL_KEY = str(tmp_path / "seal.pem")
    settings.COMPANY_SEAL_KEY_PIN = "wrong"
    with pytest.raises(CommandError, match=r"seal\.pem does not open"):
        run()
    assert not own.exists()
    settings.COMPANY_SEAL_KEY_PIN = "secret"
    run()
    assert not (own / "company-seal.key.pem").exists()
    assert keyring.store().seal.certificate.public_key() == key.public_key()
    run(renew="company-ca")
    assert keyring.store().seal.certificate.public_key() == key.public_key()
    # With a certificate beside it, that one counts, and is not ours to renew.
    beside = b"".join((own / f"{name}.pem").read_bytes() for name in ("company-seal", "company-ca"))
    (tmp_path / "seal.pem").write_bytes(pem + beside)
    with pytest.raises(CommandError, match="renew it there"):
        run(renew="company-seal")
    assert keyring.is_licensed()


@pytest.mark.django_db
def test_a_folder_that_cannot_be_written_is_named(settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.PKI_DIR = tmp_path / "file" / "pki"
    with pytest.raises(CommandError, match="cannot be used"):
        run()


# --- Checks and health --------------------------------------------------------------------------


def test_all_is_well_with_keys_and_without_a_time_authority() -> None:
    assert warned() == []


def test_missing_keys_are_told_with_what_to_do(own: Path, settings) -> None:
    assert sealing.check_keys() == []  # the first make run makes them
    settings.PRODUCTION = True
    (message,) = sealing.check_keys()
    assert message.id == "shounuo.W003"
    assert "init_pki" in message.hint
    assert sealing.keys_fault() == "missing"
    own.mkdir(parents=True)
    assert sealing.keys_fault() == "missing"


@pytest.mark.django_db
def test_health_tells_missing_keys_to_everybody_and_details_to_nobody(
    own: Path, client: Client
) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["reasons"]) == (503, {"keys": "missing"})


@pytest.mark.django_db
def test_unreadable_keys_are_told(made: Path, settings, client: Client) -> None:
    settings.PKI_PASSPHRASE = "another"
    assert [kind for kind, _ in warned()] == ["shounuo.W003"]
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["reasons"]) == (503, {"keys": "cannot be used"})


@pytest.mark.django_db
@pytest.mark.usefixtures("judging_service")
def test_the_last_sixty_days_are_a_warning(made: Path, clock, client: Client) -> None:
    ends = keyring.store().seal.certificate.not_valid_after_utc
    clock(ends - timedelta(days=61))
    assert warned() == []
    clock(ends - timedelta(days=60))
    assert [kind for kind, _ in warned()] == ["shounuo.W004"]
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["warnings"] == {"keys": f"company-seal ends on {ends:%Y-%m-%d}"}


@pytest.mark.django_db
def test_an_expired_certificate_is_a_fault(made: Path, clock, client: Client) -> None:
    clock(keyring.store().seal.certificate.not_valid_after_utc + timedelta(seconds=1))
    assert {kind for kind, _ in warned()} == {"shounuo.W003", "shounuo.W004"}
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == {"keys": "company-seal is not valid at this time"}


def test_roots_of_time_that_cannot_be_read_are_told(settings, responder: Responder) -> None:
    settings.TSA_URL, settings.TSA_ROOTS = responder.url, "/nowhere/roots.pem"
    assert [kind for kind, _ in warned()] == ["shounuo.W005"]
    settings.TSA_ROOTS = str(responder.roots)
    assert warned() == []


def test_the_settings_name_the_authority_of_time(timestamps: Responder) -> None:
    at = timezone.now()
    first, second = keyring.timestamper(at), keyring.timestamper(at)
    assert first is not second
    assert first._authority is second._authority
    assert first._authority.url == timestamps.url


def test_without_an_authority_there_is_no_timestamper() -> None:
    assert keyring.timestamper(timezone.now()) is None


# --- Words --------------------------------------------------------------------------------------

BEGINS, ENDS = datetime(2023, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (refusals.KeyExpired("company-seal", BEGINS, ENDS), "company seal"),
        (refusals.KeyExpired("event-ca", BEGINS, ENDS), "2026"),
        (refusals.KeysUnusable("/srv/s3cret does not open"), "The keys cannot be used"),
        (refusals.TimestampUnavailable("s3cret: connection refused"), "timestamp authority"),
        (refusals.SealUnavailable(), "Nothing can be signed or sealed"),
    ],
)
def test_a_refusal_to_seal_is_said_without_its_details(error, said: str) -> None:
    with translation.override("en"):
        words = wording.refusal(error)
    assert said in words
    assert "s3cret" not in words
