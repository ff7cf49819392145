"""`python -m scripts.lock_requirements`: the very files that pip would install here, by SHA-256.

Writes `requirements.lock` for `pip install --require-hashes -r requirements.lock`. It holds for
machines of this kind (system, processor, Python) and for the index that it was made from: another
kind gets other wheels, and a list that lacks one of them refuses the whole installation.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.lock"


def report(requirements: Path, *options: str) -> dict[str, Any]:
    """What pip would download for `requirements`, into an empty environment."""
    command = (sys.executable, "-m", "pip", "install", "--quiet", "--dry-run")
    asked = ("--ignore-installed", "--report", "-", "--disable-pip-version-check")
    done = subprocess.run(
        [*command, *asked, *options, "-r", str(requirements)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr.strip() or "pip gave no reason")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def lock(found: dict[str, Any]) -> str:
    """The lines of a requirements file that names each package, its version and its SHA-256."""
    lines = []
    for each in found["install"]:
        named, archive = each["metadata"], each["download_info"]["archive_info"]
        pin = f"{named['name'].lower()}=={named['version']}"
        lines.append(f"{pin} --hash=sha256:{_sha256(archive)}\n")
    return "".join(sorted(lines))


def _sha256(archive: dict[str, Any]) -> str:
    # pip before 23.1, which Debian 12 has, tells it in the older of the standard's two forms.
    name, _, told = archive.get("hash", "").partition("=")
    hashes: dict[str, str] = archive.get("hashes") or {name: told}
    return hashes["sha256"]


if __name__ == "__main__":
    wanted = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "requirements.txt"
    LOCK.write_text(lock(report(wanted)))
    print(f"{LOCK.name}: install with pip install --require-hashes -r {LOCK.name}")
