"""Papers filed by hundreds: each row's fate and every fault, filed whole or not at all."""

import io
import signal
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges import access, audit, transactions
from pledges.actions.papers import filing, list_filing, list_work, lists, matching
from pledges.core.paper_refusals import (
    ArchiveRefused,
    BatchNotReady,
    FaultsLeft,
    ListUnreadable,
)
from pledges.core.papers import PaperState
from pledges.models import LedgerEntry, PaperBatch, PaperItem, PaperPage, PaperPledge, Person
from pledges.models.paper_batches import PATIENCE
from pledges.storage import document_store
from tests import scans
from tests.interleaving import Session, fullest, meet
from tests.scans import archive, encoded, row, table
from tests.serving import run_worker, work_off

pytestmark = pytest.mark.django_db
Fate = PaperItem.Fate


@pytest.fixture(autouse=True)
def _drawn_here(monkeypatch):
    scans.draw_here(monkeypatch)


@pytest.fixture
def begin(zhoumin, now):
    def make(*rows, files=None, actor=zhoumin, data=None, **options):
        found = {"liming.jpg": encoded()} if files is None else files
        return lists.begin(
            data or table(*rows, **options),
            archive(found),
            list_name="名单.csv",
            archive_name="扫描件.zip",
            actor=actor,
            at=now,
        )

    return make


@pytest.fixture
def drawn(begin, now):
    """A list all of whose rows were looked at."""

    def make(*args, **options):
        batch = begin(*args, **options)
        while batch.items.waiting().exists():
            list_work.work(batch.pk, clock=lambda: now)
        batch.refresh_from_db()
        return batch

    return make


def faults(batch):
    return {item.row: {code for code, _about in item.faults} for item in batch.items.all()}


def stored():
    return sum(len(files) for _folder, files in document_store.list_folders())


def three():
    rows = [
        row(),
        row("E1002", "王芳", "扫描/E1002.png", ends="2027-02-28"),
        row("E2001", "赵 磊", "E2001.pdf", version="general-standards 1", on="2023/12/31"),
    ]
    files = {
        "liming.jpg": encoded(),
        "扫描/E1002.png": encoded("PNG", mark=2),
        "E2001.pdf": encoded("PDF", pages=2, mark=4),
    }
    return rows, files


def test_a_list_is_drawn_filed_whole_and_nothing_else_is_kept(
    drawn, zhoumin, now, django_capture_on_commit_callbacks
):
    rows, files = three()
    with django_capture_on_commit_callbacks(execute=True):
        batch = drawn(*rows, files={**files, "多余.jpg": encoded(mark=9)})
    assert batch.state == PaperBatch.State.READY and batch.unlisted == ["多余.jpg"]
    assert faults(batch) == {2: set(), 3: set(), 4: set()}
    assert not LedgerEntry.objects.filter(event="paper.filed").exists()
    drafts = PaperPledge.objects.filter(state=PaperState.DRAFT)
    assert drafts.count() == 3 and stored() == 3 + 4  # uploads, and images of pages
    list_filing.request_filing(batch, actor=zhoumin, at=now)
    assert list_filing.file_all(batch.pk, at=now) == 3
    assert list_filing.file_all(batch.pk, at=now) == 0  # done twice, it is done once
    batch.refresh_from_db()
    assert batch.state == PaperBatch.State.FILED
    filed = PaperPledge.objects.filter(state=PaperState.FILED)
    assert {paper.person.name for paper in filed} == {"李明", "王芳", "赵磊"}
    events = Counter(LedgerEntry.objects.values_list("event", flat=True))
    assert (events["paper.filed"], events["papers.filed"]) == (3, 1)
    assert list(audit.verify()) == []


FAULTS = {
    "no file": (row(file="other.jpg"), {"no-file"}),
    "no file named": (row(file=""), {"missing"}),
    "an unknown number": (row("E9999"), {"unknown-number"}),
    "another name": (row(name="李鸣"), {"another-name"}),
    "an unknown version": (row(version="contract 9"), {"unknown-version"}),
    "no day": (row(on="去年三月"), {"bad-day"}),
    "a day to come": (row(on="2027-01-01"), {"day-to-come"}),
    "a day too long ago": (row(on="1970-01-01"), {"day-too-early"}),
    "a term that ends first": (row(ends="2024-02-01"), {"ends-before"}),
    "several at once": (
        row("E9999", on="?", file="x.jpg"),
        {"unknown-number", "bad-day", "no-file"},
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_of_a_row(drawn, name):
    listed, expected = FAULTS[name]
    batch = drawn(listed)
    assert faults(batch) == {2: expected}
    assert batch.items.get().fate == Fate.FAULTY and not PaperPledge.objects.exists()


SCANS = {
    "no image": (b"words", "not-a-scan"),
    "damaged": (encoded()[:100], "damaged"),
    "too many pages": (encoded("TIFF", pages=41, size=(40, 60), compression="tiff_lzw"),
                       "too-many-pages"),
    "empty": (b"", "empty"),
}  # fmt: skip


@pytest.mark.parametrize("name", SCANS)
def test_faults_of_a_scan(drawn, name):
    data, expected = SCANS[name]
    assert faults(drawn(row(), files={"liming.jpg": data})) == {2: {expected}}


def test_rows_that_are_one_paper_or_one_file(drawn):
    files = {"a.jpg": encoded(), "b.jpg": encoded(mark=1), "c.jpg": encoded(mark=1)}
    batch = drawn(
        row(file="a.jpg"), row(file="b.jpg"), row("E1002", "王芳", "c.jpg"),
        row("E2001", "赵磊", "c.jpg"), files=files,
    )  # fmt: skip
    assert faults(batch) == {2: {"twice"}, 3: {"twice"}, 4: {"file-twice"}, 5: {"file-twice"}}


def test_the_same_scan_for_two_people(drawn):
    files = {"a.jpg": encoded(), "b.jpg": encoded()}
    batch = drawn(row(file="a.jpg"), row("E1002", "王芳", "b.jpg"), files=files)
    assert faults(batch) == {2: set(), 3: {"same-scan"}}


def test_a_paper_that_is_filed_already(drawn, zhoumin, version, liming, now):
    facts = filing.Facts(liming, version("contract"), scans.SIGNED_ON)
    filing.file(filing.upload(encoded(mark=8), facts, actor=zhoumin, at=now), actor=zhoumin, at=now)
    assert faults(drawn(row())) == {2: {"filed-already"}}


def test_faulty_rows_are_left_out_only_when_somebody_says_so(drawn, zhoumin, now):
    rows, files = three()
    batch = drawn(*rows, row("E9999", "无名", "x.jpg"), files=files)
    with pytest.raises(FaultsLeft):
        list_filing.request_filing(batch, actor=zhoumin, at=now)
    assert not PaperPledge.objects.exclude(state=PaperState.DRAFT).exists()
    list_filing.request_filing(batch, actor=zhoumin, at=now, without_faulty=True)
    list_filing.file_all(batch.pk, at=now)
    fates = Counter(batch.items.values_list("fate", flat=True))
    assert fates == {Fate.FILED: 3, Fate.LEFT_OUT: 1}


def test_what_somebody_else_filed_meanwhile_is_left_out(drawn, zhoumin, version, liming, now):
    rows, files = three()
    batch = drawn(*rows, files=files)
    facts = filing.Facts(liming, version("contract"), scans.SIGNED_ON)
    filing.file(filing.upload(encoded(mark=7), facts, actor=zhoumin, at=now), actor=zhoumin, at=now)
    list_filing.request_filing(batch, actor=zhoumin, at=now)
    assert list_filing.file_all(batch.pk, at=now) == 2
    left = batch.items.get(fate=Fate.LEFT_OUT)
    assert left.faults == [["filed-already", ""]] and left.paper is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 no workbook", None),
        (table(row(), heads=("a", "b", "c", "d", "e", "f", "g")), "no-heads"),
        (table(row()[:2], heads=("工号", "姓名")), "no-version"),
        (table(), "no-rows"),
    ],
    ids=["nothing", "no workbook", "no heads", "columns missing", "no rows"],
)
def test_lists_that_cannot_be_read(begin, data, why):
    with pytest.raises(ListUnreadable) as refused:
        begin(data=data or b" ")
    assert why is None or refused.value.why == why
    assert not PaperBatch.objects.exists() and stored() == 0


def test_a_list_in_gbk_with_its_columns_in_another_order(drawn):
    text = "文件名,签署日期,姓名,版本,员工号\nliming.jpg,2024年3月1日,李明,contract 1,Ｅ１００１\n"
    assert faults(drawn(data=text.encode("gb18030"))) == {2: set()}


def test_what_is_no_zip_files_nothing(zhoumin, now):
    with pytest.raises(ArchiveRefused):
        lists.begin(
            table(row()),
            io.BytesIO(b"no zip"),
            list_name="",
            archive_name="",
            actor=zhoumin,
            at=now,
        )
    assert not PaperBatch.objects.exists()


def test_whose_list_it_is(drawn, begin, chenjing, liming, zhoumin, now, django_user_model):
    for other in (chenjing, liming):
        with pytest.raises(access.Denied):
            begin(row(), actor=other)
    batch = drawn(row())
    other = django_user_model.objects.get(pk=chenjing.pk)
    other.groups.set(zhoumin.groups.all())
    with pytest.raises(access.Denied):
        list_filing.request_filing(batch, actor=Person.objects.get(pk=other.pk), at=now)


def test_a_list_that_is_dropped_leaves_nothing(
    drawn, zhoumin, now, django_capture_on_commit_callbacks
):
    rows, files = three()
    with django_capture_on_commit_callbacks(execute=True):
        batch = drawn(*rows, files=files)
        list_filing.discard(batch, actor=zhoumin, at=now)
    assert stored() == 0 and not PaperPledge.objects.exists() and not PaperPage.objects.exists()
    assert not batch.items.exclude(cells={}).exists()
    with pytest.raises(BatchNotReady):
        list_filing.request_filing(batch, actor=zhoumin, at=now)


def test_lists_that_nobody_files_go_and_what_they_said_goes_later(
    drawn, zhoumin, now, django_capture_on_commit_callbacks
):
    rows, files = three()
    with django_capture_on_commit_callbacks(execute=True):
        drawn(*rows, files=files)
        assert list_filing.clear(now + timedelta(days=6)) == 0
        assert list_filing.clear(now + timedelta(days=7)) == 1
    assert stored() == 0
    batch = drawn(*rows, files=files)
    list_filing.request_filing(batch, actor=zhoumin, at=now)
    list_filing.file_all(batch.pk, at=now)
    list_filing.clear(now + timedelta(days=30))
    assert not batch.items.exclude(cells={}).exists()
    assert PaperPledge.objects.filter(state=PaperState.FILED).count() == 3


def test_a_row_under_which_workers_die_is_free_again_and_given_up_in_the_end(begin, now):
    batch = begin(row())
    for tries in range(list_work.MAX_TRIES + 1):
        at = now + tries * PATIENCE
        item = list_work._take(batch.pk, at=at)
        assert item is not None and list_work._take(batch.pk, at=at) is None
    list_work._settle(item, at=at)
    assert faults(batch) == {2: {"failed"}}


@pytest.mark.django_db(transaction=True)
def test_a_worker_and_whoever_drops_the_list_never_wait_in_a_circle(
    begin, zhoumin, now, monkeypatch
):
    monkeypatch.setattr(transactions, "MAX_RUNS", 1)
    batch = begin(*three()[0], files=three()[1])
    drop = partial(list_filing.discard, batch, actor=zhoumin, at=now)
    take = partial(list_work._take, batch.pk, at=now)
    sessions = Session(), Session()
    try:
        # A worker leaves a row that somebody has locked to others, so it waits for nobody.
        for first, second, waits in ((take, drop, True), (drop, take, False)):
            met = [
                meet(*sessions, first, second, at)
                for at in range(1, max(fullest(sessions[0], first)) + 1)
            ]
            assert any(waited for waited, _raised in met) == waits
            assert all(error is None for _waited, raised in met for error in raised)
    finally:
        for session in sessions:
            session.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["papers:drawn", "papers:filed"])
def test_killed_in_the_middle_and_finished_by_another(begin, zhoumin, point):
    rows, files = three()
    batch = begin(*rows, files=files)
    if point == "papers:drawn":
        assert run_worker(point) == -signal.SIGKILL
        PaperItem.objects.update(taken_until=None)
        DBTaskResult.objects.filter(status="RUNNING").delete()
        list_work.resume(timezone.now())
    work_off()
    batch.refresh_from_db()
    list_filing.request_filing(batch, actor=zhoumin, at=timezone.now())
    if point == "papers:filed":
        assert run_worker(point) == -signal.SIGKILL
        PaperBatch.objects.update(worked_at=timezone.now() - 2 * PATIENCE)
        list_work.resume(timezone.now())
    work_off()
    assert PaperPledge.objects.filter(state=PaperState.FILED).count() == 3
    assert PaperPledge.objects.count() == 3
    assert LedgerEntry.objects.filter(event="paper.filed").count() == 3


def test_a_number_without_its_zeros_is_told_apart(begin, liming, wangfang):
    Person.objects.filter(pk=liming.pk).update(employee_number="00197")
    (item,) = begin(row("197")).items.all()
    assert item.faults == [["zeros-lost", "00197"]]
    assert matching.full_number("197") == "00197"
    # Of two whom it may be, none is suggested.
    Person.objects.filter(pk=wangfang.pk).update(employee_number="0197")
    (item,) = begin(row("197")).items.all()
    assert item.faults == [["unknown-number", "197"]]
    assert not matching.full_number("197") and not matching.full_number("97")


def test_a_day_is_shown_as_it_was_read(begin):
    (item,) = begin(row(on="45352", ends="2030/1/2")).items.all()
    assert (item.cells["signed"], item.cells["ends"]) == ("2024-03-01", "2030-01-02")
