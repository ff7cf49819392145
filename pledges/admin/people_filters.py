"""The filters of the list of people: by role, and those who wait to be met and confirmed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pledges.actions import confirmers
from pledges.admin import words
from pledges.admin.base import actor_of


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
