"""How far the invitations of many have come; reached from the list of people alone."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from pledges import access
from pledges.access import Act
from pledges.admin import words
from pledges.admin.base import AccessModelAdmin, number_in
from pledges.models import InvitationItem, InvitationRun
from pledges.templatetags.sheet_extras import moment

Outcome = InvitationItem.Outcome


class InvitationRunAdmin(AccessModelAdmin):
    """Read-only, for those who invite; a worker that dies is followed by another one by itself."""

    reads = Act.EDIT_PERSON_FACTS
    without_pages = frozenset({"add", "delete", "history"})
    list_display = ("begun", "started_by", "progress")
    sortable_by = ()
    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not a page of its own in the navigation: it is followed once, and told of once."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[InvitationRun]:
        return InvitationRun.objects.select_related("started_by").annotate(
            total=Count("items"),
            invited=Count("items", filter=Q(items__outcome=Outcome.INVITED)),
            left=Count("items", filter=Q(items__outcome=Outcome.LEFT)),
        )

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        moving = path(
            "<int:pk>/progress/", view(require_safe(self.moving)), name=f"{name}_progress"
        )
        return [moving, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return require_safe(self._whole)(request, number_in(object_id))

    def _whole(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Invitations by email"),
            "opts": self.opts,
            **self._progress(request, pk),
        }
        return TemplateResponse(request, "admin/pledges/invitationrun/overview.html", context)

    def moving(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part of the page that changes."""
        context = self._progress(request, pk)
        return TemplateResponse(request, "admin/pledges/invitationrun/moving.html", context)

    def _progress(self, request: HttpRequest, pk: int) -> dict[str, Any]:
        access.require(request.user, self.reads)
        run: Any = self.get_queryset(request).filter(pk=pk).first()
        if run is None:
            raise Http404
        left = run.items.filter(outcome=Outcome.LEFT).select_related("person")
        return {
            "run": run,
            "done": run.invited + run.left,
            "words": _of_total(run),
            "stalled": run.is_stalled(timezone.now()),
            "left": [(item.person, words.not_invited_because(item.reason)) for item in left],
        }

    @admin.display(description=gettext_lazy("started"))
    def begun(self, run: InvitationRun) -> str:
        return moment(run.created_at)

    @admin.display(description=gettext_lazy("progress"))
    def progress(self, run: Any) -> str:
        return _of_total(run)


def _of_total(run: Any) -> str:
    text = ngettext(
        "%(invited)d of %(total)d invited", "%(invited)d of %(total)d invited", run.total
    )
    return text % {"invited": run.invited, "total": run.total}
