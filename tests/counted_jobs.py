"""What background workers do for a company, and how often each thing of it is to be there."""

from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from functools import cache
from typing import ClassVar

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges import audit, keyring
from pledges.actions.records import issuing
from pledges.actions.rosters import applying, confirming, uploading
from pledges.actions.tasks import closing, issuing_reports, launching
from pledges.core.rosters.people import Reach
from pledges.core.standings import TaskState
from pledges.models import (
    CalendarDay,
    Department,
    IssuedRecord,
    LedgerEntry,
    NoticeClaim,
    Organisation,
    Person,
    Post,
    RecordFile,
    Roster,
    SigningTask,
    TaskMember,
    TemplateVersion,
)
from pledges.notices import tasks
from pledges.proof.records.judging import judge_any
from pledges.proof.verdict import Outcome
from tests import task_scenes
from tests.signing_tasks import crowd

AT = "@bank.example"
"""At which all addresses of the people end."""
HEADS = "工号,姓名,部门,上级部门,岗位,邮箱"


class Stage:
    """People in a department of their own, and a company that writes mails at any hour."""

    def __init__(self, people: int) -> None:
        self.people = people
        at = timezone.now()
        Organisation.objects.update(notices_from=0, notices_until=24)
        today = Organisation.current().localdate(at)
        for days in range(-2, 3):
            worked = {"working": True, "source": "changed", "changed_at": at}
            day = today + timedelta(days=days)
            CalendarDay.objects.update_or_create(date=day, defaults=worked)
        department = Department.objects.create(name_zh="值班部")
        crowd(people, prefix="K", department=department)
        clause = {"kind": "departments", "values": [department.pk], "below": False}
        self.audience = {"include": [clause]}
        self.officer = Person.objects.get(username="chenjing")
        self.personnel = Person.objects.get(username="zhoumin")
        self.version = TemplateVersion.objects.get(
            template__slug="general-standards", status="published"
        )

    def running(self, at: datetime) -> SigningTask:
        """A task for these people that was launched at `at`."""
        return task_scenes.running(self.version, self.officer, at, audience=self.audience)


class Job(ABC):
    """One thing that is asked for, and done in the background."""

    name: ClassVar[str]
    paths: ClassVar[tuple[str, ...]]
    """The tasks in whose middle a worker is to be killed."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._size = audit.size()

    @abstractmethod
    def begin(self) -> None:
        """Ask for it, as people do."""

    @abstractmethod
    def counts(self) -> dict[str, tuple[int, int]]:
        """Of each thing how many there are, and how many there should be."""

    def end(self) -> None:  # noqa: B027
        """Leave nothing that would happen later."""

    def wrong(self) -> list[str]:
        """What is there too often, or not often enough."""
        counted = self.counts().items()
        return [f"{name}: {n} instead of {due}" for name, (n, due) in counted if n != due]

    def mail_names(self) -> set[str]:
        """The Message-ID of each mail that the people of the stage are to get of it, once."""
        return set()

    def _told(self, event: str) -> int:
        """How often the ledger was told so since the job was made."""
        return LedgerEntry.objects.filter(sequence__gt=self._size, event=event).count()


class Import(Job):
    name = "import"
    paths = (applying.apply_roster.module_path,)

    def begin(self) -> None:
        self._mark = f"R{self._size}"
        where = f"{self._mark}部,{self._mark}总部"
        rows = [
            f"{self._mark}N{each:05},新{each},{where},职员,{self._mark.lower()}-{each}@example.com"
            for each in range(self.stage.people)
        ]
        changed = f"E1001,李明,华东零售部,,{self._mark}经理,liming@example.com"
        content = "\n".join([HEADS, changed, *rows]).encode()
        by = {"actor": self.stage.personnel, "at": timezone.now()}
        self._roster = uploading.upload(content, name="a.csv", reach=Reach.ADDITIONS, **by)
        confirming.confirm(self._roster, leavers=None, **by)

    def counts(self) -> dict[str, tuple[int, int]]:
        people = Person.objects.filter(employee_number__startswith=f"{self._mark}N")
        state = Roster.objects.filter(pk=self._roster.pk, state=Roster.State.APPLIED)
        departments = Department.objects.filter(name_zh__startswith=self._mark)
        return {
            "rosters applied": (state.count(), 1),
            "people": (people.count(), self.stage.people),
            "posts": (Post.objects.filter(person__in=people).count(), self.stage.people),
            "departments": (departments.count(), 2),
            "entries of people": (self._told("person.created"), self.stage.people),
            "entries of changes": (self._told("person.changed"), 1),
            "entries of the roster": (self._told("roster.applied"), 1),
        }


class Launch(Job):
    name = "launch"
    paths = (launching.write_members.module_path,)

    def begin(self) -> None:
        at = timezone.now()
        task = task_scenes.draft(
            self.stage.version, self.stage.officer, at, audience=self.stage.audience
        )
        self.task = launching.request_launch(task, actor=self.stage.officer, at=at)

    def counts(self) -> dict[str, tuple[int, int]]:
        members = TaskMember.objects.filter(task=self.task)
        first = DBTaskResult.objects.filter(
            task_path=tasks.tell_first.module_path, args_kwargs__args__0=str(self.task.pk)
        )
        running = SigningTask.objects.filter(
            pk=self.task.pk, state=TaskState.RUNNING, launching_since=None
        )
        positions = members.values("position").distinct().count()
        return {
            "tasks running": (running.count(), 1),
            "members": (members.count(), self.stage.people),
            "positions": (positions, self.stage.people),
            "versions": (self.task.counting.count(), 1),
            "entries": (self._told("task.launched"), 1),
            "first notices queued": (first.count(), 1),
        }

    def end(self) -> None:
        launching.undo(self.task, actor=self.stage.officer, at=timezone.now())


class Notices(Job):
    name = "notices claimed"
    paths = (tasks.tell_first.module_path,)

    def begin(self) -> None:
        self.task = self.stage.running(timezone.now() - timedelta(hours=1))

    @property
    def _claims(self) -> list[NoticeClaim]:
        return list(NoticeClaim.objects.filter(member__task=self.task))

    def counts(self) -> dict[str, tuple[int, int]]:
        claims, names = self._claims, self.mail_names()
        sent = DBTaskResult.objects.filter(
            status="SUCCESSFUL",
            task_path=tasks.send.module_path,
            args_kwargs__kwargs__message_id__in=sorted(names),
        )
        return {
            "claims": (len(claims), self.stage.people),
            "members told": (len({each.member_id for each in claims}), self.stage.people),
            "names of mails": (len(names), self.stage.people),
            "mails sent": (sent.count(), self.stage.people),
        }

    def mail_names(self) -> set[str]:
        return {each.message_id for each in self._claims}


class Mails(Notices):
    name = "mails sent"
    paths = (tasks.send.module_path,)


class MailInHand(Notices):
    """The worker dies when the server has taken its mail, and has not said so yet."""

    name = "a mail in hand"
    paths = (tasks.send.module_path,)


class Closing(Job):
    name = "closing"
    paths = (closing.write_close.module_path,)

    def begin(self) -> None:
        at = timezone.now()
        self.task = self.stage.running(at)
        self._size = audit.size()
        closing.request_close(self.task, actor=self.stage.officer, at=at)

    def counts(self) -> dict[str, tuple[int, int]]:
        stood = TaskMember.objects.filter(task=self.task).exclude(standing_at_close="")
        closed = SigningTask.objects.filter(
            pk=self.task.pk, state=TaskState.CLOSED, closing_since=None
        )
        records = list(IssuedRecord.objects.filter(subject=audit.subject_of(self.task)))
        files = RecordFile.objects.filter(record__in=records)
        return {
            "tasks closed": (closed.count(), 1),
            "standings": (stood.count(), self.stage.people),
            "entries of the list": (self._told("task.reported"), 1),
            "entries of the report": (self._told("record.issued"), 1),
            "reports": (len(records), 1),
            "files": (files.count(), 1),
            "genuine": (sum(_is_genuine(each) for each in records), 1),
        }


class Report(Closing):
    name = "report"
    paths = (issuing_reports.issue_report.module_path,)


@cache
def _is_genuine(record: IssuedRecord) -> bool:
    verdict = judge_any(issuing.read(record), trust=keyring.trust(), at=timezone.now())
    return verdict.outcome is Outcome.ACCEPTED


JOBS: tuple[type[Job], ...] = (Import, Launch, Notices, Mails, MailInHand, Closing, Report)
