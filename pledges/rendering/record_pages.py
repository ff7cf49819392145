"""The pages of a completion report, and the stamp that a record's seal shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.template.loader import render_to_string

from pledges.core.completion_report import FEWEST, CompletionReport, DepartmentCounts, grouped
from pledges.core.languages import Localized
from pledges.proof.fileformat import CURRENT_RECORD
from pledges.rendering import fonts as faces
from pledges.rendering import paper_wording, press, report_wording, signature_images
from pledges.rendering.box_places import OF_RECORD
from pledges.rendering.fonts import FontSubset
from pledges.rendering.paper import qr_code, stylesheet

Words = Mapping[str, Localized]
"""What the codes of standings are called."""


@dataclass(frozen=True)
class ReportDigests:
    """What the pages say of the list: its digest, the file's identifier, and its roots."""

    list_digest: str
    members_root: str
    standings_root: str


@dataclass(frozen=True)
class Row:
    """A label and what stands beside it; `digits` are set small."""

    label: str
    value: str
    digits: bool = False


def render_report(
    report: CompletionReport, digests: ReportDigests, *, words: Words, verify_url: str
) -> bytes:
    """The PDF of the report's pages, with an empty field for the seal; PDF/A-3a and PDF/UA-1.

    Equal arguments give equal bytes. `verify_url` is where anybody can check the file. Raises
    `MissingGlyph` when a character cannot be printed, and `refusals.Unmade`.
    """
    return press.render(
        report_html(report, digests, words=words, verify_url=verify_url),
        css=report_css(),
        fonts=plain_fonts(),
        identifier=digests.list_digest,
        boxes=OF_RECORD,
    )


def report_html(
    report: CompletionReport, digests: ReportDigests, *, words: Words, verify_url: str
) -> str:
    """The report as HTML, before it becomes a PDF."""
    language = report.language
    before, between, after = paper_wording.page_line("", language)
    context = {
        "report": report,
        "lang": paper_wording.language_tag(language),
        "title": report_wording.TITLE.in_(language),
        "created": report.as_of.isoformat(timespec="seconds"),
        "facts": list(_facts(report)),
        "by_standing": report_wording.BY_STANDING.in_(language),
        "standings": [
            Row(said.in_(language), report_wording.people(report.counts.get(code, 0), language))
            for code, said in words.items()
        ],
        "by_department": report_wording.BY_DEPARTMENT.in_(language),
        "departments": [_department(each, words, language) for each in grouped(report.departments)],
        "list": report_wording.LIST.in_(language),
        "pseudonymous": report_wording.PSEUDONYMOUS.in_(language),
        "digests": list(_digests(digests, language)),
        "seal": report_wording.SEAL.in_(language),
        "verify": report_wording.VERIFY.in_(language),
        "verify_url": verify_url,
        "is_link": verify_url.startswith("https://"),
        "qr_code": qr_code(verify_url, report_wording.VERIFY.in_(language)),
        "foot": {"before-page": before, "between-pages": between, "after-pages": after},
    }
    return render_to_string("document/report.html", context)


def _facts(report: CompletionReport) -> Iterator[Row]:
    language = report.language
    versions = [report_wording.version(each.number, language) for each in report.versions]
    comma = ", " if language == "en" else "、"
    yield Row(report_wording.TEMPLATE.in_(language), report.template_title)
    yield Row(report_wording.VERSIONS.in_(language), comma.join(versions))
    if report.audience:
        yield Row(report_wording.AUDIENCE.in_(language), report.audience)
    yield Row(report_wording.DUE.in_(language), report_wording.due(report, language))
    state = report_wording.STATES.get(report.state)
    yield Row(report_wording.STATE.in_(language), state.in_(language) if state else report.state)
    yield Row(report_wording.AS_OF.in_(language), report_wording.moment(report.as_of, language))
    people = report_wording.people(len(report.members), language)
    yield Row(report_wording.MEMBERS.in_(language), people)


def _department(department: DepartmentCounts, words: Words, language: str) -> Row:
    name = department.name
    if not name:
        several = department.departments > 1
        name = (
            report_wording.together(department.departments, language)
            if several
            else report_wording.alone(language)
            if department.members < FEWEST
            else report_wording.unnamed(language)
        )
    counts = [
        f"{said.in_(language)} {department.counts[code]}"
        for code, said in words.items()
        if department.counts.get(code)
    ]
    people = report_wording.people(department.members, language)
    return Row(name, " · ".join((people, *counts)))


def _digests(digests: ReportDigests, language: str) -> Iterator[Row]:
    labels = (
        (report_wording.LIST_DIGEST, digests.list_digest),
        (report_wording.MEMBERS_ROOT, digests.members_root),
        (report_wording.STANDINGS_ROOT, digests.standings_root),
    )
    yield from (Row(label.in_(language), value, digits=True) for label, value in labels)


def report_css() -> str:
    """The style of a report, with the size that the file format gives the box."""
    width, height = CURRENT_RECORD.box
    size = f"html {{ --box-width: {width}pt; --box-height: {height}pt }}"
    return size + stylesheet("report.css")


def draw_record_stamp(*, organisation: str, sealed_at: datetime, language: str) -> bytes:
    """A one-page PDF of what the seal of a record shows. Raises `MissingGlyph`."""
    return signature_images.draw_seal(
        organisation=organisation,
        said=report_wording.SEALED.in_(language),
        lines=(
            paper_wording.labelled(report_wording.SEALED_ON, language)
            + report_wording.day(sealed_at.date(), language),
        ),
        language=language,
        fonts=plain_fonts(),
    )


@lru_cache(maxsize=1)
def plain_fonts() -> FontSubset:
    """Fonts for what has no version of a pledge: the common characters, widened as it takes."""
    return faces.subset_for("")
