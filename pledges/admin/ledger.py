"""The ledger and its checkpoints in the admin: auditors read and check them, nobody writes."""

import json
from itertools import islice
from typing import Any

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from pledges import access, audit, wording
from pledges.access import Act
from pledges.admin import ledger_words, words
from pledges.admin.base import NOTHING, AccessModelAdmin
from pledges.core import refusals
from pledges.models import LedgerCheckpoint, LedgerEntry, Person, Reading
from pledges.templatetags.sheet_extras import digest, moment

MAX_DISCREPANCIES_SHOWN = 20


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
    list_display = ("sequence", "time", "what", "actor", "subject", "short_hash")
    list_filter = (EventFilter,)
    search_fields = ("subject", "leaf_hash")
    search_help_text = _("Subject, or the hash of an entry")
    ordering = ("-sequence",)
    actions = None
    fields = ("sequence", "time", "what", "actor", "subject", "text", "leaf_hash", "covered")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        name = Person.objects.filter(pk=OuterRef("actor_id")).values("name")
        return super().get_queryset(request).annotate(actor_name=Subquery(name))

    def get_urls(self) -> list[URLPattern]:
        check = self.admin_site.admin_view(require_POST(self.check_ledger))
        own = path("check/", check, name="pledges_ledgerentry_check")
        return [own, *super().get_urls()]

    def check_ledger(self, request: HttpRequest) -> HttpResponse:
        """Recompute the ledger, compare it with what was published, say what is wrong."""
        access.require(request.user, Act.READ_LEDGER)
        try:
            self._tell_faults(request, audit.published())
        except refusals.Refusal as error:
            messages.error(request, wording.refusal(error))
        return redirect("admin:pledges_ledgerentry_changelist")

    def _tell_faults(self, request: HttpRequest, note: str | None) -> None:
        faults = list(islice(audit.verify(note), MAX_DISCREPANCIES_SHOWN))
        for fault in faults:
            text = _("Entry %(sequence)d: %(kind)s") % {
                "sequence": fault.sequence,
                "kind": ledger_words.fault(fault.kind),
            }
            messages.error(request, text)
        if faults:
            return
        elsewhere = list(islice(audit.contradicted_pledges(), MAX_DISCREPANCIES_SHOWN))
        for pledge in elsewhere:
            differs = _("The record of pledge %(number)s contradicts the ledger.")
            messages.error(request, differs % {"number": pledge.number})
        if elsewhere:
            return
        told = {"count": audit.size()}
        sound = _("All %(count)d entries are present, unaltered and in order.") % told
        if note is None:
            unproved = _("There is no published checkpoint to compare them with.")
            messages.warning(request, f"{sound} {unproved}")
            return
        told = {"count": audit.opened(note).size}
        agreed = _("The first %(count)d are those that were published.") % told
        messages.success(request, f"{sound} {agreed}")

    @admin.display(description=_("time"), ordering="at")
    def time(self, entry: LedgerEntry) -> str:
        return moment(entry.at)

    @admin.display(description=_("event"), ordering="event")
    def what(self, entry: LedgerEntry) -> str:
        return words.event(entry.event)

    @admin.display(description=_("actor"), ordering="actor_id")
    def actor(self, entry: Any) -> str:
        return entry.actor_name or str(_("the system"))

    @admin.display(description=_("hash of the entry"))
    def short_hash(self, entry: LedgerEntry) -> str:
        return format_html('<code title="{}">{}</code>', entry.leaf_hash, digest(entry.leaf_hash))

    @admin.display(description=_("first checkpoint that covers it"))
    def covered(self, entry: LedgerEntry) -> str:
        first = LedgerCheckpoint.objects.filter(size__gte=entry.sequence).first()
        if first is None:
            return str(_("none yet"))
        address = reverse("admin:pledges_ledgercheckpoint_change", args=[first.pk])
        return format_html('<a href="{}">{}</a>', address, first.size)

    @admin.display(description=_("entry"))
    def text(self, entry: LedgerEntry) -> str:
        shown = json.dumps(json.loads(entry.leaf), indent=2, ensure_ascii=False)
        return format_html('<pre class="leaf">{}</pre>', shown)


class ReadingAdmin(AccessModelAdmin):
    """Who read whose pledge, and which entry of the ledger tells of it."""

    reads = Act.READ_LEDGER
    without_pages = frozenset({"add", "change", "delete", "history"})
    list_display = ("time", "whose", "who", "role", "done", "recorded")
    list_display_links = None
    list_filter = ("way",)
    search_fields = ("pledge__number", "reader_name", "reader__employee_number")
    search_help_text = _("Pledge number, name or employee number of the reader")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reading]:
        return super().get_queryset(request).select_related("pledge", "paper")

    @admin.display(description=_("time"), ordering="minute")
    def time(self, reading: Reading) -> str:
        return moment(reading.minute)

    @admin.display(description=_("pledge"))
    def whose(self, reading: Reading) -> str:
        if reading.paper is not None:
            address = reverse("admin:pledges_paperpledge_change", args=[reading.paper.pk])
            return format_html(
                '<a href="{}">{}</a>',
                address,
                _("Paper pledge %(number)s") % {"number": reading.paper.short},
            )
        address = reverse("admin:pledges_pledge_change", args=[reading.pledge_id])
        return format_html('<a href="{}">{}</a>', address, reading.pledge)

    @admin.display(description=_("reader"), ordering="reader_name")
    def who(self, reading: Reading) -> str:
        return reading.who or NOTHING

    @admin.display(description=_("role"), ordering="reader_role")
    def role(self, reading: Reading) -> str:
        return reading.get_reader_role_display() or NOTHING

    @admin.display(description=_("what was done"), ordering="way")
    def done(self, reading: Reading) -> str:
        return reading.get_way_display()

    @admin.display(description=_("ledger entry"))
    def recorded(self, reading: Reading) -> str:
        if reading.entry_id is None:
            return str(_("recorded when the minute is over"))
        address = reverse("admin:pledges_ledgerentry_change", args=[reading.entry_id])
        return format_html('<a href="{}">{}</a>', address, reading.entry_id)


class CheckpointAdmin(AccessModelAdmin):
    """What was published, so that it can be compared with the copies that others keep."""

    reads = Act.READ_LEDGER
    without_pages = frozenset({"add", "delete", "history"})
    list_display = ("size", "time", "short_root")
    ordering = ("-size",)
    search_fields = ("root",)
    search_help_text = _("Root of the tree")
    actions = None
    fields = ("size", "time", "root", "text")
    readonly_fields = fields

    @admin.display(description=_("time"), ordering="at")
    def time(self, checkpoint: LedgerCheckpoint) -> str:
        return moment(checkpoint.at)

    @admin.display(description=_("root of the tree"))
    def short_root(self, checkpoint: LedgerCheckpoint) -> str:
        return format_html('<code title="{}">{}</code>', checkpoint.root, digest(checkpoint.root))

    @admin.display(description=_("signed checkpoint"))
    def text(self, checkpoint: LedgerCheckpoint) -> str:
        return format_html('<pre class="leaf">{}</pre>', checkpoint.note)
