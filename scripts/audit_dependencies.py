"""`python -m scripts.audit_dependencies`: whether a pinned package has a known vulnerability.

Asks the package index through pip-audit. Ends with 1 when one has; where the index cannot be
asked, or knows nothing of a package, it says so and goes on: no network is no fault of the code.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
WAIT = 20  # seconds for one answer of the index


def asked() -> tuple[dict[str, Any] | None, str]:
    """What pip-audit found about everything in constraints.txt, or why it found nothing."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(ROOT / "constraints.txt")]
    pinned = ("--no-deps", "--disable-pip")
    shown = ("--format", "json", "--progress-spinner", "off", "--timeout", str(WAIT))
    done = subprocess.run([*command, *pinned, *shown], capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout), ""
    except ValueError:
        return None, (done.stderr.strip().splitlines() or ["no reason was given"])[-1]


def told(found: dict[str, Any] | None, trouble: str) -> tuple[list[str], int]:
    """What to print, and the exit code."""
    if found is None:
        return [f"Not audited, the package index could not be asked: {trouble}"], 0
    packages = found["dependencies"]
    unknown = [each["name"] for each in packages if "skip_reason" in each]
    lines = []
    for each in packages:
        for flaw in each.get("vulns", []):
            mended = ", ".join(flaw["fix_versions"]) or "no version yet"
            lines.append(f"{each['name']} {each['version']}: {flaw['id']}, mended in {mended}")
    vulnerable = len(lines)
    lines.append(f"{len(packages) - len(unknown)} packages audited, {vulnerable} vulnerabilities.")
    if unknown:
        lines.append(f"Not audited, the index does not know them: {len(unknown)} packages.")
    return lines, 1 if vulnerable else 0


if __name__ == "__main__":
    said, code = told(*asked())
    print("\n".join(said))
    sys.exit(code)
