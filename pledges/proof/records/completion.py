"""The completion report: a list without names, its roots, its counts, its entries in the ledger."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pledges.core.completion_report import FEWEST, CompletionReport, grouped
from pledges.core.digests import digest_of
from pledges.proof.evidence import Malformed
from pledges.proof.records.members import member_leaf, standing_leaf
from pledges.proof.records.standings import STANDINGS, counted
from pledges.proof.records.trees import Tree

LIST: Final = "shounuo-task-list/1"
LAUNCHED, JOINED, REPORTED = "task.launched", "task.joined", "task.reported"
CHAIN: Final = (LAUNCHED, JOINED, REPORTED)
"""The events of a task that each name the one before, and commit to its members so far."""
HASH: Final = re.compile(r"[0-9a-f]{64}")
UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Row = Sequence[Any]
"""Commitment, standing, and the commitment to a document or None."""


def subject_of(task: object) -> str:
    """How the ledger names a task."""
    return f"signingtask:{task}"


def rows_of(report: CompletionReport) -> list[list[str | None]]:
    """The members as the JSON lists them."""
    return [[each.commitment, each.standing, each.document] for each in report.members]


def list_digest(content: Mapping[str, Any]) -> str:
    """The digest of a report's list, which is its PDF's permanent identifier."""
    return digest_of_list(content["task"]["id"], content["as_of"], content["members"])


def digest_of_list(task: str, as_of: str, rows: Sequence[Row]) -> str:
    """The same, from its parts; `as_of` as it is written."""
    return digest_of({"format": LIST, "task": task, "as_of": as_of, "members": list(rows)})


def members_tree(task: str, rows: Iterable[Row]) -> Tree:
    """The tree of all members, in the order in which they became members."""
    return Tree([member_leaf(task, row[0]) for row in rows])


def standings_tree(task: str, rows: Iterable[Row]) -> Tree:
    """The tree of where they stand, in the same order."""
    return Tree([standing_leaf(task, *row) for row in rows])


def facts_of(report: CompletionReport, previous: int) -> dict[str, object]:
    """What `task.reported` says of the report; `previous` is the task's entry before it."""
    task, rows, as_of = str(report.task_id), rows_of(report), report.as_of.isoformat()
    return {
        "task": task,
        "previous": previous,
        "size": len(rows),
        "root": members_tree(task, rows).root().hex(),
        "standings": standings_tree(task, rows).root().hex(),
        "list": digest_of_list(task, as_of, rows),
        "as_of": as_of,
        "counts": counted(report_row[1] or "" for report_row in rows),
    }


def content_of(report: CompletionReport) -> dict[str, Any]:
    """The parts of a report's JSON that it says itself: all but the file and the ledger."""
    task, rows = str(report.task_id), rows_of(report)
    return {
        "language": report.language,
        "organisation": report.organisation,
        "task": {"id": task, "title": report.title, "state": report.state},
        "template": {
            "slug": report.template_slug,
            "versions": [
                {"version": each.number, "digest": each.digest} for each in report.versions
            ],
        },
        "due_on": report.due_on.isoformat() if report.due_on else None,
        "as_of": report.as_of.isoformat(),
        "members": rows,
        "roots": {
            "members": members_tree(task, rows).root().hex(),
            "standings": standings_tree(task, rows).root().hex(),
        },
        "counts": counted(each.standing for each in report.members),
        "departments": [
            {
                "name": each.name,
                "departments": each.departments,
                "counts": {code: each.counts.get(code, 0) for code in STANDINGS},
            }
            for each in grouped(report.departments)
        ],
    }


def check_rows(content: Mapping[str, Any], most: int) -> None:
    """Raise Malformed unless every member, version and department is written as it should be."""
    members = content["members"]
    if not 0 < len(members) <= most:
        raise Malformed("members")
    for place, row in enumerate(members):
        if not isinstance(row, list) or len(row) != 3 or not _is_row(*row):
            raise Malformed(f"members.{place}")
    if not UUID.fullmatch(content["task"]["id"]):
        raise Malformed("task.id")
    if len({row[0] for row in members}) != len(members):
        raise Malformed("members")  # one of them stands there twice
    versions = content["template"]["versions"]
    if not versions or not all(map(_is_version, versions)):
        raise Malformed("template.versions")
    if not _are_counts(content["counts"]):
        raise Malformed("counts")
    if not all(map(_is_department, content["departments"])):
        raise Malformed("departments")
    if not all(map(_is_entry, content["ledger"]["entries"])):
        raise Malformed("ledger.entries")


def _is_row(commitment: Any, standing: Any, document: Any) -> bool:
    return (
        _is_hash(commitment)
        and isinstance(standing, str)
        and standing in STANDINGS
        and (document is None or _is_hash(document))
    )


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and HASH.fullmatch(value) is not None


def _is_version(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != {"version", "digest"}:
        return False
    return type(value["version"]) is int and _is_hash(value["digest"])


def _are_counts(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != set(STANDINGS):
        return False
    return all(type(each) is int and each >= 0 for each in value.values())


def _is_department(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != {"name", "departments", "counts"}:
        return False
    named = isinstance(value["name"], str) and type(value["departments"]) is int
    return named and value["departments"] > 0 and _are_counts(value["counts"])


def _is_entry(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != {"entry", "index", "inclusion"}:
        return False
    placed = type(value["index"]) is int and isinstance(value["inclusion"], list)
    return placed and isinstance(value["entry"], str)


def contradictions(content: Mapping[str, Any], members: Tree) -> Iterable[str]:
    """The paths under which a report says other than what follows from its own list.

    `members` is the tree over the list.
    """
    task, rows = content["task"]["id"], content["members"]
    if members.root().hex() != content["roots"]["members"]:
        yield "roots.members"
    if standings_tree(task, rows).root().hex() != content["roots"]["standings"]:
        yield "roots.standings"
    counts = counted(row[1] for row in rows)
    if content["counts"] != counts:
        yield "counts"
    yield from _department_contradictions(content["departments"], counts)


def _department_contradictions(
    departments: Sequence[Mapping[str, Any]], counts: Mapping[str, int]
) -> Iterable[str]:
    """Departments add up to the whole, and none is so small that people could be told from it."""
    for code in STANDINGS:
        if sum(each["counts"][code] for each in departments) != counts[code]:
            yield f"departments.{code}"
    for place, each in enumerate(departments):
        if sum(each["counts"].values()) < FEWEST and len(departments) > 1:
            yield f"departments.{place}"
