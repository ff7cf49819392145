"""Create demo people and assign pledges to the managers, so that every role can be tried."""

import csv
import io
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from pledges import durable_files, transactions
from pledges.access import SYSTEM
from pledges.actions import answers, credentials, departments, passwords, people
from pledges.core import refusals
from pledges.core.lifecycle import Role
from pledges.models import Department, Organisation, Person, Pledge, TemplateVersion

DEPARTMENTS = {
    "华东零售部": "East China Retail",
    "华南对公部": "South China Corporate",
    "合规部": "Compliance",
    "人力资源部": "Human Resources",
    "内部审计部": "Internal Audit",
    "信息技术部": "Information Technology",
}
# username, name, employee number, position, department, role
PEOPLE = (
    ("liming", "李明", "E1001", "高级客户经理", "华东零售部", Role.MANAGER),
    ("wangfang", "王芳", "E1002", "客户经理", "华东零售部", Role.MANAGER),
    ("zhaolei", "赵磊", "E2001", "客户经理", "华南对公部", Role.MANAGER),
    ("chenjing", "陈静", "C3001", "合规专员", "合规部", Role.COMPLIANCE),
    ("sunhao", "孙浩", "C3002", "合规主管", "合规部", Role.COMPLIANCE),
    ("zhoumin", "周敏", "H4001", "人事专员", "人力资源部", Role.HR),
    ("wuying", "吴颖", "A5001", "内部审计师", "内部审计部", Role.AUDITOR),
    ("zhengqiang", "郑强", "S9001", "系统管理员", "信息技术部", Role.ADMINISTRATOR),
)
ORGANISATION = ("示例银行股份有限公司", "Example Bank Co., Ltd.")
CONTACT = "合规部 021-5555 0101 compliance@example.com"
TERMS = {"general-standards": 14, "contract": 21, "personal-code": 30}


class Command(BaseCommand):
    help = "Create demo people with random passwords; those that exist are left as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reset-passwords", action="store_true", help="give the demo people new passwords"
        )

    def handle(self, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo people do not belong in a production installation.")
        file, at = settings.VAR_DIR / "demo-accounts.csv", timezone.now()
        made = _create_all(file, at, reset=options["reset_passwords"])
        self.stdout.write(f"{len(made)} demo passwords set; they are in {file}")
        if not made and not file.exists():
            self.stdout.write("That file is gone: --reset-passwords makes new ones.")


@transactions.atomic
def _create_all(file: Path, at: datetime, *, reset: bool) -> dict[str, tuple[str, str, str]]:
    accounts = _read(file)
    _name_organisation(at)
    made = _create_people(at, reset=reset)
    _assign_pledges(at)
    # Written before the accounts are committed: nobody has a password that nobody knows.
    if made:
        _write(file, accounts | made)
    return made


def _name_organisation(at: datetime) -> None:
    organisation = Organisation.current()
    if organisation.name_zh == Organisation.UNNAMED:
        organisation.name_zh, organisation.name_en = ORGANISATION
        organisation.meet_invited = False
        organisation.pledge_contact = CONTACT
        people.save_organisation(organisation, actor=SYSTEM, at=at)


def _create_people(at: datetime, *, reset: bool) -> dict[str, tuple[str, str, str]]:
    made = {}
    for username, name, number, position, department, role in PEOPLE:
        person = Person.objects.filter(username=username).first()
        if person and not reset:
            continue
        person = person or Person(
            username=username,
            name=name,
            employee_number=number,
            position=position,
            department=_department(department, at),
            email=f"{username}@example.com",
            contact="021-5555 0100",
        )
        password = secrets.token_urlsafe(12)
        # As if they had chosen it: whoever tries the demonstration is all of them.
        if person.pk:
            credentials.change_password(person, password, at=at, session_key=None)
        else:
            people.save_person(person, actor=SYSTEM, at=at, roles=[role])
            passwords.choose(person, password, at=at)
        made[username] = (username, password, role.value)
    return made


def _department(name: str, at: datetime) -> Department:
    found = Department.objects.filter(name_zh=name).first()
    return found or departments.save_department(
        Department(name_zh=name, name_en=DEPARTMENTS[name]), actor=SYSTEM, at=at
    )


def _assign_pledges(at: datetime) -> None:
    """Each template in effect to each demo manager, unless they ever had it."""
    today = Organisation.current().localdate(at)
    managers = [username for username, *_rest, role in PEOPLE if role is Role.MANAGER]
    for version in TemplateVersion.objects.current(today):
        term = TERMS.get(version.template.slug, 14)
        for person in Person.objects.filter(username__in=managers, is_active=True):
            if Pledge.objects.of(person).filter(version__template=version.template).exists():
                continue
            due_on = today + timedelta(days=term)
            try:
                answers.assign(version, person=person, actor=SYSTEM, at=at, due_on=due_on)
            except refusals.Refusal:
                continue


def _read(file: Path) -> dict[str, tuple[str, str, str]]:
    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.reader(stream) if len(row) == 3]
    return {row[0]: (row[0], row[1], row[2]) for row in rows[1:]}


def _write(file: Path, accounts: dict[str, tuple[str, str, str]]) -> None:
    """All or nothing, and readable by its owner alone from the first byte on."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("username", "password", "role"))
    table.writerows(accounts.values())
    durable_files.make_folder(file.parent)
    durable_files.replace(file, text.getvalue().encode())
