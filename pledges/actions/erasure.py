"""Erasing a person: what tells of them goes, what proves that things were in order stays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import chain
from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q
from django_tasks_db.models import DBTaskResult

from pledges import access, audit, crash_points, notices, transactions
from pledges.access import Act
from pledges.actions import enrolment, erasing_employment, expiring, people
from pledges.actions.papers import erasing, keeping
from pledges.actions.tasks import forgetting
from pledges.core import lifecycle, refusals
from pledges.core.lifecycle import PledgeState, Role
from pledges.core.periods import erasable_from
from pledges.core.refusals import RetainedPledge
from pledges.models import (
    Commitment,
    Department,
    Document,
    Invitation,
    LedgerOpening,
    Organisation,
    PaperPledge,
    Person,
    PhoneLink,
    Pledge,
    Proposal,
    Reading,
    RenderedAhead,
    ReturnReason,
    ReviewClaim,
    Session,
    Signature,
    SigningIntent,
)
from pledges.storage import document_store

NOBODY: Final = "—"
# The digest of the content goes too: whoever has a list of names and answers could try them.
_PLEDGE: Final[dict[str, Any]] = {
    "answers": {},
    "signer_name": "",
    "signer_employee_number": "",
    "signer_department": "",
    "content_digest": "",
    "revocation_reason": "",
    "reply": "",
    "assignment_note": "",
    "withdrawal_reason": "",
}
_INTENT: Final[dict[str, Any]] = {"answers": {}, "signer": {}, "content_digest": ""}
_SIGNATURE: Final[dict[str, Any]] = {
    "strokes": [],
    "typed": "",
    "assertion": {},
    "totp_step": None,
    "client_address": None,
    "user_agent": "",
}


@dataclass(frozen=True)
class Erased:
    """How much was erased."""

    pledges: int
    files: int


def erase(person: Person, *, actor: access.Actor, at: datetime) -> Erased:
    """Erase what is personal about `person`; a second time only completes what was cut short.

    Raises `NotErasable` while a pledge of theirs is in force, awaits review or is within its
    retention period, and `LastAdministrator`. Files go after the commit: a process killed in
    between leaves them without an owner, for `sweeping.sweep` and for the second time.
    """
    access.require(actor, Act.ERASE_PERSON, person)
    # Apart, as whatever the ledger tells of: its turn is the last lock of a transaction.
    expiring.expire_due(at, Pledge.objects.of(person))
    return _erase(person, actor=actor, at=at)


@transactions.atomic
def _erase(person: Person, *, actor: access.Actor, at: datetime) -> Erased:
    people.lock_administrators()
    list(Department.objects.select_for_update(no_key=True).filter(head=person).order_by("pk"))
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    forgetting.lock(locked)
    erasing.lock_rows(locked)
    erasing_employment.lock_rosters(locked)
    pledges, papers = _locked_pledges(locked), erasing.locked(locked)
    files = _files_of(pledges) | keeping.files_of(papers)
    if locked.erased_at is None:
        _require_erasable(locked, pledges, papers, at)
        _blank_pledges(pledges)
        erasing.blank(papers)
        erasing.forget_rows(locked)
        number = locked.employee_number
        _blank_person(locked, at)
        others = [*map(audit.subject_of, papers), *forgetting.forget(locked, number)]
        _forget_openings(locked, pledges, others)
        told = {"pledges": _keys(pledges), **({"papers": _keys(papers)} if papers else {})}
        facts = {**told, "files": len(files)}
        erasing.erase_records(papers, actor=actor, at=at)
        audit.record(lifecycle.ERASE.event, actor=actor, subject=locked, at=at, facts=facts)
    transaction.on_commit(partial(_remove, locked.pk, files))
    return Erased(len(pledges), len(files))


def what_keeps(person: Person, at: datetime) -> tuple[RetainedPledge, ...]:
    """The pledges for whose sake `person` cannot be erased at `at`."""
    pledges = Pledge.objects.of(person).select_related("version__template").order_by("number")
    return (*_kept(pledges, at), *erasing.kept(erasing.papers_of(person), at))


def _keys(rows: Sequence[Any]) -> list[str]:
    return [str(row.pk) for row in rows]


def _locked_pledges(person: Person) -> list[Pledge]:
    locked = Pledge.objects.of(person).select_for_update(no_key=True, of=("self",))
    return list(locked.select_related("version__template").order_by("number", "pk"))


def _require_erasable(
    person: Person, pledges: Sequence[Pledge], papers: Sequence[PaperPledge], at: datetime
) -> None:
    if kept := (*_kept(pledges, at), *erasing.kept(papers, at)):
        raise refusals.NotErasable(kept)
    if Role.ADMINISTRATOR in person.roles:
        people.require_another_administrator(person)


def _kept(pledges: Any, at: datetime) -> Iterator[RetainedPledge]:
    organisation = Organisation.current()
    today = organisation.localdate(at)
    for pledge in pledges:
        if not pledge.is_kept:
            continue
        number, state = pledge.number or "", pledge.state_on(today)
        if state not in lifecycle.ERASE.sources:
            yield RetainedPledge(number, state)
            continue
        day = erasable_from(
            _ended(pledge, state, organisation), pledge.version.template.retention_years
        )
        if today < day:
            yield RetainedPledge(number, state, day)


def _ended(pledge: Pledge, state: str, organisation: Organisation) -> date:
    """The day of the last thing that happened to `pledge`."""
    events = (pledge.signed_at, pledge.reviewed_at, pledge.revoked_at, pledge.withdrawn_at)
    days = [organisation.localdate(event) for event in events if event is not None]
    if state == PledgeState.EXPIRED and pledge.ends_on is not None:
        days.append(pledge.ends_on)
    return max(days)


def _files_of(pledges: Sequence[Pledge]) -> frozenset[str]:
    """The digests of every file that tells of these pledges, offered for signing or not."""
    issued = Document.objects.filter(pledge__in=pledges).values_list("sha256", flat=True)
    rendered = (
        model.objects.filter(pledge__in=pledges).values_list("document_digest", flat=True)
        for model in (SigningIntent, RenderedAhead)
    )
    return frozenset(chain(issued, *rendered))


def _blank_pledges(pledges: Sequence[Pledge]) -> None:
    """First the pledges: what hangs on them may change only once they are erased."""
    keys = [pledge.pk for pledge in pledges]
    step = lifecycle.ERASE
    changed = Pledge.objects.filter(pk__in=keys, status__in=step.sources)
    if changed.update(status=step.target, **_PLEDGE) != len(keys):
        raise lifecycle.Forbidden(step, ", ".join(sorted({p.status for p in pledges})))
    SigningIntent.objects.filter(pledge__in=keys).update(**_INTENT)
    Signature.objects.filter(pledge__in=keys).update(**_SIGNATURE)
    ReturnReason.objects.filter(pledge__in=keys).update(text="")
    Commitment.objects.filter(pledge__in=keys).delete()
    ReviewClaim.objects.filter(pledge__in=keys).delete()
    # The rows go within the hour. Until then a second run finds by them what a killed one left.
    RenderedAhead.objects.filter(pledge__in=keys).update(content_digest="")


def _blank_person(person: Person, at: datetime) -> None:
    """The row stays, for the ledger names it; whom it stood for cannot be told any more."""
    EmailAddress.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    Invitation.objects.filter(person=person).delete()
    erasing_employment.blank(person)
    Proposal.objects.filter(person=person).delete()
    Session.objects.filter(person_id=person.pk).delete()
    PhoneLink.objects.filter(person=person).delete()
    ReviewClaim.objects.filter(officer=person).delete()
    Reading.objects.filter(reader=person).update(reader_name="")
    erasing_employment.forget_rosters(person)
    # A mail that could not be sent is kept with the error, and errors name addresses.
    mails = DBTaskResult.objects.filter(task_path__startswith=f"{notices.__name__}.")
    mails.filter(args_kwargs__contains={"args": [person.pk]}).delete()
    # So do those of the database, which quote the row that they refuse.
    told = Q(traceback__contains=person.employee_number) | Q(traceback__contains=person.name)
    DBTaskResult.objects.filter(told, status="FAILED").delete()
    person.groups.clear()
    person.username = person.employee_number = f"erased-{person.pk}"
    person.name = NOBODY
    person.email = person.position = person.contact = ""
    person.last_login = None
    person.is_active = person.is_staff = person.must_change_password = False
    person.handover = ""
    person.erased_at = at
    person.set_unusable_password()
    person.save()


def _forget_openings(person: Person, pledges: Sequence[Pledge], others: Sequence[str]) -> None:
    """The ledger's commitments stay and still verify; what they stand for is gone."""
    subjects = [*(audit.subject_of(each) for each in (person, *pledges)), *others]
    LedgerOpening.objects.filter(entry__subject__in=subjects).delete()


def _remove(person_id: int, files: frozenset[str]) -> None:
    crash_points.reach("erase:committed")
    for digest in sorted(files):
        document_store.remove(digest)
    enrolment.forget(person_id)
