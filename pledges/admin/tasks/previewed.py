"""What a launch foresees beside its people: mails, the work of reviewers, days that are free."""

from math import ceil
from typing import Any

from pledges.actions.reminders.calendar import current_calendar
from pledges.actions.tasks.previewing import Preview
from pledges.models import SigningTask


def foreseen(task: SigningTask, found: Preview) -> dict[str, Any]:
    """Counted over the working days from the launch to the due date, that day included."""
    calendar = current_calendar()
    days = max(1, calendar.between(found.day, found.due_on))
    to_sign = found.to_sign.count()
    a_day = ceil(to_sign / days)
    plan = task.notice_plan
    reminders = len(plan.get("before") or []) + bool(plan.get("on_day"))
    return {
        "working_days": days,
        "to_sign": to_sign,
        "signatures_a_day": a_day,
        "per_officer": ceil(a_day / found.reviewers) if found.reviewers else None,
        "reminders": reminders,
        "provisional": calendar.is_provisional(found.due_on),
        "first_notice": bool(plan.get("start")),
    }
