"""What was acknowledged, compared with what there is: rows, files, ledger, queued mails.

To be imported when Django is set up.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django_tasks_db.models import DBTaskResult

from benchmarks.load.crowd import FILLED, Acknowledged, Journal
from pledges import audit
from pledges.core.lifecycle import PledgeState
from pledges.models import Document, LedgerEntry, Pledge, Signature, SigningIntent
from pledges.storage import document_store


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
    lost: int
    doubled: int


def reckon(journal: Journal) -> tuple[list[Balance], list[Fault]]:
    """Compare everything in the journal, and the whole ledger with itself."""
    faults = [*_saves(journal), *_prepared(journal), *_signed(journal), *_ledger(journal)]
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


# --- Signing --------------------------------------------------------------------------------------
def _signed(journal: Journal) -> Iterator[Fault]:
    queued = _queued_mails()
    for act in _of(journal, "sign"):
        pledge = Pledge.objects.get(pk=act.pledge)
        if pledge.status != PledgeState.SIGNED:
            yield Fault(act.during, f"pledge {act.pledge}", lost=1)
        signatures = Signature.objects.filter(pledge=pledge)
        yield from _once(act, "signatures", signatures.count())
        yield from _once(act, "the intent's", signatures.filter(intent__pk=act.intent).count())
        files = list(Document.objects.filter(pledge=pledge))
        yield from _once(act, "documents", len(files))
        if not all(_is_kept(file.sha256) for file in files):
            yield Fault(act.during, f"file of {act.pledge}", lost=1)
        yield from _once(act, "entries of signing", _entries(act.pledge, "pledge.signed"))
        yield from _once(act, "mails", queued[act.pledge, pledge.person_id])


def _queued_mails() -> Counter[tuple[str, int]]:
    """How many mails about a signing were queued, by pledge and receiver."""
    found: Counter[tuple[str, int]] = Counter()
    rows = DBTaskResult.objects.filter(task_path__startswith="pledges.notices")
    for told in rows.values_list("args_kwargs", flat=True).iterator():
        given = told["args"]
        if len(given) == 3 and given[0] == "signed":
            found[given[1], given[2]] += 1
    return found


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
