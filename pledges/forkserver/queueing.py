"""The jobs of a pool: what waits, what is being done, and answers that nobody has fetched yet."""

import os
from dataclasses import dataclass, field
from typing import Final

MAX_WAITING: Final = 32
"""Jobs in the queue; more are refused. Those that are not urgent may fill half of it."""
MAX_KEPT: Final = 32
"""Answers that are kept for somebody who asks again."""
NOBODY_WAITS_FOR: Final = 30.0
"""Seconds after which a job in the queue is dropped, if whoever asked has gone."""


@dataclass(eq=False)
class Job:
    """A request, who waits for its answer, and in the end that answer; both are descriptors."""

    key: bytes
    request: int
    urgent: bool
    touched: float
    clients: set[object] = field(default_factory=set)
    answer: int | None = None

    def close(self) -> None:
        for descriptor in (self.request, self.answer):
            if descriptor is not None:
                os.close(descriptor)


class Full(Exception):
    """As many jobs wait as may."""


class Queue:
    """Jobs by their key: the same request asked for twice is one job.

    With `keep` above zero an answer that nobody waits for is kept that long, in seconds, and a job
    whose client has gone is done all the same, for the client said that it will ask again.
    """

    def __init__(self, keep: float) -> None:
        self._keep = keep
        self._waiting: list[Job] = []
        self._jobs: dict[bytes, Job] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def ask(self, key: bytes, request: int, *, urgent: bool, now: float) -> Job:
        """The job of that key, begun already or new. Raises Full."""
        job = self._jobs.get(key)
        if job is None:
            if len(self._waiting) >= (MAX_WAITING if urgent else MAX_WAITING // 2):
                raise Full
            job = self._jobs[key] = Job(key, os.dup(request), urgent, now)
            self._waiting.append(job)
        job.urgent, job.touched = job.urgent or urgent, now
        return job

    def next(self, *, urgent_only: bool) -> Job | None:
        """The job to be done now, if there is one: the urgent first, then as they came."""
        job = next((each for each in self._waiting if each.urgent), None)
        if job is None and self._waiting and not urgent_only:
            job = self._waiting[0]
        if job is not None:
            self._waiting.remove(job)
        return job

    def leave(self, job: Job, client: object) -> None:
        """`client` waits no longer."""
        job.clients.discard(client)
        if not job.clients and not self._keep and job in self._waiting:
            self.forget(job)

    def keep(self, job: Job, answer: int, now: float) -> None:
        """The job is done, and nobody is there to take the answer."""
        job.answer, job.touched = answer, now
        if not self._keep:
            self.forget(job)
        kept = [each for each in self._jobs.values() if each.answer is not None]
        if len(kept) > MAX_KEPT:
            self.forget(min(kept, key=lambda each: each.touched))

    def forget(self, job: Job) -> None:
        """Drop a job, wherever it stands."""
        self._jobs.pop(job.key, None)
        if job in self._waiting:
            self._waiting.remove(job)
        job.close()

    def clear_away(self, now: float) -> None:
        """Drop what nobody came for."""
        for job in list(self._jobs.values()):
            waits = job in self._waiting and not job.clients
            if (waits and now - job.touched > NOBODY_WAITS_FOR) or (
                job.answer is not None and now - job.touched > self._keep
            ):
                self.forget(job)
