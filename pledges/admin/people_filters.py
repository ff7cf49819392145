"""The filters of the list of people: department with what is below, role, account, duties."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pledges import access
from pledges.access import Act
from pledges.actions import confirmers
from pledges.admin import words
from pledges.admin.base import actor_of
from pledges.core import superiors
from pledges.models import Department, Invitation, Leave, Organisation, Person, duties
from pledges.models.department_tree import read_tree
from pledges.models.duties import Show

ONLY = ".only"
"""What follows a department's key where the people of those below it are not meant."""
INDENT = "\u2003"


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(words.SHORT_ROLES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


class ToBeMetFilter(admin.SimpleListFilter):
    """Those whom the reader may meet and confirm."""

    title = _("confirmation in person")
    parameter_name = "confirmation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("awaiting confirmation in person"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not self.value():
            return queryset
        waiting = confirmers.wait_for(actor_of(request), timezone.now())
        return queryset.filter(pk__in=[each.pk for each in waiting])


class DepartmentFilter(admin.SimpleListFilter):
    """A department stands for its own people and those of all below it."""

    title = _("department")
    parameter_name = "department"

    def __init__(self, *args: Any) -> None:
        self.tree = read_tree()
        self.below = superiors.below_each(self.tree)
        super().__init__(*args)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = {each.pk: str(each) for each in Department.objects.all()}
        found = [
            (str(key), INDENT * depth + names[key])
            for key, depth in superiors.in_order(self.tree, names)
        ]
        key, only = self._chosen()
        if only and key in names:
            found.append((f"{key}{ONLY}", str(_("only %(name)s") % {"name": names[key]})))
        return found

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        key, only = self._chosen()
        if key is None:
            return queryset
        return queryset.filter(department__in=[key] if only else self.below.get(key, ()))

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Each with how many it opens, in one question: there may be hundreds."""
        others = changelist.get_queryset(self.request, exclude_parameters=[self.parameter_name])
        own = dict(others.order_by().values_list("department").annotate(Count("pk")))
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("All"),
        }
        for value, label in self.lookup_choices:
            key = int(value.removesuffix(ONLY))
            keys = [key] if value.endswith(ONLY) else self.below[key]
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": f"{label} ({sum(own.get(each, 0) for each in keys)})",
            }

    def _chosen(self) -> tuple[int | None, bool]:
        value = self.value() or ""
        key = value.removesuffix(ONLY)
        if not (key.isascii() and key.isdecimal() and len(key) < 19):
            return None, False
        return int(key), value.endswith(ONLY)


class AccountFilter(admin.SimpleListFilter):
    """Who has come by a password of their own, and who has a link that still works."""

    title = _("password")
    parameter_name = "password"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("none", _("no password of their own")),
            ("uninvited", _("no password and no valid invitation")),
            ("mail", _("invited by email")),
            ("slip", _("invited with a slip")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = self.value()
        if chosen not in {value for value, _label in self.lookup_choices}:
            return queryset
        without = queryset.filter(without_password(), is_active=True)
        open_now = Invitation.objects.open_at(timezone.now())
        if chosen == "none":
            return without
        if chosen == "uninvited":
            return without.exclude(pk__in=open_now.values("person"))
        return without.filter(pk__in=open_now.filter(way=chosen).values("person"))


def without_password() -> Q:
    """People who have chosen none: an unusable one begins with "!"."""
    return Q(password__startswith="!") | Q(password="") | Q(must_change_password=True)


class EmploymentFilter(admin.SimpleListFilter):
    title = _("employment")
    parameter_name = "employment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("leave", _("on leave today")),
            ("leaving", _("leaving date recorded")),
            ("left", _("left the company")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        today = Organisation.current().localdate(timezone.now())
        away = Leave.objects.filter(from_on__lte=today, until_on__gte=today)
        chosen: dict[str | None, Q] = {
            "leave": Q(is_active=True, pk__in=away.values("person")),
            "leaving": Q(is_active=True, left_on__isnull=False),
            "left": Q(is_active=False, left_on__isnull=False),
        }
        return queryset.filter(chosen.get(self.value(), Q()))


class DutyFilter(admin.SimpleListFilter):
    """For those who may list pledges."""

    title = _("pledges")
    parameter_name = "duties"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(words.DUTIES.items())

    def has_output(self) -> bool:
        return access.allows(self.request.user, Act.LIST_PLEDGES)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> QuerySet[Person]:
        chosen = self.value()
        if chosen not in set(Show) or not access.allows(request.user, Act.LIST_PLEDGES):
            return queryset
        today = Organisation.current().localdate(timezone.now())
        return queryset.filter(duties.who(Show(chosen), today))
