"""Who may confirm, in person, with what somebody signs: they are named, and told that it waits."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from django.db.models import Max

from pledges import access, audit
from pledges.access import Act
from pledges.actions import pending
from pledges.models import LedgerEntry, Person, RequestCount
from pledges.notices import accounts
from pledges.storage import document_store

MAX_NAMED: Final = 5
# Somebody may remove what waits and add it again; those who confirm are not told each time.
TOLD_EVERY: Final = timedelta(hours=1)
# How far back in the ledger to look, and how many confirmations make a rule.
LOOK_BACK: Final = 20_000  # entries
FEWEST, MOST = 3, 20
_ASKED: Final = ("passkey.registered", "app.registered")
_CONFIRMED: Final = "enrolment.confirmed"
_KEY: Final = re.compile(rf"{pending.FOLDER}/(\d+)-")


def named(person: Person) -> list[Person]:
    """Who may confirm for `person`, five at most: first those of the same department."""
    return list(islice(_all(person), MAX_NAMED))


def _all(person: Person) -> Iterator[Person]:
    roles = [str(role) for role in access.CONFIRMERS]
    found = Person.objects.filter(is_active=True, groups__name__in=roles).distinct()
    ordered = sorted(
        found.select_related("department"),
        key=lambda each: (each.department_id != person.department_id, each.employee_number),
    )
    return (each for each in ordered if access.allows(each, Act.CONFIRM_ENROLMENT, person))


def tell(person: Person) -> None:
    """Queue the mails that `person` waits for one of them, in the caller's transaction."""
    if RequestCount.objects.is_first(f"told confirmers person:{person.pk}", TOLD_EVERY):
        for each in named(person):
            accounts.tell("confirmation_wanted", each, whom=str(person.pk))


def wait_for(confirmer: Person, at: datetime) -> list[Person]:
    """Those who wait to be confirmed by somebody like `confirmer`."""
    names = document_store.list_records(pending.FOLDER)
    keys = {int(found[1]) for name in names if (found := _KEY.match(name))}
    people = Person.objects.filter(pk__in=keys).exclude(handover="").order_by("pk")
    return [
        each
        for each in people
        if each.must_be_met
        and access.allows(confirmer, Act.CONFIRM_ENROLMENT, each)
        and pending.waiting(each, at)
    ]


def usual_time() -> timedelta | None:
    """How long it took to be confirmed, of late, in the middle; `None` where too few were."""
    last = LedgerEntry.objects.aggregate(last=Max("sequence"))["last"] or 0
    recent = LedgerEntry.objects.filter(sequence__gt=last - LOOK_BACK)
    asked: dict[object, datetime] = {}
    took: list[timedelta] = []
    for entry in recent.filter(event__in=(*_ASKED, _CONFIRMED)).order_by("sequence"):
        digest = audit.facts_of(entry).get("pending")
        if entry.event != _CONFIRMED:
            asked[digest] = entry.at
        elif digest in asked:
            took.append(entry.at - asked[digest])
    took = sorted(took[-MOST:])
    return took[len(took) // 2] if len(took) >= FEWEST else None
