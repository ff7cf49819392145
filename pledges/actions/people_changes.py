"""The one place where it is told that people have left: whatever hangs on them ends here."""

from collections.abc import Collection
from datetime import datetime

from pledges import access, audit
from pledges.models import Department, Organisation, Post, Session


def left(person_ids: Collection[int], *, actor: access.Actor, at: datetime) -> list[audit.Event]:
    """End what belongs to people who have left, in the transaction that notes it.

    Their rows are locked, and say that the account is closed and which was the last day. They head
    no department from then on; their post and their sessions end. Pledges in force stay. Gives what
    the ledger is to be told of it: the caller tells it with its own events, within one turn.
    """
    today = Organisation.current().localdate(at)
    Department.objects.filter(head_id__in=person_ids).update(head=None)
    posts = Post.objects.filter(person_id__in=person_ids, until_on=None).select_related("person")
    ended = list(posts)
    for post in ended:
        post.until_on = max(post.from_on, post.person.left_on or today)
    Post.objects.bulk_update(ended, ["until_on"], batch_size=1_000)
    Session.objects.filter(person_id__in=person_ids).delete()
    return []
