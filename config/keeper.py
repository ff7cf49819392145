"""The keeper of the embedded PostgreSQL: starts it, heals it, stops it when nobody uses it.

Run as `python -m config.keeper VAR_DIR` by config/embedded.py; of several at once, one stays.
"""

import contextlib
import fcntl
import os
import signal
import sys
import time
from pathlib import Path

from config import embedded
from config.embedded import DatabaseUnavailable, Place
from config.postgres import Server

LOOK_EVERY = 0.3  # seconds between two looks at the users and the server
MAX_BACK_OFF = 30.0


def main(var_dir: str) -> int:
    place = Place.of(Path(var_dir))
    mine = _become_keeper(place)
    if mine is None:
        return 0
    server = Server(place)
    # A shutdown of the machine asks with SIGTERM: leave by the same way as when unused.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.start()
        _stop_talking(place)
        _keep(place, server, mine)
    except DatabaseUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        server.stop()
    return 0


def _become_keeper(place: Place) -> int | None:
    # Users look whether a keeper lives by trying its lock for an instant, hence several attempts.
    for _ in range(20):
        descriptor = embedded.lock(place.keeper_lock, fcntl.LOCK_EX)
        if descriptor is not None:
            return descriptor
        time.sleep(0.01)
    return None


def _stop_talking(place: Place) -> None:
    """Whoever started the keeper stops listening now; what it has to say goes to the log."""
    with place.log.open("ab") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())


def _keep(place: Place, server: Server, mine: int) -> None:
    back_off, next_try = 1.0, 0.0
    while not _unused(place):
        if not embedded.is_same_file(mine, place.keeper_lock):
            return  # VAR_DIR was deleted or moved away; what is there now gets a new keeper
        if server.is_well():
            back_off = 1.0
        elif time.monotonic() >= next_try:
            with contextlib.suppress(DatabaseUnavailable):
                server.start()
            next_try = time.monotonic() + back_off
            back_off = min(back_off * 2, MAX_BACK_OFF)
        time.sleep(LOOK_EVERY)


def _unused(place: Place) -> bool:
    # The lock, once got alone, is held to the end of the process: who comes now waits for it.
    return embedded.lock(place.users_lock, fcntl.LOCK_EX) is not None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
