"""Erase somebody's personal data after the retention period of everything that they signed."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from pledges import wording
from pledges.access import SYSTEM
from pledges.actions import erasure
from pledges.core import refusals
from pledges.management.visible import VisibleCommand
from pledges.models import Person


class Command(VisibleCommand):
    help = (
        "Erase the personal data of one person for good: files, answers, signatures, the account. "
        "Numbers, versions, dates, file hashes and the ledger stay, and still verify."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("employee_number", help="whom; erased-… completes an earlier erasure")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        number, at = options["employee_number"], timezone.now()
        person = Person.objects.filter(employee_number=number).first()
        if person is None:
            raise CommandError(f"There is no person with the employee number {number}.")
        try:
            if kept := erasure.what_keeps(person, at):
                raise refusals.NotErasable(kept)
            if not options["yes"] and not self._confirmed(person):
                raise CommandError("Nothing was erased.")
            erased = erasure.erase(person, actor=SYSTEM, at=at)
        except refusals.Refusal as refusal:
            raise CommandError(wording.refusal(refusal)) from refusal
        self.stdout.write(
            f"Erased. Pledges: {erased.pledges}, files: {erased.files}. "
            f"The ledger knows this person as person:{person.pk}."
        )

    def _confirmed(self, person: Person) -> bool:
        count = person.pledges.count()
        self.stdout.write(f"{person.name} ({person.department}), pledges: {count}")
        question = "This cannot be undone. Type the employee number to erase this person: "
        return input(question) == person.employee_number
