"""What the documentation says is so: its example parses, its tables are whole, its links lead."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from pledges.core.template import template_file
from pledges.core.template.blank_kinds import Kind
from pledges.core.template.problems import KINDS

PROJECT = Path(__file__).resolve().parent.parent
FOLDERS = ("docs", "packaging")
PAGES = sorted(
    [*PROJECT.glob("*.md"), *(page for each in FOLDERS for page in (PROJECT / each).rglob("*.md"))]
)
FORMAT = (PROJECT / "docs" / "template-format.md").read_text("utf-8")
READMES = ("README.md", "README.zh.md")
CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\(([^)\s]+)\)")
CONFIGURED = ("config", "pledges/management")


def name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def prose(page: Path) -> str:
    return CODE_BLOCK.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, made as GitHub makes them."""
    heads = re.findall(r"^#+ +(.+?) *$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def variables() -> Iterator[tuple[str, str]]:
    """Every environment variable that settings and commands read, with the file that does."""
    for folder in CONFIGURED:
        for path in (PROJECT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if found := _variable(node):
                    yield found, name(path)


def _variable(node: ast.AST) -> str | None:
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
        key: ast.AST = node.slice
    elif isinstance(node, ast.Call) and node.args and _reads_environment(ast.unparse(node.func)):
        key = node.args[0]
    else:
        return None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


def _reads_environment(function: str) -> bool:
    return function in {"os.environ.get", "os.getenv", "os.environ.setdefault", "flag", "words"}


# Set by the program for its own child processes and tools; nobody configures it.
OWN = {"DJANGO_SETTINGS_MODULE"}


def test_the_variables_are_found_at_all() -> None:
    found = {variable for variable, _ in variables()}
    assert {"VAR_DIR", "DATABASE_URL", "PORT", "PRODUCTION", "ALLOWED_HOSTS"} <= found


@pytest.mark.parametrize("readme", READMES)
def test_every_variable_stands_in_the_configuration_table(readme: str) -> None:
    rows = [line for line in (PROJECT / readme).read_text("utf-8").splitlines() if line[:2] == "| "]
    told = {variable for row in rows for variable in re.findall(r"`([A-Z][A-Z0-9_]+)`", row)}
    missing = {f"{found} ({path})" for found, path in variables() if found not in told | OWN}
    assert missing == set()


def test_the_example_of_the_template_format_is_sound() -> None:
    (example,) = re.findall(r"^```pledge\n(.*?)^```$", FORMAT, re.MULTILINE | re.DOTALL)
    definition, problems = template_file.parse(example)
    assert problems == ()
    assert definition is not None
    chinese = definition.outline("zh-hans")
    assert [clause.number for clause in chinese.leaves()] == ["1.", "2.", "1."]
    assert chinese.clauses[-1].text == "本承诺书自签订之日起生效。"
    assert template_file.parse(template_file.to_text(definition)) == (definition, ())


def test_every_kind_of_blank_and_of_problem_is_described() -> None:
    for kind in Kind:
        assert re.search(rf"^\| `{kind}` \|", FORMAT, re.MULTILINE), kind
    section = FORMAT[FORMAT.index("## Problems") :]
    assert set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", section)) == KINDS


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(prose(page)):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        file, _, anchor = unquote(target).partition("#")
        path = (page.parent / file).resolve() if file else page
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("readme", READMES)
def test_the_pictures_are_small(readme: str) -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", (PROJECT / readme).read_text("utf-8"))
    assert pictures
    assert [each for each in pictures if (PROJECT / each).stat().st_size > 200 * 1024] == []


UPGRADING = (PROJECT / "docs" / "upgrading-libraries.md").read_text("utf-8")
USE = re.compile(r"^\| ((?:`[^`]+`(?:, )?)+) \| `([^`]+)` \| [^|]+ \| `([^`]+)` \|$", re.MULTILINE)
LIBRARIES = ("allauth", "weasyprint", "pydyf", "pyhanko", "fido2", "cssselect2", "django_tasks")


def test_what_an_upgrade_must_look_at_is_what_is_used() -> None:
    rows = USE.findall(UPGRADING)
    assert len(rows) >= 13
    for names, file, checked in rows:
        code = (PROJECT / file).read_text("utf-8")
        assert all(used in code for used in re.findall(r"`([^`]+)`", names)), (names, file)
        assert (PROJECT / checked).exists(), checked


def test_no_internal_module_of_a_library_is_used_unlisted() -> None:
    used = {
        module
        for path in (PROJECT / "pledges").rglob("*.py")
        for module in re.findall(r"^ *(?:from|import) (\S+)", path.read_text("utf-8"), re.MULTILINE)
        if module.startswith(LIBRARIES) and re.search(r"\.internal\b|\._", module)
    }
    assert used and all(f"`{module}`" in UPGRADING for module in used)


def test_every_decision_is_listed() -> None:
    folder = PROJECT / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    pages = {path.name for path in folder.glob("*.md")} - {"README.md"}
    assert pages
    assert {page for page in pages if f"({page})" not in index} == set()
