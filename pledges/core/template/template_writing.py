"""A template's definition as the text of a template file, in an order made for reading."""

import textwrap
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from pledges.core.languages import CHINESE, ENGLISH, Localized
from pledges.core.template.blanks import Blank, Range, to_data
from pledges.core.template.definition import Definition


class _Plain(str):
    """A number that is written as it is, neither quoted nor rounded."""


class _Dumper(yaml.SafeDumper):
    """Block style throughout, list items indented under their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text_node(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _plain_node(dumper: _Dumper, number: _Plain) -> yaml.ScalarNode:
    kind = "float" if "." in number else "int"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", str(number))


_Dumper.add_representer(str, _text_node)
_Dumper.add_representer(_Plain, _plain_node)


def to_text(definition: Definition) -> str:
    """The template file of a definition; a sound one comes back from `template_file.parse`."""
    head: dict[str, Any] = {"slug": definition.slug, "title": definition.title.to_data()}
    if definition.subtitle != Localized():
        head["subtitle"] = definition.subtitle.to_data()
    head["change_note"] = definition.change_note.to_data()
    head["effective_on"] = definition.effective_on
    if definition.term_months is not None:
        head["term_months"] = definition.term_months
    if not definition.blanks:
        head["blanks"] = []
    parts = ["---\n", _dump(head)]
    if definition.blanks:
        items = (textwrap.indent(_dump([_readable(blank)]), "  ") for blank in definition.blanks)
        parts += ["blanks:\n", "\n".join(items)]
    parts += ["---\n", f"=== {CHINESE}\n", definition.source.zh]
    parts += [f"\n=== {ENGLISH}\n", definition.source.en]
    return "".join(parts)


def _dump(data: object) -> str:
    return yaml.dump(
        data,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        indent=2,
        width=10**6,
    )


def _readable(blank: Blank) -> dict[str, Any]:
    data = to_data(blank)
    # What is the same in both languages, such as a number, is written once.
    for name in ("example", "default"):
        if name in data:
            data[name] = _once(getattr(blank, name))
    if blank.suggestions:
        data["suggestions"] = [_once(each) for each in blank.suggestions]
    for name in ("hard", "expected"):
        if name in data:
            data[name] = _bounds(getattr(blank, name))
    return data


def _once(words: Localized) -> str | dict[str, str]:
    return words.zh if words.zh == words.en else words.to_data()


def _bounds(bounds: Range) -> dict[str, _Plain | date]:
    ends = {"minimum": bounds.minimum, "maximum": bounds.maximum}
    return {
        name: _Plain(format(bound, "f")) if isinstance(bound, Decimal) else bound
        for name, bound in ends.items()
        if bound is not None
    }
