"""The revisions of a signed file, held to exactly what this product writes and nothing else.

Libraries ask whether a change is harmless; here a change is refused unless it is one of the few
that signing makes: incremental updates (ISO 32000-1, 7.5.6).
"""

from collections.abc import Mapping
from typing import Any, Final

from pledges.proof.fileformat import Change, FileFormat, RevisionKind, Rule
from pledges.proof.pdf.objects import Reference, Stream, String, references
from pledges.proof.pdf.reader import History, Objects
from pledges.proof.pdf.serialiser import same
from pledges.proof.verdict import Rejected

MISSING: Final = object()


def check(history: History, revision: int, file_format: FileFormat, kind: RevisionKind) -> None:
    """Raise `Rejected` unless `revision` does no more than the format allows one of that kind."""
    before, after = history.at(revision - 1), history.at(revision)
    _check_trailer(before, after)
    rules = _rules(before, file_format, kind)
    table = revision_table(history, revision)
    for number, value in history.revisions[revision].objects.items():
        if number not in before.known or number == table:
            continue
        where = f"object {number}"
        rule = rules.get(number)
        if rule is None:
            # Not even if it says the same: what is written again may be read otherwise elsewhere.
            _refuse("this object never changes", where)
        _compare(before.known[number], value, rule, (before, after), where)
    _check_used(before, history.revisions[revision].objects, table)
    if kind is RevisionKind.TIMESTAMP:
        _check_annotation(after)


def _check_used(before: Objects, brought: Mapping[int, Any], table: int) -> None:
    """Each object that a revision adds is used in what it changes: none waits for a later one."""
    added = set(brought) - set(before.known) - {table}
    waiting = [value for number, value in brought.items() if number in before.known]
    while waiting:
        found = {each.number for each in references(waiting.pop())} & added
        added -= found
        waiting += [brought[number] for number in found]
    if added:
        _refuse("what a revision adds is used in it", f"object {min(added)}")


def _check_annotation(after: Objects) -> None:
    """What a timestamp adds to the first page is its own field, which nobody sees."""
    form = after.dictionary(after.catalog.get("/AcroForm"))
    reference = first_page(after)
    page = after.dictionary(reference)
    added = after.array(page.get("/Annots", []))[-1:]
    [own] = after.array(form.get("/Fields"))[-1:]
    if added != [own] or after.dictionary(own).get("/P") != reference:
        _refuse("a timestamp adds its own field to the first page", "/Annots")


def revision_table(history: History, revision: int) -> int:
    """The number of the table of `revision`, which is the last of its objects."""
    return next(reversed(list(history.revisions[revision].objects)))


def _refuse(rule: str, where: str) -> None:
    raise Rejected("unexpected-change", rule, where=where, what=where)


def _check_trailer(before: Objects, after: Objects) -> None:
    for key in ("/Root", "/Info", "/Encrypt"):
        if not same(before.trailer.get(key), after.trailer.get(key)):
            _refuse("a revision leads to the same document (7.5.5)", f"trailer {key}")
    if _permanent(before) != _permanent(after):
        _refuse("the permanent identifier stays (14.4)", "trailer /ID")


def _permanent(objects: Objects) -> bytes:
    first = objects.trailer["/ID"][0]
    return bytes(first.value) if isinstance(first, String) else b""


def _rules(before: Objects, file_format: FileFormat, kind: RevisionKind) -> dict[int, Rule]:
    """The objects of the revision before that may change, each with what may change in it."""
    rules: dict[int, Rule] = {before.root.number: file_format.catalog[kind]}
    _gather(rules, before, before.catalog, file_format.catalog[kind])
    if kind is RevisionKind.TIMESTAMP:
        page = first_page(before)
        rules[page.number] = file_format.first_page
        _gather(rules, before, before.dictionary(page), file_format.first_page)
    else:
        rules[_field(before, file_format.field_of(kind))] = file_format.field
    return rules


def _gather(
    rules: dict[int, Rule], objects: Objects, holder: Mapping[str, Any], rule: Mapping[str, Any]
) -> None:
    for key, inner in rule.items():
        value = holder.get(key)
        if isinstance(value, Reference):
            if inner in (Change.FREE, Change.HINTS):
                # Else a hint could name what is shown, and the next revision change it.
                continue
            rules[value.number] = inner
            value = objects.follow(value)
        if isinstance(inner, Mapping) and isinstance(value, dict):
            _gather(rules, objects, value, inner)


def first_page(objects: Objects) -> Reference:
    """The reference of the first page: document timestamps put their invisible field there."""
    node, seen = objects.dictionary(objects.catalog.get("/Pages")), set()
    while True:
        kids = objects.array(node.get("/Kids"))
        first = kids[0] if kids else None
        if not isinstance(first, Reference) or first in seen:
            raise Rejected("unreadable", "a page tree leads to a page", found=kids[:3])
        seen.add(first)
        node = objects.dictionary(first)
        if node.get("/Type") == "/Page":
            return first


def _field(objects: Objects, name: str) -> int:
    form = objects.dictionary(objects.catalog.get("/AcroForm"))
    for reference in objects.array(form.get("/Fields")):
        field = objects.dictionary(reference)
        if isinstance(reference, Reference) and field.get("/T") == String(name.encode()):
            return reference.number
    raise Rejected("no-field", "both fields are there from the first revision on", field=name)


def _compare(
    old: Any, new: Any, rule: Rule | None, objects: tuple[Objects, Objects], where: str
) -> None:
    """Refuse another change from `old` to `new` than `rule` allows; `objects` before and after."""
    if old is not MISSING and new is not MISSING and same(old, new):
        return
    if rule == Change.FREE or (old is MISSING and rule == Change.NEW):
        return
    if rule == Change.GROWS:
        if _has_grown([] if old is MISSING else old, new):
            return
    elif rule == Change.HINTS:
        if _has_more_hints([] if old is MISSING else old, new, *objects):
            return
    elif isinstance(rule, Mapping):
        if old is MISSING:
            old, new = {}, objects[1].follow(new)
        if isinstance(old, dict) and isinstance(new, dict):
            for key in {**old, **new}:
                inner = old.get(key, MISSING), new.get(key, MISSING)
                _compare(*inner, rule.get(key), objects, f"{where} {key}")
            return
    _refuse("only what signing adds may change", where)


def _has_grown(old: Any, new: Any) -> bool:
    arrays = isinstance(old, list) and isinstance(new, list)
    return arrays and len(new) == len(old) + 1 and same(new[:-1], old)


def _has_more_hints(old: Any, new: Any, before: Objects, after: Objects) -> bool:
    """Whether streams were added that came with this revision, each once."""
    if not isinstance(old, list) or not isinstance(new, list) or not same(new[: len(old)], old):
        return False
    added = new[len(old) :]
    return (
        all(isinstance(each, Reference) and each.number not in before.known for each in added)
        and len(set(added)) == len(added)
        and all(isinstance(after.follow(each), Stream) for each in added)
    )
