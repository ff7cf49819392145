"""Check the ledger: recompute it from the first entry, compare it with a checkpoint outside."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from pledges import audit
from pledges.management import task_verifying
from pledges.management.visible import VisibleCommand

WORDS = {
    "missing": "is missing",
    "altered": "was altered: its hash is not the one it was given",
    "contradicts its columns": "says one thing and its columns another",
    "tree differs": "keeps hashes of the tree that do not follow from the entries",
    "opening altered": "has a personal value beside it that it does not commit to",
    "readings differ": "tells of other readings than the rows that pages show",
}
# Of a checkpoint, which the number names.
UP_TO = {
    "not as published": "the entries up to {0} are not those that the published checkpoint covers",
    "not its checkpoint": "the entries up to {0} are not those of the checkpoint in the database",
    "cut short": "{0} entries were published and not as many are left: an end was cut off, or an "
    "older backup was restored",
}


class Command(VisibleCommand):
    help = (
        "Recompute the ledger and compare it with a checkpoint kept outside the database; exit "
        "status 1 if anything is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since",
            metavar="FILE",
            type=Path,
            help="a published checkpoint; by default the newest in CHECKPOINTS_DIR",
        )
        parser.add_argument(
            "--task",
            metavar="UUID",
            type=UUID,
            help="say too whether the entries of this signing task are a chain without a gap",
        )
        parser.add_argument(
            "--report",
            metavar="FILE",
            type=Path,
            help="with --task: a completion report, which must name every one of these entries",
        )

    def handle(self, **options: Any) -> None:
        if options["report"] and not options["task"]:
            raise CommandError("--report needs --task: which task is the report of?")
        try:
            note = self._note(options["since"])
            faults = 0
            for fault in audit.verify(note):
                faults += 1
                self.stdout.write(told(fault))
            if faults:
                raise CommandError(f"The ledger is not as it was written; faults: {faults}.")
            self._compare_pledges()
            self._tell_whole(note)
            if options["task"]:
                for each in task_verifying.tell(options["task"], options["report"], timezone.now()):
                    self.stdout.write(each)
        except audit.LedgerBroken as error:
            raise CommandError(f"The ledger is not as it was written: {error.reason}.") from error
        except audit.CheckpointUnavailable as error:
            raise CommandError(f"The ledger could not be checked: {error.reason}.") from error

    def _note(self, file: Path | None) -> str | None:
        if file is None:
            return audit.published()
        try:
            return file.read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read as a checkpoint.") from error

    def _compare_pledges(self) -> None:
        elsewhere = 0
        for each in audit.contradicted_pledges():
            elsewhere += 1
            self.stdout.write(
                f"pledge {each.number} is {each.row!r} by its rows, by the ledger {each.told!r}"
            )
        if elsewhere:
            raise CommandError(f"The ledger is whole; pledges that contradict it: {elsewhere}.")

    def _tell_whole(self, note: str | None) -> None:
        size = audit.size()
        self.stdout.write(f"{size} entries, whole and in order. Root: {audit.root(size).hex()}")
        if note is None:
            self.stdout.write(
                "There is no checkpoint outside the database to compare with: somebody who may "
                "do everything in the database could have written all of it anew."
            )
        else:
            known = audit.opened(note)
            self.stdout.write(f"They begin with the {known.size} entries of the checkpoint.")


def told(fault: audit.Discrepancy) -> str:
    """A fault as a sentence."""
    if fault.kind in UP_TO:
        return UP_TO[fault.kind].format(fault.sequence)
    return f"entry {fault.sequence} {WORDS[fault.kind]}"
