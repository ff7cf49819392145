"""Let somebody who has lost every passkey enrol one more; only on the server, with its key."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from pledges import wording
from pledges.access import SYSTEM
from pledges.actions import enrolment, permits
from pledges.core import refusals
from pledges.management.visible import VisibleCommand
from pledges.models import Person


class Command(VisibleCommand):
    help = "Let a person who has lost all passkeys enrol one more within 24 hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("employee_number")
        parser.add_argument(
            "--remove-factors",
            action="store_true",
            help="remove their second factors, so that the password alone signs them in again",
        )

    def handle(self, **options: Any) -> None:
        number = options["employee_number"]
        person = Person.objects.filter(employee_number=number, is_active=True).first()
        if person is None:
            raise CommandError(f"There is no active account with the employee number {number}.")
        at = timezone.now()
        try:
            with transaction.atomic():
                until = permits.permit(person, actor=SYSTEM, at=at)
                if options["remove_factors"]:
                    for factor in Authenticator.objects.filter(user=person):
                        enrolment.withdraw(factor, actor=SYSTEM, at=at)
                        factor.delete()
        except refusals.EnrolmentUnavailable as error:
            raise CommandError(wording.refusal(error)) from error
        local = timezone.localtime(until)
        self.stdout.write(f"{person} may enrol one passkey until {local:%Y-%m-%d %H:%M}.")
        self.stdout.write("Make sure that it is this very person who does so.")
