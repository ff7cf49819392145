"""A verdict from this machine's judging service."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from pledges.forkserver import Died, TooCostly, client
from pledges.proof.judging_service import limited
from pledges.proof.keys.trust import Trust
from pledges.proof.records.verdict import AnyVerdict

WITHIN: Final = limited.LIMITS.wall + 10
"""Seconds: longer than the service lets a file take, or one that it rejects would be asked anew."""


def judge(
    path: Path,
    pdf: bytes,
    *,
    trust: Trust,
    at: datetime,
    proof: bytes | None = None,
    receipt: bytes | None = None,
) -> AnyVerdict:
    """The verdict on `pdf` by the service at `path`; raises its Busy or Unavailable.

    With the verdict on a record comes that on the `receipt` brought with it.
    """
    asked: Sequence[bytes] = limited.request(pdf, trust=trust, at=at, proof=proof, receipt=receipt)
    try:
        verdict = limited.read(client.ask(path, asked, within=WITHIN))
    except TooCostly:
        return limited.too_costly(pdf)
    except (Died, ValueError):
        return limited.unfinished(pdf)
    return verdict if verdict.sha256 == sha256(pdf).hexdigest() else limited.unfinished(pdf)
