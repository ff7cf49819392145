"""Note the end of every pledge whose term has passed."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from pledges.actions import expiring


class Command(BaseCommand):
    help = "Note the end of every pledge whose term has passed; the worker does so at midnight."

    def handle(self, **options: Any) -> None:
        noted = expiring.expire_due(timezone.now())
        if options["verbosity"]:
            self.stdout.write(f"{noted} terms ended")
