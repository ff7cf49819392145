"""The page that judges a file: honest, changed, foreign, none at all."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from pledges import verification
from pledges.access import SYSTEM
from pledges.actions import erasure, review
from pledges.proof.judging import judge
from pledges.proof.keys import company_pins
from pledges.proof.signatures import pades
from pledges.proof.signatures.timestamp_authority import (
    Authority,
    HttpTimeStamper,
    read_roots,
)
from pledges.proof.verdict import Check, Explanation, Line, Outcome, Verdict
from pledges.storage import document_store
from tests.rendering.samples import render
from tests.sealed import PASSPHRASE, Installation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judging_service")]


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    return Installation(tmp_path_factory.mktemp("ours") / "pki")


@pytest.fixture(scope="module")
def finished(installation):
    return installation.finished()


@pytest.fixture(autouse=True)
def _ours(settings, installation):
    settings.PKI_DIR, settings.PKI_PASSPHRASE = installation.folder, PASSPHRASE.decode()


def text_of(page):
    return page.content.decode()


def post(client, content, **more):
    file = SimpleUploadedFile("承诺书.pdf", content, content_type="application/pdf")
    return client.post(reverse("verify_file"), {"file": file, **more})


def test_an_honest_file_is_told_in_full(client, finished):
    page = post(client, finished)
    said = text_of(page)
    assert page.status_code == 200
    assert "文件真实：由本人签署，经公司确认" in said
    assert "李明（E1001）华东零售部" in said and "CN-2026-000007" in said
    assert "没有可信时间戳" in said
    assert "不在本系统签发的文件之列" in said
    assert page.headers["X-Robots-Tag"] == "noindex"


def test_it_speaks_english_too(client, finished, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    said = text_of(post(client, finished))
    assert "Genuine: signed by the person, confirmed by the company" in said
    assert "No trusted timestamp" in said


def test_a_changed_file_is_rejected_and_nothing_of_it_is_repeated(client, finished):
    changed = finished[:500] + bytes([finished[500] ^ 1]) + finished[501:]
    said = text_of(post(client, changed))
    assert "不予采信" in said
    assert "李明" not in said and "CN-2026-000007" not in said
    assert "因此未核验" in said


def test_what_the_file_says_is_told_with_its_invisible_characters_escaped(
    client, finished, monkeypatch
):
    """The name it comes under, the names of its fields, and what it states."""
    hostile = "承诺书\u202efdp.\x1b[2J\u200b"
    seen = r"承诺书\u202efdp.\x1b[2J\u200b"
    # Django itself drops from a name what does not print, but not what prints nothing.
    file = SimpleUploadedFile("\u3164\u202e承诺书.pdf", finished)
    said = text_of(client.post(reverse("verify_file"), {"file": file}))
    assert r'<p class="soft small check-file">\u3164承诺书.pdf</p>' in said
    assert not set("\u202e\x1b\u200b") & set(said)
    judge = verification.judge_any

    def rejected(*given, **options):
        told = Explanation("the form has known fields", hostile, hostile, hostile)
        line = Line(Check.REVISIONS, False, "unexpected-field", {"fields": hostile}, told)
        verdict = Verdict(Outcome.REJECTED, (line,), "0" * 64)
        return verification.Judgement(verdict, None, False, None)

    monkeypatch.setattr(verification, "judge_any", rejected)
    said = text_of(post(client, finished))
    assert said.count(seen) == 4 and not set("\u202e\x1b\u200b") & set(said)

    def judged(*given, **options):
        found = judge(*given, **options)
        shown_summary = replace(found.verdict.summary, signer=hostile, accepted_by=hostile)
        return replace(found, verdict=replace(found.verdict, summary=shown_summary))

    monkeypatch.setattr(verification, "judge_any", judged)
    said = text_of(post(client, finished))
    assert said.count(seen) == 2 and not set("\u202e\x1b\u200b") & set(said)


def test_a_foreign_file_is_rejected(client, tmp_path):
    foreign = Installation(tmp_path / "pki").finished()
    said = text_of(post(client, foreign))
    assert "不予采信" in said and "不是由受信任的机构签发" in said


@pytest.mark.parametrize("content", [b"hello", b"%PDF-1.7\n", render()])
def test_what_is_no_signed_pledge_is_rejected(client, content):
    assert "不予采信" in text_of(post(client, content))


@pytest.mark.parametrize("fields", [{}, {"file": SimpleUploadedFile("a.pdf", b"")}])
def test_nothing_brought_is_said(client, fields):
    page = client.post(reverse("verify_file"), fields)
    assert page.status_code == 422
    assert "文件不能为空，且不超过 20 MB" in text_of(page)


def test_a_broken_proof_is_told(client, finished):
    proof = SimpleUploadedFile("proof.json", b"{}")
    said = text_of(post(client, finished, proof=proof))
    assert "PDF 文件通过核验，但所附的独立证明不属于该文件" in said
    assert "不予采信" not in said


def test_the_root_certificate_is_handed_out(client, installation):
    answer = client.get(reverse("verify_root"))
    assert answer.content == (installation.folder / "root.pem").read_bytes()


def test_the_page_gives_the_whole_command(client, installation, settings, responder):
    """With what this installation's own files need, and where to get it."""
    base = "shounuo-verify FILE.pdf --trust root.pem"
    assert f"<code>{base}</code>" in client.get(reverse("verify_file")).content.decode()
    settings.TSA_ROOTS = str(responder.roots)
    settings.COMPANY_PINS = company_pins.read_all("organizationIdentifier=VATCN-1")
    page = text_of(client.get(reverse("verify_file")))
    told = f'{base} --tsa-trust tsa-roots.pem --company-pin "organizationIdentifier=VATCN-1"'
    assert f"<code>{html.escape(told)}</code>" in page and reverse("verify_tsa_roots") in page
    assert client.get(reverse("verify_tsa_roots")).content == responder.roots.read_bytes()
    assert client.get(reverse("verify_company_roots")).status_code == 404


def test_before_there_is_a_root_there_is_none_to_hand_out(client, settings, tmp_path):
    settings.PKI_DIR = tmp_path / "none"
    assert client.get(reverse("verify_root")).status_code == 404


# --- How the pledge stands that a file names ------------------------------------------------------
OTHER_BYTES = {
    "zh-hans": "与本系统签发的不一致",
    "en": "not identical to the one that this system issued",
}


@pytest.fixture
def stamped(timestamps, signed, chenjing, now):
    """An accepted pledge with trusted time, to which anybody can add a timestamp."""
    timestamps.clock = now + timedelta(minutes=1)
    pledge, at = signed(), now + timedelta(hours=1)
    timestamps.clock = at
    return review.accept(pledge, actor=chenjing, at=at)


@pytest.fixture
def stamped_again(timestamps, now):
    """The newest file of a pledge, with a timestamp that somebody else added."""

    def make(pledge):
        at = now + timedelta(hours=2)
        timestamps.clock = at
        authority = Authority(timestamps.url, read_roots(timestamps.roots), 10.0)
        stamping = pades.Timestamping(HttpTimeStamper(authority, at), authority.roots)
        issued = document_store.get(newest(pledge).sha256)
        return pades.renew_timestamp(issued, at=at, timestamping=stamping)

    return make


def verdicts(said):
    """How each large line looks, and how it begins: of the file, then of its pledge."""
    lines = re.findall(
        r'class="(?:check-status )?verdict verdict-(\w+)">(?:<span>.*?</span> )?([^：:<（]+)', said
    )
    return [(look, words.strip()) for look, words in lines]


def newest(pledge):
    return pledge.documents.order_by("-revision").first()


def revoke(pledge, chenjing, now):
    return review.revoke(pledge, actor=chenjing, at=now + timedelta(hours=3), reason="岗位变动。")


def test_a_file_that_was_issued_is_told_to_be_in_force(client, stamped):
    said = text_of(post(client, document_store.get(newest(stamped).sha256)))
    assert verdicts(said) == [("good", "文件真实"), ("good", "已生效")]
    assert OTHER_BYTES["zh-hans"] not in said


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_revoked_pledge_stays_revoked_under_other_bytes(
    client, stamped, stamped_again, chenjing, now, settings, language
):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    changed = stamped_again(stamped)
    revoke(stamped, chenjing, now)
    said = text_of(post(client, changed))
    genuine = {"zh-hans": "文件真实", "en": "Genuine"}[language]
    revoked = {"zh-hans": "已撤销，不再有效", "en": "Revoked, no longer in force"}[language]
    assert verdicts(said) == [("good", genuine), ("bad", revoked)]
    assert OTHER_BYTES[language] in said


def test_a_returned_pledge_is_told_by_the_bytes_that_were_signed(
    client, timestamps, signed, chenjing, now
):
    timestamps.clock = now + timedelta(minutes=1)
    pledge = signed()
    file = document_store.get(newest(pledge).sha256)
    reasons = [review.ClauseReason("请补充")]
    review.return_to_manager(pledge, actor=chenjing, at=now + timedelta(hours=1), reasons=reasons)
    said = text_of(post(client, file))
    assert verdicts(said) == [("open", "文件真实"), ("bad", "已退回，自始不生效")]
    assert "公司未在此文件上盖章" in said
    assert OTHER_BYTES["zh-hans"] not in said


def test_an_earlier_file_is_not_called_another(client, stamped):
    said = text_of(post(client, document_store.get(stamped.documents.get(revision=1).sha256)))
    assert "此后另有签发的文件" in said and OTHER_BYTES["zh-hans"] not in said


def test_a_rejected_file_says_nothing_of_the_pledge(client, stamped, settings):
    issued = document_store.get(newest(stamped).sha256)
    settings.TSA_ROOTS = ""
    for file in (issued, issued + b"\n"):
        said = text_of(post(client, file))
        assert verdicts(said) == [("bad", "不予采信")]
        assert OTHER_BYTES["zh-hans"] not in said


def test_an_erased_pledge_is_erased_under_other_bytes_too(
    client, stamped, stamped_again, chenjing, liming, now
):
    issued, changed = document_store.get(newest(stamped).sha256), stamped_again(stamped)
    revoke(stamped, chenjing, now)
    erasure.erase(liming, actor=SYSTEM, at=now + timedelta(days=366 * 10))
    for file, other in ((issued, False), (changed, True)):
        said = text_of(post(client, file))
        assert "保存期限届满，已删除" in said
        assert (OTHER_BYTES["zh-hans"] in said) is other
        assert "erased-" not in said


def test_a_pledge_under_a_name_that_is_none_of_ours_has_no_standing(installation, finished, now):
    """Only who holds the keys can seal one; the page must not fail over it."""
    told = judge(finished, trust=installation.trust, at=now + timedelta(days=1)).summary
    assert verification._public_status_of(replace(told, pledge_id="CN-2026-000007"), now) is None
