"""Papers filed by HR and confirmed by compliance: who may, what is kept, and what is left."""

from datetime import date, timedelta

import pytest
from pypdfium2 import PdfDocument

from pledges import access, audit, keyring
from pledges.access import Act
from pledges.actions import noting_readings, sweeping
from pledges.actions.noting_readings import Way
from pledges.actions.papers import filing, keeping, list_filing, settling
from pledges.core import lifecycle, paper_refusals, refusals
from pledges.core.papers import PaperState
from pledges.core.scans import Fault
from pledges.models import IssuedRecord, LedgerEntry, LedgerOpening, PaperPage, PaperPledge, Reading
from pledges.proof.records.judging import judge_record
from pledges.proof.verdict import Outcome
from pledges.storage import document_store
from tests import scans

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _drawn_here(monkeypatch):
    scans.draw_here(monkeypatch)


@pytest.fixture
def facts(liming, version):
    def make(**changes):
        known = {"person": liming, "version": version(), "signed_on": scans.SIGNED_ON}
        return filing.Facts(**{**known, "file_name": "李明.jpg", **changes})

    return make


@pytest.fixture
def drafted(facts, zhoumin, now):
    def make(data=None, **changes):
        scan = data or scans.encoded("JPEG", pages=1)
        return filing.upload(scan, facts(**changes), actor=zhoumin, at=now)

    return make


@pytest.fixture
def filed(drafted, zhoumin, now):
    def make(*args, **changes):
        return filing.file(drafted(*args, **changes), actor=zhoumin, at=now)

    return make


@pytest.fixture
def confirmed(filed, chenjing, now, django_capture_on_commit_callbacks):
    def make(*args, **changes):
        paper = filed(*args, **changes)
        with django_capture_on_commit_callbacks(execute=True):
            return settling.confirm(paper, actor=chenjing, at=now + DAY)

    return make


def files(paper):
    pages = paper.pages.values_list("sha256", flat=True)
    return {each for each in (paper.upload_stored, *pages) if each}


def test_a_scan_is_drawn_looked_at_filed_and_confirmed(
    drafted, zhoumin, chenjing, now, django_capture_on_commit_callbacks
):
    data = scans.encoded("TIFF", pages=2, compression="tiff_lzw")
    paper = drafted(data, note="原件在档案室")
    assert paper.state == PaperState.DRAFT and paper.page_count == paper.pages.count() == 2
    assert keeping.read_upload(paper.upload_stored) == data
    assert not LedgerEntry.objects.filter(event="paper.filed").exists()
    paper = filing.file(paper, actor=zhoumin, at=now)
    kept = files(paper)
    images = [document_store.get(page.sha256) for page in paper.pages.all()]
    with django_capture_on_commit_callbacks(execute=True):
        paper = settling.confirm(paper, actor=chenjing, at=now + DAY)
    assert (paper.state, paper.settled_by) == (PaperState.CONFIRMED, chenjing)
    record = document_store.get(paper.record_file.sha256)
    assert all(image in record for image in images)
    assert data not in record
    assert not paper.pages.exists() and not any(document_store.exists(each) for each in kept)
    assert settling.confirm(paper, actor=chenjing, at=now + DAY) == paper
    events = [entry.event for entry in audit.trail(paper)]
    assert events == ["paper.filed", "paper.confirmed"]
    assert audit.trail(paper.record).get().event == "record.issued"
    leaves = "".join(entry.leaf for entry in audit.trail(paper))
    assert paper.record_file.sha256 in leaves and "李明" not in leaves and "E1001" not in leaves


def test_a_record_is_genuine_and_says_on_every_page_what_it_is(confirmed, now):
    record = document_store.get(confirmed(scans.encoded("PDF", pages=2)).record_file.sha256)
    verdict = judge_record(record, trust=keyring.trust(), at=now + 2 * DAY)
    assert verdict.outcome is Outcome.ACCEPTED and verdict.summary.kind == "paper-scan"
    assert verdict.summary.content["pages"] == 2
    pages = [page.get_textpage().get_text_range() for page in PdfDocument(record)]
    assert len(pages) == 3
    for text in pages:
        assert "并非在守诺签署" in text and "not signed in Shounuo" in text
        assert "李明" in text and "2024年3月1日" in text


@pytest.mark.parametrize(
    ("point", "state"),
    [
        ("record:stored", PaperState.FILED),
        ("paper:stored", PaperState.FILED),
        ("paper:committed", PaperState.CONFIRMED),
    ],
)
def test_killed_while_confirming_it_is_before_or_after(
    filed, chenjing, now, killed_at, point, state
):
    paper = filed()
    with killed_at(point):
        settling.confirm(paper, actor=chenjing, at=now)
    paper.refresh_from_db()
    after = state == PaperState.CONFIRMED
    assert (paper.state, IssuedRecord.objects.count()) == (state, int(after))
    assert paper.pages.exists() is not after
    confirmed = settling.confirm(paper, actor=chenjing, at=now + DAY)
    assert confirmed.state == PaperState.CONFIRMED and not paper.pages.exists()
    assert IssuedRecord.objects.get() == confirmed.record
    assert [entry.event for entry in audit.trail(paper)] == ["paper.filed", "paper.confirmed"]


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        *(("liming", False), ("chenjing", False), ("wuying", False), ("admin", False)),
        ("zhoumin", True),
    ],
)
def test_who_may_file(request, facts, now, who, allowed):
    actor = request.getfixturevalue(who)
    if allowed:
        assert filing.upload(scans.encoded(), facts(), actor=actor, at=now)
        return
    with pytest.raises(access.Denied):
        filing.upload(scans.encoded(), facts(), actor=actor, at=now)


@pytest.mark.parametrize("who", ["liming", "zhoumin", "wuying", "admin"])
def test_nobody_but_compliance_confirms(request, filed, now, who):
    with pytest.raises(access.Denied):
        settling.confirm(filed(), actor=request.getfixturevalue(who), at=now)


def test_nobody_confirms_what_is_theirs_or_what_they_filed(
    filed, chenjing, zhoumin, now, django_user_model
):
    own = filed(person=chenjing)
    with pytest.raises(access.Denied):
        settling.confirm(own, actor=chenjing, at=now)
    zhoumin.groups.add(*chenjing.groups.all())
    both = django_user_model.objects.get(pk=zhoumin.pk)
    with pytest.raises(access.Denied):
        settling.confirm(filed(), actor=both, at=now)


def test_who_reads_a_paper(filed, drafted, request):
    paper, draft = filed(), drafted(version=request.getfixturevalue("version")("contract"))
    people = ("liming", "wangfang", "chenjing", "zhoumin", "wuying", "admin")
    readers = {each for each in people if _reads(request, each, paper)}
    assert readers == {"liming", "chenjing", "zhoumin", "wuying"}
    assert {each for each in people if _reads(request, each, draft)} == {"zhoumin"}


def _reads(request, who, paper):
    return access.allows(request.getfixturevalue(who), Act.READ_PAPER, paper)


def test_a_rejected_paper_leaves_no_scan_and_its_reason_is_no_part_of_the_ledger(
    filed, chenjing, now, django_capture_on_commit_callbacks
):
    paper = filed()
    kept = files(paper)
    with pytest.raises(refusals.ReasonMissing):
        settling.reject(paper, actor=chenjing, at=now, reason=" ")
    with django_capture_on_commit_callbacks(execute=True):
        settling.reject(paper, actor=chenjing, at=now, reason="签名页缺失，请李明补交")
    paper.refresh_from_db()
    assert paper.state == PaperState.REJECTED and kept
    assert not any(document_store.exists(each) for each in kept)
    entry = audit.trail(paper).get(event="paper.rejected")
    assert "签名页缺失" not in entry.leaf
    assert LedgerOpening.objects.filter(entry=entry, name="reason").exists()
    with pytest.raises(lifecycle.Forbidden):
        settling.confirm(paper, actor=chenjing, at=now)


def test_hr_withdraws_until_it_is_confirmed_and_compliance_afterwards(
    filed, confirmed, version, zhoumin, chenjing, now
):
    early = settling.withdraw(filed(), actor=zhoumin, at=now, reason="录错了人")
    assert early.state == PaperState.WITHDRAWN and early.record is None
    paper = confirmed()
    with pytest.raises(access.Denied):
        settling.withdraw(paper, actor=zhoumin, at=now, reason="录错了人")
    late = settling.withdraw(paper, actor=chenjing, at=now + DAY, reason="原件有误")
    assert late.state == PaperState.WITHDRAWN and document_store.exists(late.record_file.sha256)


def test_the_same_paper_is_filed_once(filed, drafted, zhoumin, now):
    first = drafted()
    filed()
    with pytest.raises(paper_refusals.PaperFiledAlready):
        drafted()
    with pytest.raises(paper_refusals.PaperFiledAlready):
        filing.file(first, actor=zhoumin, at=now)


@pytest.mark.parametrize(
    "changes",
    [
        {"signed_on": date(2027, 1, 1)},
        {"signed_on": date(1971, 1, 1)},
        {"ends_on": date(2024, 2, 1)},
    ],
)
def test_days_that_cannot_be(drafted, changes):
    with pytest.raises(paper_refusals.PaperDayWrong):
        drafted(**changes)


def test_what_is_no_scan_is_refused_and_nothing_is_kept(drafted):
    with pytest.raises(paper_refusals.ScanRefused) as refused:
        drafted(b"MZ\x90 a program called scan.pdf")
    assert refused.value.fault is Fault.NOT_A_SCAN
    assert not PaperPledge.objects.exists() and not list(document_store.list_folders())


def test_files_of_papers_are_never_swept_until_nothing_names_them(
    drafted, filed, confirmed, version, now
):
    draft, paper = drafted(version=version("contract")), filed(signed_on=date(2023, 1, 1))
    record = confirmed(signed_on=date(2022, 1, 1))
    orphan = document_store.put(b"left behind")
    later = now + timedelta(days=900)
    assert sweeping.sweep(later) == 1 and not document_store.exists(orphan)
    needed = files(draft) | files(paper) | {record.record_file.sha256}
    assert all(document_store.exists(each) for each in needed)


def test_drafts_that_nobody_filed_go_after_a_day(
    drafted, filed, version, now, django_capture_on_commit_callbacks
):
    draft, paper = drafted(version=version("contract")), filed()
    kept = files(draft)
    assert list_filing.clear(now + DAY - timedelta(minutes=1)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert list_filing.clear(now + DAY) == 1
    assert not any(document_store.exists(each) for each in kept)
    assert PaperPledge.objects.get() == paper and PaperPage.objects.count() == 1


def test_whoever_reads_anothers_paper_is_in_the_ledger(filed, chenjing, liming, now):
    paper = filed()
    for reader in (chenjing, liming):
        noting_readings.note_papers([paper], Way.PAGE, reader=reader, at=now)
    assert Reading.objects.get().reader == chenjing  # one's own are nobody's business
    assert noting_readings.record_noted(now + timedelta(minutes=2)) == 1
    entry = LedgerEntry.objects.get(event="pledge.read")
    assert audit.facts_of(entry)["papers"] == {str(paper.pk): ["page"]}
    assert list(audit.verify()) == []
