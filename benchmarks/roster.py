"""Importing 20,000 people: reading, planning, applying, and how long everybody else waits for it.

`python -m benchmarks.roster [-n 20000] [--json]` works in a scratch installation of its own. It
imports a list of so many new people, then one in which each of them has another position, while a
second process signs one pledge after another and notes the longest that one took.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from benchmarks import turns
from benchmarks.installation import load_average, scratch

if TYPE_CHECKING:
    from pledges.models import Person, Roster


@dataclass(frozen=True)
class Result:
    """Times in seconds, memory in MiB. `cpu` is what applying took of them in this process.

    `signed` is how many signings of others went on meanwhile, `usual` and `longest` what signing
    took: the median and the most.
    """

    rows: int
    what: str
    read: float
    upload: float
    confirm: float
    apply: float
    cpu: float
    turn: float
    signed: float
    usual: float
    longest: float
    peak: float


def workbook(count: int, position: str) -> bytes:
    """A list of `count` people, as a spreadsheet."""
    from pledges.gateways.workbook_writing import write_workbook

    heads = ("工号", "姓名", "部门路径", "岗位", "邮箱", "手机", "入职日期")
    rows = [
        (
            *(f"{number:06}", f"员工{number}", f"总行/分行{number % 40}/网点{number % 400}"),
            *(position, f"p{number}@example.com", "13800000000", "2026-01-05"),
        )
        for number in range(count)
    ]
    return write_workbook("人员", heads, rows)


def measure(what: str, data: bytes, count: int, actor: "Person", at: datetime) -> Result:
    """Upload a list, confirm it and apply it, while somebody else signs."""
    with turns.Signer() as signer:
        return _measure(signer, what, data, count, actor, at)


def _measure(
    signer: turns.Signer, what: str, data: bytes, count: int, actor: "Person", at: datetime
) -> Result:
    from pledges.actions.rosters import confirming, uploading
    from pledges.core.rosters.people import Reach
    from pledges.gateways import tables

    began = time.monotonic()
    tables.read(data)
    read = time.monotonic() - began
    began = time.monotonic()
    roster = uploading.upload(data, name="a.xlsx", reach=Reach.ADDITIONS, actor=actor, at=at)
    upload = time.monotonic() - began
    began = time.monotonic()
    confirming.confirm(roster, leavers=None, actor=actor, at=at)
    confirm = time.monotonic() - began
    times = {"read": read, "upload": upload, "confirm": confirm}
    return Result(
        rows=count, what=what, **times, **apply(signer, roster, at), peak=turns.peak_memory()
    )


def apply(signer: turns.Signer, roster: "Roster", at: datetime) -> dict[str, float]:
    """Apply it; gives how long that took, how long the turn was held, how long others signed."""
    from pledges.actions.rosters import applying

    with signer.watched() as seen:
        applying.apply(roster.pk, at=at)
    roster.refresh_from_db()
    if roster.state != roster.State.APPLIED:
        raise RuntimeError(roster.failure)
    times = {"apply": seen.seconds, "cpu": seen.cpu, "turn": seen.turn}
    return times | {"signed": seen.signed, "usual": seen.usual, "longest": seen.longest}


def hr_officer() -> "Person":
    """Whoever brings the lists; nobody else may, so that no second person is asked."""
    from django.contrib.auth.models import Group

    from pledges.core.lifecycle import Role
    from pledges.models import Department, Person

    department = Department.objects.create(name_zh="人力资源部")
    facts = {"username": "hr", "name": "周敏", "employee_number": "H1", "department": department}
    officer = Person.objects.create(**facts)
    officer.groups.set([Group.objects.get_or_create(name=Role.HR.value)[0]])
    return officer


def main() -> None:
    """Measure both lists and print the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with scratch():
        from django.utils import timezone

        actor = hr_officer()
        at = timezone.now()
        for what, position in (("all new", "柜员"), ("all changed", "客户经理")):
            result = measure(what, workbook(given.n, position), given.n, actor, at)
            told = asdict(result)
            line = " ".join(f"{name}={value}" for name, value in told.items())
            print(json.dumps(told) if given.json else line, flush=True)
    print(f"load average {load_average()}", file=sys.stderr)


if __name__ == "__main__":
    main()
