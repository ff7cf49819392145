"""Signing tasks in the admin: their list, and the addresses of everything about one of them."""

import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pledges import access
from pledges.access import Act
from pledges.admin.base import NOTHING, AccessModelAdmin, uuid_in
from pledges.admin.second_person import CancellationsForYou
from pledges.admin.tasks import (
    adding,
    ending,
    excuse_pages,
    exporting,
    frames,
    launching,
    making,
    member_acts,
    member_lists,
    member_page,
    overview,
    preview_pages,
)
from pledges.admin.tasks.member_filters import ANY_AGE, MemberFilter
from pledges.core.standings import SIGNED, TaskState
from pledges.models import Organisation, SigningTask, TaskMember
from pledges.templatetags.sheet_extras import day
from pledges.wording.language import here

LOOKS = {TaskState.RUNNING: "signed", TaskState.CLOSED: "accepted", TaskState.CANCELLED: "returned"}

ONE = ("GET", "HEAD", "POST")
PAGES: tuple[tuple[str, str, Callable[..., HttpResponse], tuple[str, ...]], ...] = (
    ("edit/", "edit", making.edit, ONE),
    ("discard/", "discard", making.discard, ONE),
    ("copy/", "copy", making.copy, ("POST",)),
    ("people/", "people", preview_pages.people, ("GET", "HEAD")),
    ("people.xlsx", "people_export", exporting.people, ("POST",)),
    ("launch/", "launch", launching.launch, ("POST",)),
    ("undo/", "undo", launching.undo, ("POST",)),
    ("progress/", "progress", launching.progress, ("GET", "HEAD")),
    ("members/", "members", member_lists.members, ("GET", "HEAD")),
    ("members.xlsx", "members_export", exporting.members, ("POST",)),
    ("remind/", "remind", member_acts.remind, ONE),
    ("extend/", "extend", member_acts.extend, ONE),
    ("add/", "add_members", adding.add, ONE),
    ("cancel/", "cancel", ending.cancel, ONE),
    ("close/", "close", ending.close, ONE),
    ("completion-report.pdf", "report", ending.report, ("GET", "HEAD")),
)
OF_A_MEMBER = (
    ("", "member", member_page.shown, ("GET", "HEAD")),
    ("excuse/", "excuse", excuse_pages.ask, ONE),
    ("end-excuse/", "end_excuse", excuse_pages.end, ("POST",)),
)


class TaskList(ChangeList):
    """The list of tasks, with how far each on the page is."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        today = Organisation.current().localdate(timezone.now())
        counted: dict[Any, Counter[str]] = {task.pk: Counter() for task in self.result_list}
        for field, closed in (("standing", False), ("standing_at_close", True)):
            keys = [t.pk for t in self.result_list if (t.state == TaskState.CLOSED) is closed]
            members = TaskMember.objects.filter(task__in=keys).order_by()
            if not closed:
                members = members.with_standing(today)
            rows = members.values_list("task", field).annotate(Count("pk"))
            for task, standing, count in rows:
                counted[task][standing] = count
        running = [t.pk for t in self.result_list if t.state == TaskState.RUNNING]
        late = TaskMember.objects.filter(task__in=running).late(today).order_by()
        overdue = dict(late.values_list("task").annotate(Count("pk")))
        for task in self.result_list:
            task.counted, task.late = counted[task.pk], overdue.get(task.pk, 0)


class TaskAdmin(AccessModelAdmin):
    """Nothing here writes: every change is a page of its own that calls an action."""

    reads = Act.READ_TASKS
    without_pages = frozenset({"delete", "history"})
    list_display = ("title", "template_name", "status", "progress", "due", "overdue")
    list_display_links = ("title",)
    list_filter: ClassVar = ("state", CancellationsForYou)
    list_select_related = ("template", "version")
    search_fields = ("title",)
    search_help_text = gettext_lazy("Name of the task")
    sortable_by = ("title", "due")
    actions = None

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return TaskList

    def get_queryset(self, request: HttpRequest) -> QuerySet[SigningTask]:
        tasks = super().get_queryset(request)
        return tasks.select_related("template", "version", "launched_by", "created_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return access.allows(request.user, Act.MAKE_TASK)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        waiting = excuse_pages.count_waiting(request)
        return super().changelist_view(
            request, {"waiting_excuses": waiting, **(extra_context or {})}
        )

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(f"<uuid:pk>/{at}", view(self._of_a_task(page, ways)), name=f"{name}_{it}")
            for at, it, page, ways in PAGES
        ]
        own += [
            path(
                f"<uuid:pk>/members/<int:member>/{at}",
                view(self._of_a_task(page, ways)),
                name=f"{name}_{it}",
            )
            for at, it, page, ways in OF_A_MEMBER
        ]
        listed = require_safe(self._whole(excuse_pages.waiting))
        settled = require_POST(self._whole(excuse_pages.settle))
        return [
            path("excuses/", view(listed), name=f"{name}_excuses"),
            path("excuses/<uuid:pk>/", view(settled), name=f"{name}_settle_excuse"),
            *own,
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        access.require(request.user, Act.MAKE_TASK)
        return require_http_methods(ONE)(self._whole(making.make))(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return self._of_a_task(_page_of, ("GET", "HEAD"))(request, pk=uuid_in(object_id))

    def _whole(self, page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, **options: Any) -> HttpResponse:
            access.require(request.user, Act.READ_TASKS)
            return page(self, request, **options)

        return view

    def _of_a_task(
        self, page: Callable[..., HttpResponse], ways: tuple[str, ...]
    ) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, pk: uuid.UUID, **options: Any) -> HttpResponse:
            access.require(request.user, Act.READ_TASKS)
            task = self.get_queryset(request).filter(pk=pk).first()
            if task is None:
                raise Http404
            return page(self, request, task, **options)

        return require_http_methods(ways)(view)

    @admin.display(description=gettext_lazy("pledge"))
    def template_name(self, task: SigningTask) -> str:
        newest = task.version or task.template.versions.order_by("-number").first()
        return here(newest.subtitle) if newest else str(task.template)

    @admin.display(description=gettext_lazy("status"), ordering="state")
    def status(self, task: SigningTask) -> str:
        look = LOOKS.get(TaskState(task.state), "")
        label = frames.state_of(task)
        if task.state == TaskState.DRAFT and task.launching_since:
            label = _("Being launched")
        elif task.state == TaskState.RUNNING and task.closing_since:
            label = _("Being closed")
        return format_html('<span class="state state-{}">{}</span>', look, label)

    @admin.display(description=gettext_lazy("progress"))
    def progress(self, task: Any) -> str:
        total = task.counted.total()
        if not total:
            return NOTHING
        signed = sum(task.counted[each] for each in SIGNED)
        text = _("%(signed)d / %(total)d signed") % {"signed": signed, "total": total}
        address = MemberFilter(standing="signed").address(task)
        return format_html('<a href="{}">{}</a>', address, text)

    @admin.display(description=gettext_lazy("due"), ordering="due_on")
    def due(self, task: SigningTask) -> str:
        return day(task.due_on) or NOTHING

    @admin.display(description=gettext_lazy("overdue"))
    def overdue(self, task: Any) -> str:
        if not task.late:
            return NOTHING
        text = ngettext("%(count)d overdue", "%(count)d overdue", task.late) % {"count": task.late}
        address = MemberFilter(late=ANY_AGE).address(task)
        return format_html('<a class="overdue" href="{}">{}</a>', address, text)


def _page_of(page: AccessModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """A draft is previewed; of what was launched, its progress is shown."""
    shown = preview_pages.shown if task.state == TaskState.DRAFT else overview.shown
    return shown(page, request, task)
