"""Judging mutants in child processes under limits, and what each of them took.

The children are forked from this process, which has read every module by then: so a child's time is
that of the verdict. One child judges several mutants; one that is ended is replaced.
"""

import gc
import os
import pickle
import resource
import signal
import struct
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pledges.proof.verdict import Outcome, Verdict
from tests.fuzzing.mutants import Mutant

MAX_CPU = 20.0
"""Seconds of one verdict, after which it is ended."""
MAX_MEMORY = 1024**3
"""Bytes of address space that a child may add to its parent's."""
BATCH = 40
_LENGTH = struct.Struct("!I")


@dataclass(frozen=True)
class Tried:
    """The verdict on one mutant: `ended` by which check (`accepted`, `killed`), for which reason.

    `trace` is that of an exception, which the judge turns into a rejection (`failed`) or, at worst,
    lets out (`uncaught`). `memory` are the bytes of resident memory that it added at its peak.
    """

    ended: str
    reason: str
    rule: str = ""
    trace: str = ""
    cpu: float = 0.0
    memory: int = 0


def tried(mutants: Sequence[Mutant]) -> list[Tried]:
    """What came of each."""
    found: list[Tried] = []
    while len(found) < len(mutants):
        found += _in_child(mutants[len(found) :])
    return found


def _in_child(mutants: Sequence[Mutant]) -> list[Tried]:
    """What came of those that one child gets to; of the one that ended it, that it did."""
    gc.collect()
    gc.freeze()  # else the child's first collection would copy the whole parent
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _judge_all(mutants, writing)
    os.close(writing)
    with open(reading, "rb") as results:
        found = list(_read(results))
    _, status, used = os.wait4(child, 0)
    gc.unfreeze()
    if len(found) < len(mutants):
        ended = os.waitstatus_to_exitcode(status)
        took = used.ru_utime + used.ru_stime - sum(each.cpu for each in found)
        found.append(Tried("killed", f"exit {ended}", cpu=took, memory=used.ru_maxrss * 1024))
    return found


def _read(results: BinaryIO) -> Iterator[Tried]:
    while head := results.read(_LENGTH.size):
        yield pickle.loads(results.read(*_LENGTH.unpack(head)))


def _judge_all(mutants: Sequence[Mutant], writing: int) -> None:
    """In the child: judge, tell, and end without the parent's clearing away."""
    try:
        most = _status("VmSize") + MAX_MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for mutant in mutants:
            signal.setitimer(signal.ITIMER_PROF, MAX_CPU)  # which ends the process
            said = pickle.dumps(_measured(mutant))
            os.write(writing, _LENGTH.pack(len(said)) + said)
    finally:
        os._exit(0)


def _measured(mutant: Mutant) -> Tried:
    # The peak begins anew at what is resident now (Linux, proc(5): clear_refs).
    Path("/proc/self/clear_refs").write_text("5")
    before, begun = _status("VmRSS"), time.process_time()
    try:
        verdict = mutant.judged()
        ended, reason, rule, trace = _said(verdict)
    except BaseException as error:
        ended, reason, rule, trace = "uncaught", repr(error), "", traceback.format_exc()
    cpu, memory = time.process_time() - begun, _status("VmHWM") - before
    return Tried(ended, reason, rule, trace, cpu, max(0, memory))


def _said(verdict: Verdict) -> tuple[str, str, str, str]:
    if verdict.outcome is not Outcome.REJECTED:
        return "accepted", verdict.outcome.value, "", ""
    line = next(line for line in verdict.lines if line.passed is False)
    return line.check.value, line.reason, line.explanation.rule, line.explanation.trace


def _status(name: str) -> int:
    status = Path("/proc/self/status").read_text()
    return next(int(ln.split()[1]) for ln in status.splitlines() if ln.startswith(name)) * 1024
