"""Paper pledges in the admin: the list, one scan uploaded, and what is decided about it."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pledges import access
from pledges.access import Act
from pledges.actions.papers import exporting, filing
from pledges.admin import paper_page, paper_steps
from pledges.admin.base import NOTHING, AccessModelAdmin, actor_of, uuid_in
from pledges.admin.bulk import download
from pledges.admin.paper_forms import PaperForm
from pledges.core import refusals
from pledges.core.papers import PaperState
from pledges.models import Organisation, PaperPledge
from pledges.templatetags.sheet_extras import day

LOOKS = {"filed": "signed", "confirmed": "accepted", "rejected": "returned", "withdrawn": "revoked"}
ALL, VALID = "all", "valid"


class PaperStateFilter(SimpleListFilter):
    """Where papers stand; compliance sees first what waits, whoever searches sees all."""

    title = _("status")
    parameter_name = "state"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        waits = access.allows(request.user, Act.CONFIRM_PAPER) and not request.GET.get("q")
        usual = PaperState.FILED.value if waits else ALL
        self.chosen = request.GET.get(self.parameter_name) or usual
        super().__init__(request, *args)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        states = [each for each in PaperPledge.State.choices if each[0] != PaperState.DRAFT]
        return [*states, (VALID, _("counts as signed on paper"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        if self.chosen == VALID:
            return queryset.valid(Organisation.current().localdate(timezone.now()))
        return queryset if self.chosen == ALL else queryset.filter(state=self.chosen)

    def choices(self, changelist: Any) -> Iterator[Any]:
        for value, label in [*self.lookup_choices, (ALL, _("All"))]:
            yield {
                "selected": self.chosen == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }


class PaperAdmin(AccessModelAdmin):
    """HR files, compliance confirms, auditors look; drafts are on no list."""

    reads = Act.LIST_PAPERS
    without_pages = frozenset({"add", "delete", "history"})
    list_display = ("whose", "kind", "signed", "ends", "shown_state", "filed")
    sortable_by = ("whose", "signed", "filed")
    list_filter: ClassVar = (PaperStateFilter, "version")
    list_select_related = ("person", "version__template", "filed_by")
    search_fields = ("person__name", "person__employee_number")
    search_help_text = _("Name or employee number")
    ordering = ("filed_at", "pk")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaperPledge]:
        return PaperPledge.objects.filed()

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        read_or_do = require_http_methods(["GET", "HEAD", "POST"])
        steps = [
            ("file", require_POST, paper_steps.file),
            ("correct", read_or_do, paper_steps.correct),
            ("discard", require_POST, paper_steps.discard),
            ("confirm", require_POST, paper_steps.confirm),
            ("reject", read_or_do, paper_steps.reject),
            ("withdraw", read_or_do, paper_steps.withdraw),
        ]
        return [
            path("upload/", view(read_or_do(self.upload)), name=f"{name}_upload"),
            path("export/", view(require_POST(self.export)), name=f"{name}_export"),
            *(
                path(f"<uuid:pk>/{it}/", view(ways(self._with(page))), name=f"{name}_{it}")
                for it, ways, page in steps
            ),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return require_safe(self._with(paper_page.show))(request, pk=uuid_in(object_id))

    def _with(self, page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
            rows = PaperPledge.objects.select_related(
                "person__department", "version__template", "filed_by", "settled_by", "withdrawn_by"
            )
            paper = rows.filter(pk=pk).first()
            if paper is None or not access.allows(request.user, Act.READ_PAPER, paper):
                raise Http404
            return page(self, request, paper)

        return view

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Takes one scan with what HR says of it; it is looked at before anything is filed."""
        access.require(request.user, Act.FILE_PAPER)
        first = {"number": request.GET.get("number", "")[:32]}
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = PaperForm(*sent, initial=first)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data["file"].read()
            try:
                at = timezone.now()
                facts = form.facts(form.cleaned_data["file"].name)
                paper = filing.upload(data, facts, actor=actor_of(request), at=at)
            except refusals.StorageUnavailable:
                raise
            except refusals.Refusal as error:
                form.refuse(error)
            else:
                return redirect(paper_steps.CHANGE, paper.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("File a paper pledge"),
            "opts": self.opts,
            "form": form,
            "unfinished": paper_page.unfinished(request),
        }
        return TemplateResponse(request, "admin/pledges/paperpledge/upload.html", context)

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """A CSV file of all papers that the list's filters leave."""
        if not access.allows(request.user, Act.EXPORT_PAPERS):
            raise PermissionDenied
        chosen: Any = self.get_changelist_instance(request).get_queryset(request)
        at = timezone.now()
        table = exporting.export(chosen, actor=actor_of(request), at=at)
        today = Organisation.current().localdate(at).isoformat()
        return download(table, "text/csv; charset=utf-8", f"paper-pledges-{today}.csv")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {
            "may_file": (may_file := access.allows(request.user, Act.FILE_PAPER)),
            "unfinished": paper_page.unfinished(request) if may_file else (),
            "may_export": access.allows(request.user, Act.EXPORT_PAPERS),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    @admin.display(description=_("person"), ordering="person__name")
    def whose(self, paper: PaperPledge) -> str:
        if paper.state == PaperState.ERASED:
            return NOTHING
        number = paper.person.employee_number
        return format_html('{} <span class="aside">{}</span>', paper.person.name, number)

    @admin.display(description=_("version"))
    def kind(self, paper: PaperPledge) -> str:
        return str(paper.version)

    @admin.display(description=_("signed on paper"), ordering="signed_on")
    def signed(self, paper: PaperPledge) -> str:
        return day(paper.signed_on)

    @admin.display(description=_("last day"))
    def ends(self, paper: PaperPledge) -> str:
        return day(paper.ends_on) or NOTHING

    @admin.display(description=_("status"))
    def shown_state(self, paper: PaperPledge) -> str:
        look, label = LOOKS.get(paper.state, ""), paper.get_state_display()
        return format_html('<span class="state state-{}">{}</span>', look, label)

    @admin.display(description=_("filed"), ordering="filed_at")
    def filed(self, paper: PaperPledge) -> str:
        return format_html(
            '{} <span class="aside">{}</span>', day(paper.filed_at), paper.filed_by.name
        )
