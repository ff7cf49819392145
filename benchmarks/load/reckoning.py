"""What was acknowledged, compared with what there is: rows, files, ledger, mails.

To be imported when Django is set up.
"""

import re
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db.models.functions import Now
from django_tasks_db.models import DBTaskResult

from benchmarks.load.crowd import FILLED, Acknowledged, Journal
from benchmarks.load.neighbours import Mail
from pledges import audit, notices
from pledges.core.lifecycle import PledgeState
from pledges.models import (
    Document,
    LedgerEntry,
    Pledge,
    RequestCount,
    Signature,
    SigningIntent,
)
from pledges.notices import sending
from pledges.storage import document_store

ACCEPTED = PledgeState.ACCEPTED
MAYBE_ACCEPTED = {PledgeState.SIGNED, ACCEPTED}
PLEDGE = re.compile(r"/pledges/([0-9a-f-]{36})/")
"""A pledge's page in a mail."""


@dataclass(frozen=True)
class Fault:
    """An act that is not there, or there more than once."""

    during: str
    what: str
    lost: int = 0
    doubled: int = 0


@dataclass(frozen=True)
class Balance:
    """The acts that were acknowledged while one thing was wrong, and what became of them."""

    during: str
    saves: int
    prepared: int
    signed: int
    accepted: int
    lost: int
    doubled: int

    @property
    def acts(self) -> int:
        return self.saves + self.prepared + self.signed + self.accepted


def reckon(
    journal: Journal, arrived: Sequence[Mail] | None = None
) -> tuple[list[Balance], list[Fault]]:
    """Compare everything in the journal, and the whole ledger with itself.

    Given the mails that `arrived`, each that was queued is looked for among them.
    """
    faults = [*_saves(journal), *_prepared(journal), *_signed(journal), *_accepted(journal)]
    faults += [*_arrived(journal, arrived)] if arrived is not None else []
    faults += _ledger(journal)
    order = dict.fromkeys(act.during for act in journal.acts)
    return [_balance(during, journal, faults) for during in order], faults


def _balance(during: str, journal: Journal, faults: Sequence[Fault]) -> Balance:
    kinds = Counter(act.kind for act in journal.acts if act.during == during)
    found = [fault for fault in faults if fault.during == during]
    return Balance(
        during,
        saves=kinds["save"],
        prepared=kinds["prepare"],
        signed=kinds["sign"],
        accepted=kinds["accept"],
        lost=sum(fault.lost for fault in found),
        doubled=sum(fault.doubled for fault in found),
    )


def _of(journal: Journal, kind: str) -> list[Acknowledged]:
    return [act for act in journal.acts if act.kind == kind]


# --- Saving ---------------------------------------------------------------------------------------
def _saves(journal: Journal) -> Iterator[Fault]:
    """Each saving makes the next revision, and the last one's answers are there."""
    by_pledge: dict[str, list[Acknowledged]] = {}
    for act in _of(journal, "save"):
        by_pledge.setdefault(act.pledge, []).append(act)
    kept = {str(each.pk): each for each in Pledge.objects.filter(pk__in=by_pledge)}
    for pledge, acts in by_pledge.items():
        if pledge not in kept:
            yield Fault(acts[-1].during, f"draft {pledge}", lost=len(acts))
            continue
        yield from _revisions(acts)
        yield from _last_saved(kept[pledge], acts[-1], unsure=pledge in journal.given_up)


def _revisions(acts: Sequence[Acknowledged]) -> Iterator[Fault]:
    before = 0
    for act in acts:
        if act.revision > before + 1:
            more = act.revision - before - 1
            yield Fault(act.during, f"saving of {act.pledge}", doubled=more)
        if act.revision <= before:
            yield Fault(act.during, f"saving of {act.pledge}", lost=1)
        before = act.revision


def _last_saved(kept: Pledge, last: Acknowledged, *, unsure: bool) -> Iterator[Fault]:
    # Preparing saves the same answers, which is no change.
    if kept.answers_revision < last.revision:
        yield Fault(last.during, f"revision of {kept.pk}", lost=1)
    elif unsure:
        return
    elif kept.answers_revision > last.revision:
        yield Fault(last.during, f"revision of {kept.pk}", doubled=1)
    elif kept.answers.get(FILLED) != last.answer:
        yield Fault(last.during, f"answers of {kept.pk}", lost=1)


# --- Preparing ------------------------------------------------------------------------------------
def _prepared(journal: Journal) -> Iterator[Fault]:
    for act in _of(journal, "prepare"):
        intents = SigningIntent.objects.filter(pledge_id=act.pledge)
        intent = intents.filter(pk=act.intent).first()
        if intent is None:
            yield Fault(act.during, f"intent {act.intent}", lost=1)
            continue
        if not _is_kept(intent.document_digest):
            yield Fault(act.during, f"document of intent {act.intent}", lost=1)
        told = _entries(act.pledge, "pledge.prepared")
        yield from _once(act, "intents", intents.count())
        yield from _once(act, "entries of preparing", told)


# --- Signing and accepting ------------------------------------------------------------------------
def _signed(journal: Journal) -> Iterator[Fault]:
    for act in _of(journal, "sign"):
        yield from _issued(act, Document.Revision.SIGNED, "pledge.signed", MAYBE_ACCEPTED)
        signatures = Signature.objects.filter(pledge_id=act.pledge)
        yield from _once(act, "signatures", signatures.count())
        yield from _once(act, "the intent's", signatures.filter(intent__pk=act.intent).count())


def _accepted(journal: Journal) -> Iterator[Fault]:
    for act in _of(journal, "accept"):
        yield from _issued(act, Document.Revision.ACCEPTED, "pledge.accepted", {ACCEPTED})


def _issued(
    act: Acknowledged, revision: int, event: str, states: Collection[str]
) -> Iterator[Fault]:
    """The pledge's state, one file, one entry, one mail."""
    pledge = Pledge.objects.get(pk=act.pledge)
    if pledge.status not in states:
        yield Fault(act.during, f"pledge {act.pledge}", lost=1)
    files = list(Document.objects.filter(pledge=pledge, revision=revision))
    yield from _once(act, f"files, {event}", len(files))
    if not all(_is_kept(file.sha256) for file in files):
        yield Fault(act.during, f"file of {act.pledge}, {event}", lost=1)
    yield from _once(act, f"entries, {event}", _entries(act.pledge, event))
    yield from _once(act, f"mails, {event}", len(_queued_mails(act)))


# --- Mails ----------------------------------------------------------------------------------------
def _queued_mails(act: Acknowledged) -> set[str]:
    """The Message-IDs under which the mail about a signing or acceptance was queued."""
    told = {"sign": "signed", "accept": "accepted"}[act.kind]
    queued = DBTaskResult.objects.filter(
        task_path=notices.send.module_path, args_kwargs__args__0=told,
        args_kwargs__args__1=act.pledge,
    )  # fmt: skip
    return {each["kwargs"]["message_id"] for each in queued.values_list("args_kwargs", flat=True)}


def wait_for_mails(seconds: float) -> None:
    """Until the served site's worker has sent all; what rests after a try in vain is due at once.

    What a killed worker had begun is taken up again when its worker is given up. A mail that is
    not sent in time is found to be lost.
    """
    end = time.monotonic() + seconds
    pending = DBTaskResult.objects.filter(
        task_path=notices.send.module_path, status__in=("READY", "RUNNING")
    )
    while pending.exists() and time.monotonic() < end:
        RequestCount.objects.filter(key=sending.SILENT).delete()
        pending.filter(status="READY").update(run_after=Now())
        time.sleep(2)


def _arrived(journal: Journal, arrived: Sequence[Mail]) -> Iterator[Fault]:
    """Whoever sends a mail once more does so under the same Message-ID, so that it is one mail."""
    by_pledge: dict[str, set[str]] = {}
    for mail in arrived:
        for pledge in set(PLEDGE.findall(mail.text)):
            by_pledge.setdefault(pledge, set()).add(mail.message_id)
    for kind in ("sign", "accept"):
        for act in _of(journal, kind):
            came = by_pledge.get(act.pledge, set()) & _queued_mails(act)
            yield from _once(act, f"arrived mails about a {kind}", len(came))


# --- The ledger -----------------------------------------------------------------------------------
def _ledger(journal: Journal) -> Iterator[Fault]:
    """Whatever the ledger's own verification finds is laid to the last that went wrong."""
    for found in audit.verify():
        yield Fault(journal.during, f"ledger, entry {found.sequence}: {found.kind}", lost=1)


def _entries(pledge: str, event: str) -> int:
    return LedgerEntry.objects.filter(subject=f"pledge:{pledge}", event=event).count()


def _once(act: Acknowledged, what: str, count: int) -> Iterator[Fault]:
    if count != 1:
        more = max(0, count - 1)
        yield Fault(act.during, f"{what} of {act.pledge}", lost=int(not count), doubled=more)


def _is_kept(sha256: str) -> bool:
    try:
        document_store.get(sha256)
    except (document_store.Missing, document_store.Corrupt):
        return False
    return True
