"""The pages of paper pledges: HR uploads and files, compliance confirms one after the other."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse

from pledges.actions.papers import filing, list_work, settling
from pledges.core.papers import PaperState
from pledges.models import LedgerEntry, PaperBatch, PaperItem, PaperPledge, Reading
from tests import scans
from tests.admin.conftest import TODAY
from tests.scans import archive, encoded, row, table
from tests.serving import work_off

pytestmark = pytest.mark.django_db
LIST = "/admin/pledges/paperpledge/"
UPLOAD, MANY = f"{LIST}upload/", "/admin/pledges/paperbatch/upload/"


@pytest.fixture(autouse=True)
def _drawn_here(monkeypatch):
    scans.draw_here(monkeypatch)


def file_of(data, name="scan.jpg"):
    made = io.BytesIO(data)
    made.name = name
    return made


@pytest.fixture
def typed(version):
    def make(**changes):
        known = {"number": "E1001", "version": version().pk, "signed_on": "2024-03-01"}
        return {**known, "file": file_of(encoded()), **changes}

    return make


@pytest.fixture
def filed(version, liming, zhoumin):
    def make(person=None, *, mark=0, **changes):
        facts = filing.Facts(person or liming, version(), scans.SIGNED_ON, **changes)
        at = TODAY - timedelta(hours=5 - mark)
        draft = filing.upload(encoded(mark=mark), facts, actor=zhoumin, at=at)
        return filing.file(draft, actor=zhoumin, at=at)

    return make


def page(paper, step="change"):
    return f"{LIST}{paper.pk}/{step}/"


def test_hr_uploads_looks_and_files(as_, zhoumin, typed, told):
    browser = as_(zhoumin)
    assert browser.get(UPLOAD).status_code == 200
    shown = browser.post(UPLOAD, typed(note="原件在档案室", number="Ｅ１００１"), follow=True)
    paper = PaperPledge.objects.get()
    assert paper.state == PaperState.DRAFT and shown.request["PATH_INFO"] == page(paper)
    text = shown.content.decode()
    assert "原件在档案室" in text and f"/papers/{paper.pk}/pages/1/" in text
    image = browser.get(f"/papers/{paper.pk}/pages/1/")
    assert image["Content-Type"] == "image/jpeg" and image.content.startswith(b"\xff\xd8")
    assert str(paper.pk) not in browser.get(f"{LIST}?state=all").content.decode()
    done = browser.post(page(paper, "file"), follow=True)
    paper.refresh_from_db()
    assert paper.state == PaperState.FILED and "李明" in told(done)[0]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"number": "E9999"}, "number"),
        ({"number": "1001"}, "number"),
        ({"signed_on": "2027-01-01"}, "signed_on"),
        ({"ends_on": "2024-02-01"}, "ends_on"),
        ({"signed_on": ""}, "signed_on"),
        ({"file": ""}, "file"),
        ({"file": file_of(b"")}, "file"),
        ({"file": file_of(b"words", "scan.pdf")}, "file"),
        ({"version": 0}, "version"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(as_, zhoumin, typed, changes, where):
    answer = as_(zhoumin).post(UPLOAD, typed(**changes))
    assert answer.status_code == 200 and answer.context["form"].errors[where]
    assert not PaperPledge.objects.exists()


def test_what_is_not_filed_is_offered_again_to_its_uploader_alone(as_, zhoumin, typed):
    browser = as_(zhoumin)
    assert not browser.get(UPLOAD).context["unfinished"]
    browser.post(UPLOAD, typed())
    paper = PaperPledge.objects.get()
    for address in (UPLOAD, LIST):
        answer = browser.get(address)
        assert [each for each, _until in answer.context["unfinished"]] == [paper]
        assert "#unfinished" in answer.content.decode() or page(paper) in answer.content.decode()
    assert answer.context["unfinished"][0][1] == TODAY + timedelta(days=1)
    assert answer.context["cl"].result_count == 0
    PaperPledge.objects.update(filed_by=paper.person)
    assert not browser.get(UPLOAD).context["unfinished"]
    assert browser.get(page(paper, "correct")).status_code == 404


def test_what_was_entered_is_corrected_beside_the_scan(as_, zhoumin, wangfang, typed, version):
    browser = as_(zhoumin)
    browser.post(UPLOAD, typed(note="原件在档案室"))
    paper = PaperPledge.objects.get()
    assert page(paper, "correct") in browser.get(page(paper)).content.decode()
    form = browser.get(page(paper, "correct")).context["form"]
    assert (form["number"].value(), form["note"].value()) == ("E1001", "原件在档案室")
    sent = {"number": "E1002", "version": version("contract").pk, "signed_on": "2024-02-03"}
    wrong = browser.post(page(paper, "correct"), {**sent, "ends_on": "2024-01-01"})
    assert wrong.context["form"].errors.keys() == {"ends_on"}
    assert browser.post(page(paper, "correct"), sent).url == page(paper)
    paper.refresh_from_db()
    assert (paper.person, paper.version) == (wangfang, version("contract"))
    assert (paper.signed_on.isoformat(), paper.note) == ("2024-02-03", "")
    assert paper.state == PaperState.DRAFT and paper.pages.exists()
    browser.post(page(paper, "file"))
    assert browser.post(page(paper, "correct"), typed()).url == page(paper)
    paper.refresh_from_db()
    assert paper.person == wangfang


def test_no_version_is_chosen_beforehand(as_, zhoumin):
    options = as_(zhoumin).get(UPLOAD).context["form"]["version"].subwidgets
    assert [str(each.data["value"]) for each in options if each.data["selected"]] == [""]


def test_compliance_confirms_one_after_the_other(as_, chenjing, liming, wangfang, filed, told):
    first, second = filed(), filed(wangfang, mark=1)
    browser = as_(chenjing)
    listed = browser.get(LIST)
    assert [each.pk for each in listed.context["cl"].result_list] == [first.pk, second.pk]
    done = browser.post(page(first, "confirm"), follow=True)
    assert done.request["PATH_INFO"] == page(second) and len(told(done)) == 2
    last = browser.post(page(second, "reject"), {"reason": "缺签名页"}, follow=True)
    assert last.request["PATH_INFO"] == LIST
    states = dict(PaperPledge.objects.values_list("pk", "state"))
    assert states == {first.pk: PaperState.CONFIRMED, second.pk: PaperState.REJECTED}
    record = browser.get(f"/papers/{first.pk}/record.pdf")
    assert record.content.startswith(b"%PDF") and record["Content-Type"] == "application/pdf"
    image = browser.get(f"/papers/{first.pk}/pages/2/")
    assert image["Content-Type"] == "image/png"
    assert browser.get(f"/papers/{first.pk}/pages/3/").status_code == 404
    again = browser.post(page(second, "confirm"), follow=True)
    assert again.status_code == 200
    assert PaperPledge.objects.get(pk=second.pk).state == PaperState.REJECTED


def test_a_rejection_needs_a_reason(as_, chenjing, filed):
    paper = filed()
    answer = as_(chenjing).post(page(paper, "reject"), {"reason": " "})
    assert answer.context["form"].errors and "step" in answer.context
    paper.refresh_from_db()
    assert paper.state == PaperState.FILED


def test_nobody_confirms_their_own(as_, chenjing, filed):
    paper = filed(chenjing)
    browser = as_(chenjing)
    assert browser.post(page(paper, "confirm")).status_code == 403
    assert "confirm/" not in browser.get(page(paper)).content.decode()


def test_confirming_asks_who_it_is(as_, chenjing, filed):
    paper = filed()
    answer = as_(chenjing, seconds_ago=700).post(page(paper, "confirm"))
    assert answer.status_code == 403
    paper.refresh_from_db()
    assert paper.state == PaperState.FILED


def test_numbers_of_the_overview_open_so_many_rows(as_, chenjing, wuying, liming, wangfang, filed):
    settling.confirm(filed(), actor=chenjing, at=TODAY)
    filed(wangfang, mark=1)
    for reader in (chenjing, wuying):
        browser = as_(reader)
        figures = [
            figure
            for figure in browser.get("/admin/").context["dashboard"]
            if "paperpledge" in figure.address
        ]
        assert [figure.count for figure in figures] == [1, 1]
        for figure in figures:
            found = browser.get(figure.address)
            assert found.context["cl"].result_count == figure.count


def test_whoever_looks_is_noted_but_the_person_themselves(as_, chenjing, liming, filed, client):
    paper = filed()
    as_(chenjing).get(page(paper))
    client.force_login(liming)
    assert client.get(f"/papers/{paper.pk}/").status_code == 200
    assert client.get(f"/papers/{paper.pk}/pages/1/").status_code == 200
    assert Reading.objects.get().reader == chenjing
    assert "陈静" in client.get(f"/papers/{paper.pk}/").content.decode()


@pytest.mark.parametrize("who", ["wangfang", "admin"])
def test_a_paper_of_others_is_not_there(client, request, filed, who):
    paper = filed()
    client.force_login(request.getfixturevalue(who))
    for address in (f"/papers/{paper.pk}/", f"/papers/{paper.pk}/pages/1/"):
        assert client.get(address).status_code == 404
    assert client.get(f"/papers/{paper.pk}/record.pdf").status_code == 404


def test_my_pledges_keeps_it_apart(client, liming, chenjing, filed):
    paper = filed()
    client.force_login(liming)
    context = client.get("/").context
    assert [each.paper for each in context["papers"]] == [paper] and not context["in_force"]
    settling.confirm(paper, actor=chenjing, at=TODAY)
    shown = client.get("/")
    assert not shown.context["in_force"] and f"/papers/{paper.pk}/record.pdf" in str(shown.content)


def test_the_public_page_says_what_it_is_and_names_nobody(client, chenjing, filed):
    paper = filed()
    address = f"/verify/paper/{paper.pk}/"
    assert client.get(address).status_code == 404  # nothing was issued yet
    confirmed = settling.confirm(paper, actor=chenjing, at=TODAY)
    shown = client.get(address)
    text = shown.content.decode()
    assert shown.status_code == 200 and confirmed.record_file.sha256 in text
    assert "李明" not in text and "E1001" not in text and "陈静" not in text
    settling.withdraw(confirmed, actor=chenjing, at=TODAY, reason="原件有误")
    assert client.get(address).context["large"].look == "bad"
    assert client.get(f"/verify/{paper.pk}/").status_code == 404  # it is no pledge of ours


def test_hr_exports_them_apart_from_pledges(as_, zhoumin, chenjing, filed):
    settling.confirm(filed(), actor=chenjing, at=TODAY)
    answer = as_(zhoumin).post(f"{LIST}export/?state=all")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "李明" in text and text.count("\n") == 2
    entry = LedgerEntry.objects.get(event="papers.exported")
    assert '"count":1' in entry.leaf and "李明" not in entry.leaf
    assert as_(chenjing).post(f"{LIST}export/").status_code == 403


# --- Many -----------------------------------------------------------------------------------------
def upload(browser, *rows, files=None):
    made = archive(files or {"liming.jpg": encoded()})
    made.name = "扫描件.zip"
    sent = {"table": file_of(table(*rows), "名单.csv"), "archive": made}
    return browser.post(MANY, sent, follow=True)


def test_a_list_is_uploaded_looked_at_and_filed(as_, zhoumin, told):
    browser = as_(zhoumin)
    assert browser.get(MANY).status_code == 200
    upload(browser, row(), row("E9999", "无名", "x.jpg"))
    batch = PaperBatch.objects.get()
    work_off()
    address = f"/admin/pledges/paperbatch/{batch.pk}"
    shown = browser.get(f"{address}/change/").content.decode()
    assert "E9999" in shown and "x.jpg" in shown and "without_faulty" in shown
    assert len(browser.get(f"{address}/change/?fate=faulty").context["rows"]) == 1
    assert browser.get(f"{address}/progress/").status_code == 200
    refused = browser.post(f"{address}/file/", follow=True)
    assert not PaperPledge.objects.exclude(state="draft").exists() and told(refused)
    browser.post(f"{address}/file/", {"without_faulty": "1"}, follow=True)
    work_off()
    assert PaperPledge.objects.get().state == PaperState.FILED
    done = browser.get(f"{address}/change/")
    assert done.context["fates"]["filed"] == done.context["fates"]["left_out"] == 1


def test_a_large_archive_is_kept_in_no_named_file(as_, zhoumin, settings, monkeypatch):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    seen = []
    begin = list_work.queue
    monkeypatch.setattr(list_work, "queue", lambda *args: seen.append(begin(*args)))
    upload(as_(zhoumin), row())
    assert PaperItem.objects.get().upload_stored and len(seen) == 1


def test_files_that_cannot_be_read_are_said(as_, zhoumin):
    browser = as_(zhoumin)
    no_zip = {"table": file_of(table(row()), "a.csv"), "archive": file_of(b"x", "a.zip")}
    for sent in (no_zip, {}, {"table": file_of(b"x", "a.csv"), "archive": file_of(b"y")}):
        answer = browser.post(MANY, sent)
        assert answer.status_code == 200 and answer.context["form"].errors
    assert not PaperBatch.objects.exists()


def test_the_file_to_be_filled_in_can_be_read_again(as_, zhoumin, told):
    answer = as_(zhoumin).get("/admin/pledges/paperbatch/template.csv")
    made = b"".join(answer.streaming_content)
    sent = {"table": file_of(made, "a.csv"), "archive": archive({"E0000.pdf": encoded("PDF")})}
    sent["archive"].name = "a.zip"
    as_(zhoumin).post(MANY, sent, follow=True)
    item = PaperItem.objects.get()
    assert {code for code, _about in item.faults} == {"unknown-number"}


def test_a_list_is_its_uploaders_alone(as_, zhoumin, chenjing, django_user_model):
    upload(as_(zhoumin), row())
    batch = PaperBatch.objects.get()
    sunhao = django_user_model.objects.get(username="sunhao")
    sunhao.groups.set(zhoumin.groups.all())
    address = f"/admin/pledges/paperbatch/{batch.pk}/change/"
    assert as_(sunhao).get(address).status_code == 404
    assert as_(chenjing).get(address).status_code == 403
    assert reverse("admin:pledges_paperbatch_changelist")
