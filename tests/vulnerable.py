"""Service and command with a judge that certain files get the better of: `python -m …` as usual.

All of it is the real thing but the judge: the files that hurt today's are mended tomorrow.
"""

import os
import signal
import sys
import time

from pledges.forkserver.limits import MEGABYTE, Limits
from pledges.proof import __main__ as command
from pledges.proof.judging_service import limited, server

SPINS, EATS, HANGS, CRASHES, SAYS = (b"spins", b"eats", b"hangs", b"crashes", b"says")
_judge = limited.judge_any


def judge(pdf, **options):
    if pdf == SPINS:
        while True:
            pass
    if pdf == EATS:
        return [bytearray(MEGABYTE) for _ in range(10_000)]
    if pdf == HANGS:
        time.sleep(3600)
    if pdf == CRASHES:
        os.kill(os.getpid(), signal.SIGSEGV)
    if pdf == SAYS:
        limited.record_verdicts.any_to_json = lambda verdict: {}
    return _judge(pdf, **options)


if __name__ == "__main__":
    limited.judge_any = judge
    limited.LIMITS = Limits(cpu=3)
    sys.exit(command.main() if "--trust" in sys.argv else server.main())
