"""Lists of papers in the admin: uploading one, how far it is, each row's fate, and filing it."""

from collections import Counter
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pledges import access
from pledges.access import Act
from pledges.actions.papers import list_filing, list_template, lists
from pledges.admin import words
from pledges.admin.base import AccessModelAdmin, actor_of, number_in
from pledges.admin.bulk import download
from pledges.admin.paper_forms import ListForm
from pledges.core import refusals
from pledges.models import PaperBatch, PaperItem
from pledges.templatetags.sheet_extras import moment
from pledges.wording import papers as paper_words

CHANGE = "admin:pledges_paperbatch_change"
TENTH = 10
LOOKS = {"ready": "signed", "filed": "accepted", "discarded": "", "drawing": "", "filing": ""}
Fate = PaperItem.Fate


class PaperBatchAdmin(AccessModelAdmin):
    """Each sees the lists that they uploaded."""

    reads = Act.FILE_PAPER
    without_pages = frozenset({"add", "delete", "history"})
    list_display = ("uploaded", "list_name", "rows", "shown_state")
    sortable_by = ()
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaperBatch]:
        own = PaperBatch.objects.filter(filed_by=actor_of(request))
        return own.annotate(total=Count("items"))

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        read_or_do = require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("upload/", view(read_or_do(self.upload)), name=f"{name}_upload"),
            path("template.csv", view(require_safe(self.template)), name=f"{name}_template"),
            path("<int:pk>/progress/", view(require_safe(self.moving)), name=f"{name}_progress"),
            path("<int:pk>/file/", view(require_POST(self.file)), name=f"{name}_file"),
            path("<int:pk>/discard/", view(require_POST(self.discard)), name=f"{name}_discard"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return require_safe(self._whole)(request, number_in(object_id))

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Takes a list and its ZIP, which the workers then look at."""
        access.require(request.user, Act.FILE_PAPER)
        form = ListForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
        if request.method == "POST" and form.is_valid():
            table, archive = form.cleaned_data["table"], form.cleaned_data["archive"]
            try:
                batch = lists.begin(
                    table.read(),
                    archive.file,
                    list_name=table.name,
                    archive_name=archive.name,
                    actor=actor_of(request),
                    at=timezone.now(),
                )
            except refusals.StorageUnavailable:
                raise
            except refusals.Refusal as error:
                form.add_error(None, words.refusal(error))
            else:
                return redirect(CHANGE, batch.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("File many paper pledges"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/pledges/paperbatch/upload.html", context)

    def template(self, request: HttpRequest) -> HttpResponseBase:
        """The heads of the list's columns and a row as an example, in the language in use."""
        access.require(request.user, Act.FILE_PAPER)
        made = [list_template.write(timezone.now())]
        return download(made, "text/csv; charset=utf-8", "paper-pledges.csv")

    def moving(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part of the page that changes; what was read out last is not read out again."""
        context = self._progress(request, self._batch(request, pk))
        context["tell"] = request.GET.get("told") != str(context["told"])
        return TemplateResponse(request, "admin/pledges/paperbatch/moving.html", context)

    def file(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have all sound rows filed."""
        batch, left_out = self._batch(request, pk), "without_faulty" in request.POST
        try:
            list_filing.request_filing(
                batch, actor=actor_of(request), at=timezone.now(), without_faulty=left_out
            )
        except refusals.Refusal as error:
            messages.warning(request, words.refusal(error))
        else:
            messages.success(request, _("The papers are being filed. You may leave this page."))
        return redirect(CHANGE, pk)

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Drop the list with its scans."""
        try:
            list_filing.discard(
                self._batch(request, pk), actor=actor_of(request), at=timezone.now()
            )
        except refusals.Refusal as error:
            messages.warning(request, words.refusal(error))
            return redirect(CHANGE, pk)
        messages.success(request, _("The list and its scans have been removed. Nothing was filed."))
        return redirect("admin:pledges_paperbatch_upload")

    def _batch(self, request: HttpRequest, pk: int) -> Any:
        access.require(request.user, Act.FILE_PAPER)
        batch = self.get_queryset(request).filter(pk=pk).first()
        if batch is None:
            raise Http404
        return batch

    def _whole(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = self._batch(request, pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("List of paper pledges"),
            "opts": self.opts,
            **self._progress(request, batch),
        }
        return TemplateResponse(request, "admin/pledges/paperbatch/overview.html", context)

    def _progress(self, request: HttpRequest, batch: Any) -> dict[str, Any]:
        items = list(batch.items.select_related("paper__person", "paper__version"))
        fates = Counter(item.fate for item in items)
        works = batch.state in (PaperBatch.State.DRAWING, PaperBatch.State.FILING)
        stalled = batch.is_stalled(timezone.now())
        done, total = len(items) - fates[Fate.WAITING], max(1, len(items))
        return {
            "batch": batch,
            "total": len(items),
            "done": done,
            "percent": done * TENTH // total * TENTH,
            "told": f"{batch.state}-{done * TENTH // total}",
            "moves": works and not stalled,
            "stalled": stalled,
            "fates": {fate.replace("-", "_"): fates[fate] for fate in Fate.values},
            "rows": _shown(items, request.GET.get("fate", "")),
            "chosen": request.GET.get("fate", ""),
            "refused": [(name, paper_words.entry_fault(why)) for name, why in batch.refused],
        }

    @admin.display(description=gettext_lazy("uploaded"))
    def uploaded(self, batch: PaperBatch) -> str:
        return moment(batch.created_at)

    @admin.display(description=gettext_lazy("rows"))
    def rows(self, batch: Any) -> str:
        return str(batch.total)

    @admin.display(description=gettext_lazy("status"))
    def shown_state(self, batch: PaperBatch) -> str:
        look, label = LOOKS[batch.state], batch.get_state_display()
        return format_html('<span class="state state-{}">{}</span>', look, label)


def _shown(items: list[PaperItem], chosen: str) -> list[tuple[PaperItem, list[str]]]:
    """Rows with their faults in words: those of the chosen fate, or all, the faulty ones first."""
    found = [item for item in items if item.fate == chosen or not chosen]
    found.sort(key=lambda item: (item.fate != Fate.FAULTY, item.row))
    return [
        (item, [paper_words.row_fault(code, about) for code, about in item.faults])
        for item in found
    ]
