"""The completion report of a closed task, for those who read tasks; it names nobody."""

from pledges import access
from pledges.access import Act
from pledges.actions.records import issuing
from pledges.actions.tasks import reporting
from pledges.core.file_names import FileName, safe_part
from pledges.core.refusals import DocumentUnavailable
from pledges.models import IssuedRecord, Organisation, SigningTask
from pledges.rendering import report_wording
from pledges.storage import document_store


def of(task: SigningTask) -> IssuedRecord | None:
    """The report that was issued; None while a worker makes it."""
    reports = IssuedRecord.objects.filter(kind=IssuedRecord.Kind.COMPLETION)
    return reports.filter(subject=f"signingtask:{task.pk}").order_by("-created_at").first()


def name_of(task: SigningTask) -> FileName:
    """What its file is called: by the task, and by the day of its close."""
    kind = report_wording.TITLE.in_(reporting.language_of(task))
    closed = Organisation.current().localdate(task.closed_at) if task.closed_at else ""
    full = "-".join(filter(None, (kind, safe_part(task.title), str(closed))))
    return FileName(f"{full}.pdf", f"completion-report-{str(task.pk)[:8]}.pdf")


def read(task: SigningTask, *, actor: access.Actor) -> bytes | None:
    """Its file; None while there is none. Raises `DocumentUnavailable`."""
    access.require(actor, Act.READ_TASKS, task)
    report = of(task)
    if report is None:
        return None
    try:
        return issuing.read(report)
    except (document_store.Missing, document_store.Corrupt) as error:
        raise DocumentUnavailable from error
