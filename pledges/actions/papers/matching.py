"""Whom and what the rows of a list mean: people by their number, versions by their name."""

from collections.abc import Iterable, Mapping, Sequence

from pledges.core.lifecycle import VersionState
from pledges.core.paper_lists import (
    Column,
    ListedPaper,
    RowFault,
    same_name,
    version_key,
    with_zeros,
)
from pledges.core.papers import STANDS
from pledges.models import PaperPledge, Person, TemplateVersion


class Known:
    """The people and versions that rows may mean, as they are now."""

    def __init__(self) -> None:
        people = Person.objects.filter(erased_at=None).only("pk", "name", "employee_number")
        self._people = {each.employee_number.casefold(): each for each in people}
        self._versions: dict[str, TemplateVersion] = {}
        versions = TemplateVersion.objects.exclude(status=VersionState.DRAFT)
        for version in versions.select_related("template"):
            for name in names_of(version):
                self._versions[version_key(name)] = version

    def person(self, row: ListedPaper) -> Person | None:
        """Who has the number of the row."""
        return self._people.get(row.text(Column.NUMBER).casefold())

    def version(self, row: ListedPaper) -> TemplateVersion | None:
        """Which version the row names."""
        return self._versions.get(version_key(row.text(Column.VERSION)))

    def find_faults(self, listed: Sequence[ListedPaper]) -> None:
        """Say of each row what it names that is not there, or is filed already."""
        for row in listed:
            person, version = self.person(row), self.version(row)
            if person is None and (number := row.text(Column.NUMBER)):
                full = with_zeros(number, self._people)
                fault = RowFault.ZEROS_LOST if full else RowFault.UNKNOWN_NUMBER
                row.add(fault, full or number)
            elif person is not None and not same_name(person.name, row.text(Column.NAME)):
                row.add(RowFault.ANOTHER_NAME, person.name)
            if version is None and row.text(Column.VERSION):
                row.add(RowFault.UNKNOWN_VERSION, row.text(Column.VERSION))
        self._find_filed(listed)

    def _find_filed(self, listed: Iterable[ListedPaper]) -> None:
        rows = PaperPledge.objects.filter(state__in=STANDS)
        filed = set(rows.values_list("person_id", "version_id", "signed_on"))
        for row in listed:
            person, version = self.person(row), self.version(row)
            if person and version and (person.pk, version.pk, row.signed_on) in filed:
                row.add(RowFault.FILED_ALREADY)


def person_of(cells: Mapping[str, str]) -> Person | None:
    """Who has the number of a row; nobody who was erased."""
    number = cells.get(Column.NUMBER, "")
    return Person.objects.filter(employee_number__iexact=number, erased_at=None).first()


def full_number(number: str) -> str:
    """The number of somebody that `number` is without its leading zeros; "" where none is."""
    people = Person.objects.filter(employee_number__endswith=number, erased_at=None)
    return with_zeros(number, people.values_list("employee_number", flat=True))


def version_of(cells: Mapping[str, str]) -> TemplateVersion | None:
    """The version that a row names."""
    wanted = version_key(cells.get(Column.VERSION, ""))
    versions = TemplateVersion.objects.exclude(status=VersionState.DRAFT)
    for version in versions.select_related("template"):
        if wanted in map(version_key, names_of(version)):
            return version
    return None


def names_of(version: TemplateVersion) -> list[str]:
    """What a list may call a version: its label in both languages, or the slug and the number."""
    number = version.number
    return [
        version.label("zh-hans"),
        version.label("en"),
        f"{version.subtitle_zh} {number}",
        f"{version.subtitle_en} {number}",
        f"{version.template.slug} {number}",
    ]
