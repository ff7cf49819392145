"""Records sealed and issued: bytes that are kept for good, and the rows that say what they are of.

Nothing is issued that our own verdict would not accept. Whoever issues a record has asked before
whether it may be made: that is a question of what it is of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pledges import access, audit, crash_points, rendering, transactions
from pledges.actions import issuing, sealing
from pledges.actions.issuing import StoredFile
from pledges.core import refusals
from pledges.core.digests import sha256_hex
from pledges.models import IssuedRecord, LedgerEntry, Organisation, RecordFile
from pledges.proof.fileformat import CURRENT_RECORD
from pledges.proof.records import contents
from pledges.proof.records.judging import content_of
from pledges.proof.verdict import Outcome
from pledges.rendering.fonts import MissingGlyph
from pledges.storage import document_store

FIRST: Final = 1
"""The revision as sealed; each renewal of the timestamp is one more."""
ISSUED, ERASED = "record.issued", "record.erased"


def seal(pages: bytes, content: Mapping[str, Any], *, at: datetime) -> bytes:
    """The record of `pages` with `content`, under the company's seal, as of `at`.

    `pages` were rendered with `contents.identifier(content)`; `content` lacks what is known here
    alone: format, document and time. Raises SealUnavailable, Unmade, Unprintable.
    """
    organisation = Organisation.current()
    language = content["language"]
    local = organisation.localtime(at)
    said = contents.write(
        {
            **content,
            "format": CURRENT_RECORD.name,
            "document": {"sha256": sha256_hex(pages), "size": len(pages)},
            "sealed_at": local.isoformat(),
        }
    )
    try:
        stamp = rendering.draw_record_stamp(
            organisation=organisation.name_in(language), sealed_at=local, language=language
        )
    except MissingGlyph as missing:
        raise refusals.Unprintable(tuple(missing.characters)) from missing
    return sealing.seal_record(pages, appearance=stamp, record=said, at=at)


@dataclass(frozen=True)
class KeptRecord:
    """A sealed record in the store that no row names yet, and what it says."""

    file: StoredFile
    content: Mapping[str, Any]


def issue(
    record: bytes, *, kind: str, subject: str, actor: access.Actor, at: datetime
) -> IssuedRecord:
    """Keep and issue a sealed record of `subject`, which is named as the ledger names it.

    Issuing the same content again gives the record that there is. Raises FileNotGenuine unless our
    own verdict accepts it at `at`, StorageUnavailable, Unmade; then there is none.
    """
    return issue_kept(keep(record, kind=kind, at=at), subject=subject, actor=actor, at=at)


def keep(record: bytes, *, kind: str, at: datetime) -> KeptRecord:
    """Keep a sealed record that is to be issued with a change that it belongs to.

    Raises as `issue` does.
    """
    kept = issuing.keep(record, sealing.level_at_acceptance(), Outcome.ACCEPTED, at)
    content = content_of(record)
    if content["kind"] != kind:
        raise ValueError(f"a record of kind {content['kind']} is issued as {kind}")
    crash_points.reach("record:stored")
    return KeptRecord(kept, content)


@transactions.atomic
def issue_kept(
    record: KeptRecord, *, subject: str, actor: access.Actor, at: datetime
) -> IssuedRecord:
    """Issue what was kept, in the caller's transaction if there is one; as `issue` says."""
    kept, content = record.file, record.content
    digest = contents.identifier(content)
    issued, created = IssuedRecord.objects.get_or_create(
        kind=content["kind"],
        subject=subject,
        list_digest=digest,
        defaults={"language": content["language"], "created_at": at},
    )
    if not created:
        return issued
    add_file(issued, kept, revision=FIRST, at=at)
    facts = {"issued": kept.sha256, "kind": issued.kind, "of": subject, "list": digest}
    audit.record(ISSUED, actor=actor, subject=issued, at=at, facts=facts)
    return issued


def add_file(record: IssuedRecord, kept: StoredFile, *, revision: int, at: datetime) -> RecordFile:
    """Say in the caller's transaction that `kept` is this revision of the file of `record`."""
    return RecordFile.objects.create(
        record=record,
        revision=revision,
        sha256=kept.sha256,
        size=kept.size,
        created_at=at,
        level=kept.level,
        stamped_until=kept.stamped_until,
    )


def read(record: IssuedRecord) -> bytes:
    """The newest file of `record`. Raises `document_store.Missing`, `Corrupt` or `Unreadable`."""
    return document_store.get(record.newest_file.sha256)


def separate_proof(file: RecordFile, *, at: datetime) -> dict[str, Any]:
    """That the ledger records this very file, for whoever has the root: JSON as of a pledge's file.

    Has the ledger sign a checkpoint when none covers the entry yet. Raises `audit.LedgerBroken`.
    """
    events = (ISSUED, "document.renewed")
    entry = audit.find_entry(file.record, events, issued=file.sha256)
    return audit.proof(entry, audit.checkpoint(at))


def erase(record: IssuedRecord, *, actor: access.Actor, at: datetime) -> frozenset[str]:
    """Note in the caller's transaction that `record` is erased, with the person whom it shows.

    Gives the digests of its files: remove them once the transaction is committed. The sweeper
    removes what a kill leaves.
    """
    locked = IssuedRecord.objects.select_for_update(no_key=True).get(pk=record.pk)
    digests = frozenset(locked.files.values_list("sha256", flat=True))
    if locked.erased_at is None:
        IssuedRecord.objects.filter(pk=locked.pk, erased_at__isnull=True).update(erased_at=at)
        audit.record(ERASED, actor=actor, subject=locked, at=at, facts={"files": len(digests)})
    return digests


def erased() -> list[IssuedRecord]:
    """The records that were erased, as the ledger tells too.

    What a row says is not enough: nobody has files removed by writing into the database without
    leaving a trace.
    """
    rows = IssuedRecord.objects.filter(erased_at__isnull=False)
    called = {audit.subject_of(each): each for each in rows}
    told = LedgerEntry.objects.filter(subject__in=called, event=ERASED)
    return [called[subject] for subject in told.values_list("subject", flat=True)]
