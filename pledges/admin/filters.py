"""The filters of the list of pledges: state, template, version, department, flagged, period."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pledges import access
from pledges.access import Act
from pledges.core.lifecycle import PledgeState, Role
from pledges.models import Department, Organisation, Pledge, TemplateVersion
from pledges.models.pledges import NEVER_SIGNED, PLEDGE_STATES
from pledges.wording.language import here

ALL = "all"
ISSUED = "issued"
"""All that was ever signed, for those who also see what was not."""
WHOLE = frozenset({ALL, ISSUED})
"""Lists in which a pledge may be in any of several states."""


def sees_drafts(person: Any) -> bool:
    """Whether somebody lists drafts, of which they still see no answer.

    Human resources deal with what is signed; compliance and auditors also with what is late.
    """
    return bool({Role.COMPLIANCE, Role.AUDITOR} & person.roles)


def chosen_state(request: HttpRequest) -> str:
    """The state to list: as chosen; else, for those who review, what waits for them.

    Who searches means everything.
    """
    if chosen := request.GET.get(StateFilter.parameter_name):
        return chosen
    reviews = access.allows(request.user, Act.JUDGE_PLEDGE, Pledge())
    return PledgeState.SIGNED if reviews and not request.GET.get("q") else ALL


class StateFilter(SimpleListFilter):
    title = _("status")
    parameter_name = "state"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.chosen = chosen_state(request)
        super().__init__(request, *args)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        hidden = [] if sees_drafts(request.user) else NEVER_SIGNED
        states: list[tuple[str, Any]] = [
            (state, label) for state, label in PLEDGE_STATES if state not in hidden
        ]
        return states if hidden else [*states, (ISSUED, _("Signed in total"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.chosen == ISSUED:
            return queryset.filter(signed_at__isnull=False)
        return queryset if self.chosen == ALL else queryset.filter(status=self.chosen)

    def choices(self, changelist: Any) -> Iterator[Any]:
        for value, label in [*self.lookup_choices, (ALL, _("All"))]:
            yield {
                "selected": self.chosen == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }


class TemplateFilter(SimpleListFilter):
    title = _("template")
    parameter_name = "template"
    of = "version__"  # how a row of the list leads to its template

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        newest = TemplateVersion.objects.order_by("template_id", "-number").distinct("template_id")
        return [
            (version.template.slug, here(version.subtitle))
            for version in newest.select_related("template")
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = self.value()
        return queryset.filter(**{f"{self.of}template__slug": chosen}) if chosen else queryset


class OwnTemplateFilter(TemplateFilter):
    """The same for a list of versions."""

    of = ""


class VersionFilter(SimpleListFilter):
    """Offered once a template is chosen: version numbers mean something only within one."""

    title = _("version")
    parameter_name = "version"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        template = request.GET.get(TemplateFilter.parameter_name) or ""
        chosen = request.GET.get(self.parameter_name, "")
        versions = TemplateVersion.objects.exclude(status="draft")
        if template:
            versions = versions.filter(template__slug=template)
        elif chosen.isascii() and chosen.isdecimal():
            versions = versions.filter(pk=chosen)
        else:
            return []
        return [(str(version.pk), str(version)) for version in versions]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = self.value()
        known = {value for value, _label in self.lookup_choices}
        return queryset.filter(version_id=chosen) if chosen in known else queryset


class DepartmentFilter(SimpleListFilter):
    """By the department frozen at signing; drafts by that of the person now."""

    title = _("department")
    parameter_name = "department"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = {each.name_zh: str(each) for each in Department.objects.all()}
        frozen = Pledge.objects.kept().order_by().values_list("signer_department", flat=True)
        for name in frozen.distinct():
            names.setdefault(name, name)
        return sorted(names.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not (name := self.value()):
            return queryset
        own = Q(status=PledgeState.DRAFT, person__department__name_zh=name)
        return queryset.filter(Q(signer_department=name) | own)


class FlaggedFilter(SimpleListFilter):
    title = _("unusual answers")
    parameter_name = "flagged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("With unusual answers")), ("no", _("Without unusual answers"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        wanted = {"yes": True, "no": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.kept().filter(flagged=wanted)


class PeriodFilter(SimpleListFilter):
    """When it was signed, by the organisation's calendar: from one day to another, both in."""

    title = _("day of signing")
    template = "admin/pledges/pledge/period_filter.html"
    parameter_name = "signed_from"
    until_name = "signed_until"

    def __init__(self, request: HttpRequest, params: dict, *args: Any) -> None:
        self.first = _day(request.GET.get(self.parameter_name))
        self.last = _day(request.GET.get(self.until_name))
        super().__init__(request, params, *args)
        if self.until_name in params:
            self.used_parameters[self.until_name] = params.pop(self.until_name)[-1]

    def expected_parameters(self) -> list[str | None]:
        return [self.parameter_name, self.until_name]

    def has_output(self) -> bool:
        return True

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("any", "")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        own = self.expected_parameters()
        yield {
            "first": self.first,
            "last": self.last,
            "others": [(k, v) for k, v in changelist.params.items() if k not in own],
            "clear": changelist.get_query_string(remove=own),
        }

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        organisation = Organisation.current()
        if self.first:
            queryset = queryset.filter(signed_at__gte=organisation.start_of(self.first))
        if self.last:
            queryset = queryset.filter(signed_at__lt=organisation.end_of(self.last))
        return queryset


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
