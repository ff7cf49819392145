"""Importing people in the admin: upload, preview, mend, confirm, progress, result."""

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pledges import access, wording
from pledges.access import Act
from pledges.actions.rosters import confirming, preparing, sample, uploading
from pledges.admin import roster_pages, roster_rows
from pledges.admin.base import AccessModelAdmin, actor_of
from pledges.admin.roster_forms import ColumnsForm, UploadForm
from pledges.admin.second_person import RostersForYou
from pledges.core import refusals
from pledges.core.rosters.people import Reach
from pledges.models import Roster
from pledges.templatetags.sheet_extras import moment

CHANGE = "admin:pledges_roster_change"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RosterAdmin(AccessModelAdmin):
    """HR and administrators import; auditors look."""

    reads = Act.READ_ROSTERS
    without_pages = frozenset({"delete", "history"})
    list_display = ("file", "scope", "uploaded", "uploaded_by", "outcome")
    list_display_links = ("file",)
    list_select_related = ("uploaded_by",)
    list_filter: ClassVar = (RostersForYou,)
    sortable_by = ()
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Roster]:
        return super().get_queryset(request).defer("content")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return access.allows(request.user, Act.IMPORT_PEOPLE)

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        steps: tuple[tuple[str, Callable[..., Any]], ...] = (
            ("mend", self.mend),
            ("leave-out", self.leave_out),
            ("take-in", self.take_in),
            ("confirm", self.confirm),
            ("second", self.second),
            ("again", self.again),
            ("discard", self.discard),
        )
        return [
            path("template/", view(require_safe(self.template)), name=f"{name}_template"),
            path("<uuid:pk>/columns/", view(self.columns), name=f"{name}_columns"),
            path("<uuid:pk>/progress/", view(require_safe(self.moving)), name=f"{name}_progress"),
            *(
                path(f"<uuid:pk>/{step}/", view(require_POST(page)), name=f"{name}_{page.__name__}")
                for step, page in steps
            ),
            *super().get_urls(),
        ]

    # --- Upload ---------------------------------------------------------------------------------
    def template(self, request: HttpRequest) -> HttpResponse:
        """The XLSX file that people fill in."""
        access.require(request.user, Act.IMPORT_PEOPLE)
        response = HttpResponse(sample.sample(get_language() or ""), content_type=XLSX)
        response["Content-Disposition"] = 'attachment; filename="roster.xlsx"'
        return response

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        access.require(request.user, Act.IMPORT_PEOPLE)
        posted = (request.POST, request.FILES) if request.method == "POST" else ()
        form = UploadForm(*posted)
        if form.is_valid():
            try:
                return redirect(CHANGE, self._upload(request, form).pk)
            except refusals.Refusal as error:
                form.add_error("file", wording.refusal(error))
        context = {**self._frame(request), "title": _("Upload a list of people"), "form": form}
        return TemplateResponse(request, "admin/pledges/roster/upload.html", context)

    def _upload(self, request: HttpRequest, form: UploadForm) -> Roster:
        file, pasted = form.cleaned_data["file"], form.cleaned_data["pasted"]
        return uploading.upload(
            file.read() if file else pasted.encode(),
            name=file.name if file else str(_("Pasted cells")),
            pasted=not file,
            reach=Reach(form.cleaned_data["reach"]),
            departments=form.cleaned_data["departments"],
            actor=actor_of(request),
            at=timezone.now(),
        )

    # --- The page of one ------------------------------------------------------------------------
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return require_safe(self._page)(request, self._find(request, object_id))

    def _page(self, request: HttpRequest, roster: Roster) -> HttpResponse:
        if roster.state == Roster.State.UPLOADED and self.has_add_permission(request):
            return redirect("admin:pledges_roster_columns", roster.pk)
        context = {
            **self._frame(request),
            "title": roster.name,
            **roster_pages.context(request, roster, timezone.now()),
        }
        return TemplateResponse(request, "admin/pledges/roster/overview.html", context)

    def moving(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """The part of the page that changes while it is applied."""
        roster = self._find(request, str(pk))
        context = roster_pages.progress(roster, timezone.now(), alone=True)
        return TemplateResponse(request, "admin/pledges/roster/moving.html", context)

    def columns(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """What the columns say, where it was not recognised or is to be another."""
        access.require(request.user, Act.IMPORT_PEOPLE)
        roster = self._find(request, str(pk))
        form = ColumnsForm(roster, request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                uploading.choose_columns(
                    roster,
                    form.mapping(),
                    heads_row=form.cleaned_data["heads_row"],
                    actor=actor_of(request),
                    at=timezone.now(),
                )
                return redirect(CHANGE, pk)
            except refusals.Refusal as error:
                form.add_error(None, wording.refusal(error))
        context = {
            **self._frame(request),
            "title": _("What do the columns say?"),
            "roster": roster,
            "form": form,
            "first": roster_pages.first_rows(roster),
        }
        return TemplateResponse(request, "admin/pledges/roster/columns.html", context)

    # --- Steps ----------------------------------------------------------------------------------
    def mend(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Another text for one cell, or for all that say the same."""
        number, column = (_whole(request.POST.get(name)) for name in ("row", "column"))
        text, everywhere = request.POST.get("text", ""), "everywhere" in request.POST
        done = _("The cell was corrected and the preview updated.")
        given = (request, pk, done, preparing.mend_cell, number, column, text)
        return self._step(*given, everywhere=everywhere)

    def leave_out(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """These rows, or people, are not touched."""
        done = _("Left out. Neither these rows nor the people in them will be touched.")
        return self._step(request, pk, done, preparing.leave_out, request.POST.getlist("key"))

    def take_in(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """One that was left out counts again; or its name and entry date are meant as they are."""
        if same := request.POST.get("same"):
            done = _("The row changes this person.")
            return self._step(request, pk, done, preparing.say_same, _whole(same))
        done = _("The row counts again.")
        return self._step(request, pk, done, preparing.take_in, request.POST.get("key", ""))

    def confirm(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Apply the plan, or ask for the second person."""
        leavers, seen = _whole(request.POST.get("leavers")), request.POST.get("plan")
        return self._step(request, pk, "", confirming.confirm, leavers=leavers, seen=seen)

    def second(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """The second person's word."""
        seen = request.POST.get("plan")
        return self._step(request, pk, "", confirming.confirm_second, seen=seen)

    def again(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Compare with people and departments as they are now."""
        return self._step(request, pk, _("The preview was updated."), preparing.plan)

    def discard(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Nothing comes of it."""
        done = _("The list was discarded. Nothing was changed, and the file is deleted.")
        return self._step(request, pk, done, preparing.discard)

    def _step(
        self,
        request: HttpRequest,
        pk: uuid.UUID,
        done: Any,
        act: Callable[..., object],
        *given: Any,
        **named: Any,
    ) -> HttpResponse:
        roster = self._find(request, str(pk))
        try:
            act(roster, *given, actor=actor_of(request), at=timezone.now(), **named)
        except refusals.Refusal as error:
            messages.warning(request, wording.refusal(error))
        else:
            if done:
                messages.success(request, done)
        return redirect(roster_pages.back_to(request, roster))

    def _find(self, request: HttpRequest, key: str) -> Roster:
        access.require(request.user, Act.READ_ROSTERS)
        try:
            return self.get_queryset(request).get(pk=uuid.UUID(key))
        except (ValueError, Roster.DoesNotExist) as error:
            raise Http404 from error

    def _frame(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}

    # --- The list -------------------------------------------------------------------------------
    @admin.display(description=_("file"))
    def file(self, roster: Roster) -> str:
        return roster.name

    @admin.display(description=_("a list of"))
    def scope(self, roster: Roster) -> str:
        return roster_rows.scope(roster)

    @admin.display(description=_("uploaded"))
    def uploaded(self, roster: Roster) -> str:
        return moment(roster.uploaded_at)

    @admin.display(description=_("status"))
    def outcome(self, roster: Roster) -> str:
        look = roster_pages.LOOKS.get(Roster.State(roster.state), "")
        return format_html(
            '<span class="state state-{}">{}</span>', look, roster.get_state_display()
        )


def _whole(text: str | None) -> int:
    """A number that a form sent; one that no row has where it is none."""
    return int(text) if text and text.isdecimal() and len(text) < 9 else -1
