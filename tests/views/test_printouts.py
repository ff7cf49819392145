"""Verified printouts, read back by other programs: what they say, and what they are not."""

import re
import subprocess
from datetime import timedelta
from io import BytesIO
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageChops

from pledges import verification
from pledges.access import SYSTEM
from pledges.actions import erasure, review
from pledges.core import refusals
from pledges.models import Department, Organisation, Reading, RequestCount
from pledges.rendering import page_images, printouts
from pledges.storage import document_store
from pledges.views import printout_tickets
from pledges.views.printouts import MAX_OF_STORED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judging_service")]
NO_ORIGINAL = "核验打印件，非原件"
MM = 72 / 25.4


def bring(client, content, address="verify_printout"):
    file = SimpleUploadedFile("承诺书.pdf", content, content_type="application/pdf")
    return client.post(reverse(address), {"file": file})


def stored(pledge):
    return document_store.get(pledge.documents.latest("revision").sha256)


def text_of(pdf, number):
    page = ["-f", str(number), "-l", str(number), "-layout"]
    command = ["pdftotext", *page, "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True).stdout.decode()


def picture(pdf, number, dpi=150):
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    return document[number - 1].render(scale=dpi / 72).to_pil().convert("RGB")


@pytest.fixture
def file(accepted):
    return stored(accepted("contract"))


@pytest.fixture
def printed(client, file):
    answer = bring(client, file)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content


# --- What it is -----------------------------------------------------------------------------------
def test_each_page_says_what_it_is_of_which_file_and_leads_to_its_pledge(printed, file, settings):
    judgement = verification.judge(file, at=timezone.now())
    status = judgement.public_status
    pages = len(page_images.sizes(file, judgement.verdict.sha256))
    assert len(pypdfium2.PdfDocument(printed)) == pages + 1
    link = settings.PUBLIC_URL.rstrip("/") + reverse("verify", args=[status.pledge.pk])
    for number in range(1, pages + 2):
        said = " ".join(text_of(printed, number).split())
        assert NO_ORIGINAL in said and "Verified printout, no original" in said
        assert status.number in said and judgement.verdict.sha256 in said
        codes = {each.text for each in zxingcpp.read_barcodes(picture(printed, number, 300))}
        assert link in codes
        if number > 1:
            assert f"第 {number - 1} 页，共 {pages} 页" in said


def test_a_sheet_that_runs_over_bears_all_of_it_on_each_page(client, accepted, liming):
    Organisation.objects.update(name_zh="某" * 78 + "公司", name_en="")
    Department.objects.filter(people=liming).update(name_zh="部" * 80)
    type(liming).objects.filter(pk=liming.pk).update(name="阿卜杜" * 26 + "勒·")
    liming.refresh_from_db()
    content = stored(accepted("contract", person=liming))
    printed, pages = bring(client, content).content, len(pypdfium2.PdfDocument(content))
    count = len(pypdfium2.PdfDocument(printed))
    assert count == pages + 2
    for number in range(1, count + 1):
        said = " ".join(text_of(printed, number).split())
        assert said.count(verification.judge(content, at=timezone.now()).verdict.sha256) == 1
        assert NO_ORIGINAL in said and "CN-2026-000001" in said
        assert f"{number}/{count}" in said.replace(" ", "")
        assert len(zxingcpp.read_barcodes(picture(printed, number, 300))) >= 1


def test_the_first_sheet_says_what_was_verified_when_and_by_whom(printed, settings):
    said = text_of(printed, 1)
    site = urlsplit(settings.PUBLIC_URL).netloc
    for words in ("李明", "CN-2026-000001", str(Organisation.current()), site, "文件真实"):
        assert words in said, words
    assert re.search(r"\d{4}年\d{1,2}月\d{1,2}日 \d\d:\d\d", said)
    # Words that nobody may take it for.
    besides = re.sub(r"\s", "", said).replace("未经任何机构认证或公证", "")
    assert "公证" not in besides and "认证" not in besides and "与原件一致" not in besides


def test_the_first_sheet_speaks_of_the_companys_confirmation_as_the_page_of_the_verdict_does(
    printed,
):
    said = text_of(printed, 1)
    for words in ("确认方", "确认时间", r"生效日期 +\d{4}年\d{1,2}月\d{1,2}日（签订之日）"):
        assert re.search(words, said), words
    assert "接受" not in said


def test_its_pages_look_like_those_of_the_file(printed, file):
    left, bottom, width, height = printouts.PLACE_MM
    scale = min(width / 210, height / 297)
    for number in range(1, len(pypdfium2.PdfDocument(file)) + 1):
        dpi = 150
        dots = dpi / 25.4
        sheet = picture(printed, number + 1, dpi)
        wide, high = 210 * scale, 297 * scale
        from_left = left + (width - wide) / 2
        from_top = 297 - bottom - height + (height - high) / 2
        corner = (from_left * dots, from_top * dots)
        box = (*corner, corner[0] + wide * dots, corner[1] + high * dots)
        shown = sheet.crop(tuple(map(round, box)))
        size = (shown.width // 16, shown.height // 16)
        cells = (
            each.resize(size, Image.Resampling.BOX) for each in (shown, picture(file, number, dpi))
        )
        worst = max(most for _least, most in ImageChops.difference(*cells).getextrema())
        assert worst <= 28, number


def test_its_text_is_text_and_it_has_a_name_and_a_language(printed):
    assert "承诺" in text_of(printed, 2)
    with pikepdf.open(BytesIO(printed)) as pdf:
        assert str(pdf.docinfo["/Title"]).startswith("核验打印件 CN-")
        assert str(pdf.Root.Lang) == "zh-Hans"
        assert pdf.Root.MarkInfo.Marked and pdf.Root.ViewerPreferences.DisplayDocTitle


def test_it_speaks_english_too(client, file, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    said = text_of(bring(client, file).content, 1)
    assert "Verified printout CN-" in said and "In force" in said
    assert "Genuine: signed by the person, confirmed by the company" in said
    assert "Confirmed by" in said and "Accepted" not in said


# --- What it is not -------------------------------------------------------------------------------
def test_nothing_of_the_files_signatures_fields_and_attachments_comes_along(printed, file):
    with pikepdf.open(BytesIO(printed)) as pdf:
        assert "/AcroForm" not in pdf.Root and "/AF" not in pdf.Root
        assert "/EmbeddedFiles" not in pdf.Root.get("/Names", {})
        assert "/DSS" not in pdf.Root and not pdf.attachments
        for each in pdf.objects:
            if isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
                assert each.get("/Type") not in ("/Sig", "/Annot", "/Filespec", "/DocTimeStamp")
                assert each.get("/FT") != "/Sig"
    listed = subprocess.run(["pdfsig", "-"], input=printed, capture_output=True).stdout
    assert b"Signature #" not in listed


def test_nobody_takes_it_for_the_file(client, printed):
    judgement = verification.judge(printed, at=timezone.now())
    assert not judgement.is_genuine
    assert bring(client, printed).status_code == 422
    assert "不予采信" in bring(client, printed, "verify_file").content.decode()


def test_of_a_changed_file_nothing_is_printed(client, file):
    changed = file[:500] + bytes([file[500] ^ 1]) + file[501:]
    answer = bring(client, changed)
    assert answer.status_code == 422 and answer["Content-Type"].startswith("text/html")
    assert "不予采信" in answer.content.decode()


def test_of_a_code_alone_nothing_is_printed(client, accepted):
    pledge = accepted()
    asked = reverse("pledge_printout", args=[pledge.pk])
    assert client.get(asked).status_code == 302  # to the sign-in
    for given in ({}, {"ticket": ""}, {"ticket": str(pledge.pk)}, {"pk": str(pledge.pk)}):
        assert client.post(reverse("verify_printout"), given).status_code == 422


def test_the_language_switch_leads_from_its_answer_to_a_page(client):
    page = client.post(reverse("verify_printout")).content.decode()
    (there,) = re.findall(r'name="next" value="([^"]+)"', page)
    assert client.get(there, follow=True).redirect_chain == [(reverse("verify_file"), 302)]


# --- Whoever brought the file need not bring it again ---------------------------------------------
def ticket_in(page):
    found = re.search(r'name="ticket" value="([^"]+)"', page.content.decode())
    return found[1] if found else ""


def test_who_has_just_brought_it_gets_it_with_one_click(client, file):
    ticket = ticket_in(bring(client, file, "verify_file"))
    answer = client.post(reverse("verify_printout"), {"ticket": ticket})
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    assert answer["X-Robots-Tag"] == "noindex" and "no-store" in answer["Cache-Control"]
    kind, plain, full = answer["Content-Disposition"].split("; ")
    assert kind == "inline" and re.fullmatch(r'filename="CN-\d{4}-\d{6}-printout.pdf"', plain)
    name = unquote(full.removeprefix("filename*=UTF-8''"))
    assert re.fullmatch(r"CN-\d{4}-\d{6}-核验打印件.pdf", name)


def test_a_ticket_ends_and_is_of_our_making(client, file, monkeypatch):
    ticket = ticket_in(bring(client, file, "verify_file"))
    ask = reverse("verify_printout")
    assert client.post(ask, {"ticket": ticket[:-1] + "x"}).status_code == 422
    monkeypatch.setattr(printout_tickets, "MAX_AGE", -1)
    answer = client.post(ask, {"ticket": ticket})
    assert answer.status_code == 422 and "请再次选择文件" in answer.content.decode()


def test_it_is_judged_anew_as_it_stands_now(client, accepted, chenjing, now):
    pledge = accepted()
    ticket = ticket_in(bring(client, stored(pledge), "verify_file"))
    review.revoke(pledge, actor=chenjing, at=now + timedelta(hours=1), reason="已离任")
    answer = client.post(reverse("verify_printout"), {"ticket": ticket})
    said = text_of(answer.content, 2)
    assert "已撤销" in said


def test_a_genuine_file_that_is_not_kept_here_is_brought_once_more(
    client, accepted, liming, chenjing, now
):
    pledge = accepted()
    content = stored(pledge)
    review.revoke(pledge, actor=chenjing, at=now + timedelta(hours=1), reason="已离任")
    erasure.erase(liming, actor=SYSTEM, at=now + timedelta(days=366 * 10))
    page = bring(client, content, "verify_file")
    assert ticket_in(page) == "" and 'id="printed-file"' in page.content.decode()
    assert bring(client, content).status_code == 200


# --- By those who read pledges --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "status", "ways"),
    [
        ("liming", 200, []),
        ("zhoumin", 200, ["printout"]),
        ("chenjing", 200, ["printout"]),
        ("wuying", 200, ["printout"]),
        ("wangfang", 404, []),
        ("admin", 404, []),
    ],
)
def test_of_the_stored_file_for_those_who_may_read_it(client, request, signed, who, status, ways):
    pledge = signed()
    client.force_login(request.getfixturevalue(who))
    answer = client.get(reverse("pledge_printout", args=[pledge.pk]))
    assert answer.status_code == status
    assert [each.way for each in Reading.objects.all()] == ways
    if status == 200:
        assert "公司尚未确认" in text_of(answer.content, 2).replace("\n", "")


def test_a_stored_file_that_is_not_genuine_is_not_printed(client, signed, zhoumin, monkeypatch):
    pledge = signed()
    client.force_login(zhoumin)
    monkeypatch.setattr(verification, "issued_bytes", lambda file: b"%PDF-1.7\n" * 100)
    assert client.get(reverse("pledge_printout", args=[pledge.pk])).status_code == 503
    document_store.remove(pledge.documents.get().sha256)
    monkeypatch.undo()
    assert client.get(reverse("pledge_printout", args=[pledge.pk])).status_code == 503


# --- Under load -----------------------------------------------------------------------------------
def test_it_is_limited_as_judging_is(client, file, settings):
    settings.VERIFY_PER_MINUTE = 1
    RequestCount.objects.all().delete()
    assert bring(client, file, "verify_file").status_code == 200
    assert bring(client, file).status_code == 429
    assert client.post(reverse("verify_printout"), {"ticket": "x"}).status_code == 429


def test_nobody_keeps_the_judging_service_busy_with_stored_files(client, signed, zhoumin, wuying):
    """It judges for the public page as well."""
    asked = reverse("pledge_printout", args=[signed().pk])
    client.force_login(zhoumin)
    # Counted before anything else, whatever is asked for.
    missing = reverse("pledge_printout", args=[uuid4()])
    for _each in range(MAX_OF_STORED - 1):
        assert client.get(missing).status_code == 404
    assert client.get(asked).status_code == 200
    refused = client.get(asked)
    assert refused.status_code == 429 and refused["Content-Type"].startswith("text/html")
    client.force_login(wuying)
    assert client.get(asked).status_code == 200


def test_when_nobody_judges_or_prints_it_says_so(
    client, file, signed, zhoumin, settings, monkeypatch
):
    def refuse(*given, **options):
        raise refusals.TooBusy

    with monkeypatch.context() as changed:
        changed.setattr(page_images, "sizes", refuse)
        answer = bring(client, file)
        assert answer.status_code == 503 and answer["Retry-After"]
    client.force_login(zhoumin)
    settings.JUDGING_SOCKET = settings.JUDGING_SOCKET.with_name("nobody")
    assert bring(client, file).status_code == 503
    pledge = signed("personal-code")
    assert client.get(reverse("pledge_printout", args=[pledge.pk])).status_code == 503
