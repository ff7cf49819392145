"""Load the three built-in pledges and publish them; a second time changes nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

import pledges
from pledges import transactions, wording
from pledges.access import SYSTEM
from pledges.actions import templates
from pledges.core.lifecycle import VersionState
from pledges.core.template import template_file
from pledges.models import PledgeTemplate

BUILTIN = Path(pledges.__file__).parent / "builtin"


class Command(BaseCommand):
    help = "Load and publish the built-in pledges that this installation does not have yet."

    @transactions.atomic
    def handle(self, **options: Any) -> None:
        for file in sorted(BUILTIN.glob("*.pledge")):
            self._load(file, talk=options["verbosity"] > 0)

    def _load(self, file: Path, *, talk: bool) -> None:
        definition, problems = template_file.parse(file.read_text(encoding="utf-8"))
        if definition is None:
            found = "; ".join(wording.text_problem(problem) for problem in problems)
            raise CommandError(f"{file.name}: {found}")
        # Once loaded, a template is the organisation's own: its later versions are not undone.
        if PledgeTemplate.objects.filter(slug=definition.slug).exists():
            said = "already there"
        else:
            at = timezone.now()
            version, _changed = templates.import_definition(definition, actor=SYSTEM, at=at)
            if version.status == VersionState.DRAFT:
                templates.publish(version, actor=SYSTEM, at=at)
            said = "published"
        if talk:
            self.stdout.write(f"{definition.slug}: {said}")
