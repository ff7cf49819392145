"""What a launch foresees beside its people: mails, the work of reviewers, days that are free."""

from datetime import datetime
from math import ceil
from typing import Any

from pledges.actions.tasks import launching
from pledges.actions.tasks.previewing import Preview
from pledges.actions.working_calendar import current_calendar
from pledges.models import NoticeSwitch, Organisation, SigningTask
from pledges.notices.kinds import Kind


def first_notice(task: SigningTask) -> dict[str, bool]:
    """Whether the plan of `task` has a first notice, and whether that kind of mail is sent now."""
    planned = bool(task.notice_plan.get("start", True))
    return {"first_notice": planned, "first_off": planned and not NoticeSwitch.is_on(Kind.FIRST)}


def foreseen(task: SigningTask, found: Preview, at: datetime) -> dict[str, Any]:
    """Counted over the working days from the launch to the due date, that day included."""
    calendar = current_calendar()
    days = max(1, calendar.between(found.day, found.due_on))
    to_sign = found.to_sign.count()
    a_day = ceil(to_sign / days)
    plan, leave_at = task.notice_plan, launching.first_notices_at(at)
    reminders = len(plan.get("before") or []) + bool(plan.get("on_day"))
    return {
        "working_days": days,
        "to_sign": to_sign,
        "signatures_a_day": a_day,
        "per_officer": ceil(a_day / found.reviewers) if found.reviewers else None,
        "reminders": reminders,
        "provisional": calendar.is_provisional(found.due_on),
        "reminders_off": not NoticeSwitch.is_on(Kind.REMINDERS),
        "leave_at": leave_at,
        "leave_too_late": Organisation.current().localdate(leave_at) > found.due_on,
        **first_notice(task),
    }
