"""Nothing is issued that our own verdict would not accept, whatever went wrong on the way to it."""

import json
import stat
from dataclasses import replace
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from pledges import wording
from pledges.actions import evidence_collection, preparing, quarantine, review, sealing, signing
from pledges.core.lifecycle import PledgeState
from pledges.core.refusals import FileNotGenuine
from pledges.management.commands import extend_timestamps
from pledges.models import Document, LedgerEntry
from pledges.proof.fileformat import FORMAT_1, FORMATS
from pledges.sealing_service import jobs
from pledges.storage import document_store
from tests.cast import request_by_code

pytestmark = pytest.mark.django_db


def spoiled(seal):
    """As by a library that writes a file in another way after an upgrade."""

    def spoil(*given, **named):
        made = seal(*given, **named)
        return made.replace(b"/SubFilter /ETSI.CAdES.detached", b"/SubFilter /ETSI.CAdES.detachee")

    return spoil


def kept(refused) -> tuple[bytes, dict]:
    path = quarantine.folder() / refused.value.kept_as
    return (
        path.with_suffix(".pdf").read_bytes(),
        json.loads(path.with_suffix(".json").read_text("utf-8")),
    )


def test_a_signing_that_no_verdict_would_accept_did_not_happen(draft, liming, now, monkeypatch):
    intent = preparing.prepare(draft(), actor=liming, at=now)
    at = now + timedelta(minutes=1)
    monkeypatch.setattr(sealing, "sign_as_manager", spoiled(sealing.sign_as_manager))
    entries = LedgerEntry.objects.count()
    with pytest.raises(FileNotGenuine) as refused:
        signing.sign(intent, actor=liming, at=at, request=request_by_code(liming, at=at))
    assert refused.value.reason == "broken-signature"
    intent.refresh_from_db()
    intent.pledge.refresh_from_db()
    assert intent.used_at is None and intent.pledge.status == PledgeState.DRAFT
    assert not Document.objects.exists() and LedgerEntry.objects.count() == entries
    pdf, told = kept(refused)
    assert pdf.startswith(b"%PDF-1.7") and b"detachee" in pdf
    [failed] = [line for line in told["lines"] if line["passed"] is False]
    assert failed["explanation"]["rule"] and "detachee" in failed["explanation"]["found"]
    monkeypatch.undo()
    signed = signing.sign(intent, actor=liming, at=at, request=request_by_code(liming, at=at))
    assert signed.status == PledgeState.SIGNED


def test_an_acceptance_that_no_verdict_would_accept_did_not_happen(
    signed, chenjing, now, monkeypatch
):
    pledge, at = signed(), now + timedelta(hours=1)
    monkeypatch.setattr(sealing, "seal_as_company", spoiled(sealing.seal_as_company))
    with pytest.raises(FileNotGenuine) as refused:
        review.accept(pledge, actor=chenjing, at=at)
    pledge.refresh_from_db()
    assert pledge.status == PledgeState.SIGNED and pledge.documents.count() == 1
    assert kept(refused)[1]["outcome"] == "rejected"
    assert "未能通过本系统自身的核验" in wording.refusal(refused.value)


def test_a_file_of_an_unknown_number_is_not_accepted_and_says_so(
    signed, chenjing, now, monkeypatch
):
    """Signed by a later version, which somebody went back from: nothing breaks, nothing changes."""
    later = replace(FORMAT_1, name="shounuo-pledge/2")
    with monkeypatch.context() as newer:
        newer.setitem(FORMATS, later.name, later)
        newer.setattr(evidence_collection, "CURRENT", later)
        sign = partial(jobs.pades.sign_as_manager, file_format=later)
        newer.setattr(jobs.pades, "sign_as_manager", sign)
        pledge = signed()
    with pytest.raises(FileNotGenuine) as refused:
        review.accept(pledge, actor=chenjing, at=now + timedelta(hours=1))
    pdf, told = kept(refused)
    assert pdf == document_store.get(pledge.documents.get().sha256)
    [failed] = [line for line in told["lines"] if line["passed"] is False]
    assert failed["reason"] == "unknown-format"
    pledge.refresh_from_db()
    assert pledge.status == PledgeState.SIGNED and pledge.documents.count() == 1


def test_a_file_that_is_only_signed_is_no_accepted_one(signed, chenjing, now, monkeypatch):
    monkeypatch.setattr(sealing, "seal_as_company", lambda pdf, **_options: pdf)
    with pytest.raises(FileNotGenuine, match="signed, not accepted yet"):
        review.accept(signed(), actor=chenjing, at=now + timedelta(hours=1))


def test_what_is_kept_is_for_the_operator_alone(signed, chenjing, now, monkeypatch):
    monkeypatch.setattr(sealing, "seal_as_company", spoiled(sealing.seal_as_company))
    pledge = signed()
    for _again in range(2):
        with pytest.raises(FileNotGenuine):
            review.accept(pledge, actor=chenjing, at=now + timedelta(hours=1))
    folder = quarantine.folder()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}
    assert quarantine.warning() == f"{len(list(folder.glob('*.pdf')))} files were not issued"


def test_a_disk_that_takes_no_more_hides_no_refusal(signed, chenjing, now, monkeypatch):
    def full(*_given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealing, "seal_as_company", spoiled(sealing.seal_as_company))
    made = quarantine.durable_files.make_folder
    monkeypatch.setattr(quarantine, "durable_files", SimpleNamespace(make_folder=made, create=full))
    with pytest.raises(FileNotGenuine):
        review.accept(signed(), actor=chenjing, at=now + timedelta(hours=1))


def test_a_renewal_that_no_verdict_would_accept_stops_no_other(
    timestamps, signed, chenjing, now, monkeypatch
):
    timestamps.clock = now + timedelta(minutes=1, seconds=5)
    pledges = [signed(slug) for slug in ("contract", "general-standards")]
    at = now + timedelta(hours=1)
    timestamps.clock = at + timedelta(seconds=5)
    accepted = [review.accept(each, actor=chenjing, at=at) for each in pledges]
    later = accepted[0].documents.last().stamped_until - timedelta(days=100)
    timestamps.clock = later
    monkeypatch.setattr(extend_timestamps.timezone, "now", lambda: later)
    seal, files = sealing.renew_timestamp, []

    def spoil_the_first(pdf, **options):
        files.append(pdf)
        return (spoiled(seal) if len(files) == 1 else seal)(pdf, **options)

    monkeypatch.setattr(sealing, "renew_timestamp", spoil_the_first)
    with pytest.raises(CommandError, match="rejects 1 renewed files"):
        call_command("extend_timestamps")
    assert sorted(each.documents.count() for each in accepted) == [2, 3]
