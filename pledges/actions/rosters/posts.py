"""The posts of people whom a roster adds or changes: one ends, the next one begins."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from pledges.core.rosters.planning import Planned
from pledges.models import Person, Post

BATCH: Final = 1_000


def begin(people: Iterable[Person], today: date) -> None:
    """The first post of people who are new, from the day they came."""
    Post.objects.bulk_create(
        [
            Post(person=person, title=person.position, from_on=person.entered_on or today)
            for person in people
            if person.position
        ],
        batch_size=BATCH,
    )


def follow(changed: Sequence[Planned], today: date) -> None:
    """End the post of whoever has another one now, the day before, and begin that one."""
    titles = {
        each.person: str(change.after)
        for each in changed
        if each.person is not None
        for change in each.changes
        if change.fact == "position"
    }
    open_posts = {
        post.person_id: post
        for post in Post.objects.filter(person_id__in=titles.keys(), until_on=None)
    }
    retitled, ended, begun = [], [], []
    for person, title in titles.items():
        post = open_posts.get(person)
        if post is not None and title and post.from_on >= today:
            post.title = title
            retitled.append(post)
            continue
        if post is not None:
            post.until_on = max(post.from_on, today - timedelta(days=1))
            ended.append(post)
        if title:
            begun.append(Post(person_id=person, title=title, from_on=today))
    Post.objects.bulk_update(retitled, ["title"], batch_size=BATCH)
    Post.objects.bulk_update(ended, ["until_on"], batch_size=BATCH)
    Post.objects.bulk_create(begun, batch_size=BATCH)
