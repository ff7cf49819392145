"""The first page: what I must sign, what waits, what is in force, what came back and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from pledges import access
from pledges.access import Act
from pledges.actions.answers import reading_of, revoked_for_good
from pledges.actions.papers import reading
from pledges.actions.working_calendar import current_calendar
from pledges.core.lifecycle import PledgeState
from pledges.core.time_left import TimeLeft, time_left
from pledges.core.working_days import Calendar
from pledges.models import (
    Organisation,
    PaperPledge,
    Person,
    Pledge,
    TemplateVersion,
    duties,
    signed_earlier,
)
from pledges.models.signed_earlier import SignedEarlier
from pledges.models.version_steps import alike
from pledges.views import memberships, setting_up
from pledges.views.accounts import person_of
from pledges.views.memberships import OwnTask
from pledges.views.reading import ShownReason, reasons_of


@dataclass(frozen=True)
class Draft:
    """A pledge to sign: how far it is filled, when it is due, why it came back if it did."""

    pledge: Pledge
    label: str
    filled: int
    blanks: int
    left: TimeLeft | None
    reasons: tuple[ShownReason, ...]
    may_discard: bool
    asked: OwnTask | None = None
    earlier: SignedEarlier | None = None

    @property
    def begun(self) -> bool:
        """Whether its person has filled in anything; what a record fills in is not theirs."""
        return self.filled > 0 and self.pledge.answers_revision > 0

    @property
    def overdue(self) -> bool:
        return self.left is not None and self.left.overdue

    @property
    def complete(self) -> bool:
        return self.filled == self.blanks


@dataclass(frozen=True)
class ListedPledge:
    """A pledge that was signed, or a version that may be, with what people call it."""

    label: str
    pledge: Pledge | None = None
    version: TemplateVersion | None = None
    newer: Pledge | None = None


@dataclass(frozen=True)
class ListedPaper:
    """What was signed on paper: kept for the record, and never among what was signed here."""

    label: str
    paper: PaperPledge


@require_safe
def my_pledges(request: HttpRequest) -> HttpResponse:
    """A person's pledges: whoever is active may have some, whatever their office."""
    person = person_of(request)
    own = list(
        Pledge.objects.of(person)
        .select_related("version", "corrects", "corrected_by", "assigned_by")
        .order_by(F("due_on").asc(nulls_last=True), "created_at")
    )
    papers = reading.filed_of(person)
    found = contents(person, own, timezone.now(), papers)
    found["papers"] = [ListedPaper(label_of(paper.version), paper) for paper in papers]
    found["empty"] = found["empty"] and not papers
    return render(request, "my_pledges.html", {**found, **setting_up.announced(person)})


def contents(
    person: Person, own: list[Pledge], at: datetime, papers: Sequence[PaperPledge] = ()
) -> dict[str, object]:
    """The sections of the page, each a list, by the organisation's calendar."""
    organisation = Organisation.current()
    today = organisation.localdate(at)
    tasks = memberships.tasks_of(person, at)
    to_sign = [each for each in tasks if each.to_sign]
    drafts = _drafts(person, own, papers, tasks, at)
    unopened = memberships.together(each for each in to_sign if not each.draft)
    sections = {
        "tasks": unopened,
        "drafts": drafts,
        "waiting": _entries(own, PledgeState.SIGNED, today, "signed_at"),
        "in_force": _entries(own, PledgeState.ACCEPTED, today, "reviewed_at"),
        "returned": _entries(own, PledgeState.RETURNED, today, "reviewed_at"),
        "revoked": _entries(own, PledgeState.REVOKED, today, "revoked_at"),
        "expired": _entries(own, PledgeState.EXPIRED, today, "ends_on"),
        "excused": _excused(tasks),
        "withdrawn": _entries(own, PledgeState.WITHDRAWN, today, "withdrawn_at"),
        "closed": memberships.closed_of(person, at),
        "available": [
            each
            for each in available(person, own, today, organisation)
            if each.version and each.version.template_id not in {t.task.template_id for t in tasks}
        ],
    }
    return {
        **sections,
        "overdue": [
            *(task for task in unopened if task.overdue),
            *(draft for draft in drafts if draft.overdue),
        ],
        "empty": not any(sections.values()),
    }


def _drafts(
    person: Person,
    own: Sequence[Pledge],
    papers: Sequence[PaperPledge],
    tasks: Iterable[OwnTask],
    at: datetime,
) -> list[Draft]:
    """Those to sign, the earliest due first, each with what was signed before it.

    What a task excuses from stands with its excuse.
    """
    excused = memberships.excused_from(tasks)
    open_ones = [each for each in own if each.status == PledgeState.DRAFT]
    listed = [each for each in open_ones if each.template_id not in excused]
    duties.show_asked_days(listed, at)
    listed.sort(key=lambda each: (each.due_on or date.max, each.created_at))
    asked = _asked(tasks)
    calendar = current_calendar() if any(each.due_on for each in listed) else Calendar({})
    today = Organisation.current().localdate(at)
    return [
        replace(
            draft_of(each, person, today, calendar, asked.get(each.pk)),
            earlier=signed_earlier.found_among(own, papers, each.version, today),
        )
        for each in listed
    ]


def _excused(tasks: Iterable[OwnTask]) -> list[OwnTask]:
    """Each with its draft, but where another task asks for that one."""
    listed = list(tasks)
    excused = memberships.excused_from(listed)
    return [
        each if each.task.template_id in excused else replace(each, draft=None)
        for each in listed
        if not each.to_sign
    ]


def _asked(tasks: Iterable[OwnTask]) -> dict[UUID, OwnTask]:
    """By whom each draft is asked for, with the others that its signature serves."""
    found = memberships.together(each for each in tasks if each.draft and each.to_sign)
    return {each.draft.pk: each for each in reversed(found) if each.draft}


def draft_of(
    pledge: Pledge,
    person: Person,
    today: date,
    calendar: Calendar,
    asked: OwnTask | None = None,
) -> Draft:
    """What the list tells of one draft."""
    reading = reading_of(pledge)
    blanks = sum(1 for blank in pledge.version.blank_list if blank.filled_by_manager)
    return Draft(
        pledge=pledge,
        label=label_of(pledge.version),
        filled=blanks - len(reading.missing) - len({item.code for item in reading.problems}),
        blanks=blanks,
        left=time_left(pledge.due_on, today, calendar) if pledge.due_on else None,
        reasons=reasons_of(pledge.corrects) if pledge.corrects else (),
        may_discard=access.allows(person, Act.DISCARD_DRAFT, pledge),
        asked=asked,
    )


def available(
    person: Person, own: Iterable[Pledge], today: date, organisation: Organisation
) -> list[ListedPledge]:
    """The versions that `answers.open_pledge` would open anew for this person today."""
    pledges = list(own)
    closed = {p.template_id for p in pledges if p.status == PledgeState.SIGNED}
    taken = alike(*{p.version_id for p in pledges if not p.may_be_followed_on(today, organisation)})
    closed |= revoked_for_good(p for p in pledges if p.signed_at)
    return [
        ListedPledge(label_of(version), version=version)
        for version in TemplateVersion.objects.current(today).select_related("template")
        if version.pk not in taken and version.template_id not in closed
    ]


def label_of(version: TemplateVersion) -> str:
    """What the reader calls a version, in the reader's language: its title, and its kind."""
    return version.name(get_language() or "zh-hans")


def _entries(
    own: Iterable[Pledge], state: PledgeState, today: date, newest_by: str
) -> list[ListedPledge]:
    pledges = list(own)
    found = [pledge for pledge in pledges if pledge.state_on(today) == state]
    found.sort(key=lambda pledge: getattr(pledge, newest_by), reverse=True)
    return [
        ListedPledge(
            label_of(pledge.version),
            pledge=pledge,
            newer=signed_earlier.newer_of(pledge, pledges, today),
        )
        for pledge in found
    ]
