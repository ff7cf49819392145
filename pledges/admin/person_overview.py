"""What somebody's page in the admin shows beside their record: employment, pledges, tasks."""

from datetime import date, datetime
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from pledges import access
from pledges.access import Act
from pledges.admin import bulk, person_tasks
from pledges.admin.filters import sees_drafts
from pledges.models import Leave, Organisation, Person, Pledge, duties, signed_earlier
from pledges.models.department_tree import superiors_of
from pledges.models.duties import Duty, Show
from pledges.models.task_members import STANDINGS


def of(request: HttpRequest, person: Person, at: datetime) -> dict[str, Any]:
    """The parts of the page that the reader may see at `at`."""
    today = Organisation.current().localdate(at)
    return {
        "today": today,
        "superior": superiors_of([person]).get(person.pk),
        "heads": list(person.heads.all()),
        "posts": list(person.posts.all()),
        "leaves": list(person.leaves.select_related("delegate")),
        "delegations": list(_delegations(person, today)),
        "may_edit": access.allows(request.user, Act.EDIT_PERSON_FACTS, person),
        "may_see_off": access.allows(request.user, Act.MANAGE_EMPLOYMENT, person),
        "pledges": _pledges(request, person, today, at),
    }


def _delegations(person: Person, today: date) -> Any:
    return Leave.objects.filter(delegate=person, until_on__gte=today).select_related("person")


def _pledges(
    request: HttpRequest, person: Person, today: date, at: datetime
) -> dict[str, Any] | None:
    """None for those who see no pledges."""
    if not access.allows(request.user, Act.LIST_PLEDGES):
        return None
    own = duties.duties_of([person.pk], today).get(person.pk, [])
    show = request.GET.get("show", "")
    shown = [each for each in own if show not in set(Show) or each.is_shown(show)]
    every = Pledge.objects.of(person)
    listed = list(every.select_related("version__template"))
    drafts = sees_drafts(request.user)
    labels: dict[str, Any] = dict(STANDINGS)
    return {
        "show": show,
        "duties": [
            (
                duty,
                labels.get(duty.standing, ""),
                drafts or not duty.open,
                duty.pledge and signed_earlier.newer_of(duty.pledge, listed, today),
            )
            for duty in shown
        ],
        "counts": [(each, duties.count(own, each)) for each in Show],
        "every": _every(listed, own, today, at, sees_drafts=drafts),
        "members": person_tasks.memberships(request, person, today),
        "may_add": person.is_active
        and access.allows(request.user, Act.RUN_TASK)
        and person_tasks.open_to(person).exists(),
        "may_download": access.allows(request.user, Act.EXPORT_PLEDGES) and every.kept().exists(),
    }


def _every(
    listed: list[Pledge],
    own: list[Duty],
    today: date,
    at: datetime,
    *,
    sees_drafts: bool,
) -> list[tuple[Pledge, str, bool, bool, Pledge | None]]:
    """Each with its state, whether the reader may open it, and whether it is to be signed now.

    And the one on a later version that was signed beside it.
    """
    duties.show_asked_days(listed, at)
    asked = {each.template_id for each in own if each.open}
    return [
        (
            pledge,
            pledge.state_on(today),
            sees_drafts or pledge.signed_at is not None,
            pledge.template_id in asked,
            signed_earlier.newer_of(pledge, listed, today),
        )
        for pledge in listed
    ]


def download_all(page: ModelAdmin, request: HttpRequest, person: Person) -> HttpResponseBase:
    """Every signed pledge of one person as a ZIP."""
    access.require(request.user, Act.EXPORT_PLEDGES)
    return bulk.zip_of(page, request, Pledge.objects.of(person), at=timezone.now())
