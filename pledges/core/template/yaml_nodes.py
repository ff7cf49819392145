"""YAML as plain nodes with places: no tags, no aliases, no guessing of types, no deep nesting."""

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pledges.core.characters import code_point, refused_at
from pledges.core.languages import Localized
from pledges.core.template.problems import Problem

MAX_DEPTH = 8
MAX_SCALAR = 4000

_NUMBER = re.compile(r"(-?[0-9]{1,18})(\.[0-9]{1,9})?")


class NodeReader:
    """Reads nodes as the values a schema wants and gathers the faults, with their lines."""

    def __init__(self, lines_above: int) -> None:
        self.problems: list[Problem] = []
        self._lines_above = lines_above

    def compose(self, text: str) -> Node | None:
        """The root node of a YAML document, or None with the fault noted."""
        try:
            if self._has_tricks(text):
                return None
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.reader.ReaderError as error:
            before = text[: error.position]
            line, column = before.count("\n") + 1, error.position - before.rfind("\n")
            found = code_point(text[error.position])
            self.problems.append(
                Problem(line + self._lines_above, column, "control-character", "", found)
            )
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            self.problems.append(
                Problem(line + self._lines_above, column, "bad-yaml", "", error.problem or "")
            )
        return None

    def _has_tricks(self, text: str) -> bool:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
                kind, found = "yaml-alias", str(event.anchor)
            elif (tag := getattr(event, "tag", None)) is not None:
                kind, found = "yaml-tag", str(tag)
            elif depth > MAX_DEPTH:
                kind, found = "too-deep", ""
            else:
                continue
            self._note(event, kind, "", found)
            return True
        return False

    def fault(self, node: Node, kind: str, expected: str = "", found: str = "") -> None:
        """Notes a fault at the beginning of a node."""
        self._note(node, kind, expected, found)

    def place(self, node: Node | yaml.Event) -> tuple[int, int]:
        """The line and column of a node's beginning in the whole file, from 1."""
        mark = node.start_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        return line + 1 + self._lines_above, column + 1

    def _note(self, node: Node | yaml.Event, kind: str, expected: str, found: str) -> None:
        self.problems.append(Problem(*self.place(node), kind, expected, found))

    def mapping(
        self, node: Node, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, Node]:
        """The values of a mapping under the keys that are known."""
        if not isinstance(node, MappingNode):
            self.fault(node, "wrong-type", "mapping", _sort(node))
            return {}
        values: dict[str, Node] = {}
        for key_node, value in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else ""
            if key in values:
                self.fault(key_node, "duplicate-key", "", key)
            elif key in required or key in optional:
                values[key] = value
            else:
                self.fault(key_node, "unknown-key", ", ".join([*required, *optional]), key)
        for key in required:
            if key not in values:
                self.fault(node, "missing-key", key)
        return values

    def sequence(self, node: Node | None) -> list[Node]:
        if node is None:
            return []
        if isinstance(node, SequenceNode):
            return list(node.value)
        self.fault(node, "wrong-type", "list", _sort(node))
        return []

    def text(self, node: Node | None, *, lines: bool = False) -> str:
        """A text of visible characters; "" with the fault noted when it is none."""
        if node is None:
            return ""
        if not isinstance(node, ScalarNode):
            self.fault(node, "wrong-type", "text", _sort(node))
            return ""
        text = str(node.value).strip()
        refused = refused_at(text, allowed="\n" if lines else "")
        if not text:
            self.fault(node, "empty-text")
        elif len(text) > MAX_SCALAR:
            self.fault(node, "text-too-long", str(MAX_SCALAR), str(len(text)))
        elif refused is not None:
            self.fault(node, "control-character", "", code_point(text[refused]))
        else:
            return text
        return ""

    def localized(self, node: Node | None, *, lines: bool = False) -> Localized:
        """One text in both languages; a missing one is a fault of its own kind."""
        if node is None:
            return Localized()
        both = self.mapping(node, (), ("zh", "en"))
        if isinstance(node, MappingNode):
            for language in ("zh", "en"):
                if language not in both:
                    self.fault(node, "missing-language", language)
        return Localized(*(self.text(both.get(name), lines=lines) for name in ("zh", "en")))

    def either(self, node: Node, *, lines: bool = False) -> Localized:
        """One text in both languages, or one that is the same in both, such as a number."""
        if isinstance(node, ScalarNode):
            text = self.text(node, lines=lines)
            return Localized(text, text)
        return self.localized(node, lines=lines)

    def boolean(self, node: Node | None) -> bool:
        text = self.text(node)
        if node is not None and text not in ("true", "false"):
            self.fault(node, "bad-boolean", "true, false", text)
        return text == "true"

    def number(self, node: Node) -> Decimal | None:
        text = self.text(node)
        if match := _NUMBER.fullmatch(text):
            # One value, one writing: 1.50 and 1.5 must not make two digests.
            return Decimal(match[1] + (match[2] or "").rstrip("0").rstrip("."))
        if text:
            self.fault(node, "bad-number", "", text)
        return None

    def day(self, node: Node | None) -> date | None:
        text = self.text(node)
        try:
            return date.fromisoformat(text)
        except ValueError:
            if node is not None and text:
                self.fault(node, "bad-date", "YYYY-MM-DD", text)
        return None


def _sort(node: Node) -> str:
    return {"scalar": "text", "sequence": "list"}.get(str(getattr(node, "id", "")), "mapping")
