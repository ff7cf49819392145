"""Prepare, sign and accept by themselves, in one process, and what they ask of the database."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import psutil

from benchmarks.installation import as_served

SLUG = "general-standards"
ANSWERS = {
    "pledgor_type": "individual",
    "surveys_per_month": "2",
    "satisfaction_target": "92.5",
    "complaint_response_hours": "24",
    "complaint_resolution_days": "5",
    "training_hours_per_year": "40",
    "assessed_indicators": "3",
}
VERDICTS = {"sign": "verdict, signed", "accept": "verdict, accepted"}
"""The acts that judge the file that they issue, and what that is called."""


@dataclass(frozen=True)
class Act:
    """CPU seconds of one act, of which in PostgreSQL; and how many statements it ran."""

    name: str
    cpu: float
    database: float
    statements: float


class Meter:
    """Counts the statements of this process, and the CPU seconds of it and its server process."""

    def __init__(self) -> None:
        self.statements = 0
        self.taken: dict[str, list[tuple[float, float, int]]] = {}

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        return execute(sql, params, many, context)

    def time(self, name: str, act: Callable[[], Any]) -> Any:
        """What `act` takes within a request, whose frame has read the organisation."""
        from django.db import connection

        from pledges.models import Organisation, organisation_read_once

        connection.ensure_connection()
        backend = psutil.Process(connection.connection.info.backend_pid)
        with organisation_read_once():
            Organisation.current()
            own, theirs, count = time.process_time(), _used(backend), self.statements
            result = act()
            spent = (time.process_time() - own, _used(backend) - theirs, self.statements - count)
        self.taken.setdefault(name, []).append(spent)
        return result

    def acts(self) -> Iterator[Act]:
        for name, taken in self.taken.items():
            own, theirs, statements = (sum(part) / len(taken) for part in zip(*taken, strict=True))
            yield Act(name, own + theirs, theirs, statements)


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def acts(count: int) -> list[Act]:
    """Prepare, sign and accept, so many times; the first two rounds are not counted."""
    from django.db import connection

    from benchmarks import population

    meter = Meter()
    officer = population.officer()
    as_served()
    with connection.execute_wrapper(meter):
        for round_, person in enumerate(population.managers(count + 2, prefix="act")):
            if round_ == 2:
                meter.taken.clear()
            one(meter, person, officer)
    return list(meter.acts())


def one(meter: Meter, person: Any, officer: Any) -> None:
    from django.utils import timezone

    from benchmarks import population
    from pledges import keyring
    from pledges.actions import answers, preparing, review, signing
    from pledges.models import Document, TemplateVersion
    from pledges.proof.judging import judge
    from pledges.storage import document_store

    passkey = population.enrol(person)
    version = TemplateVersion.objects.filter(template__slug=SLUG).latest("number")
    at = timezone.now()
    draft = answers.open_pledge(version, actor=person, at=at, language="zh-hans")
    answers.save(draft, actor=person, at=at, typed=ANSWERS, revision=0)
    intent = meter.time("prepare", lambda: preparing.prepare(draft, actor=person, at=at))
    done = population.signing_request(passkey, intent)
    at = timezone.now()
    signed = meter.time("sign", lambda: signing.sign(intent, actor=person, at=at, request=done))
    at = timezone.now()
    accepted = meter.time("accept", lambda: review.accept(signed, actor=officer, at=at))
    revisions = (Document.Revision.SIGNED, Document.Revision.ACCEPTED)
    for revision, name in zip(revisions, VERDICTS.values(), strict=True):
        file = document_store.get(accepted.documents.get(revision=revision).sha256)
        meter.time(name, partial(judge, file, trust=keyring.trust(), at=at))
