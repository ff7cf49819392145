"""A command under limits, and what it cost: `python -I limited.py SECONDS BYTES COMMAND…`.

Prints what the command prints, and JSON on standard error. In a small process of its own: the
memory of whoever starts a command counts as that command's (Linux, getrusage(2)), and this one has
almost none.
"""

import json
import os
import resource
import subprocess
import sys


def main() -> None:
    seconds, most = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    process = subprocess.Popen(sys.argv[3:], stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    cost = {
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss / 1024,
        "code": process.returncode,
    }
    print(json.dumps(cost), file=sys.stderr)


if __name__ == "__main__":
    main()
