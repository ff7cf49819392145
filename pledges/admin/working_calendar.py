"""The working calendar in the admin: what was published, and what compliance or HR set."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import ExtractYear
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from pledges import access
from pledges.access import Act
from pledges.actions import working_calendar
from pledges.admin.base import NOTHING, AccessModelAdmin, actor_of
from pledges.models import CalendarDay, Organisation
from pledges.templatetags.sheet_extras import day as written_day
from pledges.wording.calendar import occasion


class YearFilter(admin.SimpleListFilter):
    title = _("year")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        days = CalendarDay.objects.annotate(year=ExtractYear("date"))
        years = days.order_by("year").values_list("year", flat=True).distinct()
        return [(str(year), str(year)) for year in years]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value() or ""
        known = {each for each, _label in self.lookup_choices}
        return queryset.filter(date__year=int(value)) if value in known else queryset


class SpecialFilter(admin.SimpleListFilter):
    """Days that are not as their day of the week says: the others tell nobody anything."""

    title = _("days")
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("off", _("off within the week")),
            ("worked", _("worked on a weekend")),
            ("changed", _("set by the company")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        weekend = (1, 7)  # Sunday and Saturday, as the database counts
        if self.value() == "off":
            return queryset.filter(working=False).exclude(date__week_day__in=weekend)
        if self.value() == "worked":
            return queryset.filter(working=True, date__week_day__in=weekend)
        if self.value() == "changed":
            return queryset.filter(source=CalendarDay.Source.CHANGED)
        return queryset


class DayForm(forms.ModelForm):
    class Meta:
        model = CalendarDay
        fields = ("date", "working", "name")


class CalendarDayAdmin(AccessModelAdmin):
    """Adding a day is for a year that is not published yet."""

    reads = Act.READ_CALENDAR
    form = DayForm
    list_display = ("day", "weekday", "works", "occasion", "source", "changed_by")
    list_select_related = ("changed_by",)
    list_filter = (SpecialFilter, YearFilter)
    list_per_page = 100
    ordering = ("-date",)
    sortable_by = ()
    actions = None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Says until which day the calendar is known."""
        last = CalendarDay.objects.filter(source=CalendarDay.Source.PUBLISHED)
        known = last.order_by("-date").values_list("date", flat=True).first()
        today = Organisation.current().localdate(timezone.now())
        context = {"known_until": known, "runs_out": known is None or known.year <= today.year}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("date",) if obj else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return access.allows(request.user, Act.WRITE_CALENDAR)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access.allows(request.user, Act.WRITE_CALENDAR)

    def save_model(self, request: HttpRequest, obj: CalendarDay, form: Any, change: Any) -> None:
        working_calendar.set_day(
            obj.date,
            working=obj.working,
            name=obj.name,
            actor=actor_of(request),
            at=timezone.now(),
        )

    @admin.display(description=_("day"))
    def day(self, row: CalendarDay) -> str:
        return written_day(row.date)

    @admin.display(description=_("day of the week"))
    def weekday(self, row: CalendarDay) -> str:
        return date_format(row.date, "l")

    @admin.display(description=_("working day"))
    def works(self, row: CalendarDay) -> str:
        return str(_("working day") if row.working else _("day off"))

    @admin.display(description=_("occasion"))
    def occasion(self, row: CalendarDay) -> str:
        return occasion(row.name) or NOTHING
