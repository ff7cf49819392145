"""The page that judges files takes records too: a panel of its own, and no word too many."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.sealed import PASSPHRASE, Installation
from tests.sealed_records import RecordMaker, report_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judging_service")]


@pytest.fixture(scope="module")
def maker(tmp_path_factory):
    return RecordMaker(Installation(tmp_path_factory.mktemp("records") / "pki"))


@pytest.fixture(autouse=True)
def _ours(settings, maker):
    settings.PKI_DIR, settings.PKI_PASSPHRASE = maker.by.folder, PASSPHRASE.decode()


def post(client, content, name="verify_file", *, receipt=None):
    files = {"file": SimpleUploadedFile("报告.pdf", content, content_type="application/pdf")}
    if receipt is not None:
        files["receipt"] = SimpleUploadedFile("receipt.json", receipt)
    return client.post(reverse(name), files)


def test_a_report_is_told_with_what_it_proves_and_what_not(client, maker):
    page = post(client, maker.report(12))
    said = page.content.decode()
    assert page.status_code == 200
    assert "记录真实：由公司盖章的完成报告" in said
    assert "不在本系统签发的文件之列" in said
    assert re.search(r"<dd>12</dd>", said) and "生效中" in said
    panel = said.partition("能证明什么，不能证明什么</h2>")[2].partition("<h2>")[0]
    headings = (
        "离线即可证明",
        "只有凭完整账本才能证明（审计人员：verify_ledger --task）",
        "不能证明",
    )
    assert tuple(re.findall("<h3>(.*?)</h3>", panel)) == headings
    assert reverse("verify_printout") not in said


def test_it_speaks_english_too(client, maker, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    said = post(client, maker.report(3)).content.decode()
    assert "Genuine record: a completion report" in said
    assert "that no entry of this task was left out." in said
    assert "obody was left out" not in said


def test_a_changed_report_says_nothing_of_what_it_told(client, maker):
    honest = maker.content(report_of(12))
    content = {**honest, "counts": {**honest["counts"], "in-force": 12}}
    said = post(client, maker.sealed(content)).content.decode()
    assert "不予采信：此记录不能证明其内容" in said
    assert "离线即可证明" not in said and "2026 年度承诺书" not in said


def test_no_printout_is_made_of_a_record(client, maker):
    page = post(client, maker.report(3), "verify_printout")
    assert page.status_code == 422
    assert "这份文件是公司的记录，不是承诺书" in page.content.decode()


def test_a_receipt_is_judged_together_with_its_report(client, maker):
    receipt = maker.receipt(maker.content(report_of(12)), place=3)
    said = post(client, maker.report(12), receipt=receipt).content.decode()
    panel = said.partition('id="receipt-verdict"')[2].partition('<div class="panel"')[0]
    assert "回执真实" in panel and "该签署状况是否属实（账本自身的记载除外）。" in panel
    assert "回执属于所附的报告，是名单的第 4 行。" in panel
    # Beside another report, and beside one that was changed, it shows nothing.
    for other in (maker.report(13), maker.report(12)[:-20]):
        said = post(client, other, receipt=receipt).content.decode()
        assert "回执真实" not in said


def test_what_is_no_receipt_is_refused_and_the_report_is_told_all_the_same(client, maker):
    for content in (b"", b"{}", b"\xff" * 300_000):
        said = post(client, maker.report(3), receipt=content).content.decode()
        assert "记录真实：由公司盖章的完成报告" in said
        panel = said.partition('id="receipt-verdict"')[2].partition('<div class="panel"')[0]
        assert not content or "verdict-bad" in panel


def test_beside_another_file_a_receipt_is_not_looked_at_and_the_page_says_so(
    client, maker, settings
):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    receipt = maker.receipt(maker.content(report_of(3)))
    said = post(client, b"%PDF-1.7", receipt=receipt).content.decode()
    assert "The receipt was not looked at" in said and 'id="receipt-verdict"' not in said
