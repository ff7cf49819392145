"""The table of forgeries: each a small function that makes an honest file into one that lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pledges.proof.verdict import Line, Outcome, Verdict
from tests.attacks.honest import Honest


@dataclass(frozen=True)
class Forged:
    """A forged file, and what else its receiver is told: other trust, another time, a proof."""

    pdf: bytes
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Forgery:
    """One way to forge one kind of honest file, and for which reasons it must be found out.

    `opens`: the forgery is a PDF in good order that other software reads, so that its rejection
    says something about the verifier and not about the forger's craft.
    """

    name: str
    base: str
    make: Callable[[Honest, bytes], bytes | Forged]
    reasons: frozenset[str]
    opens: bool

    @property
    def title(self) -> str:
        return f"{self.name}-{self.base}"

    def forged(self, honest: Honest) -> Forged:
        made = self.make(honest, honest.base(self.base))
        return made if isinstance(made, Forged) else Forged(made)

    def verdict(self, honest: Honest) -> Verdict:
        forged = self.forged(honest)
        return honest.judged(self.base, forged.pdf, **forged.told)


ALL: list[Forgery] = []
EVERY = ("signed", "finished", "lta")
Make = Callable[[Honest, bytes], bytes | Forged]


def forgery(
    *reasons: str, on: Sequence[str] = EVERY, opens: bool = True, name: str = ""
) -> Callable[[Make], Make]:
    """Enter a function into the table, for each of the honest files `on` which it works."""

    def enter(make: Make) -> Make:
        called = name or make.__name__
        ALL.extend(Forgery(called, base, make, frozenset(reasons), opens) for base in on)
        return make

    return enter


def failed_line(verdict: Verdict) -> Line:
    """The line that rejected a file."""
    return next(line for line in verdict.lines if line.passed is False)


def reason_of(verdict: Verdict) -> str:
    """Why a file was rejected; nothing for one that was not."""
    return failed_line(verdict).reason if verdict.outcome is Outcome.REJECTED else ""
