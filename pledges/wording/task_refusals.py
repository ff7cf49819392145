"""What is said when something about a signing task did not happen, and what to do next."""

from typing import Final

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.core import task_refusals as refusals
from pledges.wording.audiences import audience_fault

SENTENCES: Final[dict[type[Exception], str | Promise]] = {
    refusals.NoVersion: gettext_lazy(
        "No version of this template can be signed today. Please publish one, or choose "
        "another template."
    ),
    refusals.NobodyInTask: gettext_lazy(
        "The audience includes nobody who is active, so nothing was launched. Please "
        "change the audience."
    ),
    refusals.TaskNotDraft: gettext_lazy(
        "This task has already been launched, or is being launched. It can no longer be "
        "changed or deleted."
    ),
    refusals.TaskChanged: gettext_lazy(
        "This has been changed since you opened the page. Nothing was done. Please look at it "
        "again."
    ),
    refusals.LaunchUnderWay: gettext_lazy(
        "This task is already being launched. Nothing was done twice."
    ),
    refusals.TaskNotRunning: gettext_lazy("This task is not running."),
    refusals.TaskNotBegun: gettext_lazy("This task has not begun. Please try again later."),
    refusals.UndoTooLate: gettext_lazy(
        "The first notices have been sent, so the launch can no longer be undone. The "
        "task can be cancelled with a reason."
    ),
    refusals.CancellationWaits: gettext_lazy(
        "The cancellation of this task is already waiting for a second officer."
    ),
    refusals.NoCancellation: gettext_lazy(
        "Nobody has asked to cancel this task, or the request has been taken back."
    ),
    refusals.ClosingUnderWay: gettext_lazy(
        "This task is already being closed. Nothing was done twice."
    ),
    refusals.NobodyToAdd: gettext_lazy(
        "Nobody was added: these people are already members of the task, or have left."
    ),
    refusals.NobodyToExtend: gettext_lazy(
        "Nothing was changed: none of these members has an earlier due date."
    ),
    refusals.ExcuseWaits: gettext_lazy(
        "An excuse for this member is already waiting for a second officer."
    ),
    refusals.ExcuseSettled: gettext_lazy(
        "This excuse has already been settled. Nothing was done twice."
    ),
    refusals.ObjectionMissing: gettext_lazy("Please say what you object to."),
}

FIELDS: Final = {
    "title": gettext_lazy("Please give the task a name of at most 120 characters."),
    "message": gettext_lazy("The message to the members is too long."),
    "joiner_days": gettext_lazy("For people who join later, enter 1 to 365 working days."),
    "version": gettext_lazy("This version does not belong to the template, or cannot be signed."),
    "notice_plan": gettext_lazy("The plan of notices is not possible."),
}

DUE_RULES: Final = {
    "on": gettext_lazy("Please enter the due date as a date."),
    "days": gettext_lazy("Please enter 1 to 365 working days."),
}


def told(error: Exception) -> str:
    """The sentence for `error`; "" where its words are not here."""
    if isinstance(error, refusals.FaultyAudience):
        return " ".join(dict.fromkeys(audience_fault(fault) for fault in error.faults))
    if isinstance(error, refusals.FaultyTask):
        return str(FIELDS.get(error.field, FIELDS["title"]))
    if isinstance(error, refusals.FaultyDueRule):
        return str(DUE_RULES.get(error.what, _("Please say when the task is due.")))
    if isinstance(error, refusals.DueInThePast):
        return _("%(day)s has passed. Please choose a due date that is not in the past.") % {
            "day": date_format(error.due_on)
        }
    if isinstance(error, refusals.ExcuseInThePast):
        return _("%(day)s has passed. Please choose a day that is not in the past.") % {
            "day": date_format(error.until_on)
        }
    found = (sentence for kind, sentence in SENTENCES.items() if isinstance(error, kind))
    return str(next(found, ""))
