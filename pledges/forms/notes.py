"""What stands under each clause of a draft: errors, calm notes, reasons of a return, sources."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pledges import wording
from pledges.core.template.blanks import Blank, Kind, Reading
from pledges.core.template.clauses import Outline, Slot

ERROR, FLAG, RETURNED, BEFORE, SOURCE = "error", "flag", "returned", "before", "source"


@dataclass(frozen=True)
class Note:
    """One note under a clause; `code` names the blank it is about, if it is about one.

    Behind its text may stand a `quoted` answer, in a `language` of its own if that is known.
    """

    kind: str
    text: str
    code: str = ""
    quoted: str = ""
    language: str = ""

    @property
    def element_id(self) -> str:
        return f"{self.kind}-{self.code}" if self.code else ""


@dataclass(frozen=True)
class Notes:
    """All notes of a draft: by clause key, and "" for the pledge as a whole."""

    by_clause: Mapping[str, tuple[Note, ...]]

    def at(self, key: str) -> tuple[Note, ...]:
        return self.by_clause.get(key, ())

    def about(self, code: str) -> tuple[Note, ...]:
        return tuple(
            note for notes in self.by_clause.values() for note in notes if note.code == code
        )

    def attributes(self, code: str, hint: str = "") -> dict[str, str]:
        """What ties a blank to its `hint` (an id) and its notes, for who hears the page."""
        about = self.about(code)
        attributes = {}
        if any(note.kind in (ERROR, FLAG) for note in about):
            hint = ""  # the note says it, of what was answered
        if named := [hint] * bool(hint) + [note.element_id for note in about]:
            attributes["aria-describedby"] = " ".join(named)
        if any(note.kind == ERROR for note in about):
            attributes["aria-invalid"] = "true"
        return attributes

    def errors(self) -> tuple[Note, ...]:
        """The errors in the order of the text: what the list at the top of the page links to."""
        return tuple(
            note for notes in self.by_clause.values() for note in notes if note.kind == ERROR
        )


@dataclass(frozen=True)
class Former:
    """What the returned pledge said, in its language."""

    answers: Mapping[str, str]
    language: str


def gather(
    outline: Outline,
    blanks: Iterable[Blank],
    reading: Reading,
    *,
    profile: Mapping[str, str],
    typed: Mapping[str, str],
    reasons: Collection[tuple[str, str]] = (),
    former: Former | None = None,
    strict: bool = False,
) -> Notes:
    """The notes of a draft as it reads now.

    `reasons` are pairs of clause key and text, and `former` the answers, of the pledge that this
    draft corrects. Blanks that are merely empty are no error until `strict`: somebody asked to
    sign.
    """
    complained = {key for key, _text in reasons}
    by_code = {blank.code: blank for blank in blanks}
    about: dict[str, list[Note]] = {code: [] for code in by_code}
    for problem in reading.problems:
        text = wording.answer_problem(by_code[problem.code], problem)
        about[problem.code].append(Note(ERROR, text, problem.code))
    for code in reading.missing if strict else ():
        about[code].append(Note(ERROR, wording.missing(by_code[code]), code))
    for flag in reading.flags:
        about[flag.code].append(Note(FLAG, wording.flag_note(by_code[flag.code], flag), flag.code))
    for blank in by_code.values():
        if blank.kind is Kind.PROFILE:
            about[blank.code].append(_source(blank, profile, typed))
    placed: dict[str, list[Note]] = {"": []}
    for _depth, clause in outline.walk():
        slots = [run.code for run in clause.runs if isinstance(run, Slot)]
        placed[clause.key] = [note for code in slots for note in about[code]]
        own = [by_code[code] for code in slots if by_code[code].filled_by_manager]
        if former is not None:
            placed[clause.key] += _former(own, former, reading, clause.key in complained)
    for key, text in reasons:
        placed[key if key in placed else ""].append(Note(RETURNED, text))
    return Notes({key: tuple(notes) for key, notes in placed.items()})


def _former(
    blanks: Iterable[Blank], former: Former, reading: Reading, complained: bool
) -> Iterator[Note]:
    """What the returned pledge said here: beside what differs, and where it was complained of."""
    for blank in blanks:
        before = wording.answer(blank, former.answers)
        if wording.answer(blank, reading.answers) != before:
            text = _("%(label)s, in the returned pledge:")
        elif complained:
            text = _("%(label)s is the same as in the returned pledge:")
        else:
            continue
        language = former.language if wording.is_free(blank) else ""
        said = text % {"label": wording.label(blank)}
        yield Note(BEFORE, said, blank.code, before, language)


def _source(blank: Blank, profile: Mapping[str, str], typed: Mapping[str, str]) -> Note:
    recorded = profile.get(blank.code, "")
    if not blank.correctable:
        text = _("From your record.")
    elif typed.get(blank.code, "").strip() == recorded.strip():
        text = _("From your record. You may correct it for this pledge.")
    elif recorded:
        text = _("Corrected for this pledge. Your record says: %(recorded)s") % {
            "recorded": recorded
        }
    else:
        text = _("This is not in your record. Please fill it in for this pledge.")
    return Note(SOURCE, text, blank.code)
