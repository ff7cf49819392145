"""What lists of people do under locks, for the pairs of `test_lock_order`."""

from django.db import transaction

from pledges.actions import people
from pledges.actions.rosters import applying, confirming, preparing, uploading
from pledges.core.rosters.columns import Field
from pledges.core.rosters.people import Reach
from pledges.models import Roster

HEADS = "工号,姓名,部门,岗位,邮箱,离职日期,部门负责人工号"
# One changes, one comes, one leaves, and a department gets another head.
ROWS = (
    "E1001,李明,华东零售部,支行行长,li.ming@example.com,,E2001",
    "E9100,钱伟,华南对公部,客户经理,qianwei@example.com,,",
    "E1002,王芳,华东零售部,客户经理,wangfang@example.com,2026-01-01,E2001",
)


class RosterActions:
    """Mixed into the stage: a list to work at, one that waits, and one that is being applied."""

    def set_rosters_up(self):
        self.roster, self.waiting_roster, self.applied_roster, self.unsure_roster = (
            self._roster(f"{name}.csv") for name in ("open", "waiting", "applied", "unsure")
        )
        self.unsure_roster.rows.filter(number=2).update(fate="faulty")
        assert set(self.roster.counts) == {"new", "changed", "left"}
        Roster.objects.filter(pk=self.waiting_roster.pk).update(
            state=Roster.State.WAITING, asked_by=self.zhoumin, asked_at=self.now, takes_two=True
        )
        Roster.objects.filter(pk=self.applied_roster.pk).update(
            asked_by=self.zhoumin, asked_at=self.now, confirmed_by=self.zhoumin,
            confirmed_at=self.now, worked_at=self.now,
        )  # fmt: skip

    def _roster(self, name):
        content = "\n".join([HEADS, *ROWS]).encode("gb18030")
        return uploading.upload(
            content, name=name, reach=Reach.ADDITIONS, actor=self.zhoumin, at=self.now
        )

    def do_upload_roster(self):
        self._roster("another.csv")

    def do_choose_columns(self):
        mapping = {int(column): Field(name) for column, name in self.roster.mapping.items()}
        by = {"actor": self.zhoumin, "at": self.now}
        uploading.choose_columns(self.roster, mapping, heads_row=1, **by)

    def do_plan_roster(self):
        preparing.plan(self.roster, actor=self.zhoumin, at=self.now)

    def do_mend_cell(self):
        preparing.mend_cell(self.roster, 2, 3, "主管", actor=self.zhoumin, at=self.now)

    def do_leave_row_out(self):
        preparing.leave_out(self.roster, ["row:3"], actor=self.zhoumin, at=self.now)

    def do_take_row_in(self):
        preparing.take_in(self.roster, "row:3", actor=self.zhoumin, at=self.now)

    def do_say_same(self):
        preparing.say_same(self.unsure_roster, 2, actor=self.zhoumin, at=self.now)

    def do_discard_roster(self):
        preparing.discard(self.roster, actor=self.zhoumin, at=self.now)

    def do_confirm_roster(self):
        leavers = self.roster.counts["left"]
        confirming.confirm(self.roster, leavers=leavers, actor=self.zhoumin, at=self.now)

    def do_confirm_second(self):
        confirming.confirm_second(self.waiting_roster, actor=self.admin, at=self.now)

    def do_apply_roster(self):
        # Only one is applied at a time, so none is when the stage is set: it becomes so here, after
        # the lock under which a confirmation makes it so.
        with transaction.atomic():
            people.lock_administrators()
            rows = Roster.objects.filter(pk=self.applied_roster.pk)
            rows.update(state=Roster.State.APPLYING)
            applying._apply.__wrapped__(self.applied_roster.pk, at=self.now)
            assert rows.get().state == Roster.State.APPLIED

    def do_fail_roster(self):
        applying._fail(self.applied_roster.pk, "stale")
