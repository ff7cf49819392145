"""What the documentation says is so: its example parses, its tables are whole, its links lead."""

import re
import unicodedata
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


def name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def prose(page: Path) -> str:
    return CODE_BLOCK.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, made as GitHub makes them."""
    heads = re.findall(r"^#+ +(.+?) *$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_the_example_of_the_template_format_is_sound() -> None:
    (example,) = re.findall(r"^```pledge\n(.*?)^```$", FORMAT, re.MULTILINE | re.DOTALL)
    definition, problems = template_file.parse(example)
    assert problems == ()
    assert definition is not None
    chinese = definition.outline("zh-hans")
    assert [clause.number for clause in chinese.leaves()] == ["1.", "2.", "1."]
    assert chinese.clauses[-1].text.endswith("本承诺书自签订之日起生效。")
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
LIBRARIES = (
    *("allauth", "weasyprint", "pydyf", "pyhanko", "fido2", "cssselect2", "django_tasks"),
    *("pypdfium2", "PIL", "uharfbuzz"),
)


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


# --- Two languages, lines that fit a screen ------------------------------------------------------


def shape(page: Path) -> dict[str, int]:
    """How many headings, code blocks, table rows and list items a page has."""
    text = prose(page)
    return {
        "headings": len(re.findall(r"^#+ ", text, re.MULTILINE)),
        "code blocks": len(CODE_BLOCK.findall(page.read_text("utf-8"))),
        "table rows": len(re.findall(r"^ *\|", text, re.MULTILINE)),
        "list items": len(re.findall(r"^ *(?:-|\d+\.) ", text, re.MULTILINE)),
    }


IN_CHINESE = [page for page in PAGES if page.name.endswith(".zh.md")]


def test_lawyers_and_compliance_officers_have_their_pages_in_chinese() -> None:
    assert {name(page) for page in IN_CHINESE} >= {
        "README.zh.md",
        "docs/template-format.zh.md",
        "docs/verify.zh.md",
    }


@pytest.mark.parametrize("page", IN_CHINESE, ids=name)
def test_both_languages_have_the_same_parts_and_lead_to_each_other(page: Path) -> None:
    english = page.with_name(page.name.replace(".zh.", "."))
    assert shape(page) == shape(english)
    for one, other, label in ((page, english, "English"), (english, page, "中文")):
        assert one.read_text("utf-8").splitlines()[2] == f"[{label}]({other.name})"


def test_both_languages_show_the_same_template() -> None:
    pledge = re.compile(r"^```pledge\n.*?^```$", re.MULTILINE | re.DOTALL)
    chinese = (PROJECT / "docs" / "template-format.zh.md").read_text("utf-8")
    assert pledge.findall(chinese) == pledge.findall(FORMAT)


MAX_WIDTH = 120
"""Columns of a line of prose; a Chinese character takes two."""


def width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_lines_of_prose_fit_a_screen(page: Path) -> None:
    lines = [line for line in prose(page).splitlines() if not line.lstrip().startswith(("|", "!["))]
    assert [line for line in lines if width(line) > MAX_WIDTH] == []


# --- Names that the documents use ----------------------------------------------------------------

SPAN = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"(?:[\w-]+/)*[\w-]+\.(?:py|html|css|js|schema\.json|toml)")
APP = PROJECT / "pledges"
ROOMS = {path.stem for path in APP.iterdir() if path.is_dir() or path.suffix == ".py"}
IN_A_ROOM = re.compile(rf"(?:{'|'.join(sorted(ROOMS))})(?:[/.][\w-]+)+/?")


def exists(named: str) -> bool:
    """Whether a file, a module or a name within a module is one of the code.

    A file that is named without its folder is looked for.
    """
    if FILE.fullmatch(named):
        found = any((base / named).is_file() for base in (PROJECT, APP))
        return found or (
            "/" not in named and any(any(PROJECT.glob(f"{top}/**/{named}")) for top in TOPS)
        )
    return any(_in(base, named.rstrip("/").replace(".", "/")) for base in (PROJECT, APP))


def _in(base: Path, named: str) -> bool:
    module, _, attribute = named.rpartition("/")
    if (base / named).is_dir() or (base / f"{named}.py").is_file():
        return True
    files = (base / f"{module}.py", base / module / "__init__.py")
    return any(
        re.search(rf"\b{attribute}\b", file.read_text("utf-8")) for file in files if file.is_file()
    )


TOPS = ("pledges", "config", "tests", "benchmarks", "templates", "static")
TRUE_TODAY = [page for page in PAGES if page.name != "CHANGELOG.md"]


@pytest.mark.parametrize("page", TRUE_TODAY, ids=name)
def test_files_and_functions_that_are_named_exist(page: Path) -> None:
    named = {
        span
        for span in SPAN.findall(prose(page))
        if FILE.fullmatch(span) or IN_A_ROOM.fullmatch(span)
    }
    assert sorted(each for each in named if not exists(each)) == []


def test_every_term_of_the_glossary_is_told_once_in_both_languages() -> None:
    glossary = (PROJECT / "docs" / "glossary.md").read_text("utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in glossary.splitlines()
        if line.startswith("|") and not line.startswith(("|---", "| term |"))
    ]
    assert len(rows) > 80
    assert [row for row in rows if len(row) != 5 or not all(row)] == []
    for column in (0, 1):
        terms = [row[column] for row in rows]
        assert sorted({term for term in terms if terms.count(term) > 1}) == []


def test_make_bench_runs_every_benchmark() -> None:
    runs = re.findall(r"-m (benchmarks\.\w+)", (PROJECT / "Makefile").read_text("utf-8"))
    written = {
        path.parent if path.stem == "__main__" else path.with_suffix("")
        for path in (PROJECT / "benchmarks").rglob("*.py")
        if '__name__ == "__main__"' in path.read_text("utf-8")
    }
    names = {".".join(path.relative_to(PROJECT).parts) for path in written}
    started_by_others = {"benchmarks.limited", "benchmarks.turns"}
    assert set(runs) == names - started_by_others
