"""The e-mails in the admin: which kinds are sent, how each reads, and who has no address."""

from email.header import decode_header, make_header
from typing import Any, Final

from csp.decorators import csp_replace
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pledges import access, wording
from pledges.access import Act
from pledges.actions.reminders import slips, switching
from pledges.admin.base import AccessModelAdmin, actor_of
from pledges.admin.tasks.member_acts import Chosen, chosen
from pledges.core import refusals
from pledges.core.standings import TaskState
from pledges.models import NoticeSwitch, Organisation, SigningTask, TaskMember
from pledges.notices import previews
from pledges.notices.kinds import Kind

KINDS: Final = {
    Kind.FIRST: gettext_lazy("First notice of a signing task"),
    Kind.REMINDERS: gettext_lazy("Reminders, at most one a day for each person"),
    Kind.EXTENDED: gettext_lazy("More time to sign"),
    Kind.EXCUSED: gettext_lazy("A member was excused, to that member"),
    Kind.CANCELLED: gettext_lazy("A signing task was cancelled"),
    Kind.LATE: gettext_lazy("Who is late, to the superior, once a week"),
    Kind.LATE_ALL: gettext_lazy("Who is late, to compliance, once a week"),
    Kind.DIGEST: gettext_lazy("What awaits compliance, each working day"),
    Kind.SIGNED: gettext_lazy("A pledge was signed, to its signer"),
    Kind.ACCEPTED: gettext_lazy("A pledge was accepted, to its signer"),
    Kind.RETURNED: gettext_lazy("A pledge was returned, to its signer"),
    Kind.REVOKED: gettext_lazy("A pledge was revoked, to its signer"),
    Kind.EXPIRED: gettext_lazy("The term of a pledge ended, to its signer"),
    Kind.WITHDRAWN: gettext_lazy("The company withdrew a pledge, to its signer"),
}
_NONE: Final = ["'none'"]
# The mail is shown as it is sent, with the styles in its tags, and may do nothing else.
_FORBIDDEN: Final = ("default", "script", "img", "font", "connect", "frame")
AS_SENT: Final = {
    **{f"{name}-src": _NONE for name in _FORBIDDEN},
    "form-action": _NONE,
    "style-src": ["'unsafe-inline'"],
}


class NoticeAdmin(AccessModelAdmin):
    """Its list is its page: every kind, whether a row says something about it or not."""

    reads = Act.READ_NOTICES
    without_pages = frozenset({"add", "change", "delete", "history"})

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "pledges_noticeswitch"
        own = [
            path("<str:kind>/preview/", view(require_safe(self.preview)), name=f"{name}_preview"),
            path("<str:kind>/mail.html", view(require_safe(self.as_sent)), name=f"{name}_mail"),
            path("<str:kind>/switch/", view(require_POST(self.switch)), name=f"{name}_switch"),
            path("slips/<uuid:pk>/", view(self.slips), name=f"{name}_slips"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        access.require(request.user, self.reads)
        off = {each.kind: each for each in NoticeSwitch.objects.select_related("changed_by")}
        context = {
            "kinds": [(kind, label, off.get(kind)) for kind, label in KINDS.items()],
            "may_switch": access.allows(request.user, Act.SWITCH_NOTICES),
            "shown": Organisation.current(),
            "tasks": self._without_address(request),
        }
        return self._page(request, "overview", str(self.opts.verbose_name_plural), context)

    def _page(
        self, request: HttpRequest, name: str, title: str, context: dict[str, Any]
    ) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        template = f"admin/pledges/noticeswitch/{name}.html"
        return TemplateResponse(request, template, {**shared, **context})

    def _without_address(self, request: HttpRequest) -> list[tuple[SigningTask, int]]:
        if not access.allows(request.user, Act.PRINT_SLIPS):
            return []
        now, running = timezone.now(), SigningTask.objects.filter(state=TaskState.RUNNING)
        counts = [(task, slips.without_address(task, now).count()) for task in running]
        return [(task, count) for task, count in counts if count]

    def preview(self, request: HttpRequest, kind: str) -> HttpResponse:
        mail = self._mail(request, kind)
        # As a mail program shows it: the name in it is encoded for the way.
        sender = str(make_header(decode_header(mail.sender)))
        context = {"kind": kind, "mail": mail, "sender": sender, "language": _language(request)}
        return self._page(request, "preview", str(KINDS[Kind(kind)]), context)

    def as_sent(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        mail = self._mail(request, kind)
        return csp_replace(AS_SENT)(lambda _request: HttpResponse(mail.html))(request)

    def _mail(self, request: HttpRequest, kind: str) -> Any:
        access.require(request.user, self.reads)
        if kind not in set(Kind):
            raise Http404
        return previews.preview(Kind(kind), _language(request), timezone.now())

    def switch(self, request: HttpRequest, kind: str) -> HttpResponse:
        if kind not in set(Kind):
            raise Http404
        off = request.POST.get("off") == "1"
        switching.switch(Kind(kind), off=off, actor=actor_of(request), at=timezone.now())
        told = _("“%(kind)s” is no longer sent.") if off else _("“%(kind)s” is sent again.")
        messages.success(request, told % {"kind": KINDS[Kind(kind)]})
        return redirect("admin:pledges_noticeswitch_changelist")

    def slips(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Who gets one; then the sheets."""
        access.require(request.user, Act.PRINT_SLIPS)
        task, at = get_object_or_404(SigningTask, pk=pk, state=TaskState.RUNNING), timezone.now()
        if request.method == "POST":
            return self._print(request, task)
        those = chosen(task, request.GET)
        members = slips.without_address(task, at).filter(pk__in=_keys(those))
        context = {
            "task": task,
            "members": members,
            "narrowed": set(those.carried) - {("mark", "no-address")},
            "back": those.back if those.carried else "",
        }
        return self._page(request, "slips", _("Notices on paper"), context)

    def _print(self, request: HttpRequest, task: SigningTask) -> HttpResponse:
        language, actor = get_language() or "zh-hans", actor_of(request)
        among = TaskMember.objects.filter(pk__in=_keys(chosen(task, request.GET)))
        try:
            made = slips.print_slips(
                task, actor=actor, at=timezone.now(), language=language, among=among
            )
        except refusals.Refusal as error:
            messages.error(request, wording.refusal(error))
            made = b""
        if not made:
            return redirect("admin:pledges_noticeswitch_slips", task.pk)
        answer = HttpResponse(made, content_type="application/pdf")
        answer["Content-Disposition"] = 'attachment; filename="notices.pdf"'
        return answer


def _keys(those: Chosen) -> Any:
    """Of the list, or those ticked in it, that the address names; all where it names none."""
    return those.members.order_by().values("pk")


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language")
    return asked if asked in ("en", "zh-hans") else get_language() or "zh-hans"
