"""Two machines on one database and one object store: whatever one does, all is done once.

Each machine is a folder of its own with its copy of the keys, a web server and a worker. They share
PostgreSQL over TCP, an S3-compatible store that makes trouble, the folder of checkpoints, secrets.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges import audit, issued_files
from pledges.access import SYSTEM
from pledges.actions import answers, batches, people, preparing
from pledges.core.lifecycle import PledgeState, Role
from pledges.models import (
    AcceptanceItem,
    BackgroundWorker,
    ChoreRun,
    Department,
    Document,
    LedgerEntry,
    Person,
    Pledge,
    Signature,
    TemplateVersion,
)
from tests import baseline, serving
from tests.cast import FILLED
from tests.object_store import BUCKET, CREDENTIALS, Trouble, object_store, proxy
from tests.tcp_database import in_use, tcp_database
from tests.test_exactly_once import Browser, sign_url, signing_fields
from tests.waiting import eventually

MANY = 30
SLUG = "general-standards"


@pytest.fixture
def database(tmp_path, django_db_blocker):
    with tcp_database(tmp_path) as settings, django_db_blocker.unblock(), in_use(settings):
        call_command("migrate", verbosity=0)
        baseline.load()
        yield
        connections.close_all()


@pytest.fixture
def trouble():
    return Trouble()


@pytest.fixture
def bucket(settings, monkeypatch, trouble):
    """The storage of this process and of all machines; gives its environment."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with object_store() as store, proxy(store, trouble) as address:
        options = {"bucket_name": BUCKET, "endpoint_url": address, "file_overwrite": False}
        backend = "pledges.storage.s3.S3DocumentStorage"
        documents = {"BACKEND": backend, "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "documents": documents}
        yield {"DOCUMENTS_S3_BUCKET": BUCKET, "DOCUMENTS_S3_ENDPOINT": address}


@dataclass
class Machine:
    """One machine; `keys` is the folder that its keys are copied from, if it is given any."""

    folder: Path
    shared: dict[str, str]
    keys: Path | None
    port: int = field(default_factory=serving.free_port)
    processes: list = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "static").mkdir(parents=True)
        if self.keys:
            shutil.copytree(self.keys, self.folder / "pki")
        own = {"VAR_DIR": str(self.folder), "PKI_DIR": str(self.folder / "pki")}
        self.environment = serving.surroundings(**self.shared, **own)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def start_web(self) -> None:
        made = serving.gunicorn(self.port, self.environment, workers=1, threads=4)
        self.processes.append(made)
        serving.wait_for(f"{self.address}/accounts/login/")

    def start_worker(self) -> None:
        command = [sys.executable, "manage.py", "run_worker", "--skip-checks"]
        started = subprocess.Popen(
            command, cwd=serving.ROOT, env=self.environment, start_new_session=True
        )
        self.processes.append(started)

    def kill(self) -> None:
        """The power goes: nothing is finished, nothing is said."""
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()


@pytest.fixture
def machine(tmp_path, settings, bucket, database):
    made: list[Machine] = []

    def make(name, *, keys=True):
        shared = {**bucket, "PUBLIC_URL": "http://localhost"}
        source = Path(settings.PKI_DIR) if keys else None
        made.append(Machine(tmp_path / name, shared, source))
        return made[-1]

    yield make
    for each in made:
        each.kill()


def prepared() -> list:
    """Thirty people, each with a document that lies before them."""
    version = TemplateVersion.objects.get(template__slug=SLUG)
    department = Department.objects.first()
    intents = []
    for number in range(MANY):
        person = Person(
            username=f"m{number}",
            name="李明",
            employee_number=f"M{number:03}",
            department=department,
            email=f"m{number}@example.com",
        )
        person.set_password(baseline.PASSWORD)
        at = timezone.now()
        people.save_person(person, actor=SYSTEM, at=at, roles=[Role.MANAGER])
        draft = answers.open_pledge(version, actor=person, at=at, language="zh-hans")
        answers.save(draft, actor=person, at=at, typed=FILLED[SLUG], revision=0)
        intents.append(preparing.prepare(draft, actor=person, at=at))
    return intents


def sign(intent, machines: list[Machine]) -> list[tuple[int, str]]:
    """What a signer does behind a load balancer: where a machine is gone, the next one is asked."""
    try:
        browser, answered = Browser(intent.person), []
        for machine in machines:
            fields = signing_fields(intent.person)
            status, location = browser.post(sign_url(machine.address, intent), fields)
            if status is not None:
                answered.append((status, location))
                break
        return answered
    finally:
        connections.close_all()


def signed_by(machines: list[Machine], intents: list, *, killed: Machine) -> list:
    """Everybody signs, at either machine; when ten have, one of the machines is killed."""
    orders = (machines, machines[::-1])
    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(sign, each, orders[n % 2]) for n, each in enumerate(intents)]
        assert eventually(lambda: Pledge.objects.filter(status=PledgeState.SIGNED).count() >= 10)
        killed.kill()
        return [job.result() for job in jobs]


def accepted() -> int:
    return Pledge.objects.accepted().count()


def assert_signed_once(intents, answered) -> None:
    assert answered == [[(302, f"/pledges/{each.pledge_id}/")] for each in intents]
    assert Pledge.objects.filter(status=PledgeState.SIGNED).count() == MANY
    assert Signature.objects.count() == Document.objects.count() == MANY
    assert LedgerEntry.objects.filter(event="pledge.signed").count() == MANY


def assert_accepted_once(batch) -> None:
    assert accepted() == MANY
    outcomes = Counter(batch.items.values_list("outcome", flat=True))
    assert outcomes == {AcceptanceItem.Outcome.ACCEPTED: MANY}
    assert LedgerEntry.objects.filter(event="pledge.accepted").count() == MANY
    assert Document.objects.count() == 2 * MANY
    assert all(issued_files.read(file) for file in Document.objects.all())


def assert_tasks_once() -> None:
    """No task was begun by two workers; but for what died with one, each was done."""
    tasks = DBTaskResult.objects.exclude(status="READY")
    assert [each.worker_ids for each in tasks if len(each.worker_ids) != 1] == []
    assert tasks.filter(status="FAILED").count() == 0
    mails = tasks.filter(task_path__startswith="pledges.notices.")
    told = Counter((each.task_path, str(each.args_kwargs["args"])) for each in mails)
    assert len(told) >= 2 * MANY and set(told.values()) == {1}  # each signing, each acceptance


def test_thirty_sign_and_are_accepted_through_two_machines_one_of_which_dies(machine, trouble):
    one, other, keyless = machine("one"), machine("other"), machine("keyless", keys=False)
    spare = machine("spare")
    intents = prepared()
    for each in (one, other):
        each.start_web()
    for each in (one, other, keyless):
        each.start_worker()
    assert eventually(lambda: BackgroundWorker.objects.count() == 3)

    answered = signed_by([one, other], intents, killed=one)
    assert_signed_once(intents, answered)

    spare.start_worker()
    assert eventually(lambda: BackgroundWorker.objects.filter(can_seal=True).count() == 3)
    officer = Person.objects.get(username="chenjing")
    batch = batches.begin(list(Pledge.objects.all()), actor=officer, at=timezone.now())
    assert eventually(lambda: accepted() >= 5)
    other.kill()
    batch.items.waiting().update(taken_until=None)  # the minute in which it might still be alive
    ChoreRun.objects.filter(name="bulk acceptances").update(due_at=Now())
    assert eventually(
        lambda: type(batch).objects.filter(pk=batch.pk, finished_at__isnull=False).exists()
    )
    assert eventually(lambda: not DBTaskResult.objects.ready().exists())
    assert eventually(lambda: DBTaskResult.objects.filter(status="RUNNING").count() <= 2)

    assert_accepted_once(batch)
    assert_tasks_once()
    assert list(audit.verify(audit.published())) == []
    slices = DBTaskResult.objects.filter(task_path=batches.accept_slice.module_path)
    sealers = {each.worker_ids[0] for each in slices}
    unable = BackgroundWorker.objects.get(can_seal=False).name
    assert len(sealers) >= 2 and unable not in sealers
    assert not ChoreRun.objects.filter(failed=True).exists()
    assert min(trouble.made[kind] for kind in ("late", "500", "503", "silent")) > 0


def test_a_batch_waits_for_keys_and_goes_on_when_they_come(machine, settings, trouble):
    """The only worker has none: nothing is settled. Then somebody copies them there."""
    trouble.late = trouble.errors = trouble.silent = 0
    intents = prepared()[:3]
    one = machine("one")
    one.start_web()
    for intent in intents:
        assert sign(intent, [one])[0][0] == 302
    keyless = machine("keyless", keys=False)
    keyless.start_worker()
    assert eventually(lambda: BackgroundWorker.objects.filter(can_seal=False).exists())
    officer = Person.objects.get(username="chenjing")
    waiting = list(Pledge.objects.filter(status=PledgeState.SIGNED))
    batch = batches.begin(waiting, actor=officer, at=timezone.now())
    mails = DBTaskResult.objects.filter(task_path__startswith="pledges.notices.")
    # It does what it can.
    assert eventually(lambda: not mails.exclude(status="SUCCESSFUL").exists())
    assert set(batch.items.values_list("outcome", "tries")) == {("waiting", 0)}
    shutil.copytree(settings.PKI_DIR, keyless.folder / "pki")
    assert eventually(lambda: accepted() == 3)
    assert set(batch.items.values_list("outcome", "tries")) == {("accepted", 1)}
