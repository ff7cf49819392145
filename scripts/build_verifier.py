"""Build the wheel `shounuo-verify`: the proof, and of the rest just the modules that it imports."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import grimp

PROJECT = Path(__file__).resolve().parent.parent
PACKAGING = PROJECT / "packaging" / "shounuo-verify"
PROOF = "pledges.proof"
# Files have this time in the wheel, and so the same modules give the same bytes: 1980-01-01, the
# earliest that a ZIP file can name.
EPOCH = "315532800"


def main() -> None:
    """Build it into `dist/` and say where it is."""
    print(build(PROJECT / "dist").relative_to(PROJECT))


def build(destination: Path) -> Path:
    """Build the wheel into the folder `destination`; its path."""
    with TemporaryDirectory(prefix="shounuo-verify-") as place:
        tree = Path(place)
        _lay_out(tree)
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
        command += ["--no-index", "--no-deps", "--no-build-isolation"]
        command += ["--wheel-dir", str(destination), str(tree)]
        subprocess.run(command, check=True, env={"SOURCE_DATE_EPOCH": EPOCH, **os.environ})
    return destination / f"shounuo_verify-{version()}-py3-none-any.whl"


def version() -> str:
    """The version of the whole project."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["version"])


def modules() -> list[str]:
    """The proof, what it imports, directly or not, and the packages that these are in."""
    graph = grimp.build_graph("pledges", cache_dir=None)
    proof = {PROOF, *graph.find_descendants(PROOF)}
    found = proof.union(*(graph.find_upstream_modules(each) for each in proof))
    parts = [each.split(".") for each in found]
    return sorted({".".join(each[:depth]) for each in parts for depth in range(1, len(each) + 1)})


def _lay_out(tree: Path) -> None:
    """What the build backend finds in its folder: modules, README and project file."""
    for module in modules():
        source = _file_of(module)
        target = tree / source.relative_to(PROJECT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    shutil.copyfile(PACKAGING / "README.md", tree / "README.md")
    project = (PACKAGING / "pyproject.toml").read_text("utf-8")
    filled_in = project.replace('dynamic = ["version"]', f'version = "{version()}"')
    (tree / "pyproject.toml").write_text(filled_in, "utf-8")


def _file_of(module: str) -> Path:
    path = PROJECT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


if __name__ == "__main__":
    main()
