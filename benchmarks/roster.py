"""Importing 20,000 people: reading, planning, applying, and how long everybody else waits for it.

`python -m benchmarks.roster [-n 20000] [--json]` works in a scratch installation of its own. It
imports a list of so many new people, then one in which each of them has another position, while a
second process tells the ledger small things, as signings do, and notes the longest it waited.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from benchmarks.installation import load_average, scratch

if TYPE_CHECKING:
    from pledges.models import Person, Roster

OTHER = "--as-somebody-else"


@dataclass(frozen=True)
class Result:
    """Times in seconds, memory in MiB. `cpu` is what applying took of them in this process.

    `longest_wait`: what a single entry of somebody else's took meanwhile.
    """

    rows: int
    what: str
    read: float
    upload: float
    confirm: float
    apply: float
    cpu: float
    turn: float
    longest_wait: float
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


def peak_memory() -> float:
    """The highest resident memory of this process so far, in MiB."""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


@contextmanager
def timed_turn(times: list[float]) -> Iterator[None]:
    """Note how long the ledger's turn is held: from taking it until the commit."""
    from pledges.audit import recording

    take = recording._take_turn

    def note(actor_id: int | None) -> None:
        take(actor_id)
        times.append(time.monotonic())

    with mock.patch.object(recording, "_take_turn", note):
        yield


def measure(what: str, data: bytes, count: int, actor: "Person", at: datetime) -> Result:
    """Upload a list, confirm it and apply it, with somebody else at the ledger meanwhile."""
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
    return Result(rows=count, what=what, **times, **apply(roster, at), peak=peak_memory())


def apply(roster: "Roster", at: datetime) -> dict[str, float]:
    """Apply it; gives how long that took, how long the turn was held, how long others waited."""
    from pledges.actions.rosters import applying

    turns: list[float] = []
    other = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.roster", OTHER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    time.sleep(3)
    began, used = time.monotonic(), time.process_time()
    with timed_turn(turns):
        applying.apply(roster.pk, at=at)
    ended, cpu = time.monotonic(), time.process_time() - used
    waited, _nothing = other.communicate("stop\n")
    roster.refresh_from_db()
    if roster.state != roster.State.APPLIED:
        raise RuntimeError(roster.failure)
    held = {"turn": ended - turns[-1], "longest_wait": float(waited)}
    return {"apply": ended - began, "cpu": cpu, **held}


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


def be_somebody_else() -> None:
    """Tell the ledger of small things until told to stop, and print the longest that one took."""
    import select

    import django

    django.setup()
    from django.utils import timezone

    from pledges import audit, transactions
    from pledges.access import SYSTEM

    @transactions.atomic
    def tell() -> None:
        audit.record("pledges.exported", actor=SYSTEM, subject="bench:1", at=timezone.now())

    longest = 0.0
    while not select.select([sys.stdin], [], [], 0)[0]:
        began = time.monotonic()
        tell()
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.05)
    print(longest)


def main() -> None:
    """Measure both lists and print the results."""
    if sys.argv[1:] == [OTHER]:
        be_somebody_else()
        return
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
