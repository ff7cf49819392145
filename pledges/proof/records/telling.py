"""What the command prints of a record and of a receipt: in words, or as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from pledges.core.characters import escape_json, escape_lines, shown
from pledges.proof.messages.wording import explain as explain_line
from pledges.proof.records import verdict as verdicts
from pledges.proof.records import wording
from pledges.proof.records.standings import STANDINGS
from pledges.proof.records.verdict import ReceiptVerdict, RecordVerdict
from pledges.proof.verdict import Line

SYMBOLS: Final = {True: "✓", False: "✗", None: "–"}
LANGUAGES: Final = ("zh-hans", "en")


def record(verdict: RecordVerdict, language: str, *, explain: bool) -> Iterator[str]:
    """The verdict on a record, line by line."""
    summary = verdict.summary
    yield wording.headline(summary.kind if summary else None, language)
    yield ""
    yield from _lines(verdict.lines, language, explain=explain)
    yield ""
    yield f"SHA-256 {verdict.sha256}"
    if summary:
        yield ""
        yield from wording.facts(summary, language)
        yield from _statements(summary.kind, language)


def receipt(verdict: ReceiptVerdict, language: str, *, explain: bool) -> Iterator[str]:
    """The verdict on a receipt, line by line."""
    content = verdict.content
    yield wording.headline("receipt" if content else None, language, of="receipt")
    yield ""
    yield from _lines(verdict.lines, language, explain=explain)
    if content:
        person, task = content["person"], content["task"]
        yield ""
        yield f"{shown(person['name'])} ({shown(person['employee_number'])})"
        yield f"{shown(task['title'])} ({shown(task['id'])}) · {shown(content['organisation'])}"
        yield f"{STANDINGS[content['standing']].in_(language)} · {shown(content['as_of'])}"
        yield from _statements("receipt", language)


def _lines(lines: tuple[Line, ...], language: str, *, explain: bool) -> Iterator[str]:
    for line in lines:
        name = wording.name_of(line, language)
        yield f"{SYMBOLS[line.passed]} {name}  {wording.say(line, language)}"
        if explain:
            for label, text in explain_line(line, language):
                yield f"    {label}: {text}"
            if line.explanation and line.explanation.trace:
                yield escape_lines(line.explanation.trace)


def _statements(kind: str, language: str) -> Iterator[str]:
    for heading, said in wording.statements(kind, language):
        yield ""
        yield heading
        yield from (f"  {each}" for each in said)


def record_as_json(verdict: RecordVerdict, *, explain: bool) -> str:
    """The verdict on a record, with its words in both languages."""
    summary = verdict.summary
    return _as_json(
        verdicts.to_json(verdict), verdict.lines, summary.kind if summary else None, explain
    )


def receipt_as_json(verdict: ReceiptVerdict, *, explain: bool) -> str:
    """The same of a receipt."""
    found = {"of": "receipt", **asdict(verdict)}
    return _as_json(found, verdict.lines, "receipt" if verdict.content else None, explain)


def _as_json(
    found: dict[str, Any], lines: tuple[Line, ...], kind: str | None, explain: bool
) -> str:
    for line, said in zip(lines, found["lines"], strict=True):
        if not explain:
            del said["explanation"]
        said["words"] = {each: wording.say(line, each) for each in LANGUAGES}
    if kind:
        found["statements"] = {each: wording.statements(kind, each) for each in LANGUAGES}
    return escape_json(json.dumps(found, ensure_ascii=False, indent=2))
