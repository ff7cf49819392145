"""Import a template file as a draft version, and publish it if asked to."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from pledges import wording
from pledges.access import SYSTEM
from pledges.actions import templates
from pledges.core import refusals
from pledges.core.lifecycle import VersionState
from pledges.core.template import template_file
from pledges.management.visible import VisibleCommand


class Command(VisibleCommand):
    help = "Import a template file as a draft version; a second time changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--publish", action="store_true", help="publish it at once")

    def handle(self, **options: Any) -> None:
        file: Path = options["file"]
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file}: {error}") from error
        definition, problems = template_file.parse(text)
        for problem in problems:
            place = f"{file}:{problem.line}:{problem.column}"
            self.stderr.write(f"{place}: {wording.text_problem(problem)}")
        if definition is None:
            sys.exit(1)
        at = timezone.now()
        version, changed = templates.import_definition(definition, actor=SYSTEM, at=at)
        name = f"{definition.slug}, version {version.number}"
        self.stdout.write(f"{name}: {'imported' if changed else 'already there'}")
        if options["publish"] and version.status == VersionState.DRAFT:
            try:
                templates.publish(version, actor=SYSTEM, at=at)
            except refusals.Refusal as error:
                raise CommandError(wording.refusal(error)) from error
            self.stdout.write(f"{name}: published")
