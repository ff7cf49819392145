"""What papers and records do under locks, for the pairs of `test_lock_order`."""

from datetime import timedelta

from pledges.access import SYSTEM
from pledges.actions.issuing import StoredFile
from pledges.actions.papers import (
    exporting,
    filing,
    list_filing,
    list_work,
    lists,
    recording,
    settling,
)
from pledges.actions.records import issuing
from pledges.actions.records import renewing as record_renewing
from pledges.models import IssuedRecord, PaperBatch, PaperItem, PaperPage, PaperPledge, RecordFile
from pledges.proof.fileformat import Level
from pledges.proof.records import contents

KEPT = StoredFile("1" * 64, 1, Level.ARCHIVAL, None)
Fate, State = PaperItem.Fate, PaperBatch.State


class PaperActions:
    """Mixed into the stage: papers of Li Ming's in each state, and lists that are worked at."""

    def set_papers_up(self):
        self.paper = self._paper("draft", 1)
        self.filed_paper = self._paper("filed", 2)
        self.record = IssuedRecord.objects.create(
            **{"kind": "paper-scan", "subject": "paper", "list_digest": "2" * 64},
            **{"language": "zh-hans", "created_at": self.now},
        )
        self.record_file = issuing.add_file(self.record, KEPT, revision=1, at=self.now)
        self.confirmed_paper = self._paper("confirmed", 3, record=self.record)
        # Hers can be erased with her.
        self._paper("draft", 1, person=self.wangfang)
        self.drawing = self._list(State.DRAWING, Fate.WAITING, draft=False)
        self.ready = self._list(State.READY, Fate.READY)
        self.filing = self._list(State.FILING, Fate.READY, day=5)

    def _paper(self, state, day, *, person=None, **facts):
        settled = state == "confirmed"
        paper = PaperPledge.objects.create(
            **{"person": person or self.liming, "version": self.version, "state": state},
            **{"signed_on": self.now.date() - timedelta(days=day), "page_count": 1},
            **{"upload_sha256": "3" * 64, "salt": "4" * 64, "filed_at": self.now},
            **{"upload_stored": "" if settled else "5" * 64, "filed_by": self.zhoumin},
            **({"settled_at": self.now, "settled_by": self.chenjing} if settled else {}),
            **facts,
        )
        if not settled:
            PaperPage.objects.create(paper=paper, number=1, sha256="6" * 64, width=1, height=1)
        return paper

    def _list(self, state, fate, *, draft=True, day=4):
        batch = PaperBatch.objects.create(
            filed_by=self.zhoumin, created_at=self.now, worked_at=self.now, state=state
        )
        for row, person in enumerate((self.liming, self.wangfang), start=2):
            paper = self._paper("draft", day, person=person, batch=batch) if draft else None
            PaperItem.objects.create(batch=batch, row=row, fate=fate, paper=paper)
        return batch

    def do_save_paper(self):
        facts = filing.Facts(self.liming, self.version, self.now.date())
        filing.keep_draft(b"", [], facts, actor=self.zhoumin, at=self.now)

    def do_file_paper(self):
        filing.file(self.paper, actor=self.zhoumin, at=self.now)

    def do_correct_paper(self):
        facts = filing.Facts(self.wangfang, self.version, self.now.date() - timedelta(days=900))
        filing.correct(self.paper, facts, actor=self.zhoumin, at=self.now)

    def do_discard_paper(self):
        filing.discard(self.paper, actor=self.zhoumin)

    def do_discard_listed_paper(self):
        paper = PaperPledge.objects.get(batch=self.ready, person=self.wangfang)
        filing.discard(paper, actor=self.zhoumin)

    def do_confirm_paper(self):
        said = recording.said(self.filed_paper, [])
        made = issuing.KeptRecord(KEPT, {"kind": contents.SCAN, "language": "zh-hans", **said})
        settling._confirm(self.filed_paper, made, actor=self.chenjing, at=self.now)

    def do_reject_paper(self):
        by = {"actor": self.chenjing, "at": self.now}
        settling.reject(self.filed_paper, reason="看不清", **by)

    def do_withdraw_paper(self):
        by = {"actor": self.chenjing, "at": self.now}
        settling.withdraw(self.confirmed_paper, reason="误传", **by)

    def do_save_list(self):
        batch = PaperBatch(filed_by=self.zhoumin, created_at=self.now, worked_at=self.now)
        lists._save(batch, [], {})

    def do_take_row(self):
        assert list_work._take(self.drawing.pk, at=self.now)

    def do_keep_row(self):
        paper = PaperPledge.objects.get(pk=self.paper.pk)
        list_work._keep(self.drawing.items.first(), [], paper)

    def do_request_filing(self):
        list_filing.request_filing(self.ready, actor=self.zhoumin, at=self.now)

    def do_file_all(self):
        assert list_filing.file_all(self.filing.pk, at=self.now) == 2

    def do_discard_list(self):
        list_filing.discard(self.ready, actor=self.zhoumin, at=self.now)

    def do_discard_drawn_list(self):
        list_filing.discard(self.drawing, actor=self.zhoumin, at=self.now)

    def do_clear_papers(self):
        assert list_filing.clear(self.now + timedelta(days=8))

    def do_export_papers(self):
        exporting.export(PaperPledge.objects.all(), actor=self.zhoumin, at=self.now)

    def do_renew_record(self):
        file = RecordFile.objects.get(pk=self.record_file.pk)
        record_renewing._issue(KEPT, file, actor=SYSTEM, at=self.now)
