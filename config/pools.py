"""Settings of rendering and sealing: docs/decisions/rendering-and-sealing-apart.md says why."""

import os
from pathlib import Path

from config.environment import VAR_DIR


def _socket(named: str | Path) -> Path | None:
    return None if named == "none" else Path(named).absolute()


# Where this machine's pools listen; None: the process that asks does the work itself.
RENDERING_SOCKET = _socket(os.environ.get("RENDERING_SOCKET") or VAR_DIR / "rendering" / "socket")
SEALING_SOCKET = _socket(os.environ.get("SEALING_SOCKET") or VAR_DIR / "sealing" / "socket")
RENDERING_WORKERS = int(os.environ.get("RENDERING_WORKERS", "2"))
SEALING_WORKERS = int(os.environ.get("SEALING_WORKERS", "2"))
# Two threads of each web process never wait for a pool, so that autosave finds one that is free.
WEB_THREADS = int(os.environ.get("WEB_THREADS", "12"))
POOL_WAITERS = max(1, WEB_THREADS - 2)
# How many seconds a page waits for its document before it says that it is being made.
RENDER_PATIENCE = 2.0
# How many seconds after the last change a document is rendered ahead; 0: never.
RENDER_AHEAD = float(os.environ.get("RENDER_AHEAD", "3"))
