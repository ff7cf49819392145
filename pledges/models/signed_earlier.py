"""What somebody has signed on an earlier version of a pledge than the one they are asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from pledges.core.lifecycle import PledgeState, VersionState
from pledges.core.papers import PaperState
from pledges.models.organisation import Organisation
from pledges.models.papers import PaperPledge
from pledges.models.pledges import Pledge
from pledges.models.task_members import TaskMember
from pledges.models.templates import TemplateVersion
from pledges.models.version_steps import alike
from pledges.wording.language import here

STANDING: Final = (PledgeState.ACCEPTED, PledgeState.SIGNED)
"""States of pledges that their signer stands by, as `PledgeQuerySet.standing` asks for them."""


@dataclass(frozen=True)
class SignedEarlier:
    """That `version` took the place of `before`, which was signed on `signed_on`, or on paper."""

    version: TemplateVersion
    before: TemplateVersion
    signed_on: date

    @property
    def changes(self) -> list[str]:
        """What the versions since then say of their changes, in the active language."""
        since = TemplateVersion.objects.filter(
            template=self.version.template_id,
            number__gt=self.before.number,
            number__lte=self.version.number,
        )
        rows = since.exclude(status=VersionState.DRAFT).order_by("number")
        return [note for each in rows if (note := here(each.definition().change_note))]


def found_for(person_id: int, version: TemplateVersion | None, today: date) -> SignedEarlier | None:
    """What of theirs stands on `today` and counts for no pledge on `version`; None where nothing.

    None, too, where they have signed that version already.
    """
    if version is None:
        return None
    own = {"person": person_id, "version__template": version.template_id}
    pledges = Pledge.objects.standing(today).filter(**own).select_related("version")
    papers = PaperPledge.objects.valid(today).filter(**own).select_related("version")
    return found_among(pledges, papers, version, today)


def found_among(
    pledges: Iterable[Pledge],
    papers: Iterable[PaperPledge],
    version: TemplateVersion,
    today: date,
) -> SignedEarlier | None:
    """The same, of all that somebody has."""
    localdate = Organisation.current().localdate
    signed = [
        (localdate(each.signed_at), each.version)
        for each in pledges
        if each.signed_at and each.state_on(today) in STANDING
    ]
    signed += [
        (each.signed_on, each.version)
        for each in papers
        if each.state == PaperState.CONFIRMED and (not each.ends_on or each.ends_on >= today)
    ]
    own = [
        each
        for each in signed
        if each[1].template_id == version.template_id and each[1].number <= version.number
    ]
    if not own:
        return None
    signed_on, newest = max(own, key=lambda each: (each[1].number, each[0]))
    if newest.pk in alike(version.pk):
        return None
    return SignedEarlier(version, newest, signed_on)


def found_in_task(member: TaskMember, today: date) -> SignedEarlier | None:
    """The same for what a task asks of its member."""
    counting = TemplateVersion.objects.filter(pk__in=member.task.counting.values("version"))
    return found_for(member.person_id, counting.order_by("-number").first(), today)


def newer_of(pledge: Pledge, own: Iterable[Pledge], today: date) -> Pledge | None:
    """The newest of their signer's `own` pledges that stands on `today` on a later version."""
    if pledge.state_on(today) != PledgeState.ACCEPTED:
        return None
    later = [
        each
        for each in own
        if each.template_id == pledge.template_id
        and each.version.number > pledge.version.number
        and each.state_on(today) in STANDING
    ]
    return max(later, key=lambda each: each.version.number, default=None)
