"""The variables of the environment are told once, with the defaults that the code has."""

import ast
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
TABLE = PROJECT / "docs" / "production.md"
CONFIGURED = ("config", "pledges/management")
ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]*)` \| (.+?) \| .+ \|$", re.MULTILINE)


def name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@dataclass(frozen=True)
class Read:
    """One place that reads an environment variable; `default` is the code's, where it is plain."""

    variable: str
    path: str
    default: str | None
    is_plain: bool


def variables() -> Iterator[Read]:
    """Every place where settings and commands read the environment."""
    helpers = _helpers()
    for folder in CONFIGURED:
        for path in (PROJECT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text("utf-8"))
            fallbacks = _fallbacks(tree)
            for node in ast.walk(tree):
                if found := _variable(node, helpers):
                    default, is_plain = _default(node, fallbacks, helpers)
                    yield Read(found, name(path), default, is_plain)


def _helpers() -> dict[str, ast.expr | None]:
    """The functions of config/environment.py, with the default of their second argument."""
    tree = ast.parse((PROJECT / "config" / "environment.py").read_text("utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {each.name: next(iter(each.args.defaults), None) for each in functions}


def _fallbacks(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    """What stands behind an `or`, by what stands before it."""
    either = [node for node in ast.walk(tree) if isinstance(node, ast.BoolOp)]
    return {node.values[0]: node.values[1] for node in either if isinstance(node.op, ast.Or)}


def _variable(node: ast.AST, helpers: Container[str]) -> str | None:
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
        key: ast.AST = node.slice
    elif isinstance(node, ast.Call) and node.args and _reads_environment(node.func, helpers):
        key = node.args[0]
    else:
        return None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


def _reads_environment(function: ast.expr, helpers: Container[str]) -> bool:
    called = ast.unparse(function)
    return called in {"os.environ.get", "os.getenv", "os.environ.setdefault"} or called in helpers


def _default(
    node: ast.AST, fallbacks: Mapping[ast.AST, ast.AST], helpers: Mapping[str, ast.expr | None]
) -> tuple[str | None, bool]:
    """The default as the table should tell it; None, and plain, where it is only asked for."""
    if node in fallbacks:
        return _told(fallbacks[node])
    if not isinstance(node, ast.Call):
        return None, True
    if len(node.args) > 1:
        return _told(node.args[1])
    given = helpers.get(ast.unparse(node.func))
    return _told(given) if given else (None, True)


def _told(default: ast.AST) -> tuple[str | None, bool]:
    if isinstance(default, ast.Constant):
        words = {"True": "on", "False": "off", "None": "none", "''": "none"}
        return words.get(repr(default.value), f"`{default.value}`"), True
    if isinstance(default, ast.Call) and ast.unparse(default.func) == "str":
        return _told(default.args[0])
    if isinstance(default, ast.BinOp):
        parts = ast.unparse(default).replace("'", "").split(" / ")
        return f"`{'/'.join(part for part in parts if part != 'BASE_DIR')}`", True
    if isinstance(default, ast.JoinedStr):
        parts = [
            each.value if isinstance(each, ast.Constant) else f"${_variable(each.value, {})}"
            for each in default.values
            if isinstance(each, ast.Constant | ast.FormattedValue)
        ]
        return f"`{''.join(str(part) for part in parts)}`", True
    return None, False


# Set by the program for its own child processes and tools; nobody configures it.
OWN = {"DJANGO_SETTINGS_MODULE"}
# Their defaults depend on others, or are made; the table tells it in words.
IN_WORDS = {
    "DATABASE_URL", "PRODUCTION", "SECRET_KEY", "ALLOWED_HOSTS", "PKI_PASSPHRASE", "EMAIL_BACKEND",
    "STAFF_SECOND_FACTOR",
}  # fmt: skip


def table_of_variables() -> dict[str, str]:
    """The one table of variables: each with its default."""
    page = TABLE.read_text("utf-8")
    rows = ROW.findall(page)
    assert len(rows) == len(dict(rows)), "a variable stands in the table twice"
    return dict(rows)


def test_the_table_has_every_variable_that_is_read_and_no_other() -> None:
    read = {each.variable: each.path for each in variables() if each.variable not in OWN}
    assert {"VAR_DIR", "DATABASE_URL", "PORT", "PRODUCTION", "ALLOWED_HOSTS"} <= set(read)
    told = set(table_of_variables())
    missing = {f"{variable} ({path})" for variable, path in read.items() if variable not in told}
    assert (missing, told - set(read)) == (set(), set())


def test_the_table_tells_the_defaults_of_the_code() -> None:
    told = table_of_variables()
    for read in variables():
        if read.variable in OWN | IN_WORDS or read.default is None:
            continue
        assert (read.variable, told[read.variable]) == (read.variable, read.default), read.path


def test_only_defaults_that_are_not_plain_are_told_in_words() -> None:
    read = list(variables())
    plain = {each.variable for each in read if each.is_plain and each.default is not None}
    assert {each.variable for each in read} - plain - OWN == IN_WORDS


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_variables_are_told_in_one_place(page: Path) -> None:
    if page != TABLE:
        told = re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", page.read_text("utf-8"), re.MULTILINE)
        assert set(told) & set(table_of_variables()) == set()


def test_the_variables_of_make_are_told() -> None:
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    defaults = dict(re.findall(r"^(\w+) \?= (.+)$", makefile, re.MULTILINE))
    script = (PROJECT / "scripts" / "setup").read_text("utf-8")
    read = set(defaults) | set(re.findall(r"\$\{([A-Z]+):-\}", script))
    page = (PROJECT / "CONTRIBUTING.md").read_text("utf-8")
    told = dict(ROW.findall(page))
    assert set(told) == read
    assert {each: told[each] for each in defaults} == {k: f"`{v}`" for k, v in defaults.items()}
