"""The base of every admin page: permissions from `pledges.access`, no writing but by actions."""

import uuid
from collections.abc import Callable
from typing import Any, ClassVar, Final, NoReturn

from django import forms
from django.contrib.admin import ModelAdmin, ShowFacets, SimpleListFilter
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from pledges import access, transactions
from pledges.access import Act
from pledges.models import Person

NOTHING: Final = SafeString('<span class="nothing">—</span>')
"""What stands in a cell of a list that is empty; the cards of a phone leave it out."""

MAX_DIGITS: Final = 19  # of a bigint, which holds every number that has fewer


def actor_of(request: HttpRequest) -> Person:
    """Whoever is signed in; past the site's own guard, somebody always is."""
    if not isinstance(request.user, Person):
        raise PermissionDenied
    return request.user


def number_in(object_id: str) -> int:
    """The key in the address of a row, a number that the database can hold. Raises `Http404`."""
    if not (object_id.isascii() and object_id.isdecimal() and len(object_id) < MAX_DIGITS):
        raise Http404
    return int(object_id)


def uuid_in(object_id: str) -> uuid.UUID:
    """The key in the address of a row that has a UUID. Raises `Http404`."""
    try:
        return uuid.UUID(object_id)
    except ValueError as error:
        raise Http404 from error


class AccessModelAdmin(ModelAdmin):
    """A page that may be looked at by whom `reads` allows, and changed by nobody.

    A page that changes something overrides `has_change_permission` and `save_model`, which then
    calls a function of `pledges.actions`. Nothing is ever deleted here, and Django's own log of
    changes is not kept: the ledger is, by the actions.
    """

    reads: ClassVar[Act]
    list_per_page = 50
    show_facets = ShowFacets.NEVER
    show_full_result_count = False
    # Pages of Django's that would have nothing to show or to do.
    without_pages: ClassVar[frozenset[str]] = frozenset({"delete", "history"})

    @property
    def media(self) -> forms.Media:
        """Only what selects rows of a list: no page here uses Django's other scripts."""
        return forms.Media(js=["admin/js/core.js", "admin/js/actions.js"])

    def formfield_for_dbfield(self, *args: Any, **kwargs: Any) -> forms.Field | None:
        """Without the buttons that open a second window to add what a field refers to."""
        field = super().formfield_for_dbfield(*args, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def has_module_permission(self, request: HttpRequest) -> bool:
        return access.allows(request.user, self.reads)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access.allows(request.user, self.reads)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the page's own filters ask: any other could probe what is not shown."""
        own: set[str] = set()
        for each in self.list_filter:
            if isinstance(each, str):
                own |= {f"{each}__exact", f"{each}__id__exact"}
            elif isinstance(each, type) and issubclass(each, SimpleListFilter):
                own.add(each.parameter_name or "")
        return lookup in own

    def get_urls(self) -> list[URLPattern]:
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        without = {prefix + page for page in self.without_pages}
        kept = [url for url in super().get_urls() if url.name not in without]
        # Django's short address of a change page has no name, and leads nowhere without that page.
        return [url for url in kept if url.name or "change" not in self.without_pages]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Django's, which begins a transaction, within one that is run again where it lost."""
        page: Callable[..., HttpResponse] = super().changeform_view
        if request.method == "POST":
            page = transactions.atomic(page)
        return page(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        raise PermissionDenied

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Nothing: the action that saved the object saved all that belongs to it."""

    def delete_model(self, request: HttpRequest, obj: models.Model) -> NoReturn:
        raise PermissionDenied

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> NoReturn:
        raise PermissionDenied

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """Nothing: what happened is in the ledger."""

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """Nothing: what happened is in the ledger."""

    def log_deletions(self, request: HttpRequest, queryset: models.QuerySet) -> Any:
        """Nothing: nothing is deleted."""
