"""Template versions in the admin: read, edit a draft, publish, retire, begin the next."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from pledges import access, rendering, wording
from pledges.access import Act
from pledges.actions import proposing, templates
from pledges.actions.proposing import Kind
from pledges.admin import filters, previews, publishing, words
from pledges.admin.base import NOTHING, AccessModelAdmin, actor_of, number_in
from pledges.admin.version_forms import DefinitionForm, RetentionForm, initial_of
from pledges.core import lifecycle, refusals
from pledges.core.languages import CHINESE, LANGUAGES
from pledges.core.lifecycle import VersionState
from pledges.models import TemplateVersion
from pledges.templatetags.sheet_extras import day, moment
from pledges.wording.language import active, here

CHANGE = "admin:pledges_templateversion_change"


class VersionAdmin(AccessModelAdmin):
    """A published version can only be looked at and retired; the database sees to that too."""

    reads = Act.READ_TEMPLATES
    without_pages = frozenset({"add", "delete", "history"})
    list_display = ("label", "template_name", "state", "effective", "published", "published_by")
    list_filter = ("status", filters.OwnTemplateFilter)
    list_select_related = ("template", "published_by")
    ordering = ("template__slug", "-number")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[TemplateVersion]:
        return super().get_queryset(request).select_related("template", "published_by")

    def get_urls(self) -> list[URLPattern]:
        pages: tuple[tuple[str, Callable], ...] = (
            ("edit", self.edit_page),
            ("publish", self.publish_page),
            ("discard", self.discard_page),
            ("retire", self.retire_page),
            ("revise", self.revise_page),
            ("retention", self.retention_page),
        )
        view = self.admin_site.admin_view
        methods = require_http_methods(["GET", "HEAD", "POST"])
        own = [
            path(
                f"<int:pk>/{name}/",
                view(methods(page)),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{name}",
            )
            for name, page in pages
        ]
        return [*own, *super().get_urls()]

    @admin.display(description=_("version"), ordering="number")
    def label(self, version: TemplateVersion) -> str:
        return str(version)

    @admin.display(description=_("template"), ordering="template__slug")
    def template_name(self, version: TemplateVersion) -> str:
        return version.name(active())

    @admin.display(description=_("status"), ordering="status")
    def state(self, version: TemplateVersion) -> str:
        label = version.get_status_display()
        return format_html('<span class="state state-{}">{}</span>', version.status, label)

    @admin.display(description=_("effective date"), ordering="effective_on")
    def effective(self, version: TemplateVersion) -> str:
        return day(version.effective_on)

    @admin.display(description=_("published"), ordering="published_at")
    def published(self, version: TemplateVersion) -> str:
        return moment(version.published_at) if version.published_at else NOTHING

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return require_safe(self._overview)(request, number_in(object_id))

    def _overview(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk)
        language = request.GET.get("language", active())
        language = language if language in LANGUAGES else CHINESE
        context = self._frame(request, version)
        context |= {
            "preview": rendering.write_for_screen(previews.sheet_of(version, language)),
            "preview_language": language,
            "retention": RetentionForm(instance=version.template),
            "retention_proposed": proposing.find_open(
                template=version.template, kind=Kind.RETENTION
            ),
            "retention_needs_second": proposing.is_second_needed(Kind.RETENTION, actor_of(request)),
            "blanks": [previews.row_of(each) for each in version.blank_list],
        }
        return TemplateResponse(request, "admin/pledges/templateversion/overview.html", context)

    def edit_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The draft's wording, dates and ranges; faults are shown where they are."""
        version = self._writable(request, pk)
        if version.status != VersionState.DRAFT:
            return self._refused(request, version, lifecycle.Forbidden(lifecycle.PUBLISH, ""))
        before = version.definition()
        form = DefinitionForm(
            request.POST if request.method == "POST" else None,
            definition=before,
            initial=initial_of(before, templates.file_digest(before)),
        )
        if form.is_valid() and self._saved(request, version, form):
            return redirect(CHANGE, pk)
        ranges = [
            {
                "label": wording.label(blank),
                "unit": here(blank.unit),
                "what": what,
                "cells": cells,
            }
            for blank, what, cells in form.rows()
        ]
        context = {**self._frame(request, version), "form": form, "ranges": ranges}
        return TemplateResponse(request, "admin/pledges/templateversion/edit.html", context)

    def _saved(self, request: HttpRequest, version: TemplateVersion, form: DefinitionForm) -> bool:
        try:
            templates.save_draft(
                version,
                form.definition(),
                actor=request.user,
                at=timezone.now(),
                base=form.cleaned_data["base"],
            )
        except refusals.FaultyTemplate as fault:
            form.point_at(fault.problems)
        except (refusals.Refusal, lifecycle.Forbidden) as error:
            form.add_error(None, words.refusal(error))
        else:
            messages.success(request, _("The draft has been saved."))
            return True
        return False

    def publish_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks what the new version means, and publishes it."""
        return self._draft_page(request, pk, publishing.publish)

    def discard_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Deletes a version that was never published."""
        return self._draft_page(request, pk, publishing.discard)

    def _draft_page(self, request: HttpRequest, pk: int, page: Callable) -> HttpResponse:
        version = self._writable(request, pk)
        try:
            return page(self, request, version)
        except (refusals.Refusal, lifecycle.Forbidden) as error:
            return self._refused(request, version, error)

    def retire_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Says what retiring means; confirmed by POST, retires."""
        version, step = self._writable(request, pk), lifecycle.RETIRE
        if version.status not in step.sources:
            return self._refused(request, version, lifecycle.Forbidden(step, version.status))
        if request.method != "POST":
            context = {**self._frame(request, version), **publishing.retiring(version)}
            return TemplateResponse(request, "admin/pledges/templateversion/confirm.html", context)
        try:
            done = templates.retire(version, actor=request.user, at=timezone.now())
        except (refusals.Refusal, lifecycle.Forbidden) as error:
            return self._refused(request, version, error)
        said = {"version": done, "state": done.get_status_display()}
        messages.success(request, _("%(version)s: %(state)s") % said)
        return redirect(CHANGE, pk)

    def revise_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Begins the next version as a copy of this one, and opens it for editing."""
        version = self._writable(request, pk)
        if request.method != "POST":
            return redirect(CHANGE, pk)
        draft = templates.revise(version, actor=request.user, at=timezone.now())
        return redirect("admin:pledges_templateversion_edit", draft.pk)

    def retention_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Sets for how long pledges of this template are kept; the form is on the overview."""
        version = self._writable(request, pk)
        if request.method != "POST":
            return redirect(CHANGE, pk)
        form = RetentionForm(request.POST)
        if form.is_valid():
            self._set_retention(request, version, form.cleaned_data["retention_years"])
        else:
            messages.error(request, " ".join(map(str, form.errors["retention_years"])))
        return redirect(CHANGE, pk)

    def _set_retention(self, request: HttpRequest, version: TemplateVersion, years: int) -> None:
        try:
            kept = templates.set_retention(
                version.template, years, actor=actor_of(request), at=timezone.now()
            )
        except refusals.AlreadyProposed as error:
            messages.warning(request, words.refusal(error))
            return
        if kept.retention_years == years:
            messages.success(request, _("The retention period has been saved."))
        else:
            text = _(
                "The retention period stays as it is until another compliance officer accepts "
                "your proposal."
            )
            messages.warning(request, text)

    def _version(self, request: HttpRequest, pk: int) -> TemplateVersion:
        version = self.get_queryset(request).filter(pk=pk).first()
        if not self.has_view_permission(request, version):
            raise PermissionDenied
        if version is None:
            raise Http404
        return version

    def _writable(self, request: HttpRequest, pk: int) -> TemplateVersion:
        access.require(request.user, Act.WRITE_TEMPLATES)
        return self._version(request, pk)

    def _refused(
        self, request: HttpRequest, version: TemplateVersion, error: Exception
    ) -> HttpResponse:
        messages.warning(request, words.refusal(error))
        return redirect(CHANGE, version.pk)

    def _frame(self, request: HttpRequest, version: TemplateVersion) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": version,
            "version": version,
            "may_write": access.allows(request.user, Act.WRITE_TEMPLATES),
            "media": self.media,
        }
