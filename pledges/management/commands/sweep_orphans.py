"""Remove document files that nothing names any more, as the housekeeping does once a day."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from pledges.actions import sweeping


class Command(BaseCommand):
    help = (
        "Remove files, older than a day, that no document and no open signing intent names; the "
        "background workers do so once a day."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count = sweeping.sweep(timezone.now())
        if options["verbosity"]:
            self.stdout.write(f"{count} removed")
