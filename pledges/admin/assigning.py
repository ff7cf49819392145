"""People chosen in their list are asked to sign: they begin a new signing task."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from pledges import access
from pledges.access import Act
from pledges.admin.tasks import making


class Assigning(ModelAdmin):
    """The action of the list of people that makes a task for those who were chosen there."""

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return access.allows(request.user, Act.MAKE_TASK)

    @admin.action(description=_("Ask to sign: new signing task"), permissions=["assign"])
    def assign(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """The form of a new task, with their numbers in it; nothing is kept yet."""
        numbers = queryset.order_by("employee_number").values_list("employee_number", flat=True)
        return making.begin(self, request, "\n".join(numbers))
