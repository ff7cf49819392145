"""How far a task came, as the plain data of a completion report: nobody in it has a name."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from pledges.actions.tasks import audience, versions
from pledges.core.audiences import AudienceRule, Kind
from pledges.core.completion_report import (
    CompletionReport,
    CountedVersion,
    DepartmentCounts,
    ListedMember,
)
from pledges.core.lifecycle import PledgeState
from pledges.core.standings import Standing, TaskState
from pledges.models import Document, Organisation, Pledge, SigningTask
from pledges.proof.records import members

FILES: Final = {
    Standing.IN_FORCE: (PledgeState.ACCEPTED, Document.Revision.ACCEPTED),
    Standing.IN_REVIEW: (PledgeState.SIGNED, Document.Revision.SIGNED),
}
"""Which file of a pledge a report commits to: the one that its signer was given."""


class Stood(NamedTuple):
    """A member at one moment."""

    member_id: int
    commitment: str
    standing: str
    document: str
    department: str


def report_of(
    task: SigningTask, stood: Iterable[Stood], *, as_of: datetime, language: str
) -> CompletionReport:
    """The report of `task` in `language`, with the members as `stood` lists them."""
    organisation = Organisation.current()
    day = organisation.localdate(as_of)
    rows = list(stood)
    counting = versions.counting(task, day)
    return CompletionReport(
        task_id=task.pk,
        title=task.title,
        state=task.state,
        template_slug=task.template.slug,
        template_title=counting[0].name(language),
        versions=tuple(CountedVersion(each.number, each.digest) for each in counting),
        due_on=task.due_on,
        as_of=organisation.localtime(as_of),
        language=language,
        organisation=organisation.name_in(language),
        members=tuple(
            ListedMember(each.commitment, each.standing, each.document or None) for each in rows
        ),
        departments=tuple(_by_department(rows)),
        audience=_nameless(AudienceRule.from_data(task.audience)),
        some_due_otherwise=task.due_on is not None
        and task.members.exclude(due_on=task.due_on).exists(),
    )


def language_of(task: SigningTask) -> str:
    """The language of a closed task's report: that of whoever closed it."""
    return task.closed_by.language if task.closed_by else "zh-hans"


def standing_on(task: SigningTask, as_of: datetime) -> list[Stood]:
    """Where every member stands at `as_of`, in the order in which they became members."""
    day = Organisation.current().localdate(as_of)
    rows = task.members.with_standing(day).order_by("position")
    files = _files(task)
    return [
        Stood(
            row.pk,
            row.commitment,
            row.standing,
            _document(row.salt, files.get((row.person_id, row.standing))),
            str(row.person.department),
        )
        for row in rows.select_related("person__department")
    ]


def stood_at_close(task: SigningTask) -> list[Stood]:
    """The same as it was written when `task` was closed."""
    if task.state != TaskState.CLOSED:
        raise ValueError(f"{task.pk} is not closed")
    rows = task.members.order_by("position").select_related("person__department")
    return [
        Stood(
            row.pk,
            row.commitment,
            row.standing_at_close,
            row.document_at_close,
            str(row.person.department),
        )
        for row in rows
    ]


def _files(task: SigningTask) -> dict[tuple[int, str], str]:
    """The digest of the newest file that counts, by person and standing."""
    found: dict[tuple[int, str], str] = {}
    for standing, (state, revision) in FILES.items():
        own = Pledge.objects.filter(
            status=state,
            version__in=task.counting.values("version"),
            person__in=task.members.values("person"),
        )
        files = Document.objects.filter(pledge__in=own, revision=revision)
        rows = files.order_by("created_at").values_list("pledge__person_id", "sha256")
        found |= {(person, standing.value): sha256 for person, sha256 in rows}
    return found


def _document(salt: str, sha256: str | None) -> str:
    """A commitment to the file; none where no file counts, or what would open it was erased."""
    if not salt or not sha256:
        return ""
    return members.document_commitment(bytes.fromhex(salt), sha256)


def _by_department(rows: Iterable[Stood]) -> Iterable[DepartmentCounts]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for each in rows:
        counts[each.department][each.standing] += 1
    return (DepartmentCounts(name, dict(each)) for name, each in sorted(counts.items()))


def _nameless(rule: AudienceRule) -> str:
    """The rule in words, where these name nobody: employee numbers are told of nowhere."""
    clauses = rule.include + rule.exclude
    return "" if any(each.kind is Kind.NUMBERS for each in clauses) else audience.in_words(rule)
