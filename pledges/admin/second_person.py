"""What waits for the one who looks as the second person, counted and listed by the same rows."""

from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pledges import access
from pledges.access import Act
from pledges.core.standings import TaskState
from pledges.models import Roster, SigningTask

PARAMETER, YOU = "waiting", "you"


def cancellations_for(person: Any) -> QuerySet[SigningTask]:
    """Running tasks that somebody else asked to cancel, which `person` may decide."""
    if not access.allows(person, Act.CANCEL_TASK):
        return SigningTask.objects.none()
    asked = SigningTask.objects.filter(
        state=TaskState.RUNNING, cancellation_asked_at__isnull=False, closing_since__isnull=True
    )
    return asked.exclude(cancellation_asked_by=person)


def rosters_for(person: Any) -> QuerySet[Roster]:
    """Rosters by which many would leave, which somebody else asked to have applied."""
    if not access.allows(person, Act.IMPORT_PEOPLE):
        return Roster.objects.none()
    return Roster.objects.filter(state=Roster.State.WAITING).exclude(asked_by=person)


class WaitsForYou(SimpleListFilter):
    """Offered where something waits, and while it is chosen."""

    title = _("decision")
    parameter_name = PARAMETER
    found: ClassVar[Any]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        offered = self.parameter_name in request.GET or type(self).found(request.user).exists()
        return [(YOU, _("waits for you"))] if offered else []

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != YOU:
            return queryset
        return queryset.filter(pk__in=type(self).found(request.user).values("pk"))


class CancellationsForYou(WaitsForYou):
    found = staticmethod(cancellations_for)


class RostersForYou(WaitsForYou):
    found = staticmethod(rosters_for)
