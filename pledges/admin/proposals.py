"""Changes that need two people: what waits, what it would change, and the second person's word."""

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
from django.views.decorators.http import require_POST, require_safe

from pledges import access
from pledges.access import Act
from pledges.actions import deciding
from pledges.admin import words
from pledges.admin.base import AccessModelAdmin, actor_of, number_in
from pledges.core import lifecycle, refusals
from pledges.models import Proposal
from pledges.templatetags.sheet_extras import moment

CHANGE = "admin:pledges_proposal_change"
LIST = "admin:pledges_proposal_changelist"


class ProposalAdmin(AccessModelAdmin):
    """Each sees the kinds that they decide about; auditors see all."""

    reads = Act.READ_PROPOSALS
    without_pages = frozenset({"add", "delete", "history"})
    list_display = ("what", "change", "proposer", "proposed", "state")
    list_display_links = ("what",)
    list_filter = ("outcome",)
    list_select_related = ("person", "template", "proposer", "settled_by")
    sortable_by = ()
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        found = super().get_queryset(request)
        kinds = [
            kind
            for kind in Proposal.Kind
            if access.allows(request.user, Act.READ_PROPOSALS, Proposal(kind=kind))
        ]
        return found.filter(kind__in=kinds)

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("<int:pk>/accept/", view(require_POST(self.accept)), name=f"{name}_accept"),
            path("<int:pk>/reject/", view(require_POST(self.reject)), name=f"{name}_reject"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return require_safe(self._overview)(request, number_in(object_id))

    def _overview(self, request: HttpRequest, pk: int) -> HttpResponse:
        proposal = self._proposal(request, pk)
        own = proposal.proposer_id == request.user.pk
        context = {
            **self.admin_site.each_context(request),
            "title": proposal.get_kind_display(),
            "opts": self.opts,
            "proposal": proposal,
            "about": proposal.person or proposal.template,
            "rows": words.proposal_rows(proposal),
            "own": own,
            "may_accept": access.allows(request.user, Act.ACCEPT_PROPOSAL, proposal),
            "may_reject": access.allows(request.user, Act.REJECT_PROPOSAL, proposal),
        }
        return TemplateResponse(request, "admin/pledges/proposal/overview.html", context)

    def accept(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The second person makes the change."""
        done = _("The change was accepted and is now in effect.")
        return self._settle(request, pk, deciding.accept, done)

    def reject(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Nothing is changed; the proposer withdraws it so."""
        done = _("The proposal was closed. Nothing was changed.")
        return self._settle(request, pk, deciding.reject, done)

    def _settle(
        self, request: HttpRequest, pk: int, act: Callable[..., object], done: Any
    ) -> HttpResponse:
        proposal = self._proposal(request, pk)
        try:
            act(proposal, actor=actor_of(request), at=timezone.now())
        except (refusals.Refusal, lifecycle.Forbidden) as error:
            messages.warning(request, words.refusal(error))
            return redirect(CHANGE, pk)
        messages.success(request, done)
        return redirect(LIST)

    def _proposal(self, request: HttpRequest, pk: int) -> Proposal:
        if not self.has_view_permission(request):
            raise PermissionDenied
        proposal = self.get_queryset(request).filter(pk=pk).first()
        if proposal is None:
            raise Http404
        return proposal

    @admin.display(description=_("topic"))
    def what(self, proposal: Proposal) -> str:
        about = proposal.person or proposal.template
        kind = proposal.get_kind_display()
        return f"{about} · {kind}" if about else str(kind)

    @admin.display(description=_("change"))
    def change(self, proposal: Proposal) -> str:
        return words.proposed_change(proposal)

    @admin.display(description=_("proposed"))
    def proposed(self, proposal: Proposal) -> str:
        return moment(proposal.proposed_at)

    @admin.display(description=_("outcome"))
    def state(self, proposal: Proposal) -> str:
        looks = {"open": "signed", "accepted": "accepted", "rejected": "returned"}
        return format_html(
            '<span class="state state-{}">{}</span>',
            looks[proposal.outcome],
            proposal.get_outcome_display(),
        )
