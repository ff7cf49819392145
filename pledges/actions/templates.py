"""Templates: importing and editing a draft version, publishing, retiring."""

from datetime import datetime

from pledges import access, audit, rendering, transactions
from pledges.access import Act
from pledges.actions import proposing, version_steps
from pledges.actions.proposing import Kind
from pledges.core import lifecycle, refusals
from pledges.core.digests import digest_of
from pledges.core.languages import LANGUAGES
from pledges.core.lifecycle import VersionState
from pledges.core.template import blank_kinds, statutes
from pledges.core.template.blanks import to_data
from pledges.core.template.template_file import Definition, check, to_text
from pledges.models import PledgeTemplate, Proposal, TemplateVersion, VersionFont
from pledges.rendering import fonts


@transactions.atomic
def import_definition(
    definition: Definition, *, actor: access.Actor, at: datetime
) -> tuple[TemplateVersion, bool]:
    """Keep `definition` as a draft version of its template; a second time changes nothing.

    Gives the version and whether anything changed. A definition whose content is that of the
    newest published version is that version; an existing draft takes the new content.
    """
    access.require(actor, Act.WRITE_TEMPLATES)
    template, _created = PledgeTemplate.objects.get_or_create(
        slug=definition.slug, defaults={"created_at": at}
    )
    template = PledgeTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    digest = digest_of(definition.content())
    newest = template.versions.order_by("-number").first()
    if newest and digest_of(newest.definition().content()) == digest:
        return newest, False
    if newest and newest.status == VersionState.DRAFT:
        version = newest
    else:
        version = TemplateVersion(
            template=template, number=newest.number + 1 if newest else 1, created_at=at
        )
    _fill(version, definition)
    version.save()
    audit.record("version.imported", actor=actor, subject=version, at=at, facts={"digest": digest})
    return version, True


@transactions.atomic
def revise(version: TemplateVersion, *, actor: access.Actor, at: datetime) -> TemplateVersion:
    """The draft that will follow `version`: the template's open draft, or a new copy of it."""
    access.require(actor, Act.WRITE_TEMPLATES)
    template = PledgeTemplate.objects.select_for_update(no_key=True).get(pk=version.template_id)
    newest = template.versions.latest("number")
    if newest.status == VersionState.DRAFT:
        return newest
    draft = TemplateVersion(template=template, number=newest.number + 1, created_at=at)
    _fill(draft, version.definition())
    draft.change_note_zh = draft.change_note_en = ""
    draft.save()
    audit.record(
        "version.drafted", actor=actor, subject=draft, at=at, facts={"after": version.digest}
    )
    return draft


@transactions.atomic
def save_draft(
    version: TemplateVersion,
    definition: Definition,
    *,
    actor: access.Actor,
    at: datetime,
    base: str,
) -> TemplateVersion:
    """Keep an edited definition in a draft version.

    `base` is the `digest_of` its whole file as the editor read it: raises `StaleDraft` if
    somebody saved meanwhile, `FaultyTemplate` for a definition that could not be published.
    """
    locked = TemplateVersion.objects.select_for_update(no_key=True, of=("self",)).get(pk=version.pk)
    lifecycle.require(lifecycle.PUBLISH, locked.status)
    access.require(actor, Act.WRITE_TEMPLATES)
    before = locked.definition()
    if file_digest(before) != base:
        raise refusals.StaleDraft
    if problems := check(definition):
        raise refusals.FaultyTemplate(problems)
    if definition != before:
        _fill(locked, definition)
        locked.save()
        facts = {"digest": digest_of(definition.content())}
        audit.record("version.changed", actor=actor, subject=locked, at=at, facts=facts)
    return locked


def file_digest(definition: Definition) -> str:
    """Names one state of a draft, change note and effective date included."""
    return digest_of(to_text(definition))


def _fill(version: TemplateVersion, definition: Definition) -> None:
    version.title_zh, version.title_en = definition.title.zh, definition.title.en
    version.subtitle_zh, version.subtitle_en = definition.subtitle.zh, definition.subtitle.en
    version.change_note_zh = definition.change_note.zh
    version.change_note_en = definition.change_note.en
    version.source_zh, version.source_en = definition.source.zh, definition.source.en
    version.blanks = [to_data(blank) for blank in definition.blanks]
    version.effective_on = definition.effective_on
    version.term_months = definition.term_months


@transactions.atomic
def publish(version: TemplateVersion, *, actor: access.Actor, at: datetime) -> TemplateVersion:
    """Publish a draft: from now on its wording, blanks and fonts never change.

    Signed pledges stay on their versions; what becomes of drafts, `publishing.publish` says.
    Raises `FaultyTemplate`, and `Unprintable` for wording with characters that no font has.
    """
    locked = TemplateVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    lifecycle.require(lifecycle.PUBLISH, locked.status)
    access.require(actor, Act.WRITE_TEMPLATES)
    definition = locked.definition()
    if problems := check(definition):
        raise refusals.FaultyTemplate(problems)
    printed = _everything_printed(definition)
    if missing := fonts.missing_glyphs(printed):
        raise refusals.Unprintable(missing)
    subset = fonts.subset_for(printed)
    VersionFont.objects.create(
        version=locked, serif=subset.serif, sans=subset.sans, sha256=subset.sha256
    )
    locked.status = lifecycle.PUBLISH.target
    locked.digest = digest_of(definition.content())
    locked.published_at = at
    locked.published_by_id = actor.pk
    locked.save(update_fields=["status", "digest", "published_at", "published_by"])
    audit.record(
        lifecycle.PUBLISH.event,
        actor=actor,
        subject=locked,
        at=at,
        facts={"digest": locked.digest, "font": subset.sha256},
    )
    return locked


def _everything_printed(definition: Definition) -> str:
    """What documents of a version are set in: its texts, and the answers that are offered."""
    pieces = [
        *(definition.title.zh, definition.title.en, definition.subtitle.zh, definition.subtitle.en),
        *(definition.source.zh, definition.source.en),
        *(rendering.paper_text(language) for language in LANGUAGES),
    ]
    for blank in definition.blanks:
        offered = [*(option.label for option in blank.options), blank.default, *blank.suggestions]
        if blank.kind is blank_kinds.Kind.STATUTE:
            offered += [statute.title for statute in statutes.in_force()]
        pieces += [wording for words in offered for wording in (words.zh, words.en)]
    return "".join(pieces)


@transactions.atomic
def set_retention(
    template: PledgeTemplate, years: int, *, actor: access.Actor, at: datetime
) -> PledgeTemplate:
    """Set for how many years pledges on `template` are kept, those already signed included.

    Where a second person is needed, it is proposed. Raises `AlreadyProposed`.
    """
    access.require(actor, Act.WRITE_TEMPLATES)
    locked = PledgeTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    if years == locked.retention_years:
        return locked
    if proposing.is_second_needed(Kind.RETENTION, actor):
        now, wanted = {"years": locked.retention_years}, {"years": years}
        proposing.propose(
            Kind.RETENTION, before=now, after=wanted, actor=actor, at=at, template=locked
        )
        return locked
    return _write_retention(locked, years, actor=actor, at=at)


@transactions.atomic
def carry_out(proposal: Proposal, *, actor: access.Actor, at: datetime) -> None:
    """Set the period that was proposed. Raises `StaleProposal`, `ProposalSettled`."""
    locked = PledgeTemplate.objects.select_for_update(no_key=True, of=("self",)).get(
        proposals=proposal
    )
    if proposal.before != {"years": locked.retention_years}:
        raise refusals.StaleProposal
    access.require(actor, Act.WRITE_TEMPLATES)
    proposing.settle(proposal, Proposal.Outcome.ACCEPTED, actor=actor, at=at)
    _write_retention(locked, proposal.after["years"], actor=actor, at=at)


def _write_retention(
    locked: PledgeTemplate, years: int, *, actor: access.Actor, at: datetime
) -> PledgeTemplate:
    facts = {"before": locked.retention_years, "after": years}
    locked.retention_years = years
    locked.save(update_fields=["retention_years"])
    audit.record("template.retention_set", actor=actor, subject=locked, at=at, facts=facts)
    return locked


@transactions.atomic
def retire(version: TemplateVersion, *, actor: access.Actor, at: datetime) -> TemplateVersion:
    """Close a published version: nothing new is signed on it; what was signed stays.

    Drafts on it move to the current version, or are withdrawn where there is none.
    """
    locked = TemplateVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    lifecycle.require(lifecycle.RETIRE, locked.status)
    access.require(actor, Act.WRITE_TEMPLATES)
    locked.status, locked.retired_at = lifecycle.RETIRE.target, at
    locked.save(update_fields=["status", "retired_at"])
    version_steps.settle_now.enqueue()
    audit.record(lifecycle.RETIRE.event, actor=actor, subject=locked, at=at)
    return locked
