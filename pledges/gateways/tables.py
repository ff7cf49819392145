"""A file of somebody's becomes a table: XLSX, CSV or pasted cells, in a process of its own.

`read` starts `python -m pledges.gateways.tables`, which binds itself to limits before it looks at
the first byte: whatever a file does to the libraries that read it, this process goes on.
"""

import codecs
import json
import os
import subprocess
import sys
import threading
import zlib  # noqa: F401  a limited process opens no file, and so imports nothing more
from pathlib import Path
from typing import Any, Final

from pledges.core.pool_refusals import TooBusy
from pledges.core.rosters import tables
from pledges.core.rosters.tables import Table, Unreadable
from pledges.forkserver.limits import MEGABYTE, Limits
from pledges.forkserver.serving import HARMLESS
from pledges.gateways.separated import read_separated, read_text
from pledges.gateways.workbooks import read_workbook

MAX_FILE: Final = 15 * MEGABYTE
LIMITS: Final = Limits(cpu=40, memory=900 * MEGABYTE, wall=60.0)
AT_A_TIME: Final = 2
"""In each of our processes: a reader may take a processor and its memory for most of a minute."""
MAX_ANSWER: Final = 96 * MEGABYTE
"""Bytes of the table as JSON; the process that asked unpacks it without limits."""
CODECS: Final = (
    *("ascii", "latin-1", "cp437", "idna", "gb18030"),
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"),
)
"""Those of the files and of the libraries that read them: a ZIP names its parts in cp437."""
FILE, PASTED = "file", "pasted"
_OLD_OFFICE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
"""With this begin .xls files, and workbooks that are protected by a password."""
_ZIP: Final = b"PK"
_places = threading.BoundedSemaphore(AT_A_TIME)


def read(data: bytes, kind: str = FILE) -> Table:
    """The table in `data`, read under limits; raises Unreadable, and TooBusy beside others."""
    if len(data) > MAX_FILE:
        raise Unreadable("too-large", MAX_FILE // MEGABYTE)
    if not _places.acquire(blocking=False):
        raise TooBusy
    try:
        told = _ask(data, kind)
    finally:
        _places.release()
    if "why" in told:
        raise Unreadable(told["why"], told["limit"])
    return tables.from_json(told)


def read_here(data: bytes, kind: str = FILE) -> Table:
    """The same in this very process: for the limited one."""
    if not data.strip():
        raise Unreadable("empty")
    if kind == PASTED:
        return read_text(data.decode("utf-8", "replace"), "\t")
    if data.startswith(_OLD_OFFICE):
        raise Unreadable("old-office")
    if data.startswith(_ZIP):
        return read_workbook(data)
    return read_separated(data)


def _ask(data: bytes, kind: str) -> dict[str, Any]:
    # Nothing of the environment, where secrets are, goes over but what Python needs.
    environment = {name: value for name, value in os.environ.items() if name in HARMLESS}
    root = Path(__file__).parent.parent.parent
    with subprocess.Popen(
        [sys.executable, "-m", __name__, kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=root,
        env=environment,
    ) as process:
        try:
            said, _nothing = process.communicate(data, timeout=LIMITS.wall)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise Unreadable("too-costly") from error
    if process.returncode != 0:
        raise Unreadable("too-costly")
    told: dict[str, Any] = json.loads(said)
    return told


def main(kind: str) -> None:
    """Read standard input under limits, and write the table, or why there is none."""
    data = sys.stdin.buffer.read(MAX_FILE + 1)
    for name in CODECS:
        codecs.lookup(name)
    LIMITS.bind()
    try:
        told = tables.to_json(read_here(data, kind))
    except Unreadable as error:
        told = {"why": error.why, "limit": error.limit}
    except (MemoryError, RecursionError):
        told = {"why": "too-costly", "limit": 0}
    said = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    if len(said) > MAX_ANSWER:
        said = json.dumps({"why": "too-large-unpacked", "limit": 0}).encode()
    sys.stdout.buffer.write(said)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
