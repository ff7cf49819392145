"""Claims with their mails: both are written in one transaction, so each reason has one mail.

A claim is exactly once, whatever number of workers race. The mail is delivered at least once: one
that a worker was killed in is sent again under the same Message-ID.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeVar

from pledges import transactions
from pledges.core.notice_plans import Reason, Told
from pledges.models import NoticeClaim
from pledges.notices import sending

SLICE: Final = 200
"""So many people in one transaction: nobody waits for it longer than for a page."""

T = TypeVar("T")


def slices(things: Iterable[T]) -> Iterator[list[T]]:
    """`things` in lists of `SLICE`, the last one shorter."""
    known = list(things)
    return (known[start : start + SLICE] for start in range(0, len(known), SLICE))


def claim_of(told: Told, person_id: int, *, day: date, at: datetime, **about: Any) -> NoticeClaim:
    """A claim that is not written yet: `person_id` is told so on `day`, `about` whatever it is."""
    return NoticeClaim(
        person_id=person_id,
        reason=told.key,
        for_day=told.for_day,
        told_on=day,
        claimed_at=at,
        **about,
    )


@transactions.atomic
def queue_each(task: Any, kind: str, claims: Sequence[NoticeClaim]) -> int:
    """One mail for each of `claims` that nobody had claimed; gives how many there are."""
    for each in claims:
        each.message_id = sending.new_message_id()
    won = NoticeClaim.objects.claim_each(claims)
    for each in won:
        sending.queue_as(each.message_id, task, each.person_id, kind, [each.pk])
    return len(won)


@transactions.atomic
def queue_digests(
    task: Any, kind: str, picks: Mapping[int, Sequence[NoticeClaim]], *, day: date, at: datetime
) -> int:
    """One mail for each person of `picks`, with all that is claimed for them; gives their number.

    Who was sent the digest of `day`, or is about to be by another worker, gets none.
    """
    digests = [digest_of(person, day, at, sending.new_message_id()) for person in sorted(picks)]
    names = {each.person_id: each.message_id for each in NoticeClaim.objects.claim_each(digests)}
    claims = [claim for person in sorted(picks) if person in names for claim in picks[person]]
    for each in claims:
        each.message_id = names[each.person_id]
    won: dict[int | None, list[int]] = {}
    for each in NoticeClaim.objects.claim_each(claims):
        won.setdefault(each.person_id, []).append(each.pk)
    for person, keys in won.items():
        sending.queue_as(names[person], task, person, kind, keys)
    return len(won)


def digest_of(person_id: int, day: date, at: datetime, message_id: str) -> NoticeClaim:
    """The claim on the one mail of reminders that somebody gets on `day`."""
    told = Told(Reason.DIGEST, day, day)
    claim = claim_of(told, person_id, day=day, at=at)
    claim.message_id = message_id
    return claim


def is_the_mail_of(person_id: int, day: date, at: datetime, message_id: str) -> bool:
    """Whether the mail with that Message-ID is the digest of `day`; it becomes it if none is."""
    NoticeClaim.objects.claim_each([digest_of(person_id, day, at, message_id)])
    digest = NoticeClaim.objects.filter(
        person=person_id, member=None, pledge=None, reason=Reason.DIGEST, for_day=day
    )
    return digest.filter(message_id=message_id).exists()


@transactions.atomic
def queue_table(
    task: Any, kind: str, table: NoticeClaim, rows: Sequence[NoticeClaim], receiver_id: int
) -> int:
    """The one table of the week: claimed with its rows, sent to `receiver_id`; 0 if it was."""
    table.message_id = sending.new_message_id()
    if not NoticeClaim.objects.claim_each([table]):
        return 0
    for each in rows:
        each.message_id = table.message_id
    NoticeClaim.objects.claim_each(rows)
    sending.queue_as(table.message_id, task, receiver_id, kind, [table.pk])
    return 1
