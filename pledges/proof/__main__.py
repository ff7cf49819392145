"""`shounuo-verify FILE --trust ROOT.pem`: a verdict on a pledge or record from the file alone.

The command of the wheel `shounuo-verify`, and `python -m pledges.proof` wherever these modules are.
"""

import argparse
import contextlib
import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from pledges.core.characters import escape_json, escape_lines
from pledges.core.log_lines import EscapingFormatter
from pledges.proof import fileformat, verdict_json
from pledges.proof.keys import company_pins
from pledges.proof.keys.chains import from_pem
from pledges.proof.keys.trust import Trust
from pledges.proof.messages import catalogue, wording
from pledges.proof.records import receipts, telling
from pledges.proof.records.judging import judge_any
from pledges.proof.records.verdict import AnyVerdict, RecordVerdict
from pledges.proof.verdict import Line, Outcome, Verdict

COMMAND: Final = "shounuo-verify"
"""The console command, and the wheel that brings it."""
EXIT = {Outcome.ACCEPTED: 0, Outcome.SIGNED_ONLY: 3, Outcome.REJECTED: 1}
SYMBOLS = {True: "✓", False: "✗", None: "–"}


def main(arguments: Sequence[str] | None = None, *, program: str = COMMAND) -> int:
    """Judge one file; 0 only for one that was signed and accepted, 3 for one only signed.

    A record or a receipt is genuine, 0, or not.
    """
    parser = _parser(program)
    options = parser.parse_args(arguments)
    if not options.file and not options.receipt:
        parser.error("give a FILE, a --receipt, or both")
    _tell_what_libraries_say(options.verbose)
    try:
        pdf = Path(options.file).read_bytes() if options.file else None
        receipt = Path(options.receipt).read_bytes() if options.receipt else None
        proof = Path(options.proof).read_bytes() if options.proof else None
        trust = Trust(
            roots=_certificates([options.trust]),
            company_roots=_certificates(options.company_trust),
            tsa_roots=_certificates(options.tsa_trust),
            company_pins=tuple(company_pins.read(each) for each in options.company_pin),
        )
    except (OSError, ValueError) as error:
        print(escape_lines(f"{error}"), file=sys.stderr)
        return 2
    now = datetime.now(UTC)
    verdict = None
    if pdf is not None:
        verdict = _judge(options.limit)(pdf, trust=trust, at=now, proof=proof)
    if receipt is not None:
        outcome, said = _receipt(receipt, verdict, trust, now, options)
    elif verdict is not None:
        outcome, said = _file(verdict, options)
    with contextlib.suppress(BrokenPipeError):  # whoever listens may have heard enough
        print(said, flush=True)
    return EXIT[outcome]


def _judge(limit: bool) -> Callable[..., AnyVerdict]:
    if not limit:
        return judge_any
    # Only then: it imports beforehand what others import when they need it.
    from pledges.proof.judging_service.limited import judge_limited

    return judge_limited


def _file(verdict: AnyVerdict, options: argparse.Namespace) -> tuple[Outcome, str]:
    """What came of a file, and what is printed of it."""
    explain = options.explain
    if isinstance(verdict, RecordVerdict):
        if options.json:
            return verdict.outcome, telling.record_as_json(verdict, explain=explain)
        lines = telling.record(verdict, options.language, explain=explain)
    elif options.json:
        return verdict.outcome, _as_json(verdict, explain=explain)
    else:
        lines = _in_words(verdict, options.language, explain=explain)
    return verdict.outcome, "\n".join(lines)


def _receipt(
    data: bytes, beside: AnyVerdict | None, trust: Trust, at: datetime, options: argparse.Namespace
) -> tuple[Outcome, str]:
    """The same of a receipt, with the verdict on the file beside it, if there is one."""
    verdict = receipts.judge_beside(data, beside, trust=trust, at=at)
    if options.json:
        return verdict.outcome, telling.receipt_as_json(verdict, explain=options.explain)
    lines = telling.receipt(verdict, options.language, explain=options.explain)
    return verdict.outcome, "\n".join(lines)


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program,
        description="Judge a signed pledge, a record or a receipt from its bytes alone: no "
        "network, no database.",
        epilog="Exit status: 0 signed and confirmed, or a genuine record or receipt, 3 signed "
        "only, 1 rejected, 2 not judged.",
    )
    parser.add_argument("file", metavar="FILE", nargs="?", help="the PDF: a pledge or a record")
    parser.add_argument(
        "--receipt", metavar="JSON", help="a receipt; FILE, if given, is the report that it is of"
    )
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
        "--company-pin",
        metavar="PIN",
        action="append",
        default=[],
        help="which certificate under --company-trust is the company's: "
        "'sha256=HEX from 2026-01-01 until 2028-12-31' or 'organizationIdentifier=…'",
    )
    parser.add_argument(
        "--tsa-trust",
        metavar="PEM",
        action="append",
        default=[],
        help="roots of the timestamp authority",
    )
    _add_ways(parser)
    return parser


def _add_ways(parser: argparse.ArgumentParser) -> None:
    """How it is judged, and how that is told."""
    parser.add_argument("--proof", metavar="JSON", help="the separate proof of this file")
    parser.add_argument(
        "--limit",
        action="store_true",
        help="judge in a process of its own with little time and memory: for strangers' files",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="say of what failed which rule it broke, what was expected and found, and where",
    )
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    parser.add_argument(
        "--verbose", action="store_true", help="print what the libraries say too, to stderr"
    )
    parser.add_argument("--language", choices=("zh-hans", "en"), default="zh-hans")
    parser.add_argument("--version", action="version", version=_version())


def _version() -> str:
    """The version, and the formats of files that it knows."""
    try:
        version = metadata.version(COMMAND)
    except metadata.PackageNotFoundError:
        version = "(a checkout of the project, not installed)"
    known = ", ".join((*fileformat.FORMATS, *fileformat.RECORD_FORMATS))
    return f"{COMMAND} {version}, file formats: {known}"


def _tell_what_libraries_say(wanted: bool) -> None:
    """Log lines and warnings of libraries: of a broken file they tell in tracebacks."""
    handler = logging.StreamHandler() if wanted else logging.NullHandler()
    handler.setFormatter(EscapingFormatter("{levelname} {name} {message}", style="{"))
    logging.getLogger().addHandler(handler)
    logging.captureWarnings(wanted)
    if not wanted:
        warnings.simplefilter("ignore")


def _certificates(paths: Sequence[str]) -> tuple[Any, ...]:
    return tuple(one for path in paths for one in from_pem(Path(path).read_bytes()))


def _as_json(verdict: Verdict, *, explain: bool) -> str:
    found = verdict_json.to_json(verdict)
    for line, said in zip(verdict.lines, found["lines"], strict=True):
        if not explain:
            del said["explanation"]
        said["words"] = {each: wording.say(line, each) for each in ("zh-hans", "en")}
    return escape_json(json.dumps(found, ensure_ascii=False, indent=2))


def _in_words(verdict: Verdict, language: str, *, explain: bool) -> Iterator[str]:
    yield catalogue.OUTCOMES[verdict.outcome].in_(language)
    yield ""
    for line in verdict.lines:
        name = catalogue.CHECKS[line.check].in_(language)
        yield f"{SYMBOLS[line.passed]} {name}  {wording.say(line, language)}"
        if explain:
            yield from _explained(line, language)
    yield ""
    yield f"SHA-256 {verdict.sha256}"
    if verdict.summary:
        summary = wording.shown_summary(verdict.summary)
        yield ""
        yield f"{summary.number}  {summary.template} v{summary.version}"
        yield f"{summary.signer} ({summary.employee_number}) {summary.signed_at}"
        for code, answer in summary.answers.items():
            yield f"  {code}: {answer}"


def _explained(line: Line, language: str) -> Iterator[str]:
    for label, text in wording.explain(line, language):
        yield f"    {label}: {text}"
    if line.explanation and line.explanation.trace:
        yield escape_lines(line.explanation.trace)


if __name__ == "__main__":
    sys.exit(main(program="python -m pledges.proof"))
