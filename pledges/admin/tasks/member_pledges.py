"""Which pledge of a member counts in a task, wherever it came from: here, or on paper."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from pledges.core.lifecycle import PledgeState
from pledges.core.standings import TO_SIGN, Standing
from pledges.models import PaperPledge, Pledge, SigningTask


def find_pledges(members: Iterable[Any], task: SigningTask, day: date) -> None:
    """Give each of `members`, who have their `standing` on `day`, what their row shows of it.

    `counting` is the pledge by which they stand there; else their draft, else the one that they
    opened for the task. `paper` is the paper that counts in its place. `unopened` are those who
    still have to sign and have none of these.
    """
    found = list(members)
    people = {each.person_id for each in found}
    versions = list(task.counting.values_list("version", flat=True))
    own = Pledge.objects.filter(person__in=people).order_by("created_at")
    signed = own.filter(version__in=versions)
    in_force = {each.person_id: each for each in signed.in_force(day)}
    in_review = {each.person_id: each for each in signed.filter(status=PledgeState.SIGNED)}
    drafts = own.drafts().filter(template=task.template_id)
    drafted = {each.person_id: each for each in drafts}
    valid = PaperPledge.objects.valid(day).filter(person__in=people, version__in=versions)
    papers = {each.person_id: each for each in valid.order_by("signed_on")}
    by_standing = {Standing.IN_FORCE: in_force, Standing.IN_REVIEW: in_review}
    for each in found:
        here = by_standing.get(each.standing, drafted)
        each.paper = papers.get(each.person_id) if each.standing == Standing.ON_PAPER else None
        each.counting = None if each.paper else here.get(each.person_id, each.pledge)
        each.unopened = each.standing in TO_SIGN and not each.counting
