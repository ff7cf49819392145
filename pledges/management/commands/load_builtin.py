"""Load and publish the built-in pledges; offer their later versions; again it changes nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

import pledges
from pledges import transactions, wording
from pledges.access import SYSTEM
from pledges.actions import templates
from pledges.core.digests import digest_of
from pledges.core.lifecycle import VersionState
from pledges.core.template import template_file
from pledges.core.template.definition import Definition
from pledges.models import PledgeTemplate, TemplateVersion

BUILTIN = Path(pledges.__file__).parent / "builtin"


class Command(BaseCommand):
    help = (
        "Publish the built-in pledges that this installation does not have yet, and put a later"
        " version of one that it has there as a draft, for compliance to publish."
    )

    @transactions.atomic
    def handle(self, **options: Any) -> None:
        for file in sorted(BUILTIN.glob("*.pledge")):
            said = _load([_parse(each) for each in (file, *_later(file.name))])
            if options["verbosity"] > 0:
                self.stdout.write(f"{file.stem}: {said}")


def _later(name: str) -> list[Path]:
    """The files of the versions that follow the first, oldest first."""
    found = BUILTIN.glob(f"version-*/{name}")
    return sorted(found, key=lambda file: int(file.parent.name.removeprefix("version-")))


def _parse(file: Path) -> Definition:
    definition, problems = template_file.parse(file.read_text(encoding="utf-8"))
    if definition is None:
        found = "; ".join(wording.text_problem(problem) for problem in problems)
        raise CommandError(f"{file.name}: {found}")
    return definition


def _load(versions: list[Definition]) -> str:
    """Loads one pledge, its versions oldest first, and tells what was done."""
    at = timezone.now()
    template = PledgeTemplate.objects.filter(slug=versions[0].slug).first()
    if template is None:
        for definition in versions:
            version, _changed = templates.import_definition(definition, actor=SYSTEM, at=at)
            templates.publish(version, actor=SYSTEM, at=at)
        return "published"
    newest = template.versions.latest("number")
    if _is_followed(newest, versions):
        draft, _changed = templates.import_definition(versions[-1], actor=SYSTEM, at=at)
        return f"version {draft.number} is there as a draft, for compliance to look at and publish"
    return "already there"


def _is_followed(newest: TemplateVersion, versions: list[Definition]) -> bool:
    """Whether the installation's newest version is a built-in one that a later one follows.

    Once loaded, a template is the organisation's own: what it wrote itself, published or not, and
    what it retired, is not followed by anything of ours.
    """
    earlier = {digest_of(definition.content()) for definition in versions[:-1]}
    return newest.status == VersionState.PUBLISHED and newest.digest in earlier
