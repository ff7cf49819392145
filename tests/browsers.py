"""Which browser the tests drive, and what it is told."""

import os
import shutil
from pathlib import Path

# Without a window of its own the browser costs less; it is otherwise the same.
KNOWN = ("chromium-headless-shell", "chromium")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


def launch_options() -> dict[str, object]:
    """What Playwright starts: the one that `CHROMIUM` names, or the first that is installed."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, KNOWN)), None)
    if path is None:
        raise RuntimeError("no Chromium is installed: run `scripts/setup dev`, or set CHROMIUM")
    # The shell knows no other way; of the whole browser this asks for its present one.
    whole = "headless-shell" not in Path(path).name.replace("_", "-")
    return {"executable_path": path, "args": ["--headless=new"] * whole + ARGUMENTS}
