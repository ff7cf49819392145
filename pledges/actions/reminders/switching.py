"""Switching a kind of mail on or off; what concerns somebody's account has no switch."""

from datetime import datetime

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.models import NoticeSwitch, Person
from pledges.notices.kinds import Kind


@transactions.atomic
def switch(kind: Kind, *, off: bool, actor: Person, at: datetime) -> None:
    """From now on mails of `kind` are not sent, or are; those that wait in the queue too."""
    access.require(actor, Act.SWITCH_NOTICES)
    facts = {"off": off, "changed_by": actor, "changed_at": at}
    NoticeSwitch.objects.update_or_create(kind=kind.value, defaults=facts)
    told = {"kind": kind.value, "off": off}
    audit.record("notices.switched", actor=actor, subject=f"notices:{kind}", at=at, facts=told)
