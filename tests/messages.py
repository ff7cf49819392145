"""Collects the translatable messages of Python modules and templates, without GNU gettext."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils.translation.template import templatize

# The arguments that name the message: (context, singular, plural) as positions, None for none.
SIGNATURES = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
# A call with its leading string literals, as `templatize` writes it among masked text.
_LITERAL = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_CALL = re.compile(rf"\b(_|n?p?gettext)\(\s*({_LITERAL}(?:\s*,\s*{_LITERAL})*)", re.DOTALL)

Key = tuple[str | None, str]
"""Context and message; of a message with a plural, the singular."""
Messages = dict[Key, str | None]
"""To each message its plural, if it has one."""


def of_python(source: str) -> Iterator[tuple[Key, str | None]]:
    """The messages that a module's calls name, those in f-strings too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            texts = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
            yield from _message(name, texts)


def of_template(source: str) -> Iterator[tuple[Key, str | None]]:
    """The messages of a template's tags and of `_()` in its filters."""
    for name, literals in _CALL.findall(templatize(source)):
        yield from _message(name, list(ast.literal_eval(f"({literals},)")))


def _message(name: str, texts: list) -> Iterator[tuple[Key, str | None]]:
    if name not in SIGNATURES:
        return
    context, singular, plural = (
        texts[at] if at is not None and at < len(texts) else None for at in SIGNATURES[name]
    )
    if isinstance(singular, str) and singular:
        yield (context, singular), plural


def collect(*folders: Path, skip: Iterable[str] = ()) -> Messages:
    """All messages under `folders`, leaving out paths that have a part named in `skip`."""
    found: Messages = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            readers = {".py": of_python, ".html": of_template, ".txt": of_template}
            if path.suffix in readers and not set(skip) & set(path.parts):
                found.update(readers[path.suffix](path.read_text("utf-8")))
    return found


def placeholders(text: str) -> set[str]:
    """What is filled into a message: %(name)s, {name}, %d."""
    return set(re.findall(r"%\(\w+\)[sd]|\{\w*\}|%[sd]", text))
