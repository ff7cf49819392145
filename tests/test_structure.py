"""The shape of the project: what a reader may count on in every module of it."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

PROJECT = Path(__file__).resolve().parent.parent
MAX_MODULE_LINES = 250  # lines
MAX_FUNCTION_LINES = 40
# Split, or this file would hold what it forbids.
UNFINISHED = re.compile("TO" + "DO|FIX" + "ME|XX" + "X|NotImplemented" + "Error")
# Addresses of one maker's machine say nothing to a reader and break on every other one.
MACHINE = re.compile(r"(?<![\w.])/(?:home|root|Users)/\w")

SOURCES = sorted(
    path
    for folder in ("config", "pledges", "benchmarks", "scripts")
    for path in (PROJECT / folder).rglob("*.py")
)
TESTS = sorted((PROJECT / "tests").rglob("*.py"))
WRITTEN_BY_HAND = [path for path in SOURCES if "migrations" not in path.parts]
TEXT_KINDS = {".py", ".html", ".css", ".js", ".md", ".toml", ".txt", ".yaml", ".yml", ".po"}
FOLDERS = (
    "benchmarks",
    "config",
    "docs",
    "packaging",
    "pledges",
    "scripts",
    "static",
    "templates",
    "tests",
)


def name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def test_test_modules_have_names_of_their_own() -> None:
    """pytest imports them by their names alone."""
    names = Counter(path.name for path in TESTS if path.name.startswith("test_"))
    assert [each for each, count in names.items() if count > 1] == []


def texts() -> Iterator[Path]:
    yield from (path for path in PROJECT.iterdir() if path.suffix in TEXT_KINDS)
    for folder in FOLDERS:
        yield from (path for path in (PROJECT / folder).rglob("*") if path.suffix in TEXT_KINDS)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            yield from (f"{origin}.{each.name}" for each in node.names)


def test_imports_run_one_way() -> None:
    """The contracts of pyproject.toml; imports inside functions are seen by it as well."""
    assert lint_imports(config_filename=str(PROJECT / "pyproject.toml"), no_cache=True) == 0


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_import_hides_in_a_string(path: Path) -> None:
    """`import_module("pledges.…")` would dodge the import rule."""
    hidden = [
        node.lineno
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and (node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func))
        in {"import_module", "import_string", "__import__"}
    ]
    assert hidden == []


@pytest.mark.parametrize("path", sorted(set(SOURCES) - set(WRITTEN_BY_HAND)), ids=name)
def test_a_migration_stands_by_itself(path: Path) -> None:
    """What it did to databases years ago must not change with the code of today."""
    ours = {each for each in imports_of(path) if each.startswith(("config", "pledges", "."))}
    assert ours <= {"pledges.migrations.guards"}


@pytest.mark.parametrize("path", WRITTEN_BY_HAND, ids=name)
def test_files_are_made_durable_in_one_place(path: Path) -> None:
    """`pledges.durable_files`; who writes, syncs and renames by hand forgets one of the three."""
    if path.stem == "durable_files":
        return
    called = {
        ast.unparse(node.func) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)
    }
    by_hand = {"os.fsync", "os.link", "os.replace", "os.rename"} & called
    by_hand |= {each for each in called if each.endswith(".rename")} - {"durable_files.rename"}
    assert by_hand == set()


@pytest.mark.parametrize("path", WRITTEN_BY_HAND + TESTS, ids=name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree_of(path))


@pytest.mark.parametrize("path", WRITTEN_BY_HAND, ids=name)
def test_a_module_is_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MAX_MODULE_LINES


@pytest.mark.parametrize("path", WRITTEN_BY_HAND, ids=name)
def test_functions_are_short(path: Path) -> None:
    lengths = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FUNCTION_LINES} == {}


@pytest.mark.parametrize("path", WRITTEN_BY_HAND, ids=name)
def test_no_guard_vanishes_under_optimisation(path: Path) -> None:
    """`python -O` drops assert statements, and what they guarded stands open."""
    asserts = [node.lineno for node in ast.walk(tree_of(path)) if isinstance(node, ast.Assert)]
    assert asserts == []


def test_nothing_is_left_unfinished_or_tied_to_one_machine() -> None:
    found = [
        f"{name(path)}:{number}"
        for path in texts()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if UNFINISHED.search(line) or MACHINE.search(line)
    ]
    assert found == []


# Names and phrases that were given up, so that each thing has one word.
GIVEN_UP = (
    *("exactness", "inertness", "sealbytes", "sealfields", "written_form", "loglines", "qrcodes"),
    *("noticeboard", "privatefiles", "filestorage", "dossier"),
    *("borrowed_django", "borrowed_allauth", "ManagerSeal", "SigningAct"),
    *("templatefile", "forsaken", r"pledges[./](?:offline|documents)", "`offline/`"),
    # What is in the room of that name now has other modules.
    r"gateways[./](?:pdf|pades|pki|tsa|keys|fonts|seals|reader|trust|webauthn|storage|passkeys)",
    *(r"(?:lay|lays|laid|laying) (?:[\w`]+ ){0,3}before", "what leaves at once"),
    r"closes the (?:private )?keys",
)
OLD = re.compile(rf"(?<!\w)(?:{'|'.join(GIVEN_UP)})(?!\w)", re.IGNORECASE)


def test_no_name_that_was_given_up_is_left() -> None:
    """Outside of the changelog, which tells of them."""
    found = [
        f"{name(path)}:{number}: {hit[0]}"
        for path in texts()
        if path.name != "CHANGELOG.md" and path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (hit := OLD.search(line))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "import pledges.offline",
        "pledges/gateways/pdf.py",
        "a check of `offline/`",
        "from pledges.proof import exactness",
        "compliance lays a pledge before somebody",
        "Lay `version` before `person`",
        "a document laid before its signer",
        "/T (ManagerSeal)",
    ],
)
def test_names_that_were_given_up_are_recognised(line: str) -> None:
    assert OLD.search(line)
