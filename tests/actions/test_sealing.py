"""Signing and accepting leave files that prove themselves, with and without a trusted time."""

import json
import subprocess
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pledges import audit, verification
from pledges.access import SYSTEM, Denied
from pledges.actions import erasure, preparing, proving, renewing, review, signing
from pledges.core.lifecycle import PledgeState
from pledges.core.refusals import (
    CheckpointUnavailable,
    CompanyNotPinned,
    KeyExpired,
    TimestampUnavailable,
)
from pledges.models import Document, LedgerEntry, Organisation
from pledges.proof.keys import certificates, company_pins
from pledges.proof.keys.company_pins import PinKind
from pledges.proof.keys.private_keys import to_asn1
from pledges.proof.keys.trust import pins_of
from pledges.proof.verdict import Check, Outcome
from pledges.storage import document_store
from pledges.system_checks import sealing
from tests.attacks.authorities import LIFE, licensed_authority
from tests.cast import request_by_code, request_by_passkey
from tests.rendering.samples import poppler

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judging_service")]
SLUGS = ("general-standards", "contract", "personal-code")


def newest(pledge):
    return pledge.documents.order_by("-revision").first()


def content(pledge):
    return document_store.get(newest(pledge).sha256)


def line(verdict, check):
    return next(each for each in verdict.lines if each.check is check)


@pytest.fixture
def signed_by_passkey(draft, liming, passkey, now):
    def make(slug="general-standards", **options):
        used = passkey(liming)
        intent = preparing.prepare(draft(slug, **options), actor=liming, at=now)
        at = now + timedelta(minutes=1)
        return signing.sign(intent, actor=liming, at=at, request=request_by_passkey(used, intent))

    return make


# --- What a finished file proves --------------------------------------------------------------
@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_pledge_signed_by_passkey_and_accepted_proves_itself(
    signed_by_passkey, chenjing, now, slug, language
):
    signed = signed_by_passkey(slug, language=language)
    pledge = review.accept(signed, actor=chenjing, at=now + timedelta(hours=1))
    judged = verification.judge(content(pledge), at=now + timedelta(days=1))
    assert judged.verdict.outcome is Outcome.ACCEPTED
    open_ones = {line.check for line in judged.verdict.lines if line.passed is None}
    assert open_ones == {Check.TIME, Check.PROOF}
    said = judged.verdict.summary
    assert (said.number, said.signer, said.method) == (pledge.number, "李明", "passkey")
    assert said.answers == pledge.answers
    assert said.signed_at == pledge.signed_at
    assert judged.newest and judged.public_status.status == PledgeState.ACCEPTED


def test_a_signed_pledge_is_genuine_and_not_accepted_yet(signed, now):
    judged = verification.judge(content(signed()), at=now + timedelta(days=1))
    assert judged.verdict.outcome is Outcome.SIGNED_ONLY
    assert line(judged.verdict, Check.AUTHENTICATION).reason == "password-claimed"


def test_what_was_read_is_the_beginning_of_what_is_issued(accepted):
    pledge = accepted()
    read = document_store.get(pledge.document_digest)
    first, second = (
        document_store.get(each.sha256) for each in pledge.documents.order_by("revision")
    )
    assert first.startswith(read) and second.startswith(first)


def test_poppler_finds_two_valid_signatures_and_the_last_covers_all(accepted, tmp_path):
    file = tmp_path / "pledge.pdf"
    file.write_bytes(content(accepted()))
    told = subprocess.run(["pdfsig", file], capture_output=True, text=True).stdout
    assert told.count("Signature is Valid.") == 2
    manager, company = told.split("Signature #")[1:]
    assert "ManagerSignature" in manager and "Not total document signed" in manager
    assert "CompanySeal" in company and "Total document signed" in company
    assert "Signer Certificate Common Name: 李明" in manager


def test_the_file_stays_pdf_a(accepted):
    pledge = accepted("contract")
    before = pikepdf.open(BytesIO(document_store.get(pledge.document_digest)))
    after = pikepdf.open(BytesIO(content(pledge)))
    assert after.check_pdf_syntax() == []
    assert after.pdf_version == before.pdf_version == "1.7" and "/Version" not in after.Root
    assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
    assert [str(file.AFRelationship) for file in after.Root.AF] == ["/Data"]
    fonts = poppler("pdffonts", content(pledge)).splitlines()[2:]
    assert fonts and all(" yes yes yes " in font for font in fonts)


def test_the_separate_proof_ties_the_file_to_the_ledger(accepted, now):
    pledge = accepted()
    later = now + timedelta(days=1)
    proof = proving.prove(newest(pledge), at=later)
    judged = verification.judge(content(pledge), at=later, proof=proof)
    assert line(judged.verdict, Check.PROOF).passed is True
    other = json.loads(proof) | {"index": 0}
    judged = verification.judge(content(pledge), at=later, proof=json.dumps(other).encode())
    assert judged.verdict.outcome is Outcome.REJECTED


def test_the_separate_proof_is_of_the_entry_that_issued_the_file(accepted, now):
    """Not of one that merely mentions it."""
    pledge = accepted()
    issued = newest(pledge)
    facts = {"issued": "0" * 64, "before": issued.sha256}
    audit.record("document.renewed", actor=SYSTEM, subject=pledge, at=now, facts=facts)
    proof = json.loads(proving.prove(issued, at=now))
    assert json.loads(proof["entry"])["event"] == "pledge.accepted"


@pytest.mark.parametrize(
    ("act_on", "status"), [("revoke", PledgeState.REVOKED), ("nothing", PledgeState.ACCEPTED)]
)
def test_a_file_stays_genuine_whatever_becomes_of_its_pledge(
    accepted, chenjing, now, act_on, status
):
    pledge = accepted()
    if act_on == "revoke":
        at = now + timedelta(days=1)
        review.revoke(pledge, actor=chenjing, at=at, reason="岗位变动。")
    judged = verification.judge(content(pledge), at=now + timedelta(days=2))
    assert judged.verdict.outcome is Outcome.ACCEPTED
    assert judged.public_status.status == status


def test_an_earlier_file_is_told_from_the_newest(accepted, now):
    pledge = accepted()
    first = document_store.get(pledge.documents.get(revision=1).sha256)
    judged = verification.judge(first, at=now + timedelta(days=1))
    assert judged.verdict.outcome is Outcome.SIGNED_ONLY and not judged.newest


# --- A trusted time ---------------------------------------------------------------------------
@pytest.fixture
def stamped(timestamps, signed, chenjing, now):
    """An accepted pledge whose authority's clock goes by the test's time."""
    timestamps.clock = now + timedelta(minutes=1, seconds=5)
    pledge = signed()
    at = now + timedelta(hours=1)
    timestamps.clock = at + timedelta(seconds=5)
    return review.accept(pledge, actor=chenjing, at=at)


def test_with_an_authority_the_time_is_not_our_own_word(stamped, now):
    assert [each.level for each in stamped.documents.order_by("revision")] == ["B-LT", "B-LTA"]
    for years in (0, 1, 5, 9):
        at = now + timedelta(days=1 + 365 * years)
        verdict = verification.judge(content(stamped), at=at).verdict
        assert (verdict.outcome, line(verdict, Check.TIME).reason) == (
            Outcome.ACCEPTED,
            "time-trusted",
        )


def test_an_unknown_authority_is_no_authority(stamped, settings, now):
    settings.TSA_ROOTS = ""
    verdict = verification.judge(content(stamped), at=now + timedelta(days=1)).verdict
    assert verdict.outcome is Outcome.REJECTED
    assert line(verdict, Check.MANAGER).reason == "timestamp-unknown"


def test_a_timestamp_is_renewed_in_time_and_once(stamped, timestamps, now):
    old = newest(stamped)
    assert list(renewing.due(now, timedelta(days=365))) == []
    later = old.stamped_until - timedelta(days=100)
    timestamps.clock = later
    [due] = renewing.due(later, timedelta(days=365))
    renewed = renewing.renew(due, actor=SYSTEM, at=later)
    assert (renewed.revision, renewed.level) == (3, "B-LTA")
    assert document_store.get(renewed.sha256).startswith(document_store.get(old.sha256))
    assert LedgerEntry.objects.order_by("-sequence").first().event == "document.renewed"
    judged = verification.judge(document_store.get(renewed.sha256), at=later + timedelta(hours=1))
    assert judged.verdict.outcome is Outcome.ACCEPTED and judged.newest
    assert renewing.renew(due, actor=SYSTEM, at=later) == renewed
    assert stamped.documents.count() == 3


def test_killed_before_it_is_renewed_a_file_keeps_its_timestamp(
    stamped, timestamps, now, killed_at
):
    old = newest(stamped)
    timestamps.clock = later = old.stamped_until - timedelta(days=100)
    with killed_at("renew:stored"):
        renewing.extend(later)
    assert newest(stamped) == old
    assert renewing.extend(later) == 1
    assert [each.revision for each in stamped.documents.order_by("pk")] == [1, 2, 3]
    assert LedgerEntry.objects.filter(event="document.renewed").count() == 1


def test_what_was_erased_is_not_issued_anew(stamped, timestamps, chenjing, liming, now):
    """Even where the erasure commits while the new timestamp is being asked for."""
    file = newest(stamped)
    later = now + timedelta(days=4000)
    timestamps.clock = later
    review.revoke(stamped, actor=chenjing, at=now + timedelta(hours=2), reason="离职")
    erasure.erase(liming, actor=SYSTEM, at=later)
    assert list(renewing.due(later, timedelta(days=36_500))) == []
    assert renewing.renew(file, actor=SYSTEM, at=later) == file
    assert stamped.documents.count() == 2


def test_only_the_system_renews(stamped, chenjing, now):
    with pytest.raises(Denied):
        renewing.renew(newest(stamped), actor=chenjing, at=now)


FAULTS = ("garbage", "nonce", "imprint", "rejected", "foreign", "spoiled", "error", "page")


@pytest.mark.parametrize("fault", [*FAULTS, "dead"])
def test_a_time_is_never_made_up(timestamps, settings, draft, liming, now, fault):
    if fault == "dead":
        settings.TSA_URL = "http://127.0.0.1:9/"
    timestamps.fault, timestamps.clock = fault, now
    intent = preparing.prepare(draft(), actor=liming, at=now)
    with pytest.raises(TimestampUnavailable):
        signing.sign(intent, actor=liming, at=now, request=request_by_code())
    intent.refresh_from_db()
    assert intent.used_at is None and not Document.objects.exists()
    timestamps.fault, settings.TSA_URL = "", timestamps.url
    pledge = signing.sign(intent, actor=liming, at=now, request=request_by_code())
    assert newest(pledge).level == "B-LT"


def test_an_acceptance_without_a_time_leaves_the_pledge_waiting(timestamps, signed, chenjing, now):
    timestamps.clock = now + timedelta(minutes=1)
    pledge = signed()
    timestamps.fault = "garbage"
    with pytest.raises(TimestampUnavailable):
        review.accept(pledge, actor=chenjing, at=now + timedelta(minutes=2))
    pledge.refresh_from_db()
    assert pledge.status == PledgeState.SIGNED and pledge.documents.count() == 1


def test_it_waits_for_an_authority_as_long_as_it_is_told(
    timestamps, settings, draft, liming, now, monkeypatch
):
    """The authority comes back during the first pause."""
    settings.TSA_WAIT = 10
    timestamps.fault, timestamps.clock = "error", now
    monkeypatch.setattr(
        "pledges.sealing_service.jobs.time.sleep", lambda _seconds: setattr(timestamps, "fault", "")
    )
    intent = preparing.prepare(draft(), actor=liming, at=now)
    assert (
        newest(signing.sign(intent, actor=liming, at=now, request=request_by_code())).level
        == "B-LT"
    )


# --- Keys that cannot be used -----------------------------------------------------------------
def test_without_keys_nothing_is_signed(draft, liming, now, settings, tmp_path):
    intent = preparing.prepare(draft(), actor=liming, at=now)
    done = request_by_code()
    settings.PKI_DIR = tmp_path / "none"
    with pytest.raises(CheckpointUnavailable):
        signing.sign(intent, actor=liming, at=now, request=done)
    assert not Document.objects.exists()


def test_with_an_expired_key_nothing_is_accepted(signed, chenjing, now):
    pledge = signed()
    with pytest.raises(KeyExpired):
        review.accept(pledge, actor=chenjing, at=now + timedelta(days=60 * 365))
    pledge.refresh_from_db()
    assert pledge.status == PledgeState.SIGNED


# --- A licensed authority's seal ----------------------------------------------------------------
@pytest.fixture
def licensed(settings, tmp_path):
    """The settings name a certificate by a licensed authority; gives the pin that names it."""

    def configure(order=1, *, beside=False):
        root, root_key = licensed_authority()
        organisation = Organisation.current().name_zh
        own = ec.generate_private_key(ec.SECP256R1())
        name = certificates.named(organisation, organisation)
        issuer = certificates.Issuer(root, root_key)
        seal = certificates.end_entity(name, own.public_key(), issuer, LIFE)
        pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain = b"".join(each.public_bytes(Encoding.PEM) for each in [seal, root][::order])
        (tmp_path / "seal.pem").write_bytes(pem + (chain if beside else b""))
        (tmp_path / "chain.pem").write_bytes(chain)
        settings.COMPANY_SEAL_KEY = str(tmp_path / "seal.pem")
        settings.COMPANY_SEAL_CERT = "" if beside else str(tmp_path / "chain.pem")
        return f"sha256={pins_of(to_asn1(seal))[PinKind.KEY]}"

    return configure


@pytest.mark.parametrize("order", [1, -1], ids=["seal first", "root first"])
@pytest.mark.parametrize("beside", [True, False], ids=["beside the key", "in a file of its own"])
def test_a_licensed_seal_is_accepted_where_it_was_made(
    signed, chenjing, now, settings, licensed, order, beside
):
    settings.COMPANY_PINS = company_pins.read_all(licensed(order, beside=beside))
    pledge = review.accept(signed(), actor=chenjing, at=now + timedelta(hours=1))
    judged = verification.judge(content(pledge), at=now + timedelta(days=1))
    assert judged.verdict.outcome is Outcome.ACCEPTED
    settings.COMPANY_PINS = ()
    judged = verification.judge(content(pledge), at=now + timedelta(days=1))
    assert judged.verdict.outcome is Outcome.REJECTED


def test_what_our_own_seal_accepted_stays_so_after_the_change_to_a_licensed_one(
    signed, chenjing, now, licensed
):
    pledge = review.accept(signed(), actor=chenjing, at=now + timedelta(hours=1))
    licensed()
    judged = verification.judge(content(pledge), at=now + timedelta(days=1))
    assert judged.verdict.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("days", [None, "until 2020-01-01", "from 2200-01-01"])
def test_without_a_pin_that_counts_nothing_is_accepted(
    signed, chenjing, now, settings, licensed, days
):
    """Its own verdict would refuse the file, so none is made; with the pin told it is."""
    pledge, pin = signed(), licensed()
    settings.COMPANY_PINS = company_pins.read_all(f"{pin} {days}" if days else "")
    entries, documents = LedgerEntry.objects.count(), Document.objects.count()
    with pytest.raises(CompanyNotPinned) as refused:
        review.accept(pledge, actor=chenjing, at=now + timedelta(hours=1))
    pledge.refresh_from_db()
    assert pledge.status == PledgeState.SIGNED
    assert (LedgerEntry.objects.count(), Document.objects.count()) == (entries, documents)
    settings.COMPANY_PINS = company_pins.read_all(refused.value.pin)
    assert refused.value.pin == pin
    review.accept(pledge, actor=chenjing, at=now + timedelta(hours=1))


def test_a_missing_pin_is_told_to_whoever_runs_the_site(db, settings, licensed, client):
    assert sealing.check_company_pin() == []
    pin = licensed()
    (message,) = sealing.check_company_pin()
    assert message.id == "shounuo.E005" and message.is_serious() and pin in message.hint
    answer = client.get("/healthz")
    assert answer.status_code == 200
    said = f"nothing can be accepted: add {pin} to COMPANY_PINS"
    assert answer.json()["warnings"]["keys"] == said
    settings.COMPANY_PINS = company_pins.read_all(pin)
    assert sealing.check_company_pin() == []
    assert "warnings" not in client.get("/healthz").json()
