"""`python -m pledges.offline FILE --trust ROOT.pem`: a verdict from the file alone."""

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pledges.core import verdict_json, verdict_words
from pledges.core.verdict import Outcome, Verdict
from pledges.gateways.chains import from_pem
from pledges.gateways.trust import Trust
from pledges.offline.judging import judge

EXIT = {Outcome.ACCEPTED: 0, Outcome.SIGNED_ONLY: 3, Outcome.REJECTED: 1}
MARKS = {True: "✓", False: "✗", None: "–"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge one file; 0 only for one that was signed and accepted, 3 for one only signed."""
    options = _parser().parse_args(arguments)
    try:
        pdf = Path(options.file).read_bytes()
        proof = Path(options.proof).read_bytes() if options.proof else None
        trust = Trust(
            roots=_certificates([options.trust]),
            company_roots=_certificates(options.company_trust),
            tsa_roots=_certificates(options.tsa_trust),
        )
    except (OSError, ValueError) as error:
        print(f"{error}", file=sys.stderr)
        return 2
    verdict = _judge(options.limit)(pdf, trust=trust, at=datetime.now(UTC), proof=proof)
    said = _as_json(verdict) if options.json else _in_words(verdict, options.language)
    with contextlib.suppress(BrokenPipeError):  # whoever listens may have heard enough
        print(said, flush=True)
    return EXIT[verdict.outcome]


def _judge(limit: bool) -> Callable[..., Verdict]:
    if not limit:
        return judge
    # Only then: it imports beforehand what others import when they need it.
    from pledges.offline.limited import judge_limited

    return judge_limited


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pledges.offline",
        description="Judge a signed pledge from its bytes alone: no network, no database.",
        epilog="Exit status: 0 signed and accepted, 3 signed only, 1 rejected, 2 not judged.",
    )
    parser.add_argument("file", metavar="FILE", help="the PDF")
    parser.add_argument(
        "--trust", metavar="ROOT.pem", required=True, help="the installation's root certificate"
    )
    parser.add_argument(
        "--company-trust",
        metavar="PEM",
        action="append",
        default=[],
        help="root of the company seal, where another authority issued it",
    )
    parser.add_argument(
        "--tsa-trust",
        metavar="PEM",
        action="append",
        default=[],
        help="roots of the timestamp authority",
    )
    parser.add_argument("--proof", metavar="JSON", help="the separate proof of this file")
    parser.add_argument(
        "--limit",
        action="store_true",
        help="judge in a process of its own with little time and memory: for strangers' files",
    )
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    parser.add_argument("--language", choices=("zh-hans", "en"), default="zh-hans")
    return parser


def _certificates(paths: Sequence[str]) -> tuple[Any, ...]:
    return tuple(one for path in paths for one in from_pem(Path(path).read_bytes()))


def _as_json(verdict: Verdict) -> str:
    found = verdict_json.to_json(verdict)
    for line, said in zip(verdict.lines, found["lines"], strict=True):
        said["words"] = {each: verdict_words.say(line, each) for each in ("zh-hans", "en")}
    return json.dumps(found, ensure_ascii=False, indent=2)


def _in_words(verdict: Verdict, language: str) -> str:
    said = [verdict_words.OUTCOMES[verdict.outcome].in_(language), ""]
    for line in verdict.lines:
        name = verdict_words.CHECKS[line.check].in_(language)
        said.append(f"{MARKS[line.passed]} {name}  {verdict_words.say(line, language)}")
    said += ["", f"SHA-256 {verdict.sha256}"]
    statement = verdict.statement
    if statement:
        said += ["", f"{statement.number}  {statement.template} v{statement.version}"]
        said.append(f"{statement.signer} ({statement.employee_number}) {statement.signed_at}")
        said += [f"  {code}: {answer}" for code, answer in statement.answers.items()]
    return "\n".join(said)


if __name__ == "__main__":
    sys.exit(main())
