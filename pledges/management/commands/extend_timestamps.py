"""`manage.py extend_timestamps`: have files stamped again before their last timestamp ends."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from pledges.access import SYSTEM
from pledges.actions import quarantine, renewing
from pledges.core.refusals import DocumentUnavailable, FileNotGenuine, SealUnavailable, Unmade
from pledges.management.visible import VisibleCommand


class Command(VisibleCommand):
    help = (
        "Add a document timestamp to files whose last one ends soon; the background workers do so "
        "once a week."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--within", type=int, default=365, metavar="DAYS", help="how soon (default: 365 days)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        count, rejected, unreadable = 0, list[str](), list[str]()
        for file in renewing.due_of_any(timezone.now(), timedelta(days=options["within"])):
            try:
                renewing.renew_any(file, actor=SYSTEM, at=timezone.now())
            except FileNotGenuine as error:
                rejected.append(error.kept_as)  # one file's fault is not that of the others
                continue
            except DocumentUnavailable:
                unreadable.append(str(file))
                continue
            except (SealUnavailable, Unmade) as error:
                raise CommandError(f"{count} renewed, then: {error}") from error
            count += 1
        self.stdout.write(f"{count} renewed")
        told = []
        if rejected:
            told.append(
                f"Our own verdict rejects {len(rejected)} renewed files, so they were not issued: "
                f"{', '.join(rejected)} in {quarantine.folder()}."
            )
        if unreadable:
            told.append(f"Lost or damaged, so not renewed: {', '.join(unreadable)}.")
        if told:
            raise CommandError(" ".join(told))
