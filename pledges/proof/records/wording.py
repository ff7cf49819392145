"""A verdict on a record or receipt in words; whatever a file says is escaped here."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pledges.core.characters import shown
from pledges.proof.messages import catalogue as pledge_words
from pledges.proof.messages.wording import WHY
from pledges.proof.records import catalogue
from pledges.proof.records.standings import STANDINGS, in_words
from pledges.proof.records.statements import STATEMENTS
from pledges.proof.records.verdict import RecordSummary
from pledges.proof.verdict import Line

MAX_NAMED: Final = 12
"""Entries of the ledger that a verdict names one by one."""
Statement = tuple[str, list[str]]
"""A heading, and what stands under it."""


def say(line: Line, language: str) -> str:
    """What `line` found."""
    values = _Lenient({name: shown(value) for name, value in line.values.items()})
    if values.get("why") in WHY:
        values["why"] = WHY[values["why"]].in_(language)
    if values.get("standing") in STANDINGS:
        values["standing"] = STANDINGS[values["standing"]].in_(language)
    own = catalogue.REASONS.get(line.reason)
    words = own if own is not None else pledge_words.REASONS[line.reason]
    return words.in_(language).format_map(values).strip()


def name_of(line: Line, language: str) -> str:
    """What `line` looked at."""
    return catalogue.CHECKS[line.check].in_(language)


def headline(kind: str | None, language: str, *, of: str = "record") -> str:
    """The verdict in a sentence; `kind` is None for what was rejected."""
    words = catalogue.REJECTED[of] if kind is None else catalogue.GENUINE[kind]
    return words.in_(language)


def statements(kind: str, language: str) -> list[Statement]:
    """What is proved offline, what only with the whole ledger, and what is not, in this order."""
    return [
        (heading.in_(language), [each.in_(language) for each in said])
        for heading, said in STATEMENTS[kind]
    ]


def facts(summary: RecordSummary, language: str) -> Iterator[str]:
    """What the record says, a line each; counts as they were computed from the list."""
    content, in_chinese = summary.content, language != "en"
    kind = catalogue.KINDS[summary.kind].in_(language)
    sealed = f"{summary.sealed_at:%Y-%m-%d %H:%M:%S %Z}".strip()
    # The certificate may be in another name than the one that the company gives itself.
    names = dict.fromkeys((summary.organisation, summary.sealed_by))
    yield " · ".join((kind, *(shown(name) for name in names), sealed))
    if summary.kind == "paper-scan":
        yield from _of_scan(content, in_chinese)
        return
    state = state_of(content, language)
    yield f"{shown(content['task']['title'])} ({shown(content['task']['id'])}) · {state}"
    versions = ", ".join(f"v{each['version']}" for each in content["template"]["versions"])
    yield f"{shown(content['template']['slug'])} {versions}"
    members, as_of = content["members"], shown(content["as_of"])
    counts = in_words(content["counts"], language)
    if in_chinese:
        yield f"本程序按名单计算（截至 {as_of}）：共 {members} 人"
    else:
        yield f"Computed by this program from the list, as of {as_of}: {members} members"
    yield f"  {counts}"


def state_of(content: Any, language: str) -> str:
    """How the task stood that a report is of."""
    state = catalogue.STATES.get(content["task"]["state"])
    return state.in_(language) if state else shown(content["task"]["state"])


def shortened(sequences: Sequence[int]) -> str:
    """The numbers of entries, of many the first ones and the last."""
    said = [str(each) for each in sequences]
    if len(said) > MAX_NAMED:
        said = [*said[: MAX_NAMED - 1], "…", said[-1]]
    return ", ".join(said)


def _of_scan(content: Any, in_chinese: bool) -> Iterator[str]:
    template, ends = content["template"], content["ends_on"]
    yield f"{shown(template['slug'])} v{template['version']} ({shown(content['paper'])})"
    if in_chinese:
        until = f"，有效至 {ends}" if ends else ""
        yield f"据公司记载：签于 {content['signed_on']}{until}，共 {content['pages']} 页"
    else:
        until = f", until {ends}" if ends else ""
        yield f"By the company's account: signed {content['signed_on']}{until}, " + (
            f"{content['pages']} pages"
        )


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""
