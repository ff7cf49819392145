"""What signing tasks do under locks, for the pairs of `test_lock_order`."""

from datetime import timedelta

from pledges.access import SYSTEM
from pledges.actions import people
from pledges.actions.tasks import (
    cancelling,
    closing,
    drafting,
    excusing,
    extending,
    joining,
    launching,
    member_tables,
    objecting,
    opening,
    versions_following,
)
from pledges.core.standings import ExcuseReason
from pledges.models import Pledge, SigningTask, TaskMember, TaskVersion
from tests import task_scenes
from tests.signing_tasks import NUMBERS


class TaskActions:
    """Mixed into the stage: tasks in each state, with members who are asked to sign."""

    def set_tasks_up(self):
        before = self.now - timedelta(hours=1)
        self.task = self._launched(self.newer, before, title="running")
        self.followed = self._launched(self.newer, before, title="followed")
        TaskVersion.objects.filter(task=self.followed).delete()
        TaskVersion.objects.create(task=self.followed, version=self.version)
        self.closing = self._launched(self.free, before, title="closing", audience=NUMBERS)
        closing.request_close(self.closing, actor=self.chenjing, at=self.now)
        self.undone = self._launched(self.free, self.now, title="undone", audience=NUMBERS)
        self.drafted = task_scenes.draft(self.free, self.chenjing, self.now, title="draft")
        self.launching = task_scenes.draft(self.free, self.chenjing, self.now, audience=NUMBERS)
        launching.request_launch(self.launching, actor=self.chenjing, at=self.now)
        self._open_drafts()
        self._ask_for_excuses()
        self.joiner = self._joiner()
        objecting.object_to(
            self._member(self.wangfang), "与岗位无关", actor=self.wangfang, at=self.now
        )
        cancelling.ask(self.task, "重复发起", actor=self.chenjing, at=self.now)

    def _launched(self, version, at, **changes):
        return task_scenes.running(version, self.chenjing, at, **changes)

    def _open_drafts(self):
        """What members have opened already: each task names the draft of its template."""
        for task, draft in ((self.task, self.behind), (self.closing, self.draft),
                            (self.undone, self.her_draft), (self.noticed, self.draft)):  # fmt: skip
            opened = TaskMember.objects.filter(task=task, person=draft.person_id)
            opened.update(pledge=draft)
        assert Pledge.objects.filter(memberships__isnull=False).distinct().count() == 3

    def _ask_for_excuses(self):
        facts = {"reason": ExcuseReason.LONG_ABSENCE, "until_on": (self.now.date())}
        facts["until_on"] += timedelta(days=30)
        by = {"actor": self.chenjing, "at": self.now}
        self.asked_excuse = excusing.ask(self._member(self.liming), **facts, **by)
        approved = excusing.ask(self._member(self.wangfang), **facts, **by)
        self.excuse = excusing.approve(approved, actor=self.second, at=self.now)
        self.excuse_facts = facts | by

    def _joiner(self):
        """Somebody whom the rule of a running task names, and who is no member yet."""
        person = self._person(self.gone, pk=None, username="joiner", employee_number="E77")
        person._state.adding, person.is_active, person.left_on = True, True, None
        people.save_person(person, actor=SYSTEM, at=self.now, roles=[])
        return person

    def _member(self, person, task=None):
        return TaskMember.objects.get(task=task or self.task, person=person)

    def do_save_task(self):
        values = task_scenes.drafted(self.free, title="another")
        drafting.save_task(values, actor=self.chenjing, at=self.now, task=self.drafted)

    def do_delete_task(self):
        drafting.delete_draft(self.drafted, actor=self.chenjing)

    def do_request_launch(self):
        launching.request_launch(self.drafted, actor=self.chenjing, at=self.now)

    def do_launch(self):
        assert launching.launch(str(self.launching.pk), at=self.now)

    def do_undo_launch(self):
        launching.undo(self.undone, actor=self.chenjing, at=self.now)

    def do_open_moved(self):
        member = self._member(self.newcomer)
        opening.open_for(member, actor=self.newcomer, at=self.now, language="en")

    def do_open_asked(self):
        member = self._member(self.wangfang, self.followed)
        opening.open_for(member, actor=self._person(self.wangfang), at=self.now, language="en")

    def do_extend_all(self):
        day = self.now.date() + timedelta(days=90)
        assert extending.extend(self.task, day, actor=self.chenjing, at=self.now)

    def do_extend_some(self):
        member = self._member(self.newcomer)
        by = {"actor": self.chenjing, "at": self.now, "members": [member]}
        assert extending.extend(self.task, self.now.date() + timedelta(days=90), **by) == 1

    def do_add_joiners(self):
        assert joining.add_joiners(self.task, actor=SYSTEM, at=self.now) == 1

    def do_add_by_hand(self):
        joining.add_by_hand(self.task, [self.joiner], actor=self.chenjing, at=self.now)

    def do_ask_excuse(self):
        excusing.ask(self._member(self.newcomer), **self.excuse_facts)

    def do_approve_excuse(self):
        excusing.approve(self.asked_excuse, actor=self.second, at=self.now)

    def do_reject_excuse(self):
        excusing.reject(self.asked_excuse, actor=self.second, at=self.now)

    def do_end_excuse(self):
        excusing.end(self.excuse, actor=self.chenjing, at=self.now)

    def do_object(self):
        objecting.object_to(self._member(self.liming), "不适用", actor=self.liming, at=self.now)

    def do_object_no_more(self):
        objecting.take_back(self._member(self.wangfang), actor=self.wangfang, at=self.now)

    def do_ask_cancellation(self):
        cancelling.ask(self.followed, "重复发起", actor=self.chenjing, at=self.now)

    def do_take_cancellation_back(self):
        cancelling.take_back(self.task, actor=self.chenjing, at=self.now)

    def do_cancel_task(self):
        cancelling.cancel(self.task, actor=self.second, at=self.now)

    def do_request_close(self):
        closing.request_close(self.task, actor=self.chenjing, at=self.now)

    def do_close(self):
        assert closing.close(str(self.closing.pk), at=self.now)

    def do_follow_versions(self):
        day = self.now.date() + timedelta(days=60)
        by = {"actor": SYSTEM, "at": self.now, "due_on": day}
        assert versions_following.follow(self.newer, editorial=False, **by) == 1

    def do_export_members(self):
        rows = [(self.liming.pk, ["E1001", "李明"]), (self.wangfang.pk, ["E1002", "王芳"])]
        task = SigningTask.objects.get(pk=self.task.pk)
        member_tables.export(task, ["工号", "姓名"], rows, actor=self.zhoumin, at=self.now)
