"""Records made by the installation: issued once, kept, stamped anew, and judged by anybody."""

from datetime import timedelta

import pytest

from pledges import audit, keyring
from pledges.access import SYSTEM
from pledges.actions import renewing, sweeping
from pledges.actions.records import completion, issuing, receipts
from pledges.actions.records import renewing as record_renewing
from pledges.core.digests import canonical_json
from pledges.models import IssuedRecord, LedgerEntry, RecordFile
from pledges.proof.records import receipts as receipt_proof
from pledges.proof.records.judging import judge_any
from pledges.proof.verdict import Outcome
from pledges.storage import document_store
from tests.rendering.samples import text_of
from tests.reported_tasks import report_on, running_task, tell_ledger
from tests.sealed_records import document_of, person, salt_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def reported(chenjing, now):
    """A task, its report on twelve members, and the record of it."""

    def make(size=12, *, at=now, **changed):
        task = running_task(chenjing, at)
        report = report_on(task, size, at, **changed)
        tell_ledger(task, report, at - DAY)
        issued = completion.issue(report, task_id=task.pk, actor=chenjing, at=at)
        return task, report, issued

    return make


def judged(record, at):
    return judge_any(issuing.read(record), trust=keyring.trust(), at=at)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_report_is_issued_and_judged_genuine(reported, now, language):
    task, _report, record = reported(language=language)
    file = record.newest_file
    proof = canonical_json(issuing.separate_proof(file, at=now))
    pdf = issuing.read(record)
    verdict = judge_any(pdf, trust=keyring.trust(), at=now + DAY, proof=proof)
    assert verdict.outcome is Outcome.ACCEPTED, verdict.lines
    assert {line.check: line.passed for line in verdict.lines}["proof"] is True
    assert verdict.summary.content["task"]["id"] == str(task.pk)
    assert verdict.summary.content["list"] == record.list_digest
    assert verdict.summary.content["counts"]["in-force"] == 9
    said = text_of(pdf)
    assert ("去标识化" if language == "zh-hans" else "pseudonymous") in said
    assert record.list_digest in said and "李明" not in said
    told = LedgerEntry.objects.get(event="record.issued")
    assert audit.facts_of(told)["issued"] == file.sha256


def test_the_same_list_is_issued_once(reported, chenjing, now):
    task, report, record = reported()
    again = completion.issue(report, task_id=task.pk, actor=chenjing, at=now + DAY)
    assert again == record
    assert IssuedRecord.objects.count() == RecordFile.objects.count() == 1
    assert LedgerEntry.objects.filter(event="task.reported").count() == 1


def test_what_a_kill_left_is_finished(chenjing, now):
    """The entry is in the ledger, and nothing was issued yet."""
    task = running_task(chenjing, now)
    report = report_on(task, 3, now)
    tell_ledger(task, report, now - DAY)
    entry = completion.commit(report, task_id=task.pk, actor=chenjing, at=now)
    record = completion.issue(report, task_id=task.pk, actor=SYSTEM, at=now + DAY)
    assert judged(record, now + DAY).summary.content["entries"][-1] == entry.sequence


def test_a_report_whose_entries_lack_a_launch_is_not_issued(chenjing, now):
    """Nothing is issued that our own verdict would not accept."""
    task = running_task(chenjing, now)
    with pytest.raises(Exception, match="entries-contradict"):
        completion.issue(report_on(task, 3, now), task_id=task.pk, actor=chenjing, at=now)
    assert not IssuedRecord.objects.exists()


def test_a_receipt_is_made_from_the_issued_file(reported, now):
    _task, report, record = reported()
    who = person(1)
    made = receipts.make(
        record,
        commitment=report.members[1].commitment,
        salt=salt_of(1),
        person_id=who["id"],
        employee_number=who["employee_number"],
        name=who["name"],
        document=document_of(1),
    )
    beside = judged(record, now + DAY)
    verdict = receipt_proof.judge_beside(made, beside, trust=keyring.trust(), at=now + DAY)
    assert verdict.outcome is Outcome.ACCEPTED, verdict.lines
    assert verdict.content["person"] == who


def test_files_of_records_are_kept_by_the_sweeper(reported, now):
    *_rest, record = reported()
    sweeping.sweep(now + 400 * DAY)
    assert document_store.exists(record.newest_file.sha256)


def test_an_erased_record_is_swept_only_if_the_ledger_tells_of_it(reported, chenjing, now):
    *_rest, record = reported()
    sha256 = record.newest_file.sha256
    IssuedRecord.objects.update(erased_at=now)
    sweeping.sweep(now + 400 * DAY)
    assert document_store.exists(sha256)


def test_erasing_a_record_gives_its_files(reported, chenjing, now):
    *_rest, record = reported()
    sha256 = record.newest_file.sha256
    assert issuing.erase(record, actor=chenjing, at=now) == {sha256}
    assert issuing.erase(record, actor=chenjing, at=now) == {sha256}
    assert LedgerEntry.objects.filter(event="record.erased").count() == 1
    sweeping.sweep(now + 400 * DAY)
    assert not document_store.exists(sha256)


def test_its_timestamp_is_renewed_with_those_of_pledges(reported, now, timestamps, killed_at):
    timestamps.clock = now + timedelta(seconds=5)
    *_rest, record = reported()
    first = record.newest_file
    assert first.level == "B-LTA" and first.stamped_until
    later = timestamps.clock = first.stamped_until - 100 * DAY
    assert [first] == list(renewing.due_of_any(later, renewing.WITHIN))
    with killed_at("renew:stored"):
        renewing.extend(later)
    assert record.newest_file == first
    assert renewing.extend(later) == 1
    newest = record.newest_file
    assert newest.revision == 2
    assert document_store.get(newest.sha256).startswith(document_store.get(first.sha256))
    verdict = judged(record, later + DAY)
    assert verdict.outcome is Outcome.ACCEPTED, verdict.lines
    assert record_renewing.renew(first, actor=SYSTEM, at=later) == newest
