"""The regular expressions of the verifier: of every module of ours that its command imports."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from inspect import getsource
from types import ModuleType
from typing import Any

import grimp

ENTRY = "pledges.proof.__main__"
FUNCTIONS = {
    "compile": 1, "match": 2, "fullmatch": 2, "search": 2, "findall": 2, "finditer": 2,
    "split": 2, "sub": 3, "subn": 3,
}  # fmt: skip
"""Of `re`, with how many arguments may stand without a name: what comes after these are flags."""
METHODS = frozenset({"match", "fullmatch", "search"})
"""The others search."""
CONTAINERS = (tuple, list, set, frozenset)


class Unknown(Exception):
    """A pattern that only a running program knows."""


@dataclass(frozen=True)
class Expression:
    """A pattern and its flags, where it is written, and the methods that it is used with."""

    place: str
    pattern: Any  # text or bytes
    flags: int
    methods: frozenset[str] = METHODS

    def __str__(self) -> str:
        return f"{self.place} {self.pattern!r}"


@cache
def modules() -> tuple[str, ...]:
    """Of the verifier, with those that are imported inside of functions."""
    graph = grimp.build_graph("pledges", cache_dir=None)
    return tuple(sorted({ENTRY, *graph.find_upstream_modules(ENTRY)}))


@cache
def expressions() -> tuple[Expression, ...]:
    """Each once, by place; raises `Unknown` for one that cannot be told without running."""
    found: dict[tuple[Any, int], Expression] = {}
    for each in (each for name in modules() for each in of_module(import_module(name))):
        key = each.pattern, each.flags
        before = found.get(key, each)
        # Imported by another module, it is used there too.
        found[key] = replace(before, methods=before.methods | each.methods)
    return tuple(found.values())


def of_module(module: ModuleType, source: str | None = None) -> Iterator[Expression]:
    short = module.__name__.removeprefix("pledges.")
    names = vars(module)
    tree = ast.parse(getsource(module) if source is None else source)
    for name, value in names.items():
        for pattern in _compiled(value):
            used = _methods(name, tree)
            yield Expression(f"{short}:{name}", pattern.pattern, pattern.flags, used)
    outside = {id(node) for statement in tree.body for node in _at_import(statement)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "re":
            raise Unknown(f"{short}:{node.lineno} names a function of re alone")
        if isinstance(node, ast.Import) and any(n.name == "re" and n.asname for n in node.names):
            raise Unknown(f"{short}:{node.lineno} calls re otherwise")
        if isinstance(node, ast.Call) and _is_of_re(node.func):
            yield from _called(node, names, short, id(node) in outside)


def _at_import(statement: ast.stmt) -> Iterator[ast.AST]:
    """What of a module's statement makes patterns that its names then hold."""
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        yield from ast.walk(statement)


def _is_of_re(called: ast.expr) -> bool:
    return (
        isinstance(called, ast.Attribute)
        and isinstance(called.value, ast.Name)
        and called.value.id == "re"
        and called.attr in FUNCTIONS
    )


def _called(
    node: ast.Call, names: Mapping[str, Any], short: str, kept: bool
) -> Iterator[Expression]:
    if kept and isinstance(node.func, ast.Attribute) and node.func.attr == "compile":
        return  # among the module's names
    given = [*node.args[:1], *(each.value for each in node.keywords if each.arg == "pattern")]
    place = f"{short}:{node.lineno}"
    if not given:
        raise Unknown(f"{place} gives no pattern")
    pattern = _constant(given[0], names, place)
    if isinstance(pattern, re.Pattern):
        return  # compiled, and found by its own name
    method = node.func.attr if isinstance(node.func, ast.Attribute) else "compile"
    used = METHODS if method == "compile" else frozenset({_kind(method)})
    yield Expression(place, pattern, _flags(node, names, place), used)


def _methods(name: str, tree: ast.Module) -> frozenset[str]:
    """How a module uses a pattern of its own: with any method, unless each use names one."""
    called = {
        id(named): _kind(node.func.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        for named in [_named(node.func.value)]
    }
    uses = [
        called.get(id(node))
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    ]
    known = frozenset(each for each in uses if each)
    return known if uses and None not in uses and known <= METHODS else METHODS


def _named(node: ast.expr) -> ast.expr:
    """`NUMBER` of `NUMBER[key]`, and of itself."""
    return node.value if isinstance(node, ast.Subscript) else node


def _kind(method: str) -> str:
    return method if method in METHODS else "search"


def _constant(node: ast.expr, names: Mapping[str, Any], place: str) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        return node.value
    known = names.get(node.id) if isinstance(node, ast.Name) else None
    if isinstance(known, str | bytes | re.Pattern):
        return known
    raise Unknown(f"{place} makes a pattern while it runs: {ast.unparse(node)}")


def _flags(node: ast.Call, names: Mapping[str, Any], place: str) -> int:
    """Given by name, and one or more of the constants of `re`."""
    if isinstance(node.func, ast.Attribute) and len(node.args) > FUNCTIONS[node.func.attr]:
        raise Unknown(f"{place} gives flags without naming them")
    given = [each.value for each in node.keywords if each.arg == "flags"]
    if not given:
        return 0
    named = [each.attr for each in ast.walk(given[0]) if isinstance(each, ast.Attribute)]
    if ast.unparse(given[0]) != " | ".join(f"re.{name}" for name in named):
        raise Unknown(f"{place} makes flags while it runs")
    return int(sum(getattr(re, name) for name in named))


def _compiled(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Mapping):
        for each in (*value.keys(), *value.values()):
            yield from _compiled(each)
    elif isinstance(value, CONTAINERS):
        for each in value:
            yield from _compiled(each)
