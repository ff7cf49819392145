"""The ledger in the admin: auditors read it, nobody writes it, anybody there checks its chain."""

import json
from itertools import islice
from typing import Any

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from pledges import access, audit
from pledges.access import Act
from pledges.admin import words
from pledges.admin.base import AccessModelAdmin
from pledges.models import LedgerEntry, Person
from pledges.templatetags.sheet_extras import digest, moment

FAULTS_SHOWN = 20


class EventFilter(admin.SimpleListFilter):
    title = _("event")
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(words.EVENTS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(event=self.value()) if self.value() else queryset


class LedgerAdmin(AccessModelAdmin):
    reads = Act.READ_LEDGER
    without_pages = frozenset({"add", "delete", "history"})
    list_display = ("sequence", "time", "what", "actor", "subject", "chain_digest")
    list_filter = (EventFilter,)
    search_fields = ("subject", "leaf_hash", "chain_hash")
    search_help_text = _("Subject, or the hash of an entry or of the chain")
    ordering = ("-sequence",)
    actions = None
    fields = ("sequence", "time", "what", "actor", "subject", "text", "leaf_hash", "chain_hash")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        name = Person.objects.filter(pk=OuterRef("actor_id")).values("name")
        return super().get_queryset(request).annotate(actor_name=Subquery(name))

    def get_urls(self) -> list[URLPattern]:
        check = self.admin_site.admin_view(require_POST(self.check_chain))
        own = path("check/", check, name="pledges_ledgerentry_check")
        return [own, *super().get_urls()]

    def check_chain(self, request: HttpRequest) -> HttpResponse:
        """Recompute every hash of the ledger and say what is wrong, if anything is."""
        access.require(request.user, Act.READ_LEDGER)
        faults = list(islice(audit.verify(), FAULTS_SHOWN))
        for fault in faults:
            text = _("Entry %(sequence)d: %(kind)s") % {
                "sequence": fault.sequence,
                "kind": words.fault(fault.kind),
            }
            messages.error(request, text)
        if not faults:
            count = LedgerEntry.objects.count()
            messages.success(
                request,
                _("All %(count)d entries are there, unaltered and in order.") % {"count": count},
            )
        return redirect("admin:pledges_ledgerentry_changelist")

    @admin.display(description=_("time"), ordering="at")
    def time(self, entry: LedgerEntry) -> str:
        return moment(entry.at)

    @admin.display(description=_("event"), ordering="event")
    def what(self, entry: LedgerEntry) -> str:
        return words.event(entry.event)

    @admin.display(description=_("actor"), ordering="actor_id")
    def actor(self, entry: Any) -> str:
        return entry.actor_name or str(_("the system"))

    @admin.display(description=_("hash of the chain"))
    def chain_digest(self, entry: LedgerEntry) -> str:
        return format_html('<code title="{}">{}</code>', entry.chain_hash, digest(entry.chain_hash))

    @admin.display(description=_("entry"))
    def text(self, entry: LedgerEntry) -> str:
        shown = json.dumps(json.loads(entry.leaf), indent=2, ensure_ascii=False)
        return format_html('<pre class="leaf">{}</pre>', shown)
