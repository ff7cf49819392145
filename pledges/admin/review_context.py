"""Everything that the review page shows about one pledge, gathered from where it is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pledges import audit, wording
from pledges.admin import words
from pledges.core.template.blanks import Blank
from pledges.core.template.outline import Outline, Slot
from pledges.models import Person, Pledge, ReturnReason
from pledges.wording.language import active


@dataclass(frozen=True)
class Unusual:
    """One flagged answer: where it stands, what it is, what is expected.

    `correction` asks its signer to change it, in the language of the pledge.
    """

    clause: str
    citation: str
    label: str
    answer: str
    expected: str
    correction: str


@dataclass(frozen=True)
class Compared:
    """One blank in two pledges of the same person."""

    label: str
    before: str
    now: str

    @property
    def changed(self) -> bool:
        return self.before != self.now


@dataclass(frozen=True)
class Step:
    """One entry of the trail, with the name of who acted."""

    sequence: int
    at: datetime
    event: str
    actor: str


def unusual(pledge: Pledge, outline: Outline) -> list[Unusual]:
    """The flagged answers of `pledge`, in the order of its clauses."""
    flagged = set(pledge.commitments.filter(flagged=True).values_list("code", flat=True))
    found = []
    for _depth, clause in outline.walk():
        for run in clause.runs:
            blank = pledge.version.blank(run.code) if isinstance(run, Slot) else None
            if blank is None or blank.code not in flagged:
                continue
            flagged.discard(blank.code)
            found.append(
                Unusual(
                    clause=clause.key,
                    citation=wording.citation(outline, clause.key),
                    label=wording.label(blank),
                    answer=wording.answer(blank, pledge.answers),
                    expected=wording.expected(blank, pledge.answers),
                    correction=_correction(blank, pledge),
                )
            )
    return found


def _correction(blank: Blank, pledge: Pledge) -> str:
    with translation.override(pledge.language):
        return wording.correction(blank, pledge.answers)


def notes_on(found: Iterable[Unusual], reasons: Iterable[ReturnReason]) -> dict[str, SafeString]:
    """What stands under the clauses: unusual answers, and why a pledge was returned; by key."""
    notes: dict[str, SafeString] = {}
    for each in found:
        said = _("%(label)s is %(answer)s; expected: %(expected)s") % {
            "label": each.label,
            "answer": each.answer,
            "expected": each.expected,
        }
        _add_note(notes, each.clause, "unusual", _("Unusual:"), said)
    for reason in reasons:
        if reason.clause:
            _add_note(notes, reason.clause, "returned", _("Returned:"), reason.text)
    return notes


def _add_note(notes: dict[str, SafeString], key: str, kind: str, head: str, said: str) -> None:
    note = format_html(
        '<p class="margin-note note-{}" lang="{}"><strong>{}</strong> {}</p>',
        kind,
        active(),
        head,
        said,
    )
    notes[key] = notes.get(key, SafeString("")) + note


def earlier_of(pledge: Pledge) -> Pledge | None:
    """The person's last pledge of the same template that was signed before this one."""
    return (
        Pledge.objects.kept()
        .filter(
            person_id=pledge.person_id,
            version__template_id=pledge.version.template_id,
            signed_at__lt=pledge.signed_at,
        )
        .select_related("version")
        .order_by("-signed_at")
        .first()
    )


def compared(pledge: Pledge, earlier: Pledge) -> list[Compared]:
    """Answer by answer; a blank that only one of the two has shows a dash for the other."""
    now = {blank.code: blank for blank in pledge.version.blank_list if blank.filled_by_manager}
    before = {blank.code: blank for blank in earlier.version.blank_list if blank.filled_by_manager}
    return [
        Compared(
            label=wording.label(now.get(code) or before[code]),
            before=wording.answer(before[code], earlier.answers) if code in before else "—",
            now=wording.answer(now[code], pledge.answers) if code in now else "—",
        )
        for code in [*now, *(code for code in before if code not in now)]
    ]


def trail(pledge: Model) -> list[Step]:
    """What the ledger tells of `pledge`, or of a paper, in order."""
    entries = list(audit.trail(pledge))
    names = Person.objects.in_bulk({entry.actor_id for entry in entries if entry.actor_id})
    return [
        Step(
            sequence=entry.sequence,
            at=entry.at,
            event=words.event(entry.event),
            actor=str(names.get(entry.actor_id) or _("the system")),
        )
        for entry in entries
    ]
