"""The list of people: who they report to, what they have to sign, what is late, what binds them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pledges import access
from pledges.access import Act
from pledges.admin import people_filters, words
from pledges.admin.base import NOTHING, AccessModelAdmin
from pledges.models import Organisation, Person, duties
from pledges.models.department_tree import superiors_of
from pledges.models.duties import Show

COUNTS = {Show.OPEN: "to_sign", Show.LATE: "late", Show.IN_FORCE: "in_force"}


class PeopleChangeList(ChangeList):
    """Adds to the people of one page what would take a question for each."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        people: Any = list(self.result_list)
        above = superiors_of(people)
        own: dict[int, list[duties.Duty]] = {}
        if access.allows(request.user, Act.LIST_PLEDGES):
            today = Organisation.current().localdate(timezone.now())
            own = duties.duties_of([person.pk for person in people], today)
        for person in people:
            person.above, person.duties = above.get(person.pk), own.get(person.pk, [])
        self.result_list = people


class PeopleList(AccessModelAdmin):
    """Columns and filters; every number opens exactly what it counts."""

    list_display: Any = (
        *("employee_number", "name", "department", "position", "superior"),
        *("to_sign", "late", "in_force", "held", "active"),
    )
    list_display_links = ("employee_number", "name")
    list_filter: ClassVar[Any] = (
        *(people_filters.DepartmentFilter, people_filters.DutyFilter, people_filters.RoleFilter),
        *("is_active", people_filters.EmploymentFilter, people_filters.AccountFilter),
        people_filters.ToBeMetFilter,
    )
    list_select_related = ("department",)
    show_facets = ShowFacets.ALWAYS
    search_fields = ("name", "employee_number", "username", "email")
    search_help_text = _("Name, employee number, username or email address")

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return PeopleChangeList

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Who may not see pledges has no columns of them."""
        if access.allows(request.user, Act.LIST_PLEDGES):
            return self.list_display
        return tuple(each for each in self.list_display if each not in COUNTS.values())

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        invites = access.allows(request.user, Act.EDIT_PERSON_FACTS)
        return super().changelist_view(request, {"invites": invites, **(extra_context or {})})

    @admin.display(description=_("roles"))
    def held(self, person: Person) -> str:
        held = [group.name for group in person.groups.all()]
        return words.roles(held) if held else NOTHING

    @admin.display(description=_("superior"))
    def superior(self, person: Any) -> str:
        if person.above is None:
            return NOTHING
        address = reverse("admin:pledges_person_change", args=[person.above.pk])
        return format_html('<a href="{}">{}</a>', address, person.above.name)

    @admin.display(description=_("to be signed"))
    def to_sign(self, person: Any) -> str:
        return _number(person, Show.OPEN)

    @admin.display(description=pgettext_lazy("pledges", "overdue"))
    def late(self, person: Any) -> str:
        return _number(person, Show.LATE)

    @admin.display(description=pgettext_lazy("pledges", "in force"))
    def in_force(self, person: Any) -> str:
        return _number(person, Show.IN_FORCE)

    @admin.display(description=_("account"), ordering="is_active")
    def active(self, person: Person) -> str:
        label = _("active") if person.is_active else _("deactivated")
        kind = "active" if person.is_active else "inactive"
        return format_html('<span class="state state-{}">{}</span>', kind, label)


def _number(person: Any, show: Show) -> str:
    """The number, on a phone with its word beside it: there the list has no heads."""
    found = duties.count(person.duties, show)
    word = format_html('<span class="card-word">{}</span>', words.DUTIES[show])
    if not found:
        return format_html("0 {}", word)
    address = reverse("admin:pledges_person_change", args=[person.pk])
    return format_html('<a href="{}?show={}#duties">{}</a> {}', address, show, found, word)
