"""Many at once: bulk acceptance, the ZIP and its sums, the commitments, all from the list."""

import csv
import hashlib
import io
import os
import shutil
import subprocess
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledges.actions import exporting, people
from pledges.core.lifecycle import PledgeState, Role
from pledges.models import AcceptanceBatch, LedgerEntry, Pledge
from tests.serving import work_off

URL = "/admin/pledges/pledge/"


def chosen(action, *pledges, **more):
    return {
        "action": action,
        "index": "0",
        "select_across": "0",
        "_selected_action": [str(pledge.pk) for pledge in pledges],
        **more,
    }


def body(response):
    return b"".join(response.streaming_content)


def rows_of(data):
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def state(pledge):
    return Pledge.objects.get(pk=pledge.pk).status


def test_accepting_many_first_says_which_and_then_does_only_those(
    as_, chenjing, admin, signed, liming, wangfang, now
):
    people.save_person(chenjing, actor=admin, at=now, roles=[Role.COMPLIANCE, Role.MANAGER])
    plain, flagged = signed(person=liming), signed(person=wangfang, satisfaction_target="80")
    own = signed(person=chenjing)
    client = as_(chenjing)
    page = client.post(URL, chosen("accept_plain", plain, flagged, own))
    assert page.context["plain"] == [plain]
    assert {pledge for pledge, _reason in page.context["left"]} == {flagged, own}
    assert all(reason for _pledge, reason in page.context["left"])
    assert state(plain) == PledgeState.SIGNED
    posted = chosen("accept_plain", plain, flagged, own, confirmed="1")
    sent_on = client.post(URL, posted)
    batch = AcceptanceBatch.objects.get()
    assert sent_on.url == f"/admin/pledges/acceptancebatch/{batch.pk}/change/"
    assert state(plain) == PledgeState.SIGNED
    work_off()
    assert [state(each) for each in (plain, flagged, own)] == [
        PledgeState.ACCEPTED,
        PledgeState.SIGNED,
        PledgeState.SIGNED,
    ]
    # Signed at the same moment: which of them comes first is left open.
    assert {pledge for pledge, _ in client.get(sent_on.url).context["left"]} == {flagged, own}


def test_accepting_many_twice_accepts_once(as_, chenjing, signed):
    pledge = signed()
    client = as_(chenjing)
    for _click in range(2):
        client.post(URL, chosen("accept_plain", pledge, confirmed="1"))
    work_off()
    assert LedgerEntry.objects.filter(event="pledge.accepted").count() == 1


def test_actions_are_offered_to_those_who_may(as_, chenjing, zhoumin, wuying, signed):
    signed()
    for person, expected in (
        (chenjing, {"", "accept_plain", "commitments_selected"}),
        (zhoumin, {"", "export_selected", "commitments_selected"}),
    ):
        form = as_(person).get(URL).context["action_form"]
        assert {value for value, _label in form.fields["action"].choices} == expected
    assert as_(wuying).get(URL).context["action_form"] is None


@pytest.fixture
def archive(as_, zhoumin, signed, accepted, liming, wangfang):
    liming.name = "=1+1"
    liming.save()
    pledges = signed(person=liming), accepted("contract", person=wangfang)
    response = as_(zhoumin).post(URL + "export/?state=all")
    return pledges, response, zipfile.ZipFile(io.BytesIO(body(response)))


def test_the_zip_holds_each_newest_file_with_right_sums(archive):
    pledges, _response, content = archive
    assert content.testzip() is None
    signed, accepted = pledges
    names = {
        signed: f"承诺书-通用准则型-=1+1-{signed.number}-公司未确认.pdf",
        accepted: f"承诺书-条款合同型-王芳-{accepted.number}.pdf",
    }
    assert sorted(content.namelist()) == sorted([*names.values(), "SHA256SUMS", "manifest.csv"])
    sums = dict(line.split("  ")[::-1] for line in content.read("SHA256SUMS").decode().splitlines())
    for pledge in pledges:
        name = names[pledge]
        newest = pledge.documents.order_by("-revision").first()
        assert hashlib.sha256(content.read(name)).hexdigest() == sums[name] == newest.sha256


def test_the_manifest_is_for_spreadsheets_and_holds_no_formula(archive):
    pledges, _response, content = archive
    head, *rows = rows_of(content.read("manifest.csv"))
    assert len(head) == 13
    by_number = {row[1]: row for row in rows}
    assert by_number[pledges[0].number][2] == "'=1+1"
    assert {row[0] for row in rows} < set(content.namelist())
    assert by_number[pledges[1].number][2] == "王芳"
    assert all(len(row) == len(head) for row in rows)


@pytest.mark.skipif(
    not (shutil.which("unzip") and shutil.which("sha256sum")), reason="unzip is not here"
)
def test_other_programs_unpack_and_check_it(archive, tmp_path):
    """Names that are not ASCII are marked as UTF-8, which unzip and sha256sum go by."""
    _pledges, _response, content = archive
    file = tmp_path / "a.zip"
    file.write_bytes(content.fp.getvalue())
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    for command in (["unzip", "-q", str(file)], ["sha256sum", "--check", "--strict", "SHA256SUMS"]):
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)


def test_the_download_says_its_name_and_length_and_is_not_kept(archive):
    _pledges, response, content = archive
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == 'attachment; filename="pledges-2026-11-26.zip"'
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Encoding"] == "identity"
    assert int(response["Content-Length"]) == content.fp.getbuffer().nbytes


def test_an_export_is_in_the_ledger_before_the_first_byte(zhoumin, signed, now):
    signed()
    exporting.export(Pledge.objects.all(), actor=zhoumin, at=now)
    assert LedgerEntry.objects.filter(event="pledges.exported", actor_id=zhoumin.pk).count() == 1


def test_files_are_read_one_by_one_while_they_are_sent(
    zhoumin, signed, liming, wangfang, zhaolei, now, monkeypatch
):
    for person in (liming, wangfang, zhaolei):
        signed(person=person)
    read = []
    get = exporting.issued_files.read
    monkeypatch.setattr(exporting.issued_files, "read", lambda file: read.append(file) or get(file))
    archive = exporting.export(Pledge.objects.all(), actor=zhoumin, at=now)
    assert read == []
    stream = iter(archive)
    seen = []
    for chunk in stream:
        seen.append(len(read))
        del chunk
    assert seen[0] <= 1
    assert sorted(set(seen)) in ([0, 1, 2, 3], [1, 2, 3])


def test_naming_many_files_asks_the_database_no_more_than_naming_one(
    zhoumin, signed, liming, wangfang, zhaolei, now
):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            exporting.export(Pledge.objects.all(), actor=zhoumin, at=now)
        return sum("pledges_templateversion" in each["sql"] for each in asked.captured_queries)

    signed(person=liming)
    one = questions()
    for person in (wangfang, zhaolei):
        signed(person=person)
    assert questions() == one


def test_the_filtered_list_is_exported_not_more(as_, zhoumin, signed, accepted, liming, wangfang):
    signed(person=liming)
    kept = accepted(person=wangfang)
    response = as_(zhoumin).post(URL + "export/?state=accepted")
    names = zipfile.ZipFile(io.BytesIO(body(response))).namelist()
    assert [name for name in names if name.endswith(".pdf")] == [
        f"承诺书-通用准则型-王芳-{kept.number}.pdf"
    ]


def test_select_all_across_pages_exports_them_all(
    as_, zhoumin, signed, liming, wangfang, monkeypatch
):
    from django.contrib import admin as registry

    monkeypatch.setattr(registry.site._registry[Pledge], "list_per_page", 1)
    one, _other = signed(person=liming), signed(person=wangfang)
    response = as_(zhoumin).post(URL, chosen("export_selected", one, select_across="1"))
    assert len(zipfile.ZipFile(io.BytesIO(body(response))).namelist()) == 4
    response = as_(zhoumin).post(URL, chosen("export_selected", one))
    assert len(zipfile.ZipFile(io.BytesIO(body(response))).namelist()) == 3


def test_with_nothing_signed_there_is_nothing_to_export(as_, zhoumin, told):
    response = as_(zhoumin).post(URL + "export/?state=revoked", follow=True)
    assert response.redirect_chain[-1][0] == URL + "?state=revoked"
    assert told(response)
    assert not LedgerEntry.objects.filter(event="pledges.exported").exists()


@pytest.mark.parametrize(
    ("username", "page", "status"),
    [
        ("chenjing", "export/", 403),
        ("wuying", "export/", 403),
        ("admin", "export/", 403),
        ("liming", "export/", 403),
        ("chenjing", "commitments/", 200),
        ("zhoumin", "commitments/", 200),
        ("wuying", "commitments/", 403),
        ("admin", "commitments/", 403),
    ],
)
def test_exports_are_for_those_who_may(as_, request, signed, username, page, status):
    signed()
    client = as_(request.getfixturevalue(username))
    assert client.post(URL + page).status_code == status
    assert client.get(URL + page).status_code in (403, 405)


def test_commitments_are_every_number_with_its_words(as_, chenjing, signed):
    pledge = signed(satisfaction_target="80")
    response = as_(chenjing).post(URL + "commitments/?state=all")
    assert "no-store" in response["Cache-Control"]
    head, *rows = rows_of(body(response))
    assert len(rows) == 6
    assert all(len(row) == len(head) for row in rows)
    (target,) = [row for row in rows if row[7] == "satisfaction_target"]
    blank = pledge.version.blank("satisfaction_target")
    assert target[:4] == [pledge.number, "李明", "E1001", "华东零售部"]
    assert target[9] == "80"
    assert target[8] in (blank.label.zh, blank.label.en)
    flagged = {row[7]: row[11] for row in rows}
    assert len({flagged["satisfaction_target"], flagged["surveys_per_month"]}) == 2
    assert LedgerEntry.objects.filter(event="commitments.exported").count() == 1


def test_the_text_of_a_drafts_answers_is_in_no_export(as_, chenjing, draft, signed, wangfang):
    signed()
    draft("personal-code", person=wangfang)
    data = body(as_(chenjing).post(URL + "commitments/?state=all")).decode()
    assert "reply_days" not in data
