"""The queue of a review: what comes before and after a pledge, on the list that it was opened from.

A list hands its filters, order and search on to the pages of its rows, as Django's admin does, in
one parameter of their addresses. So they survive every step of a review, and two windows with two
lists never meet.
"""

import copy
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone

from pledges.admin.base import actor_of
from pledges.core.lifecycle import PledgeState
from pledges.models import Pledge, ReviewClaim

LIST: Final = "admin:pledges_pledge_changelist"
PARAMETER: Final = "_changelist_filters"
"""Django's own name for it (`ModelAdmin.get_preserved_filters`)."""


class _Keys(ChangeList):
    """A list of which only the query is asked for: no page of rows, and no count."""

    def get_results(self, request: HttpRequest) -> None:
        self.result_list = self.queryset.none()


@dataclass(frozen=True)
class Place:
    """Where a pledge stands in the queue: the `number`th of `count`; 0 where it is not in it.

    `before` and `after` are the nearest that whoever asks may judge and nobody else is reviewing,
    `first` the first of all.
    """

    number: int
    count: int
    first: UUID | None
    before: UUID | None
    after: UUID | None


def filters_of(request: HttpRequest) -> str:
    """What was chosen on the list that a page was opened from, as the query of its address."""
    return request.GET.get(PARAMETER, "")


def kept(request: HttpRequest) -> str:
    """What is put behind the address of the next page, so that the list goes with it."""
    filters = filters_of(request)
    return f"?{urlencode({PARAMETER: filters})}" if filters else ""


def address(request: HttpRequest) -> str:
    """The list itself, as it was left."""
    filters = filters_of(request)
    return f"{reverse(LIST)}?{filters}" if filters else reverse(LIST)


def place_of(page: Any, request: HttpRequest, pledge: Pledge) -> Place:
    """The place of `pledge` among what awaits review on the list that it was opened from."""
    reader = actor_of(request).pk
    claims = ReviewClaim.objects.valid(timezone.now()).exclude(officer=reader)
    passed_over = set(claims.values_list("pledge", flat=True))
    waiting = _queryset(page, request).filter(status=PledgeState.SIGNED)
    rows = list(waiting.values_list("pk", "person_id"))
    number = next((place for place, row in enumerate(rows, 1) if row[0] == pledge.pk), 0)

    def open_ones(some: list[tuple[UUID, int]]) -> list[UUID]:
        return [key for key, person in some if person != reader and key not in passed_over]

    before, after = open_ones(rows[: max(0, number - 1)]), open_ones(rows[number:])
    return Place(
        number=number,
        count=len(rows),
        first=next(iter(before + after), None),
        before=before[-1] if before else None,
        after=after[0] if after else None,
    )


def _queryset(page: Any, request: HttpRequest) -> Any:
    """The rows of the list, in its order; of a list that cannot be, those of the usual one."""
    try:
        return _listed(page, request, filters_of(request))
    except (IncorrectLookupParameters, DisallowedModelAdminLookup):
        return _listed(page, request, "")


def _listed(page: Any, request: HttpRequest, filters: str) -> Any:
    asked = copy.copy(request)
    asked.GET = QueryDict(filters)
    return _Keys(
        asked,
        page.model,
        page.get_list_display(asked),
        page.get_list_display_links(asked, page.get_list_display(asked)),
        page.get_list_filter(asked),
        page.date_hierarchy,
        page.get_search_fields(asked),
        page.get_list_select_related(asked),
        page.list_per_page,
        page.list_max_show_all,
        page.list_editable,
        page,
        page.get_sortable_by(asked),
        page.search_help_text,
    ).queryset
