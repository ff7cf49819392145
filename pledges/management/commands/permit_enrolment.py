"""Confirm with what somebody signs, where no passkey of theirs and no second person can.

Only on the server, with its key.
"""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from pledges import transactions, wording
from pledges.access import SYSTEM
from pledges.actions import enrolling, enrolment, pending
from pledges.actions.pending import Waiting
from pledges.core import refusals
from pledges.management.visible import VisibleCommand
from pledges.models import Organisation, Person
from pledges.proof.passkeys.pending_records import same_code


class Command(VisibleCommand):
    help = (
        "Confirm a passkey or an authenticator app that waits: of the first administrator, or of "
        "somebody who has lost all others. Without --code, list what waits: let the person read "
        "the code from their own screen, and compare."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("employee_number")
        parser.add_argument("--code", help="the six characters that the person's page shows")
        parser.add_argument(
            "--remove-factors",
            action="store_true",
            help="remove their second factors, so that the password alone signs them in again",
        )

    def handle(self, **options: Any) -> None:
        number, code, at = options["employee_number"], options["code"], timezone.now()
        person = Person.objects.filter(employee_number=number, is_active=True).first()
        if person is None:
            raise CommandError(f"There is no active account with the employee number {number}.")
        chosen = _chosen(person, code, at) if code else None
        try:
            _permit(person, chosen, at, remove_factors=options["remove_factors"])
        except refusals.Refusal as error:
            raise CommandError(wording.refusal(error)) from error
        if options["remove_factors"]:
            self.stdout.write(f"The password alone signs {person} in again.")
        if chosen is not None:
            record = chosen.record
            self.stdout.write(f"{_name(chosen)} ({record.code}) of {person} signs from now on.")
        else:
            self._list(person, at)

    def _list(self, person: Person, at: datetime) -> None:
        waiting = pending.waiting(person, at)
        if not waiting:
            self.stdout.write(
                f"No passkey of {person} waits, and no authenticator app. Let them add one, and "
                "run this again."
            )
            return
        for each in waiting:
            until = Organisation.current().localtime(each.record.expires)
            self.stdout.write(f"{each.record.code}  {_name(each)}  until {until:%Y-%m-%d %H:%M}")
        self.stdout.write(
            "Ask the person, whom you know by face or voice, to read the code from their own page. "
            "Only if it is the same, run this again with --code."
        )


def _name(each: Waiting) -> str:
    return "authenticator app" if each.is_app else f"“{each.record.name}”"


@transactions.atomic
def _permit(person: Person, chosen: Waiting | None, at: datetime, *, remove_factors: bool) -> None:
    if remove_factors:
        enrolment.remove_factors(person, actor=SYSTEM, at=at)
    if chosen is not None:
        enrolling.permit(chosen, actor=SYSTEM, at=at)


def _chosen(person: Person, code: str, at: datetime) -> Waiting:
    found = [each for each in pending.waiting(person, at) if same_code(code, each.record.code)]
    if len(found) != 1:
        raise CommandError(f"Nothing of {person} with the code {code} waits.")
    return found[0]
