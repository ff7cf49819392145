"""Refusals as they go from the sealing pool to whoever asked: by kind, with what they tell."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from pledges.core.refusal import Refusal
from pledges.core.seal_refusals import (
    CompanyNotPinned,
    KeyExpired,
    KeysUnusable,
    TimestampUnavailable,
)

KNOWN: Final = (KeysUnusable, KeyExpired, CompanyNotPinned, TimestampUnavailable)
_BY_KIND: Final[Mapping[str, Callable[..., Refusal]]] = {each.kind: each for each in KNOWN}
_TIMES: Final = frozenset({"begins", "not_after"})


def to_json(refusal: Any) -> dict[str, str]:
    """Its kind, and its fields; times with their offset."""
    told = {field.name: getattr(refusal, field.name) for field in fields(refusal)}
    return {"kind": refusal.kind} | {
        name: value.isoformat() if name in _TIMES else value for name, value in told.items()
    }


def from_json(told: Mapping[str, str]) -> Refusal:
    """The refusal that `to_json` gave."""
    given = {
        name: datetime.fromisoformat(value) if name in _TIMES else value
        for name, value in told.items()
        if name != "kind"
    }
    return _BY_KIND[told["kind"]](**given)
