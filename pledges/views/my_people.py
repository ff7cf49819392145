"""A department's head sees how far their own people are with what they sign; never an answer."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pledges import access
from pledges.access import Act
from pledges.models import Department, Organisation, Person, SigningTask, duties
from pledges.models.department_tree import own_departments
from pledges.models.duties import Duty
from pledges.views.accounts import person_of

ENDING = timedelta(days=60)
"""So long before the end of a term it is told."""
PER_PAGE = 50
SHOWN = ("all", "done", "to-sign", "late", "ending")


@dataclass(frozen=True)
class Row:
    """One person, and what they have to sign or will soon have to again."""

    person: Person
    open: list[Duty]
    late: int
    ending: list[Duty]
    in_force: int

    def is_shown(self, show: str) -> bool:
        chosen = {
            "done": not self.open,
            "to-sign": bool(self.open),
            "late": self.late > 0,
            "ending": bool(self.ending),
        }
        return chosen.get(show, True)


@require_safe
def my_people(request: HttpRequest) -> HttpResponse:
    """The people of the departments that the reader heads, and of those below; others: 404."""
    head = person_of(request)
    if not access.allows(head, Act.READ_OWN_PEOPLE):
        raise Http404
    departments = own_departments(head)
    at = timezone.now()
    today = Organisation.current().localdate(at)
    rows = rows_of(head, departments, at)
    show = request.GET.get("show", "all")
    shown = [row for row in rows if row.is_shown(show)]
    context = {
        "figures": [(each, sum(row.is_shown(each) for row in rows)) for each in SHOWN],
        "show": show if show in SHOWN else "all",
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "departments": Department.objects.filter(head=head),
        "today": today,
        "days": ENDING.days,
    }
    return render(request, "my_people.html", context)


def rows_of(head: Person, departments: frozenset[int], at: datetime) -> list[Row]:
    """Everybody active in `departments` but the head, those with something late first."""
    today = Organisation.current().localdate(at)
    people = Person.objects.filter(department__in=departments, is_active=True)
    own = list(people.exclude(pk=head.pk).select_related("department"))
    found = duties.duties_of([person.pk for person in own], today)
    rows = [_row(person, _known(found.get(person.pk, []), at), today) for person in own]
    return sorted(rows, key=_urgency)


def _known(own: list[Duty], at: datetime) -> list[Duty]:
    """Without the tasks of which their members do not know yet: their launch can be undone."""
    return [each for each in own if each.task is None or _has_begun(each.task, at)]


def _has_begun(task: SigningTask, at: datetime) -> bool:
    return task.first_notices_at is not None and task.first_notices_at <= at


def _row(person: Person, own: list[Duty], today: date) -> Row:
    in_force = [each for each in own if not each.open]
    ending = [each for each in in_force if each.ends_on and each.ends_on <= today + ENDING]
    open_now = [each for each in own if each.open]
    late = sum(each.late for each in open_now)
    return Row(person, open_now, late, ending, len(in_force))


def _urgency(row: Row) -> tuple[Any, ...]:
    return (-row.late, not row.open, not row.ending, row.person.employee_number)
