"""How each kind of mail reads: with sample data of nobody's, composed as the real ones are."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from pledges.core.working_days import Calendar
from pledges.models import (
    Department,
    Organisation,
    Person,
    Pledge,
    SigningTask,
    TaskMember,
    TemplateVersion,
)
from pledges.notices import sending, task_mails
from pledges.notices.kinds import Kind

_SAMPLE: Final = UUID("00000000-0000-4000-8000-000000000000")


def preview(kind: Kind, language: str, at: datetime) -> sending.Composed:
    """The mail of `kind` in `language` as somebody would get it at `at`."""
    with translation.override(language):
        person = _person(language)
        about = {**_of_a_pledge(person, at, kind), **_of_a_task(person, at, kind)}
    return sending.compose(kind.value, person, about)


def _person(language: str) -> Person:
    department = Department(name_zh="华东零售部", name_en="East China Retail")
    return Person(
        pk=0,
        username="limin",
        name="李敏" if language != "en" else "Li Min",
        employee_number="E0000",
        department=department,
        language=language,
    )


def _of_a_pledge(person: Person, at: datetime, kind: Kind) -> dict[str, Any]:
    today = Organisation.current().localdate(at)
    pledge = Pledge(
        pk=_SAMPLE,
        person=person,
        number=f"CN-{today.year}-000000",
        signed_at=at - timedelta(days=3),
        reviewed_at=at,
        revoked_at=at,
        withdrawn_at=at,
        ends_on=today + timedelta(days=-1 if kind == Kind.EXPIRED else 30),
        revocation_reason=_("An example of a reason."),
        withdrawal_reason=_("An example of a reason."),
    )
    title = _title(person.language)
    return {
        "pledge": pledge,
        "title": title,
        "reasons": [{"citation": "", "text": _("An example of a reason.")}],
        "attached": [],
        "ending": [{"pledge": pledge, "title": title}],
        "unusual": 1,
        "since": at - timedelta(days=2),
    }


def _title(language: str) -> str:
    """What mails call a pledge: the kind of one that can be signed, where there is one."""
    newest = TemplateVersion.objects.published().order_by("-published_at").first()
    return newest.subtitle.in_(language) if newest else _("Pledge of conduct (example)")


def _of_a_task(person: Person, at: datetime, kind: Kind) -> dict[str, Any]:
    today = Organisation.current().localdate(at)
    task = SigningTask(
        pk=_SAMPLE,
        title=_("Signing of the year %(year)s (example)") % {"year": today.year},
        due_on=today + timedelta(days=5),
        cancelled_at=at,
        message=_("An example of a message to the members."),
    )
    now = task_mails.Today(today, Calendar())
    late = kind in (Kind.LATE, Kind.LATE_ALL)
    days = (timedelta(days=-21), timedelta(days=-9 if late else 5))
    items = [
        task_mails.item_of(TaskMember(task=task, person=person, due_on=today + each), now)
        for each in days
    ]
    return {
        "task": task,
        "item": items[-1],
        "items": items,
        "count": len(items),
        "people": 1,
        "until": today + timedelta(days=30),
        "said": _("An example of a reason."),
        "path": task_mails.page_of_the_late(to_superior=kind == Kind.LATE),
        "decisions": 1,
        "tasks": [{"task": task, "total": 878, "done": 514, "late": 12, "objections": 1}],
    }
