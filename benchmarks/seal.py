"""What sealing costs: one pledge from its answers to signature and seal, and many acceptances.

`python -m benchmarks.seal [-n 20] [--batch 1000] [--json]` works in a scratch installation of its
own, on one core and without a network: no timestamp authority, so the levels are B-B.
"""

import argparse
import gc
import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.export import forget_peak, peak_memory, people, request_of
from benchmarks.installation import as_served, load_average, scratch
from benchmarks.samples import SLUGS

if TYPE_CHECKING:
    from pledges.models import Person, Pledge

Clock = Callable[[], datetime]
SECONDS, BYTES = 0.25, 160_000
"""The goals: one pledge rendered, signed and sealed, of one core, and its file."""


@dataclass(frozen=True)
class Row:
    """Seconds for one pledge, by step and by the clock; bytes of the finished file.

    `password` is the hash that is slow on purpose. It proves who signs and seals nothing: `whole`
    is without it, as it would be with a passkey. `cpu` is what of `whole` the core was busy; the
    rest is waiting for the database server and the disk.
    """

    pledge: str
    password: float
    render: float
    manager: float
    company: float
    whole: float
    p95: float
    cpu: float
    bytes: int


@dataclass(frozen=True)
class Batch:
    """Acceptances one after the other, as the background worker does them; memory in MiB."""

    pledges: int
    seconds: float
    per_second: float
    growth: float


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock, and of the processor."""

    clock: float
    cpu: float

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.clock + other.clock, self.cpu + other.cpu)

    def __sub__(self, other: "Spent") -> "Spent":
        return Spent(self.clock - other.clock, self.cpu - other.cpu)


def timed(step: Callable[[], Any]) -> tuple[Spent, Any]:
    clock, cpu = time.perf_counter(), time.process_time()
    result = step()
    return Spent(time.perf_counter() - clock, time.process_time() - cpu), result


def moments() -> Clock:
    """A clock that is minutes further at each look: a code serves for one document."""
    from django.utils import timezone

    start, count = timezone.now(), 0

    def look() -> datetime:
        nonlocal count
        count += 1
        return start + timedelta(minutes=2 * count)

    return look


def one(slug: str, rounds: int, manager: "Person", officer: "Person", look: Clock) -> Row:
    """The steps of one template, `rounds` times; each pledge is revoked at the end of its round,
    so that the next one may be opened."""
    from pledges.actions import review
    from pledges.storage import document_store

    taken: list[tuple[Spent, ...]] = []
    size = 0
    for _ in range(rounds):
        at = look()
        steps, accepted = walk(slug, manager, officer, at)
        taken.append(steps)
        size = max(size, len(document_store.get(accepted.documents.get(revision=2).sha256)))
        review.revoke(accepted, actor=officer, at=at, reason="benchmark")
    password, render, seal, accept = (
        statistics.median(each.clock for each in step) for step in zip(*taken, strict=True)
    )
    whole = [sum(each[1:], Spent(0, 0)) for each in taken]
    by_clock = [each.clock for each in whole]
    p95 = statistics.quantiles(by_clock, n=20, method="inclusive")[-1]
    busy = statistics.median(each.cpu for each in whole)
    middle = statistics.median(by_clock)
    return Row(slug, password, render, seal, accept, middle, p95, busy, size)


def walk(
    slug: str, manager: "Person", officer: "Person", at: datetime
) -> "tuple[tuple[Spent, ...], Pledge]":
    """One pledge from its answers to its seal, with what each step took."""
    from pledges.actions import authenticating, preparing, review, signing

    draft = filled(slug, manager, at)
    render, intent = timed(partial(preparing.prepare, draft, actor=manager, at=at))
    asked = request_of(manager, at)
    prove = partial(authenticating.authenticate, asked.proof, intent=intent, person=manager, at=at)
    password, _ = timed(prove)
    sign, signed = timed(partial(signing.sign, intent, actor=manager, at=at, request=asked))
    accept, accepted = timed(partial(review.accept, signed, actor=officer, at=at))
    return (password, render, sign - password, accept), accepted


def filled(slug: str, manager: "Person", at: datetime) -> "Pledge":
    from benchmarks.samples import ANSWERS, COMMON_ANSWERS
    from pledges.actions import answers
    from pledges.models import TemplateVersion

    version = TemplateVersion.objects.filter(template__slug=slug).latest("number")
    draft = answers.open_pledge(version, actor=manager, at=at, language="zh-hans")
    codes = {blank.code for blank in version.blank_list if blank.filled_by_manager}
    given = {**COMMON_ANSWERS, **ANSWERS["zh-hans"]}
    typed = {code: answer for code, answer in given.items() if code in codes}
    answers.save(draft, actor=manager, at=at, typed=typed, revision=draft.answers_revision)
    draft.refresh_from_db()
    return draft


def batch(count: int, officer: "Person", look: Clock) -> Batch:
    """Accept `count` signed pledges of as many managers."""
    from pledges.actions import preparing, review, signing
    from pledges.models import Pledge

    for number in range(count):
        manager = manager_number(number)
        at = look()
        intent = preparing.prepare(filled(SLUGS[0], manager, at), actor=manager, at=at)
        signing.sign(intent, actor=manager, at=at, request=request_of(manager, at))
    waiting = list(Pledge.objects.awaiting_review().values_list("pk", flat=True))
    at = look()

    def accept_all() -> None:
        for key in waiting:
            review.accept(Pledge.objects.get(pk=key), actor=officer, at=at)

    gc.collect()
    forget_peak()
    before = peak_memory()
    spent, _ = timed(accept_all)
    rate = round(len(waiting) / spent.clock, 1)
    return Batch(len(waiting), round(spent.clock, 1), rate, round(peak_memory() - before, 1))


def manager_number(number: int) -> "Person":
    from django.utils import timezone

    from benchmarks.export import PASSWORD
    from pledges.access import SYSTEM
    from pledges.actions import people
    from pledges.core.lifecycle import Role
    from pledges.models import Department, Person

    person = Person(
        username=f"m{number}",
        name="李明",
        employee_number=f"M{number}",
        department=Department.objects.get(),
    )
    person.set_password(PASSWORD)
    people.save_person(person, actor=SYSTEM, at=timezone.now(), roles=[Role.MANAGER])
    return person


def table(rows: list[Row], accepted: Batch | None) -> str:
    steps = ("pledge", "password", "render", "manager", "company")
    head = (*steps, "whole ms", "p95 ms", "cpu ms", "bytes")
    lines = ["{:20}{:>9}{:>9}{:>9}{:>9}{:>10}{:>9}{:>9}{:>10}".format(*head)]
    for row in rows:
        by_step = (row.password, row.render, row.manager, row.company)
        times = (*by_step, row.whole, row.p95, row.cpu)
        cells = "{:>9.0f}{:>9.0f}{:>9.0f}{:>9.0f}{:>10.0f}{:>9.0f}{:>9.0f}".format(
            *(each * 1000 for each in times)
        )
        lines.append(f"{row.pledge:20}{cells}{row.bytes:>10,}")
    busiest, largest = max(row.cpu for row in rows), max(row.bytes for row in rows)
    for goal, reached, took in (
        (f"at most {SECONDS} s of one core", busiest <= SECONDS, f"{busiest:.3f} s"),
        (f"at most {BYTES:,} bytes a file", largest <= BYTES, f"{largest:,}"),
    ):
        lines.append(f"goal: {goal}: {'reached' if reached else 'MISSED'} ({took})")
    if accepted:
        lines.append(
            f"{accepted.pledges} acceptances: {accepted.seconds} s, "
            f"{accepted.per_second}/s, +{accepted.growth} MiB"
        )
    lines.append(load_average())
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=20, help="rounds for each pledge")
    parser.add_argument("--batch", type=int, default=1000, help="acceptances; 0 for none")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with scratch():
        # Only this process: the database server goes on using whatever cores there are.
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        manager, officer, _hr = people()
        as_served()
        look = moments()
        for slug in SLUGS:
            one(slug, 2, manager, officer, look)
        rows = [one(slug, max(2, options.n), manager, officer, look) for slug in SLUGS]
        accepted = batch(options.batch, officer, look) if options.batch else None
    if options.json:
        result = {"rows": [asdict(row) for row in rows]}
        print(json.dumps(result | {"batch": asdict(accepted) if accepted else None}, indent=2))
    else:
        print(table(rows, accepted))


if __name__ == "__main__":
    main()
