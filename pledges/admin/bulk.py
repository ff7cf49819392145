"""Many pledges at once: accepting what is plain, exporting files, exporting commitments."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pledges import access
from pledges.access import Act
from pledges.actions import batches, exporting
from pledges.admin import words
from pledges.admin.base import actor_of
from pledges.models import Organisation, Pledge


class BulkActions(ModelAdmin):
    """The actions of the list of pledges, each offered to those who may."""

    actions = ("accept_plain", "export_selected", "commitments_selected")

    def has_judge_permission(self, request: HttpRequest) -> bool:
        return access.allows(request.user, Act.JUDGE_PLEDGE, Pledge())

    def has_export_permission(self, request: HttpRequest) -> bool:
        return access.allows(request.user, Act.EXPORT_PLEDGES)

    def has_export_commitments_permission(self, request: HttpRequest) -> bool:
        return access.allows(request.user, Act.EXPORT_COMMITMENTS)

    @admin.action(description=_("Accept pledges without unusual answers"), permissions=["judge"])
    def accept_plain(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """First a page that says which will be accepted and which not; then, confirmed, do it."""
        chosen = list(queryset.order_by("signed_at", "pk")[: batches.MAX_BATCH_SIZE + 1])
        if "confirmed" not in request.POST or not chosen:
            return self._confirm(request, chosen)
        batch = batches.begin(
            chosen[: batches.MAX_BATCH_SIZE], actor=actor_of(request), at=timezone.now()
        )
        return redirect("admin:pledges_acceptancebatch_change", batch.pk)

    def _confirm(self, request: HttpRequest, chosen: list[Pledge]) -> HttpResponse:
        officer, listed = actor_of(request), chosen[: batches.MAX_BATCH_SIZE]
        reasons = [(pledge, batches.why_not(officer, pledge)) for pledge in listed]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Accept pledges without unusual answers"),
            "opts": self.opts,
            "plain": [pledge for pledge, reason in reasons if not reason],
            "left": [(pledge, words.left_because(reason)) for pledge, reason in reasons if reason],
            "more": len(chosen) > batches.MAX_BATCH_SIZE,
            "limit": batches.MAX_BATCH_SIZE,
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/pledges/pledge/accept_plain.html", context)

    @admin.action(description=_("Export as ZIP"), permissions=["export"])
    def export_selected(self, request: HttpRequest, queryset: QuerySet) -> HttpResponseBase:
        return zip_of(self, request, queryset, timezone.now())

    @admin.action(description=_("Export the commitments (CSV)"), permissions=["export_commitments"])
    def commitments_selected(self, request: HttpRequest, queryset: QuerySet) -> HttpResponseBase:
        return _csv(self, request, queryset)

    def export_all(self, request: HttpRequest) -> HttpResponseBase:
        """The ZIP of everything that the list's filters leave, on all its pages."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        listed = self.get_changelist_instance(request).get_queryset(request)
        return zip_of(self, request, listed, timezone.now())

    def export_commitments(self, request: HttpRequest) -> HttpResponseBase:
        """The commitments of everything that the list's filters leave."""
        if not self.has_export_commitments_permission(request):
            raise PermissionDenied
        return _csv(self, request, self.get_changelist_instance(request).get_queryset(request))


def zip_of(page: ModelAdmin, request: HttpRequest, pledges: Any, at: datetime) -> HttpResponseBase:
    """The files of the signed ones of `pledges`, as a download."""
    if not pledges.kept().exists():
        return _nothing_to_export(page, request)
    archive = exporting.export(pledges, actor=actor_of(request), at=at)
    response = download(archive, "application/zip", f"pledges-{_today(at)}.zip")
    # Its length is known beforehand, so the browser shows how far the download is; compressing
    # what is compressed already would lose that.
    response["Content-Length"] = str(len(archive))
    response["Content-Encoding"] = "identity"
    return response


def _csv(page: ModelAdmin, request: HttpRequest, pledges: Any) -> HttpResponseBase:
    if not pledges.kept().exists():
        return _nothing_to_export(page, request)
    at = timezone.now()
    rows = exporting.export_commitments(pledges, actor=actor_of(request), at=at)
    return download(rows, "text/csv; charset=utf-8", f"commitments-{_today(at)}.csv")


def _nothing_to_export(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    page.message_user(request, _("None of these pledges has been signed."), messages.WARNING)
    address = f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist"
    from_list = request.META["QUERY_STRING"]
    return HttpResponseRedirect(reverse(address) + (f"?{from_list}" if from_list else ""))


def download(body: Iterable[bytes], kind: str, name: str) -> StreamingHttpResponse:
    """What is kept by the browser as the file `name`, and by nobody on the way."""
    response = StreamingHttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _today(at: datetime) -> str:
    return Organisation.current().localdate(at).isoformat()
