"""Publishing a version as one step: what it means, who signs again, what becomes of drafts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions import proposing, templates, version_steps
from pledges.actions.proposing import Kind
from pledges.core import lifecycle, refusals
from pledges.core.lifecycle import VersionState
from pledges.core.template.comparing import Difference, differences
from pledges.models import (
    Organisation,
    Person,
    PledgeTemplate,
    Proposal,
    TemplateVersion,
    VersionStep,
)

STEPPED: Final = "version.stepped"
DISCARDED: Final = "version.discarded"


@dataclass(frozen=True)
class Choice:
    """What an officer says of a new version; of a template's first one, only when it begins.

    Drafts that are `UNTIL` may be signed up to and on `drafts_until`.
    """

    effective_on: date
    kind: VersionStep.Kind = VersionStep.Kind.MATERIAL
    drafts: VersionStep.Drafts = VersionStep.Drafts.MOVED
    drafts_until: date | None = None
    sign_again_by: date | None = None

    def to_data(self) -> dict[str, str]:
        """As proposals and the ledger keep it."""
        days = {"effective_on": self.effective_on, "drafts_until": self.drafts_until}
        days["sign_again_by"] = self.sign_again_by
        told = {name: day.isoformat() for name, day in days.items() if day}
        return {"kind": self.kind.value, "drafts": self.drafts.value, **told}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Choice":
        """The choice that `to_data` wrote."""
        names = ("effective_on", "drafts_until", "sign_again_by")
        days = {name: date.fromisoformat(data[name]) for name in names if data.get(name)}
        return cls(
            kind=VersionStep.Kind(data["kind"]), drafts=VersionStep.Drafts(data["drafts"]), **days
        )


def version_before(version: TemplateVersion) -> TemplateVersion | None:
    """The version whose place `version` takes: the newest that was published before it."""
    earlier = TemplateVersion.objects.filter(
        template_id=version.template_id, number__lt=version.number
    )
    return earlier.exclude(status=VersionState.DRAFT).order_by("-number").first()


def what_binds(version: TemplateVersion) -> tuple[Difference, ...]:
    """Why a version cannot be an editorial one; empty where it can, or is the first."""
    before = version_before(version)
    return differences(before.definition(), version.definition()) if before else ()


@transactions.atomic
def publish(
    version: TemplateVersion, choice: Choice, *, actor: access.Actor, at: datetime
) -> TemplateVersion:
    """Publish a draft with its step, or propose it: an editorial step takes a second officer.

    Gives the version, a draft still where it was only proposed. Raises as `templates.publish`,
    and `StepUnfit`, `NotEditorial`, `NobodyToConfirm`, `AlreadyProposed`.
    """
    locked = _lock(version)
    access.require(actor, Act.WRITE_TEMPLATES)
    _check(locked, choice, at)
    editorial = choice.kind == VersionStep.Kind.EDITORIAL and version_before(locked) is not None
    if editorial and isinstance(actor, Person):
        return _propose(locked, choice, actor=actor, at=at)
    return _publish(locked, choice, made_by=actor, actor=actor, at=at)


@transactions.atomic
def carry_out(proposal: Proposal, *, actor: access.Actor, at: datetime) -> None:
    """Publish the editorial version that was proposed. Raises `StaleProposal` where it changed."""
    version = TemplateVersion.objects.filter(pk=proposal.after["version"]).first()
    if version is None:
        raise refusals.StaleProposal
    locked = _lock(version)
    digest = templates.file_digest(locked.definition())
    if locked.status != VersionState.DRAFT or proposal.before != {"digest": digest}:
        raise refusals.StaleProposal
    choice = Choice.from_data(proposal.after)
    organisation = Organisation.current()
    if choice.effective_on >= organisation.localdate(proposal.proposed_at):
        # The second person took their time: it begins no earlier than they say so.
        today = organisation.localdate(at)
        choice = replace(choice, effective_on=max(choice.effective_on, today))
    _check(locked, choice, at)
    proposing.settle(proposal, Proposal.Outcome.ACCEPTED, actor=actor, at=at)
    _publish(locked, choice, made_by=proposal.proposer, actor=actor, at=at)


def _lock(version: TemplateVersion) -> TemplateVersion:
    PledgeTemplate.objects.select_for_update(no_key=True).get(pk=version.template_id)
    locked = TemplateVersion.objects.select_for_update(no_key=True, of=("self",))
    return locked.select_related("template").get(pk=version.pk)


def _check(version: TemplateVersion, choice: Choice, at: datetime) -> None:
    lifecycle.require(lifecycle.PUBLISH, version.status)
    today = Organisation.current().localdate(at)
    until = choice.drafts == VersionStep.Drafts.UNTIL
    if until != (choice.drafts_until is not None) or (
        choice.drafts_until and choice.drafts_until < max(today, choice.effective_on)
    ):
        raise refusals.StepUnfit
    if choice.sign_again_by and choice.sign_again_by < max(today, choice.effective_on):
        raise refusals.StepUnfit
    if choice.kind == VersionStep.Kind.EDITORIAL:
        if choice.sign_again_by:
            raise refusals.StepUnfit
        if found := what_binds(version):
            raise refusals.NotEditorial(found)


def _propose(
    locked: TemplateVersion, choice: Choice, *, actor: Person, at: datetime
) -> TemplateVersion:
    if not proposing.who_may(Kind.EDITORIAL).exclude(pk=actor.pk).exists():
        raise refusals.NobodyToConfirm
    proposing.propose(
        Kind.EDITORIAL,
        before={"digest": templates.file_digest(locked.definition())},
        after={"version": locked.pk, **choice.to_data()},
        actor=actor,
        at=at,
        template=locked.template,
    )
    return locked


def _publish(
    locked: TemplateVersion,
    choice: Choice,
    *,
    made_by: access.Actor,
    actor: access.Actor,
    at: datetime,
) -> TemplateVersion:
    if locked.effective_on != choice.effective_on:
        locked.effective_on = choice.effective_on
        locked.save(update_fields=["effective_on"])
    before = version_before(locked)
    if before is not None:
        another = made_by.pk != actor.pk
        VersionStep.objects.create(
            before=before,
            after=locked,
            kind=choice.kind,
            drafts=choice.drafts,
            drafts_until=choice.drafts_until,
            sign_again_by=choice.sign_again_by,
            made_by_id=made_by.pk,
            made_at=at,
            confirmed_by_id=actor.pk if another else None,
            confirmed_at=at if another else None,
        )
        version_steps.settle_now.enqueue()
    published = templates.publish(locked, actor=actor, at=at)
    if before is not None:
        facts = {"before": before.digest, "after": published.digest, **choice.to_data()}
        audit.record(STEPPED, actor=actor, subject=published, at=at, facts=facts)
    return published


@transactions.atomic
def discard_version_draft(version: TemplateVersion, *, actor: access.Actor, at: datetime) -> None:
    """Delete a version that was never published. Raises `AlreadyProposed` while that waits."""
    locked = _lock(version)
    lifecycle.require(lifecycle.PUBLISH, locked.status)
    access.require(actor, Act.WRITE_TEMPLATES)
    if proposing.find_open(template=locked.template, kind=Kind.EDITORIAL) is not None:
        raise refusals.AlreadyProposed
    subject = audit.subject_of(locked)
    facts = {"number": locked.number, "digest": templates.file_digest(locked.definition())}
    locked.delete()
    audit.record(DISCARDED, actor=actor, subject=subject, at=at, facts=facts)
