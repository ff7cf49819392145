"""The people: who fills in, who signs, who accepts; and a monitor that asks how the site is."""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from benchmarks.acts import ANSWERS
from benchmarks.browser import Answer, Browser, GaveUp, NoAnswer, Unexpected
from benchmarks.load.figures import Figures
from benchmarks.manager import Manager
from benchmarks.officer import Officer

FILLED = "complaint_response_hours"
"""The blank in which those who fill in count their savings."""
MAX_COUNT = 168
"""Up to what this blank takes."""


@dataclass(frozen=True)
class Acknowledged:
    """One act that the site said was done; `during` names what was wrong at that time."""

    kind: str
    pledge: str
    during: str
    revision: int = 0
    answer: str = ""
    intent: str = ""


@dataclass
class Journal:
    """What was acknowledged, in order, and what somebody gave up."""

    during: str = "nothing"
    acts: list[Acknowledged] = field(default_factory=list)
    given_up: dict[str, str] = field(default_factory=dict)
    to_review: "queue.Queue[str]" = field(default_factory=queue.Queue)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, manager: Manager, *, answer: str = "") -> None:
        pledge, intent = _last(manager.draft), _last(manager.intent)
        self.add(Acknowledged(kind, pledge, self.during, manager.revision, answer, intent))
        if kind == "sign":
            self.to_review.put(pledge)

    def add(self, act: Acknowledged) -> None:
        with self._lock:
            self.acts.append(act)

    def give_up(self, pledge: str, why: Exception) -> None:
        """Of this pledge nobody knows how far the last act came."""
        with self._lock:
            self.given_up[pledge] = f"{self.during}: {why!r}"


def _last(path: str) -> str:
    """The key at the end of a path."""
    return path.rstrip("/").rpartition("/")[2]


class Life(Protocol):
    """What somebody does until it is over."""

    def __call__(self, over: threading.Event) -> None: ...


@dataclass
class Filler:
    """Opens one pledge and goes on changing an answer, saved each time."""

    manager: Manager
    slug: str
    think: float
    journal: Journal

    def __call__(self, over: threading.Event) -> None:
        try:
            self._fill(over)
        except (GaveUp, Unexpected) as why:
            self.journal.give_up(_last(self.manager.draft), why)

    def _fill(self, over: threading.Event) -> None:
        dice, typed = Random(self.manager.seed), dict.fromkeys(ANSWERS, "")
        self.manager.open(self.slug)
        count = 0
        while not _pause(over, dice, self.think):
            count += 1
            typed[FILLED] = str(1 + count % MAX_COUNT)
            self.manager.save(typed)
            self.journal.note("save", self.manager, answer=typed[FILLED])
            if count % 10 == 0:
                self.manager.look_at_draft()


@dataclass
class Signer:
    """Signs one pledge after the other: opens, fills in, has it prepared, reads, signs."""

    manager: Manager
    slugs: Sequence[str]
    think: float
    journal: Journal

    def __call__(self, over: threading.Event) -> None:
        dice = Random(self.manager.seed)
        for slug in self.slugs:
            if _pause(over, dice, self.think):
                return
            try:
                self._sign(slug, over, dice)
            except (GaveUp, Unexpected) as why:
                self.journal.give_up(_last(self.manager.draft), why)

    def _sign(self, slug: str, over: threading.Event, dice: Random) -> None:
        manager = self.manager
        manager.look_at_own()
        manager.open(slug)
        manager.save(ANSWERS)
        self.journal.note("save", manager, answer=ANSWERS[FILLED])
        if _pause(over, dice, self.think):
            return
        manager.prepare(ANSWERS)
        self.journal.note("prepare", manager)
        manager.read()
        if _pause(over, dice, self.think):
            return
        manager.sign()
        self.journal.note("sign", manager)
        manager.look_at_signed()


@dataclass
class Reviewer:
    """Reads and accepts what was signed, in its order."""

    officer: Officer
    think: float
    journal: Journal

    def __call__(self, over: threading.Event) -> None:
        dice = Random(0)
        while not _pause(over, dice, self.think):
            try:
                pledge = self.journal.to_review.get_nowait()
            except queue.Empty:
                continue
            try:
                self.officer.read(pledge)
                self.officer.accept(pledge)
            except (GaveUp, Unexpected) as why:
                self.journal.give_up(pledge, why)
            else:
                self.journal.add(Acknowledged("accept", pledge, self.journal.during))


@dataclass
class Monitor:
    """Asks for `/healthz` every second."""

    port: int
    figures: Figures

    def __call__(self, over: threading.Event) -> None:
        browser = Browser(self.port, self._told)
        while not over.wait(1):
            try:
                browser.get("/healthz", what="/healthz")
            except NoAnswer:
                continue

    def _told(self, what: str, answer: Answer | None) -> None:
        self.figures.heard(what, answer)


def _pause(over: threading.Event, dice: Random, think: float) -> bool:
    """Think for about so many seconds; whether it is over."""
    return over.wait(think * dice.uniform(0.5, 1.5))


def run(lives: Sequence[Life], meanwhile: Callable[[], None]) -> None:
    """All of them at once, from when `meanwhile` begins until it ends and they have finished."""
    over = threading.Event()
    threads = [threading.Thread(target=life, args=(over,), daemon=True) for life in lives]
    for thread in threads:
        thread.start()
    try:
        meanwhile()
    finally:
        over.set()
        for thread in threads:
            thread.join()
