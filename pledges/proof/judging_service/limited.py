"""Judging under limits: what crosses to the process that judges and back, and what ends it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from asn1crypto import x509 as asn1

from pledges.forkserver import Died, TooCostly, child, framing
from pledges.forkserver.limits import Limits
from pledges.proof.judging_service import preloaded  # noqa: F401  a child can import nothing more
from pledges.proof.keys import company_pins
from pledges.proof.keys.trust import Trust
from pledges.proof.records import receipts
from pledges.proof.records import verdict as record_verdicts
from pledges.proof.records.judging import judge_any
from pledges.proof.records.verdict import AnyVerdict, RecordVerdict
from pledges.proof.verdict import Check, Explanation, Line, Outcome, Verdict

LIMITS: Final = Limits()


def judge_limited(
    pdf: bytes, *, trust: Trust, at: datetime, proof: bytes | None = None
) -> AnyVerdict:
    """The verdict of `judge_any`, from a child process; only for processes without threads."""
    try:
        return read(
            child.run(lambda: _told(judge_any(pdf, trust=trust, at=at, proof=proof)), LIMITS)
        )
    except TooCostly:
        return too_costly(pdf)
    except (Died, ValueError):
        return unfinished(pdf)


# --- What crosses ---------------------------------------------------------------------------------
def request(
    pdf: bytes,
    *,
    trust: Trust,
    at: datetime,
    proof: bytes | None,
    receipt: bytes | None = None,
) -> list[bytes]:
    """The pieces of a request that `answer` reads."""
    header = {
        "at": at.isoformat(),
        "proof": proof is not None,
        "receipt": receipt is not None,
        "trust": [len(trust.roots), len(trust.company_roots), len(trust.tsa_roots)],
        "pins": [str(pin) for pin in trust.company_pins],
    }
    certificates = (*trust.roots, *trust.company_roots, *trust.tsa_roots)
    given = (pdf, proof or b"", receipt or b"")
    return framing.pack(header, *given, *(each.dump() for each in certificates))


def answer(data: bytes) -> bytes:
    """In the child: judge what a request asks for."""
    header, (pdf, proof, receipt, *certificates) = framing.unpack(data)
    trust = _trust(header["trust"], certificates, header["pins"])
    at = datetime.fromisoformat(header["at"])
    verdict = judge_any(pdf, trust=trust, at=at, proof=proof if header["proof"] else None)
    if header["receipt"] and isinstance(verdict, RecordVerdict):
        beside = receipts.judge_beside(receipt, verdict, trust=trust, at=at)
        verdict = replace(verdict, receipt=beside)
    return _told(verdict)


def read(said: bytes) -> AnyVerdict:
    """The verdict in an answer; raises ValueError."""
    return record_verdicts.any_from_json(json.loads(said))


def _told(verdict: AnyVerdict) -> bytes:
    return json.dumps(record_verdicts.any_to_json(verdict), ensure_ascii=False).encode()


def _trust(counts: Sequence[int], certificates: Sequence[bytes], pins: Sequence[str]) -> Trust:
    loaded: list[Any] = [asn1.Certificate.load(each) for each in certificates]
    own, company, _ = counts
    return Trust(
        roots=tuple(loaded[:own]),
        company_roots=tuple(loaded[own : own + company]),
        tsa_roots=tuple(loaded[own + company :]),
        company_pins=tuple(company_pins.read(each) for each in pins),
    )


# --- Verdicts on what could not be judged ---------------------------------------------------------
def too_costly(pdf: bytes) -> Verdict:
    """The verdict on a file that would take more than any honest one needs."""
    rule = f"judging takes at most {LIMITS.cpu} s and {LIMITS.memory // 1024**2} MB"
    return _rejected(pdf, "too-costly", rule)


def unfinished(pdf: bytes) -> Verdict:
    """The verdict on a file whose judge came to a sudden end."""
    return _rejected(pdf, "judging-ended", "whoever judges comes to an end of their own")


def _rejected(pdf: bytes, reason: str, rule: str) -> Verdict:
    line = Line(Check.FILE, False, reason, {}, Explanation(rule))
    others = (Line(check, None, "not-reached") for check in Check if check is not line.check)
    return Verdict(Outcome.REJECTED, (line, *others), sha256(pdf).hexdigest())
