"""A quarter of a signing task by a frozen clock, and an independent model of who is told what.

The model knows no calendar and no code of ours: it has the working days as a list, and asks of each
planned day when it could first be told. What was overtaken by a later one by then is not told.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from pledges.actions import working_calendar
from pledges.actions.reminders import sending_due
from pledges.core.notice_plans import DEFAULT_PLAN
from pledges.models import (
    Department,
    Excuse,
    Leave,
    NoticeClaim,
    PaperPledge,
    Person,
    SigningTask,
    TaskMember,
    TaskVersion,
    TemplateVersion,
)
from pledges.notices import tasks
from tests.serving import work_off

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2026, 9, 1), date(2026, 11, 30)
LAUNCHED, DUE = date(2026, 9, 14), date(2026, 10, 9)
EXTENDED, NEW_DUE = DUE, date(2026, 10, 23)
JOINED, JOINER_DUE = date(2026, 10, 15), date(2026, 10, 29)
OUTAGE = {date(2026, 10, day) for day in (26, 27, 28)}
# As the State Council published it for 2026: days off within the week, weekends that are worked.
OFF = {date(2026, 9, 25)} | {date(2026, 10, day) for day in (1, 2, 5, 6, 7)}
WORKED = {date(2026, 9, 20), date(2026, 10, 10)}


def days(first: date = FIRST, last: date = LAST) -> Iterator[date]:
    return (first + timedelta(days=each) for each in range((last - first).days + 1))


WORKING = [day for day in days() if day in WORKED or (day.weekday() < 5 and day not in OFF)]


def shifted(day: date, count: int) -> date:
    """`count` working days after `day`, or before it."""
    if count > 0:
        return WORKING[bisect_right(WORKING, day) + count - 1]
    return WORKING[bisect_left(WORKING, day) + count]


@dataclass(frozen=True)
class Life:
    """What becomes of one person in the quarter; the days are the last or the first of each."""

    number: int
    department: int = 0
    signs_on: date | None = None
    leaves_on: date | None = None
    away: tuple[date, date] | None = None
    excused: tuple[date, date] | None = None
    address: bool = True
    joins: bool = False

    @property
    def joined_on(self) -> date:
        return JOINED if self.joins else LAUNCHED

    def due_on(self, day: date) -> date:
        if self.joins:
            return JOINER_DUE
        return NEW_DUE if day > EXTENDED else DUE

    def is_open(self, day: date) -> bool:
        """Whether they are reminded on the morning of `day`."""
        away = self.away is not None and self.away[0] <= day <= self.away[1]
        excused = self.excused is not None and self.excused[0] <= day <= self.excused[1]
        gone = self.leaves_on is not None and day > self.leaves_on
        done = self.signs_on is not None and day > self.signs_on
        return not (away or excused or gone or done) and day >= self.joined_on


def lives(count: int, departments: int = 6) -> list[Life]:
    """Every kind of life, over and over: who signs early, late, never; who is away, leaves."""
    made = []
    for number in range(count):
        kind, department = number % 12, number % departments
        life = {
            0: {"signs_on": shifted(LAUNCHED, 1 + number % 9)},
            1: {"signs_on": shifted(LAUNCHED, 10 + number % 7)},
            2: {"signs_on": shifted(NEW_DUE, 2 + number % 14)},
            3: {},
            4: {"leaves_on": date(2026, 10, 12)},
            5: {"away": (date(2026, 9, 28), date(2026, 10, 30))},
            6: {"excused": (date(2026, 9, 21), date(2026, 10, 31))},
            7: {"address": False},
            8: {"joins": True},
            9: {"joins": True, "signs_on": date(2026, 11, 20)},
            10: {"signs_on": date(2026, 10, 29)},
            11: {"away": (date(2026, 9, 11), date(2026, 9, 18)), "signs_on": date(2026, 10, 16)},
        }[kind]
        made.append(Life(number, department, **life))
    return made


# --- The model -----------------------------------------------------------------------------------
UP = [day for day in WORKING if day not in OUTAGE]


def first_open(life: Life, day: date) -> date | None:
    """The first day from `day` on on which they can be told something."""
    return next((each for each in UP if each >= day and life.is_open(each)), None)


def told(life: Life) -> Counter[tuple[date, str]]:
    """What somebody is told, and on which day."""
    if not life.address:
        return Counter()
    found: Counter[tuple[date, str]] = Counter()
    start = first_open(life, life.joined_on)
    if start is None:
        return found
    found[start, "start"] += 1
    last = start
    if not life.joins and start <= EXTENDED and life.is_open(EXTENDED):
        found[EXTENDED, "extended"] += 1
    for due, since, until in _phases(life):
        waiting: dict[date, str] = {}
        for planned, key in sorted(_planned(due)):
            when = first_open(life, max(planned, since))
            if (
                when is not None
                and when <= until
                and planned > max(last, since - timedelta(days=1))
            ):
                waiting[when] = key
        if life.excused is not None:
            back = life.excused[1] + timedelta(days=1)
            when = first_open(life, back)
            if when is not None and since <= when <= until:
                waiting[when] = "excuse-ended"
        for when, key in sorted(waiting.items()):
            if when > last:
                found[when, key] += 1
    return found


def _phases(life: Life) -> list[tuple[date, date, date]]:
    if life.joins:
        return [(JOINER_DUE, JOINED, LAST)]
    return [(DUE, LAUNCHED, EXTENDED), (NEW_DUE, EXTENDED + timedelta(days=1), LAST)]


def _planned(due: date) -> list[tuple[date, str]]:
    found = [(shifted(due, -number), f"before-{number}") for number in (7, 3, 1)]
    found.append((due, "on-day"))
    after = [day for day in WORKING if day > due]
    found += [(day, f"after-{place // 5}") for place, day in enumerate(after, 1) if place % 5 == 0]
    return found


def late_by(life: Life, day: date) -> int:
    """By how many working days somebody is late on the morning of `day`; 0 where nothing is."""
    due = life.due_on(day)
    if not life.is_open(day) or day <= due:
        return 0
    return bisect_right(WORKING, day) - bisect_right(WORKING, due)


def tables(all_lives: list[Life], after: int) -> dict[date, tuple[date, set[int]]]:
    """The weeks with a table of who is late by `after` days: on which day, and with whom."""
    found: dict[date, tuple[date, set[int]]] = {}
    for day in UP:
        week = day - timedelta(days=day.weekday())
        who = {life.number for life in all_lives if late_by(life, day) >= after}
        if who and week not in found:
            found[week] = (day, who)
    return found


# --- What the code does --------------------------------------------------------------------------
class Quarter:
    """People, a task and a clock in the database, moved on hour by hour."""

    def __init__(self, monkeypatch, all_lives: list[Life], officer: Person) -> None:
        self.lives, self.officer = all_lives, officer
        monkeypatch.setattr(timezone, "now", lambda: self.at)
        self.set_clock(FIRST, 9)
        working_calendar.load_published(self.at)
        self.version = TemplateVersion.objects.filter(status="published").order_by("pk").first()
        self.heads = self._heads(1 + max(life.department for life in all_lives))
        self.people = self._people()
        self.task: SigningTask | None = None

    def set_clock(self, day: date, hour: int, minute: int = 0) -> datetime:
        self.at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
        return self.at

    def _person(self, number: str, department: Department, email: str) -> Person:
        facts = {"username": number, "employee_number": number, "name": "赵" + number}
        return Person(department=department, email=email, **facts)

    def _heads(self, count: int) -> list[Person]:
        heads = []
        for place in range(count):
            department = Department.objects.create(name_zh=f"第{place}部")
            head = self._person(f"Q{place}", department, f"head{place}@example.com")
            head.save()
            Department.objects.filter(pk=department.pk).update(head=head)
            heads.append(head)
        return heads

    def _people(self) -> list[Person]:
        people = [
            self._person(
                f"P{life.number}",
                self.heads[life.department].department,
                f"p{life.number}@example.com" if life.address else "",
            )
            for life in self.lives
        ]
        return Person.objects.bulk_create(people)

    def run(self) -> None:
        """The whole quarter, day by day."""
        for day in days():
            self._begin(day)
            if day not in OUTAGE:
                self._tick(day, *((9, 5) if day in WORKING else (11, 30)))
            self._happen(day)
            if day in WORKING and day not in OUTAGE:
                self._tick(day, 17, 55)
            if day in (LAUNCHED, DUE):  # outside working hours
                self._tick(day, 20)
                self._tick(day + timedelta(days=1), 8, 30)

    def _tick(self, day: date, hour: int, minute: int = 0) -> None:
        at = self.set_clock(day, hour, minute)
        sending_due.send_due(at)
        work_off()

    def _begin(self, day: date) -> None:
        """What is known when the day begins."""
        at = self.set_clock(day, 7)
        for life, person in zip(self.lives, self.people, strict=True):
            if life.away is not None and life.away[0] == day:
                period = {"from_on": day, "until_on": life.away[1]}
                Leave.objects.create(person=person, recorded_at=at, **period)
            if life.leaves_on == day:
                Person.objects.filter(pk=person.pk).update(left_on=day)
            if life.excused is not None and life.excused[0] == day:
                self._excuse(person, life.excused[1], at)

    def _excuse(self, person: Person, until: date, at: datetime) -> None:
        Excuse.objects.create(
            member=TaskMember.objects.get(person=person),
            reason="long-absence",
            until_on=until,
            asked_by=self.officer,
            asked_at=at,
            outcome="approved",
            settled_by=self.heads[0],
            settled_at=at,
        )

    def _happen(self, day: date) -> None:
        """What happens before noon, and who signs then."""
        at = self.set_clock(day, 10)
        if day == LAUNCHED:
            self._launch(at)
        if day == EXTENDED:
            self.set_clock(day, 11)
            self._extend()
        if day == JOINED:
            self._add([each for each in self._with_people() if each[0].joins], JOINER_DUE, at)
        at = self.set_clock(day, 12)
        signing = [person for life, person in self._with_people() if life.signs_on == day]
        PaperPledge.objects.bulk_create(
            PaperPledge(
                person=person,
                version=self.version,
                signed_on=day,
                filed_at=at,
                filed_by=self.officer,
                state="confirmed",
                settled_by=self.heads[0],
                settled_at=at,
            )
            for person in signing
        )

    def _with_people(self) -> list[tuple[Life, Person]]:
        return list(zip(self.lives, self.people, strict=True))

    def _launch(self, at: datetime) -> None:
        self.task = SigningTask.objects.create(
            template=self.version.template,
            title="2026 年度员工行为承诺",
            due_on=DUE,
            notice_plan=dict(DEFAULT_PLAN),
            state="running",
            created_at=at,
            created_by=self.officer,
            launched_at=at,
            launched_by=self.officer,
            first_notices_at=at + timedelta(minutes=15),
        )
        TaskVersion.objects.create(task=self.task, version=self.version)
        self._add([each for each in self._with_people() if not each[0].joins], DUE, at)
        tasks.queue_first_notices(self.task)

    def _add(self, those: list[tuple[Life, Person]], due_on: date, at: datetime) -> None:
        TaskMember.objects.bulk_create(
            TaskMember(
                task=self.task,
                person=person,
                position=life.number,
                joined="joiner" if life.joins else "launch",
                joined_at=at,
                due_on=due_on,
                commitment="0" * 64,
            )
            for life, person in those
        )

    def _extend(self) -> None:
        members = TaskMember.objects.filter(task=self.task)
        members.update(due_on=NEW_DUE)
        tasks.announce_extended(members)
        work_off()

    def told(self) -> dict[int, Counter[tuple[date, str]]]:
        """By the number of each life: what was claimed for them, and on which day told."""
        numbers = {person.pk: life.number for life, person in self._with_people()}
        found: dict[int, Counter[tuple[date, str]]] = {
            each.number: Counter() for each in self.lives
        }
        claims = NoticeClaim.objects.filter(member__isnull=False)
        claims = claims.exclude(reason__in=("superior", "compliance"))
        for person, day, key in claims.values_list("member__person", "told_on", "reason"):
            found[numbers[person]][day, key] += 1
        return found

    def tables(self, reason: str, receiver: Person) -> dict[date, tuple[date, set[int]]]:
        """The weeks in which `receiver` got a table: on which day, and with whom."""
        numbers = {person.pk: life.number for life, person in self._with_people()}
        found = {}
        whom = receiver if reason == "superior" else None
        for table in NoticeClaim.objects.filter(person=receiver, reason=reason, member=None):
            rows = NoticeClaim.objects.filter(
                person=whom, reason=reason, for_day=table.for_day, member__isnull=False
            )
            who = {numbers[key] for key in rows.values_list("member__person", flat=True)}
            found[table.for_day] = (table.told_on, who)
        return found
