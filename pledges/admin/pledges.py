"""Pledges in the admin: the list as compliance's queue, the page of one, many at once."""

import uuid
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import F, OuterRef, Prefetch, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pledges import access, wording
from pledges.access import Act
from pledges.admin import bulk, filters, pledge_page, review_pages, withdrawal_page
from pledges.admin.base import NOTHING, AccessModelAdmin, uuid_in
from pledges.core.languages import ENGLISH
from pledges.core.lifecycle import PledgeState
from pledges.models import Commitment, Department, Organisation, Pledge, ReviewClaim, duties
from pledges.templatetags.sheet_extras import day, moment
from pledges.wording.language import active


def _as_shown(signed: str, present: str) -> Coalesce:
    """What the list shows and orders by: as it was signed, and of a draft as it is now."""
    return Coalesce(NullIf(signed, Value("")), present)


# Enough to see at a glance what is unusual; the rest is on the pledge's own page.
MAX_FLAGS_SHOWN = 2


class PledgeChangeList(ChangeList):
    """Drafts say by when they are asked for, as their person's own page does."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        shown: Any = list(self.result_list)
        duties.show_asked_days(shown, timezone.now())
        self.result_list = shown


class PledgeAdmin(bulk.BulkActions, AccessModelAdmin):
    """Nothing here writes: every change is a page of `review_pages` or an action of `bulk`."""

    reads = Act.LIST_PLEDGES
    without_pages = frozenset({"add", "delete", "history"})
    list_display = (
        *("number_or_state", "signer", "department", "template_name", "state", "unusual"),
        *("signed", "age"),
    )
    sortable_by = ("number_or_state", "signer", "department", "signed")
    list_filter: ClassVar = (
        *(filters.StateFilter, filters.FlaggedFilter, filters.TemplateFilter),
        *(filters.VersionFilter, filters.DepartmentFilter, filters.PeriodFilter),
    )
    search_fields = (
        *("number", "signer_name", "signer_employee_number"),
        *("person__name", "person__employee_number"),
    )
    search_help_text = _("Name, employee number or pledge number")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        until = filters.PeriodFilter.until_name
        return lookup == until or super().lookup_allowed(lookup, value, request)

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return PledgeChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pledge]:
        flagged = Commitment.objects.filter(flagged=True)
        # What was signed names the department in Chinese: the same department as it is called now.
        same = Department.objects.filter(name_zh=OuterRef("signer_department"))
        named = Pledge.objects.annotate(department_en=Subquery(same.values("name_en")[:1]))
        pledges = named.prefetch_related(
            "person__department",
            "version__template",
            Prefetch("review_claim", queryset=ReviewClaim.objects.select_related("officer")),
            Prefetch("commitments", queryset=flagged, to_attr="flagged_commitments"),
        )
        return pledges if filters.sees_drafts(request.user) else pledges.issued()

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Without the columns that would say the same, or nothing, in most rows."""
        state = filters.chosen_state(request)
        idle = set() if state == PledgeState.SIGNED else {"age"}
        idle |= set() if state in filters.WHOLE else {"state"}
        return tuple(column for column in self.list_display if column not in idle)

    def get_ordering(self, request: HttpRequest) -> tuple:
        """The queue: the longest waiting first; any other list: the newest first."""
        if filters.chosen_state(request) == PledgeState.SIGNED:
            return ("signed_at", "pk")
        return (F("signed_at").desc(nulls_last=True), "-created_at")

    def has_view_permission(self, request: HttpRequest, obj: Pledge | None = None) -> bool:
        if obj is None:
            return super().has_view_permission(request)
        return access.allows(request.user, Act.READ_PLEDGE, obj)

    def get_urls(self) -> list[URLPattern]:
        own = [
            ("<uuid:pk>/accept/", review_pages.accept, "accept"),
            ("<uuid:pk>/return/", review_pages.return_to_manager, "return"),
            ("<uuid:pk>/revoke/", review_pages.revoke, "revoke"),
            ("<uuid:pk>/withdraw/", withdrawal_page.withdraw, "withdraw"),
        ]
        whole = [
            ("<uuid:pk>/claim/", self._with_pledge(review_pages.hold, reads=False), "claim"),
            ("export/", require_POST(self.export_all), "export"),
            ("commitments/", require_POST(self.export_commitments), "commitments"),
        ]
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view, read_or_do = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        return [
            *(
                path(at, view(read_or_do(self._with_pledge(page))), name=f"{name}_{it}")
                for at, page, it in own
            ),
            *(path(at, view(page), name=f"{name}_{it}") for at, page, it in whole),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return require_safe(self._with_pledge(pledge_page.overview))(request, pk=uuid_in(object_id))

    def _with_pledge(self, page: Any, *, reads: bool = True) -> Any:
        """`page` with its pledge; that somebody `reads` it is noted."""

        def view(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
            pledges = self.get_queryset(request).select_related(
                "reviewed_by", "revoked_by", "withdrawn_by", "corrects"
            )
            pledge = pledges.filter(pk=pk).first()
            if pledge is None or not self.has_view_permission(request, pledge):
                raise Http404
            if reads:
                pledge_page.note_reading(request, pledge)
            return page(self, request, pledge)

        return view

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        queue = filters.chosen_state(request) == PledgeState.SIGNED
        context = {
            "title": _("Awaiting review") if queue else _("Pledges"),
            "queue": queue,
            "may_export": access.allows(request.user, Act.EXPORT_PLEDGES),
            "may_export_commitments": access.allows(request.user, Act.EXPORT_COMMITMENTS),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    @admin.display(description=_("number"), ordering="number")
    def number_or_state(self, pledge: Pledge) -> str:
        return pledge.number or str(_("not numbered yet"))

    @admin.display(description=_("person"), ordering=_as_shown("signer_name", "person__name"))
    def signer(self, pledge: Pledge) -> str:
        if pledge.status == PledgeState.ERASED:
            return NOTHING
        name = pledge.signer_name or pledge.person.name
        number = pledge.signer_employee_number or pledge.person.employee_number
        return format_html('{} <span class="aside">{}</span>', name, number)

    @admin.display(
        description=_("department"),
        ordering=_as_shown("signer_department", "person__department__name_zh"),
    )
    def department(self, pledge: Any) -> str:
        if pledge.status == PledgeState.ERASED:
            return NOTHING
        if not pledge.signer_department:
            return str(pledge.person.department)
        in_english = pledge.department_en if active() == ENGLISH else ""
        return in_english or pledge.signer_department

    @admin.display(description=_("template"), ordering="version")
    def template_name(self, pledge: Pledge) -> str:
        return str(pledge.version)

    @admin.display(description=_("status"), ordering="status")
    def state(self, pledge: Pledge) -> str:
        due = ""
        if pledge.status == PledgeState.DRAFT and pledge.due_on:
            due = format_html('<span class="aside">{} {}</span>', _("due"), day(pledge.due_on))
        label = pledge.get_status_display()
        return format_html('<span class="state state-{}">{}</span> {}', pledge.status, label, due)

    @admin.display(description=_("unusual"), ordering="flagged")
    def unusual(self, pledge: Any) -> str:
        found = pledge.flagged_commitments
        if not found:
            return NOTHING
        count = ngettext("%(count)d unusual answer", "%(count)d unusual answers", len(found))
        rows = [_in_short(pledge, each.code) for each in found[:MAX_FLAGS_SHOWN]]
        more = len(found) - MAX_FLAGS_SHOWN
        return format_html(
            '<strong class="flag-count">{}</strong><ul class="flags">{}{}</ul>',
            count % {"count": len(found)},
            format_html_join("", "<li>{}</li>", ((row,) for row in rows)),
            format_html("<li>{}</li>", _("and %(count)d more") % {"count": more})
            if more > 0
            else "",
        )

    @admin.display(description=_("signed"), ordering="signed_at")
    def signed(self, pledge: Pledge) -> str:
        if pledge.signed_at is None:
            return NOTHING
        return format_html(
            '<time title="{}">{}</time>', moment(pledge.signed_at), day(pledge.signed_at)
        )

    @admin.display(description=_("waiting"), ordering="signed_at")
    def age(self, pledge: Pledge) -> str:
        if pledge.status != PledgeState.SIGNED or pledge.signed_at is None:
            return NOTHING
        organisation = Organisation.current()
        today = organisation.localdate(timezone.now())
        days = (today - organisation.localdate(pledge.signed_at)).days
        since = ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
        claim = getattr(pledge, "review_claim", None)
        reviewer = claim.officer.name if claim and claim.until > timezone.now() else ""
        by = gettext("%(who)s is reviewing it") % {"who": reviewer} if reviewer else ""
        shown = since if days else _("since today")
        return format_html('{} <span class="aside">{}</span>', shown, by) if by else str(shown)


def _in_short(pledge: Pledge, code: str) -> str:
    """One unusual answer in a few words: «满意度目标 85 %（≥ 90 %）»."""
    blank = pledge.version.blank(code)
    if blank is None:
        return code
    return gettext("%(label)s %(answer)s (expected %(expected)s)") % {
        "label": wording.label(blank),
        "answer": wording.answer(blank, pledge.answers),
        "expected": wording.expected(blank, pledge.answers),
    }
