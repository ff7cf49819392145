"""The admin site: who may enter it, and what is in it; whatever is not listed here is not."""

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from pledges import access
from pledges.access import Act
from pledges.admin import dashboard, freshness
from pledges.admin.base import NOTHING, AccessModelAdmin, actor_of
from pledges.admin.batches import BatchAdmin
from pledges.admin.departments import DepartmentAdmin
from pledges.admin.invitation_runs import InvitationRunAdmin
from pledges.admin.ledger import CheckpointAdmin, LedgerAdmin, ReadingAdmin
from pledges.admin.notices import NoticeAdmin
from pledges.admin.organisation import OrganisationAdmin
from pledges.admin.paper_batches import PaperBatchAdmin
from pledges.admin.papers import PaperAdmin
from pledges.admin.people import PersonAdmin
from pledges.admin.pledges import PledgeAdmin
from pledges.admin.proposals import ProposalAdmin
from pledges.admin.rosters import RosterAdmin
from pledges.admin.script_words import ScriptWords
from pledges.admin.tasks import running
from pledges.admin.tasks.page import TaskAdmin
from pledges.admin.versions import VersionAdmin
from pledges.admin.working_calendar import CalendarDayAdmin
from pledges.models import (
    AcceptanceBatch,
    CalendarDay,
    Department,
    InvitationRun,
    LedgerCheckpoint,
    LedgerEntry,
    NoticeSwitch,
    Organisation,
    PaperBatch,
    PaperPledge,
    Person,
    Pledge,
    Proposal,
    Reading,
    Roster,
    SigningTask,
    TemplateVersion,
)

PAGES: dict[type, type[AccessModelAdmin]] = {
    Pledge: PledgeAdmin,
    AcceptanceBatch: BatchAdmin,
    SigningTask: TaskAdmin,
    PaperPledge: PaperAdmin,
    PaperBatch: PaperBatchAdmin,
    TemplateVersion: VersionAdmin,
    Person: PersonAdmin,
    Roster: RosterAdmin,
    Department: DepartmentAdmin,
    InvitationRun: InvitationRunAdmin,
    Organisation: OrganisationAdmin,
    CalendarDay: CalendarDayAdmin,
    NoticeSwitch: NoticeAdmin,
    Proposal: ProposalAdmin,
    LedgerEntry: LedgerAdmin,
    LedgerCheckpoint: CheckpointAdmin,
    Reading: ReadingAdmin,
}


class ReviewSite(AdminSite):
    """Django's admin with the roles of `pledges.access` and the sign-in of the whole site."""

    site_header = _("Shounuo")
    site_title = _("Shounuo")
    index_title = _("Overview")
    index_template = "admin/index.html"
    enable_nav_sidebar = False
    empty_value_display = NOTHING

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")
        for model, page in PAGES.items():
            self.register(model, page)

    def register(
        self, model_or_iterable: Any, admin_class: type[ModelAdmin] | None = None, **options: Any
    ) -> None:
        """Register a page whose permissions come from `pledges.access`; pass over all others.

        Installed libraries bring admin pages of their own (groups, queue, e-mail addresses);
        they would write state past the actions and the ledger.
        """
        if admin_class and issubclass(admin_class, AccessModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return access.allows(request.user, Act.ENTER_ADMIN)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # Somebody signed in without a role here would be sent to sign in again, for ever.
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            if request.user.is_authenticated and freshness.is_asked_for(request):
                asked = freshness.ask(request, self)
                if asked is not None:
                    return asked
            return guarded(request, *args, **kwargs)

        return inner

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one sign-in for the whole site, and it checks where it may lead."""
        if request.user.is_authenticated:
            return redirect("admin:index")
        after = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(after, reverse("account_login"))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")

    def i18n_javascript(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return ScriptWords.as_view()(request)

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        person, at = actor_of(request), timezone.now()
        shown = {"dashboard": dashboard.of(person, at), "running_tasks": running.of(person, at)}
        return super().index(request, {**shown, **(extra_context or {})})

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        """There is one application; its index is the index."""
        return redirect("admin:index")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """What the role may see, in the order of `PAGES`."""
        order = {model: place for place, model in enumerate(PAGES)}
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda page: order[page["model"]])
        return apps

    def get_log_entries(self, request: HttpRequest) -> Any:
        """None: what happened is in the ledger."""
        return ()
