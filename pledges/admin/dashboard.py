"""What waits for somebody in the admin: the figures on its first page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pledges import access
from pledges.access import Act
from pledges.actions import confirmers
from pledges.admin.filters import ALL, ISSUED, sees_drafts
from pledges.admin.second_person import PARAMETER, YOU, cancellations_for, rosters_for
from pledges.admin.tasks import excuse_pages
from pledges.core.lifecycle import PledgeState
from pledges.core.papers import PaperState
from pledges.models import (
    Organisation,
    PaperPledge,
    Person,
    Pledge,
    Proposal,
    TemplateVersion,
)


@dataclass(frozen=True)
class Figure:
    """One number with its words and the list behind it."""

    label: Any
    count: int
    address: str
    urgent: bool = False


def of(person: Person, at: datetime) -> tuple[Figure, ...]:
    """The figures that `person` may see at `at`, most urgent first."""
    figures: list[Figure] = []
    if access.allows(person, Act.LIST_PLEDGES):
        figures += _pledges(person)
    if access.allows(person, Act.READ_TASKS):
        figures += _excuses(person)
    figures += _second_person(person)
    if access.allows(person, Act.WRITE_TEMPLATES):
        drafts = TemplateVersion.objects.filter(status="draft").count()
        address = reverse("admin:pledges_templateversion_changelist") + "?status__exact=draft"
        figures.append(Figure(_("Template drafts"), drafts, address))
    if access.allows(person, Act.MANAGE_PEOPLE):
        active = Person.objects.filter(is_active=True).count()
        address = reverse("admin:pledges_person_changelist") + "?is_active__exact=1"
        figures.append(Figure(_("Active accounts"), active, address))
    return tuple(figures + _papers(person, at) + _proposals(person) + _to_be_met(person, at))


def _papers(person: Person, at: datetime) -> list[Figure]:
    """What was signed on paper, counted apart; nothing where there is nothing of it."""
    if not access.allows(person, Act.LIST_PAPERS):
        return []
    address = reverse("admin:pledges_paperpledge_changelist")
    valid = PaperPledge.objects.valid(Organisation.current().localdate(at)).count()
    waiting = PaperPledge.objects.to_confirm().count()
    figures = [
        Figure(
            _("Paper pledges to be confirmed"),
            waiting,
            f"{address}?state={PaperState.FILED}",
            urgent=access.allows(person, Act.CONFIRM_PAPER),
        ),
        Figure(_("On paper"), valid, f"{address}?state=valid"),
    ]
    return [each for each in figures if each.count]


def _excuses(person: Person) -> list[Figure]:
    """Excuses that wait for this person's word; nothing where nothing does."""
    waiting = sum(
        access.allows(person, Act.APPROVE_EXCUSE, each)
        for each in excuse_pages.open_ones().select_related("member")
    )
    if not waiting:
        return []
    address = reverse("admin:pledges_signingtask_excuses")
    return [Figure(_("Excuses waiting for you"), waiting, address, urgent=True)]


def _second_person(person: Person) -> list[Figure]:
    """Cancellations and rosters that another one asked for; nothing where nothing waits."""
    kinds: tuple[tuple[Any, QuerySet, str], ...] = (
        (
            _("Cancellations waiting for you"),
            cancellations_for(person),
            "signingtask",
        ),
        (_("Rosters waiting for you"), rosters_for(person), "roster"),
    )
    asked = f"?{PARAMETER}={YOU}"
    return [
        Figure(label, count, reverse(f"admin:pledges_{page}_changelist") + asked, urgent=True)
        for label, found, page in kinds
        if (count := found.count())
    ]


def _to_be_met(person: Person, at: datetime) -> list[Figure]:
    """Who waits to be met and confirmed; nothing where nobody does."""
    waiting = confirmers.wait_for(person, at)
    if not waiting:
        return []
    address = reverse("admin:pledges_person_changelist") + "?confirmation=waiting"
    return [Figure(_("People to confirm in person"), len(waiting), address, urgent=True)]


def _proposals(person: Person) -> list[Figure]:
    """What others proposed and waits for this person's word; nothing where nothing does."""
    waiting = sum(
        access.allows(person, Act.ACCEPT_PROPOSAL, each)
        for each in Proposal.objects.filter(outcome=Proposal.Outcome.OPEN)
    )
    if not waiting:
        return []
    address = reverse("admin:pledges_proposal_changelist") + "?outcome__exact=open"
    return [Figure(_("Proposals waiting for you"), waiting, address, urgent=True)]


def _pledges(person: Person) -> list[Figure]:
    address = reverse("admin:pledges_pledge_changelist")
    waiting = Pledge.objects.awaiting_review()
    figures = [
        Figure(
            _("Awaiting review"),
            waiting.count(),
            f"{address}?state={PledgeState.SIGNED}",
            urgent=access.allows(person, Act.JUDGE_PLEDGE, Pledge()),
        ),
        Figure(
            _("of these with unusual answers"),
            waiting.filter(flagged=True).count(),
            f"{address}?state={PledgeState.SIGNED}&flagged=yes",
        ),
        Figure(
            _("In force"),
            Pledge.objects.accepted().count(),
            f"{address}?state={PledgeState.ACCEPTED}",
        ),
    ]
    every = f"{address}?state={ISSUED if sees_drafts(person) else ALL}"
    figures.append(Figure(_("Signed in total"), Pledge.objects.issued().count(), every))
    return figures
