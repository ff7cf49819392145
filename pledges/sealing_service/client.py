"""Asking the sealing pool, or doing the same in this process where none is configured.

Every function raises kinds of `refusals.SealUnavailable`, and of `refusals.Unmade`.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from pledges import keyring, pools
from pledges.core import refusals
from pledges.forkserver import framing
from pledges.proof.keys import chains
from pledges.proof.keys.trust import Trust
from pledges.proof.records import verdict as record_verdicts
from pledges.proof.records.verdict import AnyVerdict
from pledges.sealing_service import limits, refusing

SOON: Final = 5.0
"""Seconds that a question about the keys may wait."""


class NotGenuine(Exception):
    """The file to be sealed is of no format that we know; `verdict` is the one on it."""

    def __init__(self, reason: str, verdict: AnyVerdict) -> None:
        super().__init__(reason)
        self.verdict = verdict


@dataclass(frozen=True)
class KeyState:
    """What of the keys ends soon, and the pin that is missing, if one is."""

    ending: tuple[tuple[str, datetime], ...]
    missing_pin: str


def sign_as_manager(
    pdf: bytes, *, appearance: bytes, evidence: bytes, signatory: dict[str, str], at: datetime
) -> bytes:
    """Revision 1; `signatory` is what the one-shot certificate says. Raises NotGenuine too."""
    return _made("sign_as_manager", at, pdf, appearance, evidence, signatory=signatory)


def seal_as_company(pdf: bytes, *, appearance: bytes, at: datetime) -> bytes:
    """Revision 2, and the document timestamp after it. Raises NotGenuine too."""
    return _made("seal_as_company", at, pdf, appearance)


def seal_record(pdf: bytes, *, appearance: bytes, record: bytes, at: datetime) -> bytes:
    """Revision 1 of a record, with its JSON, and the document timestamp after it.

    Raises NotGenuine too.
    """
    return _made("seal_record", at, pdf, appearance, record)


def renew_timestamp(pdf: bytes, *, at: datetime) -> bytes:
    """`pdf` with one more document timestamp. Raises NotGenuine too."""
    return _made("renew_timestamp", at, pdf)


def judge(pdf: bytes, *, at: datetime, archival: bool) -> tuple[AnyVerdict, datetime | None]:
    """Our own verdict on `pdf`; if it is archival, also until when its timestamp is good."""
    told, _ = _ask("judge", at, pdf, archival=archival)
    until = told["until"]
    verdict = record_verdicts.any_from_json(told["verdict"])
    return verdict, datetime.fromisoformat(until) if until else None


def require_company_seal(at: datetime) -> None:
    """Raise why no company's seal of `at` can be made, if there is a reason in the keys."""
    _ask("require_company_seal", at, within=SOON)


def key_state(at: datetime, *, days: int, usable: bool = False) -> KeyState:
    """How the keys stand; with `usable`, raises KeyExpired if nothing can be sealed at `at`."""
    told, _ = _ask("state", at, within=SOON, days=days, usable=usable)
    ending = tuple((name, datetime.fromisoformat(end)) for name, end in told["ending"])
    return KeyState(ending, told["pin"])


def fault() -> str:
    """Why nothing can be sealed, in a few words fit for strangers; "" when somebody answers."""
    return "" if pools.is_there(settings.SEALING_SOCKET) else "the service does not answer"


def trust(at: datetime) -> Trust:
    """The certificates at which this installation's own files end; opens no key here."""
    return keyring.trust(lambda: _anchors(at))


def company_roots_pem(at: datetime) -> bytes | None:
    """The roots of licensed authorities behind the company's seal (PEM); `None` without any."""
    return keyring.company_roots_pem(lambda: _anchors(at))


def _anchors(at: datetime) -> tuple[chains.Certificate, ...]:
    try:
        _, pem = _ask("anchors", at, within=SOON)
    except refusals.Unmade as error:
        raise refusals.KeysUnusable(error.kind) from error
    return chains.from_pem(pem) if pem else ()


def _made(job: str, at: datetime, *parts: bytes, **asked: Any) -> bytes:
    told, made = _ask(job, at, *parts, **asked)
    if "unknown" in told:
        raise NotGenuine(told["unknown"], record_verdicts.any_from_json(told["verdict"]))
    return made


def _ask(
    job: str, at: datetime, *parts: bytes, within: float | None = None, **asked: Any
) -> tuple[dict[str, Any], bytes]:
    request = framing.pack({"do": job, "at": at.isoformat(), **asked}, *parts)
    told, (made,) = framing.unpack(_answer(request, within or limits.longest() + SOON))
    if "refused" in told:
        raise refusing.from_json(told["refused"])
    return told, made


def _answer(request: Sequence[bytes], within: float) -> bytes:
    pool: Path | None = settings.SEALING_SOCKET
    if pool is None:
        from pledges.sealing_service import jobs

        return jobs.answer(b"".join(request))
    # No two requests are the same: each signature has a key of its own.
    return pools.ask(pool, request, key=os.urandom(framing.KEY_SIZE), within=within)
