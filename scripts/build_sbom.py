"""`python -m scripts.build_sbom`: what the application consists of, as a CycloneDX file in dist/.

Every package that `requirements.txt` brings, as it is installed in this environment: version,
licence, what it needs. Tools for tests and development are not part of the application.
"""

import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ("requirements.txt",)
TARGET = ROOT / "dist" / "shounuo.cdx.json"


def requirements(path: Path) -> Iterator[Requirement]:
    """The packages that a requirements file names."""
    for line in path.read_text("utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text and not text.startswith("-"):
            yield Requirement(text)


def closure(wanted: list[Requirement]) -> dict[str, tuple[Distribution, set[str]]]:
    """Everything that is installed for the sake of `wanted`: by name, with what it needs."""
    found: dict[str, tuple[Distribution, set[str]]] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = list(wanted)
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        installed, needs = found.setdefault(name, (distribution(requirement.name), set()))
        for inner in _needed(installed, extras):
            needs.add(canonicalize_name(inner.name))
            waiting.append(inner)
    return found


def _needed(installed: Distribution, extras: frozenset[str]) -> Iterator[Requirement]:
    for text in installed.requires or ():
        requirement = Requirement(text)
        marker = requirement.marker
        if marker and not any(marker.evaluate({"extra": each}) for each in ("", *extras)):
            continue
        try:
            distribution(requirement.name)
        except PackageNotFoundError:
            continue  # for another system, or another Python
        yield requirement


def bill(packages: dict[str, tuple[Distribution, set[str]]]) -> Bom:
    """The bill of materials of the application and its packages."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    components = {name: _component(installed) for name, (installed, _) in packages.items()}
    bom = Bom(components=components.values())
    bom.metadata.component = application = Component(
        name=project["name"],
        version=project["version"],
        description=project["description"],
        type=ComponentType.APPLICATION,
        bom_ref=project["name"],
    )
    bom.register_dependency(application, components.values())
    for name, (_installed, needs) in packages.items():
        bom.register_dependency(components[name], [components[each] for each in sorted(needs)])
    return bom


def _component(installed: Distribution) -> Component:
    told = installed.metadata.json
    name, version = canonicalize_name(installed.name), installed.version
    url = PackageURL("pypi", None, name, version)
    author = str(told.get("author") or told.get("author_email") or "")
    licence = str(told.get("license_expression") or told.get("license") or "")
    # Some packages put the whole text there.
    named = licence and "\n" not in licence
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=url,
        bom_ref=str(url),
        description=str(told.get("summary", "")),
        supplier=OrganizationalEntity(name=author) if author else None,
        licenses=[LicenseFactory().make_from_string(licence)] if named else (),
    )


def main() -> None:
    wanted = [each for name in REQUIREMENTS for each in requirements(ROOT / name)]
    bom = bill(closure(wanted))
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(JsonV1Dot6(bom).output_as_string(indent=1) + "\n")
    print(f"{TARGET.relative_to(ROOT)}: {len(bom.components)} packages")


if __name__ == "__main__":
    main()
