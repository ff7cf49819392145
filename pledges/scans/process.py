"""A scan is drawn in a process of its own, which limits itself before it reads the first byte.

`draw` starts `python -m pledges.scans.process`: whatever an upload does to the libraries that read
it, this process goes on. Nothing of the environment, where secrets are, goes over.
"""

import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Final

from pledges.core.paper_refusals import ScanRefused
from pledges.core.pool_refusals import TooBusy
from pledges.core.scans import MAX_DRAWN, MAX_FILE, MEGABYTE, DrawnPage, Fault
from pledges.forkserver import framing
from pledges.forkserver.limits import Limits
from pledges.forkserver.serving import HARMLESS

LIMITS: Final = Limits(cpu=60, memory=600 * MEGABYTE, wall=90.0)
MAX_ANSWER: Final = MAX_DRAWN + MEGABYTE
AT_A_TIME: Final = 2
"""In each of our processes: drawing is work for a whole processor."""
PIECE: Final = 256 * 1024
BEGINS, ENDS = b"\xff\xd8\xff", b"\xff\xd9"

_places = threading.BoundedSemaphore(AT_A_TIME)


def draw(data: bytes) -> list[DrawnPage]:
    """The pages of an upload, each an image of our own making; raises ScanRefused, TooBusy."""
    if len(data) > MAX_FILE:
        raise ScanRefused(Fault.TOO_LARGE)
    if not _places.acquire(blocking=False):
        raise TooBusy
    try:
        return _read(_ask(data))
    finally:
        _places.release()


def _ask(data: bytes) -> bytes:
    environment = {name: value for name, value in os.environ.items() if name in HARMLESS}
    with subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parent.parent.parent,
        env=environment,
    ) as process:
        try:
            if process.stdin is None or process.stdout is None:
                raise ScanRefused(Fault.TOO_COSTLY)
            feeder = threading.Thread(target=_feed, args=(process.stdin, data), daemon=True)
            feeder.start()
            said = _listen(process.stdout)
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise ScanRefused(Fault.TOO_COSTLY)
    return said


def _feed(pipe: IO[bytes], data: bytes) -> None:
    try:
        with pipe:
            pipe.write(data)
    except OSError:
        return  # it ended before it had read all


def _listen(pipe: IO[bytes]) -> bytes:
    """All that the process says; raises ScanRefused for one that says too much, or for too long."""
    deadline, said = time.monotonic() + LIMITS.wall, bytearray()
    while select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
        piece = os.read(pipe.fileno(), PIECE)
        if not piece:
            return bytes(said)
        said += piece
        if len(said) > MAX_ANSWER:
            break
    raise ScanRefused(Fault.TOO_COSTLY)


def _read(said: bytes) -> list[DrawnPage]:
    """What was said, looked at as something that a stranger's file may have had a hand in."""
    try:
        header, parts = framing.unpack(said)
        if "fault" in header:
            raise ScanRefused(Fault(header["fault"]))
        sizes = [(int(width), int(height)) for width, height in header["sizes"]]
        pages = [
            DrawnPage(jpeg, *size)
            for jpeg, size in zip(map(bytes, parts), sizes, strict=True)
            if jpeg.startswith(BEGINS) and jpeg.endswith(ENDS)
        ]
    except (framing.Malformed, ValueError, KeyError, TypeError) as error:
        raise ScanRefused(Fault.DAMAGED) from error
    if not pages or len(pages) != len(sizes):
        raise ScanRefused(Fault.DAMAGED)
    return pages


def main() -> None:
    """Read standard input under limits, and write the images, or why there are none."""
    from pledges.scans import drawing

    drawing.warm_up()
    LIMITS.bind()
    try:
        data = sys.stdin.buffer.read(MAX_FILE + 1)
        pages = drawing.draw(data)
        sizes = [(page.width, page.height) for page in pages]
        said = framing.pack({"sizes": sizes}, *(page.jpeg for page in pages))
    except drawing.Refused as refused:
        said = framing.pack({"fault": refused.fault.value})
    except (MemoryError, RecursionError):
        said = framing.pack({"fault": Fault.TOO_COSTLY.value})
    for piece in said:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
    # pdfium may want files as it ends; whatever it does then is of no interest.
    os._exit(0)


if __name__ == "__main__":
    main()
