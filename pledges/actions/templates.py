"""Templates: importing a definition as a draft version, publishing, retiring."""

from datetime import datetime

from django.db import transaction

from pledges import access, audit
from pledges.access import Act
from pledges.core import lifecycle
from pledges.core.digests import digest_of
from pledges.core.lifecycle import VersionState
from pledges.core.blanks import to_data
from pledges.core.templatefile import Definition
from pledges.gateways import fonts
from pledges.models import PledgeTemplate, TemplateVersion, VersionFont


@transaction.atomic
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
    template = PledgeTemplate.objects.select_for_update().get(pk=template.pk)
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
    audit.record(
        "version.imported", actor=actor, subject=version, at=at, facts={"digest": digest}
    )
    return version, True


def _fill(version: TemplateVersion, definition: Definition) -> None:
    version.title_zh, version.title_en = definition.title.zh, definition.title.en
    version.subtitle_zh, version.subtitle_en = definition.subtitle.zh, definition.subtitle.en
    version.change_note_zh = definition.change_note.zh
    version.change_note_en = definition.change_note.en
    version.source_zh, version.source_en = definition.source.zh, definition.source.en
    version.blanks = [to_data(blank) for blank in definition.blanks]
    version.effective_on = definition.effective_on


@transaction.atomic
def publish(version: TemplateVersion, *, actor: access.Actor, at: datetime) -> TemplateVersion:
    """Publish a draft: from now on its wording, blanks and fonts never change.

    Drafts and signed pledges stay on their versions.
    """
    locked = TemplateVersion.objects.select_for_update().get(pk=version.pk)
    lifecycle.require(lifecycle.PUBLISH, locked.status)
    access.require(actor, Act.WRITE_TEMPLATES)
    definition = locked.definition()
    subset = fonts.subset_for(_everything_printed(definition))
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
    pieces = [
        *(definition.title.zh, definition.title.en, definition.subtitle.zh, definition.subtitle.en),
        *(definition.source.zh, definition.source.en),
    ]
    for blank in definition.blanks:
        for option in blank.options:
            pieces += [option.label.zh, option.label.en]
    return "".join(pieces)


@transaction.atomic
def retire(version: TemplateVersion, *, actor: access.Actor, at: datetime) -> TemplateVersion:
    """Close a published version: nothing new is signed on it; what was signed stays."""
    locked = TemplateVersion.objects.select_for_update().get(pk=version.pk)
    lifecycle.require(lifecycle.RETIRE, locked.status)
    access.require(actor, Act.WRITE_TEMPLATES)
    locked.status, locked.retired_at = lifecycle.RETIRE.target, at
    locked.save(update_fields=["status", "retired_at"])
    audit.record(lifecycle.RETIRE.event, actor=actor, subject=locked, at=at)
    return locked
