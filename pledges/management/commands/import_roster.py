"""`manage.py import_roster`: the plan that the page makes, in words, and applied if told to."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from pledges import wording
from pledges.access import SYSTEM
from pledges.actions.rosters import applying, confirming, preparing, uploading
from pledges.core import refusals
from pledges.core.rosters.columns import Field
from pledges.core.rosters.faults import Fault
from pledges.core.rosters.people import Fate, Reach
from pledges.core.rosters.tables import address
from pledges.management.visible import VisibleCommand
from pledges.models import Department, Roster, RosterRow
from pledges.wording import rosters as words


class Command(VisibleCommand):
    help = "Show what a list of people would change; with --apply, change it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--scope",
            required=True,
            choices=[reach.value for reach in Reach],
            help="what it is a list of; only within that is anybody missing",
        )
        parser.add_argument(
            "--department", action="append", default=[], help="with all below it; may be repeated"
        )
        parser.add_argument("--apply", action="store_true", help="apply it whole, or not at all")
        parser.add_argument("--leavers", type=int, help="how many leave, where they are many")

    def handle(self, **options: Any) -> None:
        at = timezone.now()
        try:
            roster = self._upload(options)
        except refusals.Refusal as error:
            raise CommandError(wording.refusal(error)) from error
        self._show(roster)
        if not options["apply"]:
            preparing.discard(roster, actor=SYSTEM, at=at)
            return
        try:
            confirming.confirm(roster, leavers=options["leavers"], actor=SYSTEM, at=at)
        except refusals.Refusal as error:
            preparing.discard(roster, actor=SYSTEM, at=at)
            raise CommandError(wording.refusal(error)) from error
        applying.apply(roster.pk, at=timezone.now())
        roster.refresh_from_db()
        if roster.state != Roster.State.APPLIED:
            raise CommandError(wording.refusal_of_kind(roster.failure))
        self.stdout.write("Applied.")

    def _upload(self, options: Any) -> Roster:
        file: Path = options["file"]
        named = options["department"]
        departments = list(Department.objects.filter(name_zh__in=named))
        unknown = set(named) - {each.name_zh for each in departments}
        if unknown or (options["scope"] == Reach.DEPARTMENTS) != bool(named):
            raise CommandError(f"--department: {', '.join(sorted(unknown)) or 'which?'}")
        try:
            data = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error}") from error
        reach = Reach(options["scope"])
        return uploading.upload(
            data,
            name=file.name,
            reach=reach,
            departments=departments,
            actor=SYSTEM,
            at=timezone.now(),
        )

    def _show(self, roster: Roster) -> None:
        if roster.state == Roster.State.UPLOADED:
            preparing.discard(roster, actor=SYSTEM, at=timezone.now())
            raise CommandError(
                "The columns were not recognised. Please choose them on the page of the list once."
            )
        for fate in Fate:
            self.stdout.write(f"{fate.value}: {roster.counts.get(fate, 0)}")
        for row in roster.rows.filter(fate=Fate.FAULTY):
            for line in _faults(roster, row):
                self.stderr.write(line)


def _faults(roster: Roster, row: RosterRow) -> Iterator[str]:
    columns = {Field(name): int(column) for column, name in roster.mapping.items()}
    for fault in map(Fault.from_json, row.faults):
        where = row.employee_number
        if fault.field in columns and row.number is not None:
            where = address(columns[fault.field], row.number)
        yield f"{where}: {words.fault(fault)}"
