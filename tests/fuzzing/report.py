"""What a run of the fuzzer found, counted by kind, with what it takes to see it again."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from tests.fuzzing.mutants import Mutant
from tests.fuzzing.pool import Pool
from tests.fuzzing.trial import Tried

MIB = 1024 * 1024
FINDINGS = ("accepted", "failed", "uncaught", "killed")
MAX_SHOWN = 20


@dataclass
class Row:
    """The mutants of one kind."""

    judged: int = 0
    same: int = 0
    found: Counter[str] = field(default_factory=Counter)
    cpu: float = 0.0
    memory: int = 0


@dataclass
class Report:
    """Rows by kind, by which check mutants were rejected, the findings and the extremes."""

    pool: Pool
    keep: Path | None = None
    rows: dict[str, Row] = field(default_factory=dict)
    ended: Counter[str] = field(default_factory=Counter)
    findings: list[dict[str, Any]] = field(default_factory=list)
    slowest: dict[str, Any] = field(default_factory=lambda: {"cpu": 0.0})
    largest: dict[str, Any] = field(default_factory=lambda: {"memory": 0})
    judged: int = 0
    cpu: float = 0.0

    def add(self, mutant: Mutant, tried: Tried) -> None:
        """Count one; what is accepted because it says the same as an honest file is no mutant."""
        row = self.rows.setdefault(mutant.kind, Row())
        said = _described(mutant, tried)
        if tried.ended == "accepted" and self.pool.says_the_same(mutant.pdf):
            row.same += 1
            return
        row.judged += 1
        self.judged += 1
        self.cpu += tried.cpu
        self.ended[tried.ended] += 1
        row.cpu, row.memory = max(row.cpu, tried.cpu), max(row.memory, tried.memory)
        if tried.cpu > self.slowest["cpu"]:
            self.slowest = said
            self._keep("slowest", mutant)
        if tried.memory > self.largest["memory"]:
            self.largest = said
            self._keep("largest", mutant)
        finding = tried.ended if tried.ended in FINDINGS else tried.reason
        if finding in FINDINGS:
            row.found[finding] += 1
            self.findings.append({"finding": finding, **said})
            self._keep(f"{finding}-{mutant.index}", mutant)

    def _keep(self, name: str, mutant: Mutant) -> None:
        if self.keep is None:
            return
        self.keep.mkdir(parents=True, exist_ok=True)
        (self.keep / f"{name}.pdf").write_bytes(mutant.pdf)
        installation = mutant.base.installation
        root = installation.store.root.public_bytes(Encoding.PEM)
        (self.keep / f"{name}.base.pdf").write_bytes(mutant.base.pdf)
        (self.keep / f"{name}.root.pem").write_bytes(root)
        if installation.authority:
            stamps = installation.authority.root.public_bytes(Encoding.PEM)
            (self.keep / f"{name}.tsa.pem").write_bytes(stamps)

    @property
    def has_findings(self) -> bool:
        return bool(self.findings)

    def count(self, finding: str) -> int:
        return sum(row.found[finding] for row in self.rows.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "judged": self.judged,
            "same": sum(row.same for row in self.rows.values()),
            **{finding: self.count(finding) for finding in FINDINGS},
            "cpu_seconds": round(self.cpu, 1),
            "rejected_by": dict(self.ended.most_common()),
            "slowest": self.slowest,
            "largest": self.largest,
            "kinds": {
                kind: {
                    "judged": row.judged,
                    "same": row.same,
                    **row.found,
                    "cpu": round(row.cpu, 3),
                    "memory": row.memory,
                }
                for kind, row in self.rows.items()
            },
            "findings": self.findings,
        }

    def as_text(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{'kind':44}{'mutants':>8}{'accepted':>9}{'failed':>7}{'CPU s':>8}{'MiB':>7}"
        for kind, row in sorted(self.rows.items()):
            found = f"{row.found['accepted']:>9}{row.found['failed']:>7}"
            yield f"{kind:44}{row.judged:>8}{found}{row.cpu:>8.3f}{row.memory / MIB:>7.1f}"
        yield ""
        said = self.as_json()
        for name in ("judged", "same", *FINDINGS, "cpu_seconds"):
            yield f"{name:20}{said[name]:>10,}"
        ended = ", ".join(f"{check} {count:,}" for check, count in self.ended.most_common())
        yield f"rejected by         {ended}"
        for name in ("slowest", "largest"):
            yield f"{name:20}{_in_short(said[name])}"
        for finding in self.findings[:MAX_SHOWN]:
            yield f"\n{finding['finding']}: {_in_short(finding)}\n{finding['trace']}"
        if len(self.findings) > MAX_SHOWN:
            yield f"\nand {len(self.findings) - MAX_SHOWN} more"


def _described(mutant: Mutant, tried: Tried) -> dict[str, Any]:
    return {
        "seed": mutant.seed,
        "index": mutant.index,
        "kind": mutant.kind,
        "base": mutant.base.name,
        "signatures_first": mutant.signatures_first,
        "bytes": len(mutant.pdf),
        "ended": tried.ended,
        "reason": tried.reason,
        "trace": tried.trace,
        "cpu": round(tried.cpu, 3),
        "memory": tried.memory,
    }


def _in_short(said: dict[str, Any]) -> str:
    if "index" not in said:
        return "none"
    return (
        f"{said['cpu']:.3f} s, {said['memory'] / MIB:.1f} MiB: {said['kind']} of {said['base']}, "
        f"--seed {said['seed']} --index {said['index']}, {said['bytes']:,} bytes, "
        f"{said['ended']}: {said['reason']}"
    )
