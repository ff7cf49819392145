"""One PostgreSQL server process over one data folder: adopt, start, create the database, stop.

Only the keeper (config/keeper.py) drives it, so nothing here guards against a second driver.
The server listens on a socket file alone; who may open that file may use the database.
"""

import contextlib
import signal
import subprocess
import time
from pathlib import Path

import psutil
import psycopg2

from config import pgdata
from config.embedded import DATABASE, PORT, DatabaseUnavailable, Place, answers, connect

PAUSE = 0.03
READY_WITHIN = 150.0  # seconds; crash recovery of a large database takes its time
ORPHANS_END_WITHIN = 5.0
STOPS_WITHIN = 60.0


class Server:
    """The server of one place; `start` may be called again whenever it is not well."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.process: psutil.Process | None = None

    def is_well(self) -> bool:
        """Whether the process lives and its socket is still there to be found."""
        return self.process is not None and _lives(self.process) and self.place.socket.exists()

    def start(self) -> None:
        """Adopt the server that runs already, or start one; raises DatabaseUnavailable."""
        try:
            pgdata.prepare(self.place)
            self.process = self._adopt()
            if self.process is None:
                self._clear_remains()
                self._launch()
        except OSError as error:
            named = error.filename or self.place.var
            raise DatabaseUnavailable(
                f"The embedded database cannot use {named}: {error.strerror}."
            ) from error
        self._create_database()

    def stop(self) -> None:
        """Break off running statements, write everything down, and be gone."""
        if self.process is not None:
            _end(self.process)
        self.process = None

    def _adopt(self) -> psutil.Process | None:
        """The server that an earlier keeper left behind, once it answers; None if there is none."""
        found = self._running()
        deadline = time.monotonic() + READY_WITHIN
        while found is not None and _lives(found):
            if _accepts(self.place):
                return found
            # Its folder was moved, its socket deleted, or it hangs: only a fresh one helps.
            if not self.place.socket.exists() or time.monotonic() > deadline:
                _end(found)
            time.sleep(PAUSE)
        return None

    def _running(self) -> psutil.Process | None:
        # A pid file outlives a killed server, and its number may by now be anybody's: only a
        # process that works in this very folder is our server.
        with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
            pid = int((self.place.data / "postmaster.pid").read_text().splitlines()[0])
            process = psutil.Process(pid)
            return process if _works_in(process, self.place.data) else None
        return None

    def _clear_remains(self) -> None:
        # Children of a killed server go when they next look up from their work; a new server must
        # not start before, for they share its memory and its files.
        orphans = [one for one in psutil.process_iter() if _works_in(one, self.place.data)]
        _, stubborn = psutil.wait_procs(orphans, timeout=ORPHANS_END_WITHIN)
        for process in stubborn:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(stubborn, timeout=ORPHANS_END_WITHIN)
        (self.place.data / "postmaster.pid").unlink(missing_ok=True)

    def _launch(self) -> None:
        with self.place.log.open("ab") as log:
            said_before = log.tell()
            started = subprocess.Popen(
                [
                    *pgdata.command("postgres", owner=self.place.data),
                    *("-D", str(self.place.data), "-p", str(PORT), "-c", "listen_addresses="),
                    *("-c", f"unix_socket_directories={self.place.sockets}"),
                    *("-c", "unix_socket_permissions=0700"),
                ],
                cwd="/",
                env=pgdata.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.process = psutil.Process(started.pid)
        deadline = time.monotonic() + READY_WITHIN
        while not _accepts(self.place):
            if started.poll() is not None or time.monotonic() > deadline:
                raise DatabaseUnavailable(self._why_not(said_before))
            time.sleep(PAUSE)

    def _why_not(self, said_before: int) -> str:
        with self.place.log.open("rb") as log:
            log.seek(said_before)
            reason = pgdata.complaint(log.read().decode("utf-8", "replace"))
        return f"The embedded database does not start: {reason} (see {self.place.log})."

    def _create_database(self) -> None:
        if answers(self.place):
            return
        try:
            with contextlib.closing(connect(self.place, "postgres")) as connection:
                connection.autocommit = True  # CREATE DATABASE allows no transaction
                with connection.cursor() as cursor:
                    cursor.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg2.Error as error:
            reason = str(error).strip().splitlines()[0]
            raise DatabaseUnavailable(
                f"The embedded database cannot be created: {reason} (see {self.place.log})."
            ) from error


def _accepts(place: Place) -> bool:
    return answers(place, "postgres")


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()) == folder
    except (psutil.Error, OSError):
        return False


def _end(process: psutil.Process) -> None:
    # Fast shutdown; then an immediate one, after which the next start recovers from the log.
    for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(request)
            process.wait(STOPS_WITHIN)
            return
