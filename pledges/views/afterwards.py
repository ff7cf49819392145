"""What somebody wants to know once they have signed: what comes next, and how long it takes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pledges.core.lifecycle import PledgeState, VersionState, Why
from pledges.core.periods import working_days
from pledges.models import LedgerEntry, Organisation, Person, Pledge, duties
from pledges.views import memberships

MAX_REVIEWS, REVIEWED_WITHIN = 50, timedelta(days=90)
"""The newest reviews by which the next one is expected."""
MIN_REVIEWS: Final = 5
"""Fewer say nothing about the next one."""
USUAL: Final = 0.9
"""The share of them that took no longer than what is called usual."""


@dataclass(frozen=True)
class Next:
    """The draft to go on with, and how many there are."""

    draft: Pledge
    count: int


@dataclass(frozen=True)
class Step:
    """One step on a pledge's way, and which office took it or will; never who.

    `at` is a moment, `on` a day; what has neither is under way or still to come.
    """

    words: str
    office: str
    at: datetime | None = None
    on: date | None = None
    under_way: bool = False
    ahead: bool = False


def next_draft(person: Person, at: datetime) -> Next | None:
    """Which of somebody's drafts to sign next: the first on their own page that can be signed."""
    drafts = Pledge.objects.of(person).drafts().filter(version__status=VersionState.PUBLISHED)
    waiting = list(drafts.order_by("created_at"))
    if waiting:
        excused = memberships.excused_from(memberships.tasks_of(person, at))
        waiting = [each for each in waiting if each.template_id not in excused]
        duties.show_asked_days(waiting, at)
        waiting.sort(key=lambda each: each.due_on or date.max)
    return Next(waiting[0], len(waiting)) if waiting else None


def usual_review(at: datetime) -> int | None:
    """Within how many working days nearly all of the latest reviews came; `None`: nobody can say.

    Nobody can either while more than the rest of them wait for longer than that.
    """
    reviewed = (
        Pledge.objects.issued()
        .filter(reviewed_at__gt=at - REVIEWED_WITHIN)
        .order_by("-reviewed_at")
        .values_list("signed_at", "reviewed_at")[:MAX_REVIEWS]
    )
    took = sorted(_working_days(*times) for times in reviewed)
    if len(took) < MIN_REVIEWS:
        return None
    place = ceil(USUAL * len(took))
    usual = max(1, took[place - 1])
    waiting = Pledge.objects.awaiting_review().values_list("signed_at", flat=True)[:MAX_REVIEWS]
    late = sum(_working_days(signed_at, at) > usual for signed_at in waiting)
    return usual if late <= len(took) - place else None


def _working_days(signed_at: datetime | None, until: datetime | None) -> int:
    organisation = Organisation.current()
    if signed_at is None or until is None:
        return 0
    return working_days(organisation.localdate(signed_at), organisation.localdate(until))


def steps(pledge: Pledge, state: PledgeState) -> list[Step]:
    """The way of a signed pledge so far, and what is ahead of it."""
    compliance = pgettext("office", "Compliance")
    way = [*_beginning(pledge), Step(pgettext("step", "Signed"), _yourself(), at=pledge.signed_at)]
    if state == PledgeState.SIGNED:
        company = pgettext("office", "The company")
        way.append(Step(_("Compliance review"), compliance, under_way=True))
        way.append(Step(_("Confirmation by the company"), company, ahead=True))
        return way
    reviewed_at = pledge.reviewed_at
    if state == PledgeState.RETURNED:
        return [*way, Step(_("Returned, never took effect"), compliance, at=reviewed_at)]
    if state == PledgeState.WITHDRAWN:
        office = _yourself() if pledge.withdrawn_why == Why.SIGNER else compliance
        return [*way, Step(_("Withdrawn, never took effect"), office, at=pledge.withdrawn_at)]
    words = _("Confirmed, in effect since the day of signing")
    way.append(Step(words, compliance, at=reviewed_at))
    if state == PledgeState.REVOKED:
        way.append(Step(pgettext("step", "Revoked"), compliance, at=pledge.revoked_at))
    elif pledge.ends_on:
        ahead = state != PledgeState.EXPIRED
        way.append(Step(_("Last day of its term"), "", on=pledge.ends_on, ahead=ahead))
    return way


def _beginning(pledge: Pledge) -> list[Step]:
    """How the draft came about: as the ledger tells it, or by the return of the one before."""
    compliance = pgettext("office", "Compliance")
    told = {
        "pledge.opened": (_("Draft started"), _yourself()),
        "pledge.assigned": (_("Assigned to you"), compliance),
    }
    found = LedgerEntry.objects.filter(subject=f"pledge:{pledge.pk}", event__in=told)
    begun = []
    for entry in found.order_by("sequence"):
        words, office = told[entry.event]
        # No office assigned what a command of the operator did.
        begun.append(Step(words, office if entry.actor_id else "", at=entry.at))
    if pledge.corrects:
        words = _("%(number)s returned for correction") % {"number": pledge.corrects.number}
        begun.append(Step(words, compliance, at=pledge.corrects.reviewed_at))
    return begun


def _yourself() -> str:
    return pgettext("office", "You")
