"""The ways of printing a pledge that `benchmarks.render` compares, each as a function without
arguments that returns the PDF."""

import dataclasses
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from pylopdf_fonts_zh_cn import sans_path, serif_path

from benchmarks import samples
from pledges import rendering
from pledges.core.sheet import Sheet
from pledges.core.template.blanks import display
from pledges.core.template.clauses import Text
from pledges.rendering import fonts
from pledges.rendering.paper import paper_css

Printer = Callable[[], bytes]


def this_project(slug: str, sheet: Sheet) -> Printer:
    """As the application prints: subset made at publication, everything else on each call."""
    own = fonts.subset_for(
        samples.version_text(slug, sheet.language) + rendering.paper_text(sheet.language)
    )
    return lambda: rendering.render_pledge(sheet, own)


def with_full_fonts(sheet: Sheet) -> str:
    """The same HTML and CSS, self-contained, with the two full fonts by file address."""
    faces = "".join(
        f'@font-face {{ font-family: "{family}"; src: url({path.as_uri()}) }}'
        for family, path in (("Pledge Serif", serif_path()), ("Pledge Sans", sans_path()))
    )
    css = faces + paper_css()
    return rendering.paper_html(sheet).replace("</head>", f"<style>{css}</style></head>")


def plain_weasyprint(sheet: Sheet) -> Printer:
    """What the library's documentation shows first."""
    from weasyprint import HTML

    html = with_full_fonts(sheet)
    return lambda: bytes(HTML(string=html).write_pdf())


def without_harfbuzz(printer: Printer) -> Printer:
    """The same where only pip installed WeasyPrint: fonts are cut by fontTools instead."""
    from weasyprint.pdf import fonts as writer

    logger = logging.getLogger("weasyprint")

    def print_slowly() -> bytes:
        found, level = writer.harfbuzz_subset, logger.level
        writer.harfbuzz_subset = None
        logger.setLevel(logging.ERROR)  # it warns on every font
        try:
            return printer()
        finally:
            writer.harfbuzz_subset = found
            logger.setLevel(level)

    return print_slowly


def typst() -> Callable[[Sheet], Printer]:
    """Typst's own layout of the same text with the same fonts, by one compiler that is kept.

    It remembers what it has typeset. So the text differs a little each time, by the pledge's
    number, as it does from one pledge to the next.
    """
    import typst as library

    compiler: Any = library.Compiler(font_paths=[serif_path().parent], ignore_system_fonts=True)

    def printer(sheet: Sheet) -> Printer:
        numbers = count(1)

        def print_next() -> bytes:
            told = dataclasses.replace(sheet, number=f"CN-2026-{next(numbers):06d}")
            return bytes(compiler.compile(_typst_source(told).encode()))

        return print_next

    return printer


def typst_cold(sheet: Sheet) -> Printer:
    """The same with a new compiler each time, which reads the fonts anew."""
    import typst as library

    to_pdf: Any = library.compile
    source, folders = _typst_source(sheet).encode(), [serif_path().parent]
    return lambda: bytes(to_pdf(source, font_paths=folders))


def _typst_source(sheet: Sheet) -> str:
    blanks = {blank.code: blank for blank in sheet.blanks}

    def quoted(text: str) -> str:
        return '#"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    lines = [
        '#set page(paper: "a4", margin: (x: 24.5mm, y: 28mm), numbering: "— 1 —")',
        '#set text(font: ("Noto Serif SC", "Noto Sans SC"), size: 12pt, lang: "zh")',
        "#set par(justify: true, leading: 0.75em)",
        f"#align(center)[#text(22pt)[{quoted(sheet.title)}]]",
    ]
    for _, clause in sheet.outline.walk():
        runs = (
            quoted(run.text)
            if isinstance(run, Text)
            else f"#underline[{quoted(display(blanks[run.code], sheet.answers, sheet.language))}]"
            for run in clause.runs
        )
        lines.append(quoted(clause.number) + "".join(runs))
    return "\n\n".join(
        (*lines, quoted(sheet.number), quoted(sheet.consent), quoted(sheet.verify_url))
    )


@contextmanager
def chromium() -> Iterator[Callable[[Sheet], tuple[Printer, Printer]]]:
    """A browser kept open; for a sheet, `page.pdf()` alone and with loading the page before it."""
    from playwright.sync_api import sync_playwright

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=os.environ.get("CHROMIUM")
            or shutil.which("chromium")
            or shutil.which("chromium-headless-shell"),
            args=["--no-sandbox"],
        )

        def printers(sheet: Sheet) -> tuple[Printer, Printer]:
            file = folder / f"{sheet.version_digest}.html"
            file.write_text(with_full_fonts(sheet), encoding="utf-8")
            page = browser.new_page()

            def load() -> None:
                page.goto(file.as_uri())
                page.evaluate("document.fonts.ready.then(() => true)")

            def print_only() -> bytes:
                return bytes(page.pdf(prefer_css_page_size=True, tagged=True))

            def load_and_print() -> bytes:
                load()
                return print_only()

            load()
            return print_only, load_and_print

        yield printers
