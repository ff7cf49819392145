"""How far the acceptance of many has come: the list, the page of one, its moving part."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from pledges import access
from pledges.access import Act
from pledges.actions import batches
from pledges.admin import words
from pledges.admin.base import AccessModelAdmin, actor_of, number_in
from pledges.core.lifecycle import Role
from pledges.models import AcceptanceBatch, AcceptanceItem
from pledges.templatetags.sheet_extras import moment

CHANGE = "admin:pledges_acceptancebatch_change"
# What is read out while it goes on: each full tenth, not every pledge.
TENTH = 10


class BatchAdmin(AccessModelAdmin):
    """Read-only; an officer sees their own, auditors all."""

    reads = Act.READ_BATCHES
    without_pages = frozenset({"add", "delete", "history"})
    list_display = ("begun", "officer", "progress", "state")
    sortable_by = ()
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[AcceptanceBatch]:
        outcome = AcceptanceItem.Outcome
        found = AcceptanceBatch.objects.select_related("officer").annotate(
            total=Count("items"),
            sealed=Count("items", filter=Q(items__outcome=outcome.ACCEPTED)),
            left=Count("items", filter=Q(items__outcome=outcome.LEFT)),
        )
        if Role.AUDITOR in actor_of(request).roles:
            return found
        return found.filter(officer=actor_of(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access.allows(request.user, Act.READ_BATCHES, obj)

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("<int:pk>/progress/", view(require_safe(self.moving)), name=f"{name}_progress"),
            path("<int:pk>/go-on/", view(require_POST(self.go_on)), name=f"{name}_go_on"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return require_safe(self._whole)(request, number_in(object_id))

    def _whole(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Bulk acceptance"),
            "opts": self.opts,
            **self._progress(request, pk),
        }
        return TemplateResponse(request, "admin/pledges/acceptancebatch/overview.html", context)

    def moving(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part of the page that changes; what was read out last is not read out again."""
        context = self._progress(request, pk)
        context["tell"] = request.GET.get("told") != str(context["told"])
        return TemplateResponse(request, "admin/pledges/acceptancebatch/moving.html", context)

    def go_on(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Queue the rest once more, where no worker seems to be at it."""
        batches.go_on(self._batch(request, pk), actor=actor_of(request))
        messages.success(request, _("The rest has been queued again."))
        return redirect(CHANGE, pk)

    def _batch(self, request: HttpRequest, pk: int) -> Any:
        access.require(request.user, Act.READ_BATCHES)
        batch = self.get_queryset(request).filter(pk=pk).first()
        if batch is None:
            raise Http404
        return batch

    def _progress(self, request: HttpRequest, pk: int) -> dict[str, Any]:
        batch = self._batch(request, pk)
        left = batch.items.filter(outcome=AcceptanceItem.Outcome.LEFT).select_related("pledge")
        stalled = batch.is_stalled(timezone.now())
        done = batch.sealed + batch.left
        return {
            "batch": batch,
            "done": done,
            "told": "end" if batch.finished_at else done * TENTH // batch.total,
            "percent": done * TENTH // batch.total * TENTH,
            "moves": batch.finished_at is None and not stalled,
            "may_go_on": stalled and access.allows(request.user, Act.ACCEPT_MANY, batch),
            "sealed_words": words.sealed_of(batch.sealed, batch.total),
            "left_words": words.left_count(batch.left),
            "left": [(item.pledge, words.left_because(item.reason)) for item in left],
        }

    @admin.display(description=gettext_lazy("started"))
    def begun(self, batch: AcceptanceBatch) -> str:
        return moment(batch.created_at)

    @admin.display(description=gettext_lazy("progress"))
    def progress(self, batch: Any) -> str:
        return words.sealed_of(batch.sealed, batch.total)

    @admin.display(description=gettext_lazy("status"))
    def state(self, batch: Any) -> str:
        look, text = (
            ("accepted", _("Finished")) if batch.finished_at else ("signed", _("In progress"))
        )
        left = ""
        if batch.left:
            left = format_html('<span class="aside">{}</span>', words.left_count(batch.left))
        return format_html('<span class="state state-{}">{}</span> {}', look, text, left)
