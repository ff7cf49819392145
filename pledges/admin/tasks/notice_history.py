"""What a member of a task was told of it: when, why and by what means; never the words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pledges.actions.task_queue import waiting_mails
from pledges.core.notice_plans import Reason
from pledges.models import NoticeClaim, TaskMember
from pledges.models.notice_claims import ABOUT_THEM

REASONS: Final[Mapping[str, Any]] = {
    Reason.START: gettext_lazy("First notice"),
    Reason.ON_DAY: gettext_lazy("Reminder on the due date"),
    Reason.EXCUSE_ENDED: gettext_lazy("Reminder after the end of an excuse"),
    Reason.NEW_VERSION: gettext_lazy("Told that a new version is to be signed"),
    Reason.EXTENDED: gettext_lazy("More time to sign"),
    Reason.EXCUSED: gettext_lazy("Told that they are excused"),
    Reason.CANCELLED: gettext_lazy("The task was cancelled"),
    Reason.BY_HAND: gettext_lazy("Reminder sent by compliance"),
    Reason.SLIP: gettext_lazy("Notice on paper"),
    Reason.SUPERIOR: gettext_lazy("The superior was told that it is late"),
    Reason.COMPLIANCE: gettext_lazy("Compliance was told that it is late"),
}


@dataclass(frozen=True)
class Sent:
    """One notice: the day on which they are told, when it was queued or printed, and how.

    `waits`: its mail is still in the queue, for working hours or for the mail server.
    """

    told_on: date
    claimed_at: datetime
    why: str
    means: str
    waits: bool


def of(member: TaskMember) -> list[Sent]:
    """What they were told of this task, the newest first, and whom else it was told of them."""
    claims = list(NoticeClaim.objects.filter(member=member))
    waiting = waiting_mails({each.message_id for each in claims if each.message_id})
    return [_sent(each, waits=each.message_id in waiting) for each in claims]


def _sent(claim: NoticeClaim, *, waits: bool) -> Sent:
    means = _("printed slip") if claim.reason == Reason.SLIP else _("email")
    if claim.reason in ABOUT_THEM:
        means = _("email to others")
    return Sent(claim.told_on, claim.claimed_at, in_words(claim.reason), means, waits)


def in_words(reason: str) -> str:
    """A claim's reason, which has its number behind it, as `before-7`."""
    if words := REASONS.get(reason):
        return str(words)
    name, _dash, number = reason.rpartition("-")
    if name == Reason.BEFORE:
        days = ngettext(
            "Reminder %(days)d working day before the due date",
            "Reminder %(days)d working days before the due date",
            int(number),
        )
        return days % {"days": int(number)}
    return _("Reminder no. %(number)s after the due date") % {"number": number}
