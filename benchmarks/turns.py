"""How long an act takes the ledger's turn, and what others who sign meanwhile feel of it.

A part of other benchmarks: `python -m benchmarks.turns` by itself is the one who signs.
"""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from unittest import mock

from benchmarks.installation import ALONE

SIGNERS = 40
"""How many pledges the other process has ready; it signs them one after another."""
APART = 0.5
"""Seconds between two signings."""


@dataclass
class Seen:
    """What an act cost; times in seconds. `cpu` is that of this process alone.

    `turn` is the longest that the ledger's turn was held: from taking it until the commit.
    `signed` others went on meanwhile; signing took them `usual`, the median, and at most `longest`.
    """

    seconds: float = 0
    cpu: float = 0
    turn: float = 0
    signed: int = 0
    usual: float = 0
    longest: float = 0


class Signer:
    """Another process, with pledges ready to be signed; it begins when an act is watched."""

    def __enter__(self) -> "Signer":
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.turns"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | ALONE,
        )
        if self._process.stdout is None or self._process.stdout.readline() != "ready\n":
            raise RuntimeError("nobody is ready to sign")
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait()

    @contextmanager
    def watched(self) -> Iterator[Seen]:
        """What the acts in this block cost, while the other signs; to be read after it."""
        seen, turns = Seen(), list[float]()
        self._tell("begin")
        began, used = time.monotonic(), time.process_time()
        with _timed_turns(turns):
            yield seen
        seen.seconds, seen.cpu = time.monotonic() - began, time.process_time() - used
        self._tell("end")
        told, _nothing = self._process.communicate(timeout=60)
        took = json.loads(told)
        seen.turn = max(turns, default=0)
        seen.signed, seen.usual, seen.longest = len(took), median(took), max(took)

    def _tell(self, word: str) -> None:
        if self._process.stdin is None:
            raise RuntimeError("nobody listens")
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()


@contextmanager
def _timed_turns(turns: list[float]) -> Iterator[None]:
    from django.db import transaction

    from pledges.audit import recording

    take = recording._take_turn

    def note(actor_id: int | None) -> None:
        take(actor_id)
        began = time.monotonic()
        transaction.on_commit(lambda: turns.append(time.monotonic() - began))

    with mock.patch.object(recording, "_take_turn", note):
        yield


def peak_memory() -> float:
    """The highest resident memory of this process so far, in MiB."""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def sign_until_told() -> None:
    """Sign one prepared pledge after another between two words; print what each took."""
    import django

    django.setup()
    from django.utils import timezone

    from benchmarks import acts, population
    from benchmarks.installation import as_served
    from pledges.actions import answers, preparing, signing
    from pledges.models import TemplateVersion

    version = TemplateVersion.objects.filter(template__slug=acts.SLUG).latest("number")
    prepared = []
    for person in population.managers(SIGNERS, prefix=f"signer{int(time.time())}-"):
        passkey, at = population.enrol(person), timezone.now()
        draft = answers.open_pledge(version, actor=person, at=at, language="zh-hans")
        answers.save(draft, actor=person, at=at, typed=acts.ANSWERS, revision=0)
        intent = preparing.prepare(draft, actor=person, at=at)
        prepared.append((person, intent, population.signing_request(passkey, intent)))
    as_served()
    print("ready", flush=True)
    sys.stdin.readline()
    took = []
    for person, intent, request in prepared:
        began = time.monotonic()
        signing.sign(intent, actor=person, at=timezone.now(), request=request)
        took.append(time.monotonic() - began)
        if select.select([sys.stdin], [], [], APART)[0]:
            break
    print(json.dumps(took))


if __name__ == "__main__":
    sign_until_told()
