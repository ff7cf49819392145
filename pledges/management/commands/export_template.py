"""Write a template version to standard output, in the format that `import_template` reads."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pledges.core.template import template_file
from pledges.models import TemplateVersion


class Command(BaseCommand):
    help = "Write a version of a template, by default the newest published, to standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--number", type=int, help="which version; drafts only this way")

    def handle(self, **options: Any) -> None:
        versions = TemplateVersion.objects.filter(template__slug=options["slug"])
        number = options["number"]
        chosen = versions.published() if number is None else versions.filter(number=number)
        version = chosen.select_related("template").order_by("-number").first()
        if version is None:
            which = "published version" if number is None else f"version {number}"
            raise CommandError(f"There is no {which} of “{options['slug']}”.")
        self.stdout.write(template_file.to_text(version.definition()), ending="")
