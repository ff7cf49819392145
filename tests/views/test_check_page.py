"""The page that judges a file: honest, changed, foreign, none at all."""

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.gateways.papers import render
from tests.sealed import PASSPHRASE, Installation

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    return Installation(tmp_path_factory.mktemp("ours") / "pki")


@pytest.fixture(scope="module")
def finished(installation):
    return installation.finished()


@pytest.fixture(autouse=True)
def _ours(settings, installation):
    caches["memory"].clear()
    settings.PKI_DIR, settings.PKI_PASSPHRASE = installation.folder, PASSPHRASE.decode()
    yield
    caches["memory"].clear()


def text_of(page):
    return page.content.decode()


def post(client, content, **more):
    file = SimpleUploadedFile("承诺书.pdf", content, content_type="application/pdf")
    return client.post(reverse("verify_file"), {"file": file, **more})


def test_an_honest_file_is_told_in_full(client, finished):
    page = post(client, finished)
    said = text_of(page)
    assert page.status_code == 200
    assert "真实有效：由本人签署，经公司接受" in said
    assert "李明（E1001）华东零售部" in said and "CN-2026-000007" in said
    assert "没有可信时间戳" in said
    assert "不在本系统签发的文件之列" in said
    assert page.headers["X-Robots-Tag"] == "noindex"


def test_it_speaks_english_too(client, finished, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    said = text_of(post(client, finished))
    assert "Genuine: signed by the person, accepted by the company" in said
    assert "No trusted timestamp" in said


def test_a_changed_file_is_rejected_and_nothing_of_it_is_repeated(client, finished):
    changed = finished[:500] + bytes([finished[500] ^ 1]) + finished[501:]
    said = text_of(post(client, changed))
    assert "不予采信" in said
    assert "李明" not in said and "CN-2026-000007" not in said
    assert "未再核验" in said


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
    assert "请选择不超过 20 MB 的 PDF 文件" in text_of(page)


def test_a_file_that_is_too_large_is_not_taken(client):
    page = post(client, b"%PDF-1.7\n" + bytes(22 * 1024 * 1024))
    assert page.status_code == 422


def test_a_broken_proof_is_told(client, finished):
    proof = SimpleUploadedFile("proof.json", b"{}")
    said = text_of(post(client, finished, proof=proof))
    assert "不予采信" in said and "独立证明" in said


def test_it_is_throttled(client, finished):
    statuses = [client.post(reverse("verify_file")).status_code for _ in range(22)]
    assert statuses[:20] == [422] * 20 and statuses[-1] == 429


def test_the_root_certificate_is_handed_out(client, installation):
    answer = client.get(reverse("verify_root"))
    assert answer.content == (installation.folder / "root.pem").read_bytes()


def test_before_there_is_a_root_there_is_none_to_hand_out(client, settings, tmp_path):
    settings.PKI_DIR = tmp_path / "none"
    assert client.get(reverse("verify_root")).status_code == 404
