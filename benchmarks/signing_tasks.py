"""A signing task of 20,000 members: preview, launch, its pages, a new version amid it, its closing.

`python -m benchmarks.signing_tasks [-n 20000] [-d 3000] [--json]` works in a scratch installation
of its own. `d` of the members have an open draft when the next version moves them all. During
launch, moving and closing a second process signs one pledge after another, and notes how long
each took.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks import turns
from benchmarks.acts import ANSWERS, SLUG
from benchmarks.installation import load_average, scratch

if TYPE_CHECKING:
    from pledges.models import Person, SigningTask, TemplateVersion

DEPARTMENTS = 400


@dataclass(frozen=True)
class Step:
    """One step: seconds, the longest hold of the ledger's turn, and what others who signed took.

    `peak` is the highest memory of this process so far, in MiB.
    """

    name: str
    seconds: float
    turn: float
    signed: int
    usual: float
    longest: float
    peak: float


class Steps:
    """The task's life, step by step."""

    def __init__(self, members: int, drafts: int, tell: Callable[[Step], None]) -> None:
        self.members, self.drafts, self.tell = members, drafts, tell

    def alone(self, name: str, act: Callable[[], Any]) -> Any:
        """A step that waits for nobody."""
        began = time.monotonic()
        given = act()
        taken = time.monotonic() - began
        self.tell(Step(name, taken, 0, 0, 0, 0, turns.peak_memory()))
        return given

    def among_signers(self, name: str, act: Callable[[], Any]) -> Any:
        """A step during which others sign."""
        with turns.Signer() as signer, signer.watched() as seen:
            given = act()
        told = (seen.seconds, seen.turn, seen.signed, seen.usual, seen.longest)
        self.tell(Step(name, *told, turns.peak_memory()))
        return given

    def run(self) -> None:
        from django.utils import timezone

        from benchmarks import population
        from pledges.actions.tasks import closing, issuing_reports, launching, previewing

        officer = population.officer()
        crowd(self.members)
        task = draft(officer)
        self.alone("preview", partial(previewing.preview, task, actor=officer, at=timezone.now()))
        launching.request_launch(task, actor=officer, at=timezone.now())
        self.among_signers("launch", lambda: launching.launch(str(task.pk), at=timezone.now()))
        self.look(officer, task)
        open_drafts(self.drafts)
        publish_next(officer)
        from pledges.actions import version_steps

        moved = self.among_signers("move drafts", lambda: version_steps.settle(timezone.now()))
        if moved < self.drafts:
            raise RuntimeError(f"{moved} of {self.drafts} drafts were moved")
        closing.request_close(task, actor=officer, at=timezone.now())
        self.among_signers("close", lambda: closing.close(str(task.pk), at=timezone.now()))
        issue = partial(issuing_reports.issue, str(task.pk), at=timezone.now())
        self.judge(self.among_signers("report", issue))

    def look(self, officer: "Person", task: "SigningTask") -> None:
        """The pages as an officer's browser asks for them; once before, so that all is loaded."""
        from django.core.management import call_command
        from django.test import Client

        from benchmarks import population

        call_command("collectstatic", verbosity=0, interactive=False)
        population.enrol(officer)
        client = Client(headers={"host": "localhost"})
        client.force_login(officer)
        for name, path in (
            ("page of the task", f"/admin/pledges/signingtask/{task.pk}/change/"),
            ("list of members", f"/admin/pledges/signingtask/{task.pk}/members/"),
        ):
            client.get(path, secure=True)
            answer = self.alone(name, partial(client.get, path, secure=True))
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code} {answer.headers}")

    def judge(self, record: Any) -> None:
        """The report as `shounuo-verify` judges it."""
        from django.utils import timezone

        from pledges import keyring
        from pledges.proof.records.judging import judge_any
        from pledges.storage import document_store

        file = document_store.get(record.newest_file.sha256)
        verdict = self.alone(
            f"verify report of {len(file) / 1024:.0f} KiB",
            lambda: judge_any(file, trust=keyring.trust(), at=timezone.now()),
        )
        if verdict.failed:
            raise RuntimeError("the report does not hold")


def crowd(count: int) -> None:
    """So many people in their departments, in few statements."""
    from pledges.models import Department, Person

    departments = Department.objects.bulk_create(
        Department(name_zh=f"网点{number}") for number in range(DEPARTMENTS)
    )
    Person.objects.bulk_create(
        Person(
            username=f"p{number}",
            name=f"员工{number}",
            employee_number=f"{number:06}",
            department=departments[number % DEPARTMENTS],
            email=f"p{number}@example.com",
        )
        for number in range(count)
    )


def draft(officer: "Person") -> "SigningTask":
    """A draft of a task for everybody, due in ten working days."""
    from django.utils import timezone

    from pledges.actions.tasks import drafting
    from pledges.models import PledgeTemplate

    drafted = drafting.Drafted(
        template=PledgeTemplate.objects.get(slug=SLUG),
        title="2026 年度签署",
        audience={"include": [{"kind": "everybody"}]},
        due_rule={"kind": "working-days", "days": 10},
    )
    return drafting.save_task(drafted, actor=officer, at=timezone.now())


def open_drafts(count: int) -> None:
    """Drafts of the first `count` people, filled in."""
    from django.utils import timezone

    from pledges.models import Person, Pledge, TemplateVersion

    version, at = (
        TemplateVersion.objects.filter(template__slug=SLUG).latest("number"),
        timezone.now(),
    )
    same = {"version": version, "template": version.template, "answers": ANSWERS}
    when = {"saved_at": at, "created_at": at, "language": "zh-hans"}
    people = Person.objects.filter(username__startswith="p").order_by("pk")[:count]
    Pledge.objects.bulk_create(Pledge(person=each, **same, **when) for each in people)


def publish_next(officer: "Person") -> "TemplateVersion":
    """The next version, in effect today; all drafts go over to it."""
    from django.utils import timezone

    from pledges.actions import publishing, templates
    from pledges.core.languages import Localized
    from pledges.models import Organisation, TemplateVersion, VersionStep

    newest = TemplateVersion.objects.filter(template__slug=SLUG).latest("number")
    at = timezone.now()
    made = templates.revise(newest, actor=officer, at=at)
    before = made.definition()
    after = replace(before, change_note=Localized("说明", "Note"), term_months=12)
    base = templates.file_digest(before)
    made = templates.save_draft(made, after, actor=officer, at=at, base=base)
    today: date = Organisation.current().localdate(at)
    step = (VersionStep.Kind.MATERIAL, VersionStep.Drafts.MOVED, None)
    return publishing.publish(made, publishing.Choice(today, *step), actor=officer, at=at)


def main() -> None:
    """Measure the steps and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=20_000)
    parser.add_argument("-d", type=int, default=3_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()

    def tell(step: Step) -> None:
        told = asdict(step)
        print(json.dumps(told) if given.json else " ".join(f"{k}={v}" for k, v in told.items()))
        sys.stdout.flush()

    with scratch():
        Steps(given.n, given.d, tell).run()
    print(load_average(), file=sys.stderr)


if __name__ == "__main__":
    main()
