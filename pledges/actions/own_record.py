"""What people do about their own record: choose its language, and say what in it is wrong."""

import json
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.core import refusals
from pledges.core.characters import escape_lines
from pledges.core.lifecycle import Role
from pledges.models import LedgerOpening, Person
from pledges.notices import record_reports

REPORTED: Final = "record.reported"
MAX_REPORTS: Final = 3
WITHIN: Final = timedelta(hours=1)
KEPT_IN_VIEW: Final = timedelta(days=90)


class Report(NamedTuple):
    """What somebody said is wrong in their record, and when."""

    at: datetime
    said: str


@transactions.atomic
def choose_language(person: Person, language: str, *, actor: access.Actor, at: datetime) -> None:
    """Address `person` in `language` from now on, on pages and in mails."""
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    access.require(actor, Act.KEEP_OWN_RECORD, locked)
    if locked.language == language:
        return
    locked.language = language
    locked.save(update_fields=["language"])
    facts = {"changed": ["language"]}
    audit.record("person.changed", actor=actor, subject=locked, at=at, facts=facts)


@transactions.atomic
def report(person: Person, said: str, *, actor: access.Actor, at: datetime) -> int:
    """Tell human resources what `person` says is wrong; gives how many people are told.

    Nothing else changes. The words are personal, so the ledger commits to them and the mails are
    queued without them. Raises `TooManyReports`, `NobodyToTell`.
    """
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    access.require(actor, Act.KEEP_OWN_RECORD, locked)
    _require_few(locked, at)
    receivers = _receivers(locked)
    if not receivers:
        raise refusals.NobodyToTell
    entry = audit.record(
        REPORTED,
        actor=actor,
        subject=locked,
        at=at,
        facts={"told": len(receivers)},
        personal={record_reports.SAID: said},
    )
    for receiver in receivers:
        record_reports.tell(receiver, about=locked, entry=entry)
    return len(receivers)


def reports_of(person: Person, at: datetime) -> list[Report]:
    """What `person` said lately, the newest first."""
    openings = LedgerOpening.objects.filter(
        entry__subject=audit.subject_of(person),
        entry__event=REPORTED,
        entry__at__gt=at - KEPT_IN_VIEW,
        name=record_reports.SAID,
    )
    found = openings.select_related("entry").order_by("-entry_id")
    return [Report(each.entry.at, escape_lines(json.loads(each.value))) for each in found]


def _require_few(person: Person, at: datetime) -> None:
    recent = audit.trail(person).filter(event=REPORTED, at__gt=at - WITHIN)
    sent = list(recent.values_list("at", flat=True))
    if len(sent) >= MAX_REPORTS:
        raise refusals.TooManyReports(sent[-MAX_REPORTS] + WITHIN - at)


def _receivers(person: Person) -> list[Person]:
    """Human resources; the administrators, where nobody else there has an address."""
    others = Person.objects.filter(is_active=True).exclude(pk=person.pk).exclude(email="")
    for role in (Role.HR, Role.ADMINISTRATOR):
        if found := list(others.filter(groups__name=role).order_by("pk")):
            return found
    return []
