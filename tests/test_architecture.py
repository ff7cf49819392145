"""What the tour says of the code is so: rooms and arrows, who reads the clock, tables, points."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest
from django.apps import apps

PROJECT = Path(__file__).resolve().parent.parent
TOUR = (PROJECT / "docs" / "architecture.md").read_text("utf-8")

Arrow = tuple[str, str]


def section(title: str) -> str:
    """The text under a heading of the tour, up to the next heading of that level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", TOUR, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def rows(title: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


# --- Rooms and arrows --------------------------------------------------------------------------

ROOMS = {quoted(name)[0]: quoted(imports) for name, _purpose, imports in rows("Rooms")}


def room_of(module: str) -> str | None:
    """The room that a module stands in; the root of the app is none."""
    if module == "config.urls":
        return module
    package, *path = module.split(".")
    return "config" if package == "config" else next(iter(path), None)


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("config", "pledges", cache_dir=None)


@pytest.fixture(scope="module")
def arrows(imports: grimp.ImportGraph) -> set[Arrow]:
    """Which room imports which, imports within functions included."""
    found = set()
    for module in imports.modules:
        for imported in imports.find_modules_directly_imported_by(module):
            one, other = room_of(module), room_of(imported)
            if one and other and one != other:
                found.add((one, other))
    return found


def test_the_table_of_rooms_is_whole(imports: grimp.ImportGraph) -> None:
    assert set(ROOMS) == {room for module in imports.modules if (room := room_of(module))}


def test_the_table_of_rooms_has_every_arrow_of_the_code_and_no_other(arrows: set[Arrow]) -> None:
    told = {(room, imported) for room, those in ROOMS.items() for imported in those}
    only_in_code = sorted(f"{one} -> {other}" for one, other in arrows - told)
    only_in_table = sorted(f"{one} -> {other}" for one, other in told - arrows)
    assert (only_in_code, only_in_table) == ([], [])


def test_a_room_imports_only_rooms_that_stand_above_it() -> None:
    order = list(ROOMS)
    upside_down = [
        f"{room} -> {imported}"
        for room, those in ROOMS.items()
        for imported in those
        if order.index(imported) >= order.index(room)
    ]
    assert upside_down == []


# --- The clock ---------------------------------------------------------------------------------

EDGES = {"views", "admin", "management", "system_checks"}
VERIFIER = Path("pledges/proof/__main__.py")
CLOCKS = re.compile(
    r"(?:.+\.)?(?:timezone\.now|datetime\.(?:now|utcnow|today)|date\.today|time\.time(?:_ns)?)"
)
# These read the clock only when they are given no time.
CLOCKS_UNLESS_GIVEN = {"localdate", "localtime"}


def readings(tree: ast.AST, in_task: bool = False) -> Iterator[tuple[int, bool]]:
    """The lines on which the clock is read, each with whether that is in a background task."""
    for node in ast.iter_child_nodes(tree):
        if _reads_the_clock(node):
            yield node.lineno, in_task
        yield from readings(node, in_task or _is_task(node))


def _reads_the_clock(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return bool(CLOCKS.fullmatch(ast.unparse(node)))
    if not isinstance(node, ast.Call) or node.args or node.keywords:
        return False
    return ast.unparse(node.func).rpartition(".")[2] in CLOCKS_UNLESS_GIVEN


def _is_task(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and any(
        ast.unparse(each).split("(")[0] == "task" for each in node.decorator_list
    )


def modules() -> Iterator[Path]:
    for folder in ("config", "pledges"):
        for path in sorted((PROJECT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(PROJECT)


def clock_readings() -> Iterator[tuple[Path, int, bool]]:
    for path in modules():
        for line, in_task in readings(ast.parse((PROJECT / path).read_text("utf-8"))):
            yield path, line, in_task


def test_the_clock_is_read_at_the_edges_alone() -> None:
    inside = [
        f"{path}:{line}"
        for path, line, in_task in clock_readings()
        if not in_task and path != VERIFIER and path.parts[1] not in EDGES
    ]
    assert inside == []


def test_every_edge_does_read_the_clock() -> None:
    """Or the rule would allow more than there is."""
    found = list(clock_readings())
    assert {path.parts[1] for path, _, _ in found} >= EDGES
    assert VERIFIER in {path for path, _, _ in found}
    assert any(in_task for path, _, in_task in found if path.parts[1] not in EDGES)


@pytest.mark.parametrize(
    ("code", "reads"),
    [
        ("timezone.now()", True),
        ("work(clock=timezone.now)", True),
        ("django.utils.timezone.now()", True),
        ("datetime.now(UTC)", True),
        ("datetime.datetime.now(UTC)", True),
        ("date.today()", True),
        ("time.time()", True),
        ("timezone.localdate()", True),
        ("timezone.localdate(at)", False),
        ("localtime(entry.at)", False),
        ("time.monotonic()", False),
    ],
)
def test_readings_of_the_clock_are_recognised(code: str, reads: bool) -> None:
    assert bool(list(readings(ast.parse(code)))) is reads


# --- State -------------------------------------------------------------------------------------

# Where rows and the ledger are written; `models` holds what the actions call.
WRITERS = {"actions", "audit", "models"}
# What a manager or a row does that writes.
WRITES = {"save", "delete", "update", "create", "get_or_create", "update_or_create"}
WRITES |= {"bulk_create", "bulk_update"}
RECORDS = {"audit.record", "audit.record_many"}


def writings(tree: ast.AST) -> Iterator[int]:
    """The lines on which rows are written through a manager, or a name that is one row or many."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of, does = ast.unparse(node.func.value), node.func.attr
            plain = re.fullmatch(r"\w+", of) and does in ("save", "delete") and not node.args
            if (does in WRITES and ".objects" in of) or plain or ast.unparse(node.func) in RECORDS:
                yield node.lineno


def test_state_is_written_by_actions_alone() -> None:
    elsewhere = [
        f"{path}:{line}"
        for path in modules()
        if path.parts[0] == "pledges" and Path(path.parts[1]).stem not in WRITERS
        for line in writings(ast.parse((PROJECT / path).read_text("utf-8")))
    ]
    assert elsewhere == []


def test_claims_and_counts_are_written_by_actions_and_notices_alone() -> None:
    written = re.compile(r"\.objects\.(?:claim_each|tell_on|count_one|count_each)\(")
    elsewhere = [
        str(path)
        for path in modules()
        if path.parts[0] == "pledges"
        and Path(path.parts[1]).stem not in WRITERS | {"notices"}
        and written.search((PROJECT / path).read_text("utf-8"))
    ]
    assert elsewhere == []


@pytest.mark.parametrize(
    ("code", "writes"),
    [
        ("Department.objects.get_or_create(name_zh=name)", True),
        ("Pledge.objects.filter(pk=key).update(status=after)", True),
        ("factor.delete()", True),
        ("person.save()", True),
        ('audit.record("person.changed", actor=actor, subject=person, at=at)', True),
        ("audit.record_many(events, actor=actor, at=at)", True),
        ("answers.save(own, actor=actor, at=at, typed=typed, revision=revision)", False),
        ("Pledge.objects.filter(pk=key).exists()", False),
        ("context.update(more)", False),
    ],
)
def test_writings_of_state_are_recognised(code: str, writes: bool) -> None:
    assert bool(list(writings(ast.parse(code)))) is writes


# --- Points and tables -------------------------------------------------------------------------


def test_every_crash_point_is_told_of() -> None:
    named = set()
    for path in modules():
        text = (PROJECT / path).read_text("utf-8")
        named |= set(re.findall(r'crash_points\.reach\("([^"]+)"\)', text))
    told = [point for points, _left in rows("When things fail") for point in quoted(points)]
    assert sorted(told) == sorted(named)


def test_every_table_is_told_of() -> None:
    told = [name for names, _row, _change in rows("What is kept") for name in quoted(names)]
    assert sorted(told) == sorted(
        model.__name__ for model in apps.get_app_config("pledges").get_models()
    )
