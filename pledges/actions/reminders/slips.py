"""Notices on paper for members who have no address: who they are, and the sheets to be cut."""

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.core.notice_plans import Reason, Told
from pledges.core.standings import REMINDED, TaskState
from pledges.models import NoticeClaim, Organisation, Person, SigningTask, TaskMember
from pledges.models.standings import MemberQuerySet
from pledges.notices import claiming
from pledges.rendering.task_slips import TaskSlip, print_task_slips


def without_address(task: SigningTask, at: datetime) -> MemberQuerySet:
    """The members of `task` who have to sign and cannot be written to.

    `told` is the day on which the last slip was printed for them, or None.
    """
    day = Organisation.current().localdate(at)
    members = TaskMember.objects.filter(task=task, person__is_active=True, person__email="")
    members = members.with_standing(day).filter(standing__in=REMINDED)
    members = members.annotate(told=NoticeClaim.objects.told_members())
    return members.select_related("person__department").order_by(
        "person__department__name_zh", "person__employee_number"
    )


def print_slips(
    task: SigningTask,
    *,
    actor: Person,
    at: datetime,
    language: str,
    among: QuerySet[TaskMember] | None = None,
) -> bytes:
    """A PDF with a slip for each of them; the ledger notes how many, the claims for whom.

    `among` leaves out whoever is not of these members. Empty where there is nobody, and until the
    first notices leave. Raises kinds of `refusals.Unmade`: then nothing is noted.
    """
    access.require(actor, Act.PRINT_SLIPS)
    found = without_address(task, at)
    members = list(found if among is None else found.filter(pk__in=among.values("pk")))
    if not members or task.is_untold(at) or task.state != TaskState.RUNNING:
        return b""
    made = print_task_slips([_slip(task, each, at) for each in members], language=language)
    _note(task, members, actor=actor, at=at)
    return made


def _slip(task: SigningTask, member: TaskMember, at: datetime) -> TaskSlip:
    organisation, person = Organisation.current(), member.person
    return TaskSlip(
        language=person.language,
        organisation=organisation.name_in(person.language),
        name=person.name,
        employee_number=person.employee_number,
        department=person.department.name_in(person.language),
        username=person.username,
        title=task.title,
        due=member.due_on,
        overdue=member.due_on < organisation.localdate(at),
        contact=organisation.pledge_contact,
        address=f"{settings.PUBLIC_URL.rstrip('/')}/",
    )


@transactions.atomic
def _note(task: SigningTask, members: list[TaskMember], *, actor: Person, at: datetime) -> None:
    day = Organisation.current().localdate(at)
    told = Told(Reason.SLIP, day, day)
    NoticeClaim.objects.claim_each(
        claiming.claim_of(told, each.person_id, day=day, at=at, member=each) for each in members
    )
    facts = {"slips": len(members)}
    audit.record("notices.printed", actor=actor, subject=task, at=at, facts=facts)
