"""Finding entries: the trail of a row, and the one entry that tells certain facts."""

import json
from collections.abc import Collection
from typing import Any

from django.db import models

from pledges.audit.recording import subject_of
from pledges.core.refusals import LedgerBroken
from pledges.models import LedgerEntry


def trail(*subjects: models.Model | str) -> models.QuerySet[LedgerEntry]:
    """The entries about any of `subjects`, oldest first."""
    names = [item if isinstance(item, str) else subject_of(item) for item in subjects]
    return LedgerEntry.objects.filter(subject__in=names).order_by("sequence")


def find_entry(subject: models.Model | str, events: Collection[str], **facts: str) -> LedgerEntry:
    """The one entry about `subject`, of one of `events`, that tells `facts` among other things.

    It is found by its subject, which is indexed and has a handful of entries, and told from those
    by what the hashed text itself says, read as the JSON that it is. No other row keeps its
    number: that row could be changed, and the text cannot. Raises LedgerBroken.
    """
    about = trail(subject).filter(event__in=events)
    found = [entry for entry in about if facts.items() <= facts_of(entry).items()]
    if len(found) != 1:
        raise LedgerBroken(f"{len(found)} entries about {subject} say {facts}")
    return found[0]


def facts_of(entry: LedgerEntry) -> dict[str, Any]:
    """The facts in an entry's text; none where somebody made it unreadable."""
    try:
        return dict(json.loads(entry.leaf)["facts"])
    except (ValueError, KeyError, TypeError):
        return {}
