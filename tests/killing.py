"""One of some background workers is killed amid a job; then it is counted what became of it."""

import random
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass

from django_tasks_db.models import DBTaskResult

from benchmarks.load.neighbours import MailServer
from pledges.notices import tasks
from tests.counted_jobs import AT, Job, MailInHand, Mails
from tests.crews import Crew, is_idle, let_time_pass
from tests.waiting import SLOW_MACHINE, eventually

FIRST_GUESS = 0.1
"""Seconds that a task takes, until one was seen."""


@dataclass(frozen=True)
class Done:
    """What became of one job; `amid`: the worker died in the middle of its task."""

    amid: bool
    wrong: list[str]
    mails: int
    repeated: int
    seconds: float
    """From the kill until everything was there."""


class Killing:
    """Kills, and has whoever is left do all of it; `mail` is where the workers send theirs."""

    def __init__(self, crew: Crew, mail: MailServer) -> None:
        self.crew, self.mail = crew, mail
        self._lasts: dict[type[Job], float] = defaultdict(lambda: FIRST_GUESS)

    def amid(self, job: Job) -> Done:
        """Begin the job, kill one worker at it, start another, and count when all is quiet."""
        self.crew.complete()
        before = len(self.mail.taken)
        killed, amid = self._kill(job)
        began = time.monotonic()
        let_time_pass(killed)
        everything = (*job.paths, tasks.tell_first.module_path, tasks.send.module_path)
        eventually(lambda: is_idle(*everything) and not job.wrong())
        seconds = time.monotonic() - began
        self._learn(job)
        came = Counter(
            each.message_id for each in self.mail.taken[before:] if each.receiver.endswith(AT)
        )
        wrong = job.wrong() + _wrong_mails(came, job.mail_names())
        job.end()
        return Done(amid, wrong, came.total(), came.total() - len(came), seconds)

    def _kill(self, job: Job) -> tuple[str, bool]:
        if isinstance(job, Mails | MailInHand):
            return self._kill_at_a_mail(job)
        job.begin()
        return self.crew.kill_amid(job.paths, self._lasts[type(job)])

    def _kill_at_a_mail(self, job: Job) -> tuple[str, bool]:
        """At one of the mails, whichever: who sends it, or a moment later one of them all."""
        left = random.randint(1, job.stage.people)
        killed: list[str] = []
        done = threading.Event()

        def hear(port: int) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                if isinstance(job, MailInHand):
                    killed.append(self.crew.kill(self.crew.at_port(port)))
                done.set()

        self.mail.on_mail = hear
        job.begin()
        if not done.wait(SLOW_MACHINE):
            raise RuntimeError("no mails come")
        self.mail.on_mail = lambda port: None
        if not killed:
            time.sleep(random.uniform(0, 0.05))
            killed.append(self.crew.kill(self.crew.one_of_them()))
        held = DBTaskResult.objects.filter(status="RUNNING", task_path__in=job.paths)
        return killed[0], any(each.worker_ids[-1] == killed[0] for each in held)

    def _learn(self, job: Job) -> None:
        """How long the task takes where nobody disturbs it: the next one is killed within that."""
        done = DBTaskResult.objects.filter(status="SUCCESSFUL", task_path__in=job.paths)
        last = done.order_by("-finished_at").first()
        if last is not None and last.started_at and last.finished_at:
            self._lasts[type(job)] = (last.finished_at - last.started_at).total_seconds()


def _wrong_mails(came: Counter[str], names: set[str]) -> list[str]:
    """A mail may come twice, if its sender was killed: then under its one name."""
    told = {
        "mails that did not come": len(names - came.keys()),
        "mails that nobody claimed": len(came.keys() - names),
        "mails that came again beside the one in hand": max(0, came.total() - len(came) - 1),
    }
    return [f"{name}: {count}" for name, count in told.items() if count]
