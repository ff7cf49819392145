"""What the notices do under locks, for the pairs of `test_lock_order`."""

from datetime import timedelta

from pledges.actions import working_calendar
from pledges.actions.reminders import late_tables, reminding, slips, switching
from pledges.core.notice_plans import Reason, Told
from pledges.models import Department, Person, SigningTask, TaskMember, TaskVersion
from pledges.notices import claiming, tasks
from pledges.notices.kinds import Kind


class NoticeActions:
    """Mixed into the stage: a task with Li Ming, who is late, and with whom no mail reaches."""

    def set_notices_up(self):
        day = self.now.date()
        Department.objects.filter(pk=self.liming.department_id).update(head=self.admin)
        self.noticed = SigningTask.objects.create(
            template=self.free.template,
            title="2026",
            due_on=day - timedelta(days=30),
            created_at=self.now,
            created_by=self.chenjing,
            launched_at=self.now,
            launched_by=self.chenjing,
            state="running",
        )
        TaskVersion.objects.create(task=self.noticed, version=self.free)
        unreached = Person.objects.get(username="wuying")
        Person.objects.filter(pk=unreached.pk).update(email="")
        for position, person in enumerate((self.liming, unreached)):
            TaskMember.objects.create(
                task=self.noticed,
                person=person,
                position=position,
                joined="launch",
                joined_at=self.now,
                due_on=self.noticed.due_on,
                commitment="0" * 64,
            )

    def _late(self):
        return TaskMember.objects.filter(task=self.noticed, person=self.liming)

    def do_tell_first(self):
        assert tasks.queue_first(list(self._late()), at=self.now) == 1

    def do_queue_reminders(self):
        day = self.now.date()
        told = Told(Reason.AFTER, self.noticed.due_on, day, 1)
        (member,) = self._late()
        claim = claiming.claim_of(told, member.person_id, day=day, at=self.now, member=member)
        assert tasks.queue_digests({member.person_id: [claim]}, day=day, at=self.now) == 1

    def do_queue_tables(self):
        known = working_calendar.current_calendar()
        day = known.next_working(self.now.date())
        assert late_tables.queue([self.noticed], day=day, calendar=known, at=self.now)

    def do_remind(self):
        done = reminding.remind(list(self._late()), actor=self.chenjing, at=self.now)
        assert done.count == 1

    def do_print_task_slips(self):
        made = slips.print_slips(self.noticed, actor=self.zhoumin, at=self.now, language="zh-hans")
        assert made

    def do_switch_notices(self):
        switching.switch(Kind.LATE, off=True, actor=self.chenjing, at=self.now)

    def do_set_calendar_day(self):
        working_calendar.set_day(
            self.now.date(), working=True, name="", actor=self.chenjing, at=self.now
        )
