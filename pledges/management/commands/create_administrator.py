"""Create the first administrator of an installation; everybody else is made in the admin."""

from datetime import datetime
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from pledges import transactions, wording
from pledges.access import SYSTEM
from pledges.actions import departments, passwords, people
from pledges.core import refusals
from pledges.core.lifecycle import Role
from pledges.models import Department, Person


class Command(BaseCommand):
    help = "Create an administrator: somebody who manages people, but no pledges."

    def add_arguments(self, parser: CommandParser) -> None:
        for option in ("--username", "--email", "--name", "--employee-number", "--department"):
            parser.add_argument(option, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        password = getpass("Password: ")
        if password != getpass("Password again: "):
            raise CommandError("The passwords differ.")
        try:
            person = _create(options, password, timezone.now())
        except refusals.Refusal as error:
            raise CommandError(wording.refusal(error)) from error
        self.stdout.write(
            f"{person.username} may now sign in, and chooses a password of their own first. When "
            "they have added a passkey, permit_enrolment confirms it."
        )


@transactions.atomic
def _create(options: dict[str, Any], password: str, at: datetime) -> Person:
    person = Person(
        username=options["username"],
        email=options["email"],
        name=options["name"],
        employee_number=options["employee_number"],
        department=_department(options["department"], at),
    )
    try:
        validate_password(password, person)
        person.set_unusable_password()
        person.full_clean()
        for name in person.taken_names():
            raise person.unique_error_message(Person, (name,))
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    people.save_person(person, actor=SYSTEM, at=at, roles=[Role.ADMINISTRATOR])
    passwords.set_first(person, password, actor=SYSTEM, at=at)
    return person


def _department(name: str, at: datetime) -> Department:
    found = Department.objects.filter(name_zh=name).first()
    return found or departments.save_department(Department(name_zh=name), actor=SYSTEM, at=at)
