"""A mail's text as HTML: one column, its one address as a button; the words are the same.

The text is the source, so the two parts cannot say different things: paragraphs are divided by
empty lines, `- ` begins an item, `| ` a row of a table whose first row is its head, and the first
line that is an address alone becomes the button. Words of people are `quoted`: nothing of that is
read in them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

FOOT: Final = "-- "
_ADDRESS: Final = re.compile(r"https?://\S+\Z")

BUTTONS: Final[Mapping[str, Any]] = {
    "task_first": _("Read and sign"),
    "task_reminders": _("Go to my pledges"),
    "task_extended": _("Go to my pledges"),
    "task_excused": _("Go to my pledges"),
    "task_cancelled": _("Go to my pledges"),
    "task_late": _("See my people"),
    "task_late_all": _("See the signing tasks"),
    "digest": _("See what awaits you"),
    "signed": _("See the pledge"),
    "accepted": _("See the pledge"),
    "returned": _("Correct and sign again"),
    "revoked": _("Open the page"),
    "expired": _("Open the page"),
    "withdrawn": _("Go to my pledges"),
}


@dataclass(frozen=True)
class Block:
    """A part of a mail: `kind` is paragraph, items, table, button or address."""

    kind: str
    lines: tuple[Any, ...]


def render(event: str, text: str, shown: Mapping[str, Any]) -> str:
    """The HTML of a mail about `event` whose text is `text`."""
    body, _between, foot = text.partition(f"\n{FOOT}\n")
    context = {**shown, "blocks": blocks(body), "foot": foot.splitlines(), "label": BUTTONS[event]}
    return render_to_string("notices/base.html", context)


def blocks(body: str) -> list[Block]:
    """What the body of a mail consists of; at most one of its blocks is a button."""
    found: list[Block] = []
    for part in re.split(r"\n\s*\n", body.strip()):
        begins = True
        for line in part.splitlines():
            _add(found, line, begins=begins)
            begins = False
    return found


def _add(found: list[Block], line: str, *, begins: bool) -> None:
    last = found[-1] if found else Block("", ())
    if line.startswith("  ") and last.kind == "items" and not begins:
        more = f"{last.lines[-1]}\n{line.strip()}"
        found[-1] = Block("items", (*last.lines[:-1], more))
        return
    kind, words = _read(line, has_button=any(each.kind == "button" for each in found))
    joins = last.kind == kind and (kind in ("items", "table") or not begins)
    lines = (*last.lines, words) if joins else (words,)
    found[len(found) - joins :] = [Block(kind, lines)]


def _read(line: str, *, has_button: bool) -> tuple[str, Any]:
    if _ADDRESS.match(line):
        return ("address" if has_button else "button"), line
    if line.startswith("- "):
        return "items", line[2:]
    if line.startswith("| "):
        return "table", tuple(cell.strip() for cell in line[2:].split(" | "))
    return "paragraph", line
