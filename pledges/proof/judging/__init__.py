"""The one function that judges a pledge's file: the page, the command and the verifier share it."""

import hashlib
import traceback
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

from pledges.proof.judging.case import Case, Finding
from pledges.proof.judging.checks import CHECKS, MAX_FILE_BYTES, MAX_TIMESTAMPS
from pledges.proof.judging.summary import summarise
from pledges.proof.keys.trust import Trust
from pledges.proof.verdict import (
    Check,
    Explanation,
    Line,
    Outcome,
    Rejected,
    Verdict,
)

__all__ = ["MAX_FILE_BYTES", "MAX_TIMESTAMPS", "judge", "look"]

_DOCUMENT_FIRST: Final = (
    Check.FILE,
    Check.REVISIONS,
    *(check for check in Check if check not in (Check.FILE, Check.REVISIONS)),
)
"""The order in which tests read a document: before its signatures."""


def judge(
    pdf: bytes,
    *,
    trust: Trust,
    at: datetime,
    proof: bytes | None = None,
    signatures_first: bool = True,
) -> Verdict:
    """The verdict on `pdf` as of `at` (aware), reading nothing but the arguments.

    `proof` is the separate proof (JSON) that the ledger records this very file. The checks run
    in the order of `Check`; the first that fails ends it. Any exception is a rejection.

    `signatures_first=False` is for tests alone: it reads the document before the signatures, so
    that every check of the document meets the forgery that it is there for.
    """
    case = Case(pdf, trust, at, proof)
    order = list(Check) if signatures_first else _DOCUMENT_FIRST
    lines: list[Line] = []
    failed = False
    for check in order:
        if failed:
            lines.append(Line(check, None, "not-reached"))
            continue
        line = look(check, partial(CHECKS[check], case))
        failed = line.passed is False
        lines.append(line)
    outcome = Outcome.ACCEPTED if case.company else Outcome.SIGNED_ONLY
    sha256 = hashlib.sha256(pdf).hexdigest()
    if failed:
        return Verdict(Outcome.REJECTED, tuple(lines), sha256)
    return Verdict(
        outcome, tuple(lines), sha256, summarise(case.evidence, case.signature, case.company)
    )


def look(check: StrEnum, find: Callable[[], Finding]) -> Line:
    """What a check finds; whatever it raises is a fault of the file."""
    try:
        passed, reason, values = find()
    except Rejected as rejection:
        return Line(check, False, rejection.reason, rejection.values, rejection.explanation)
    except (MemoryError, RecursionError) as error:
        why = Explanation("judging a file takes little", found=type(error).__name__)
        return Line(check, False, "too-costly", {}, why)
    except Exception as error:
        # Whatever a hostile file makes a parser raise: what cannot be checked is not accepted.
        why = Explanation(
            "a check comes to its end",
            found=f"{type(error).__name__}: {error}"[:200],
            trace=traceback.format_exc(limit=-8),
        )
        return Line(check, False, "failed", {}, why)
    return Line(check, passed, reason, values)
