"""Every page for everybody: axe finds nothing, nothing sticks out, no page is heavy."""

import gzip

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import SuspiciousOperation
from django.test import RequestFactory
from django.urls import resolve
from playwright.sync_api import Page

from pledges.models import Person
from pledges.views import errors
from tests.e2e import stage
from tests.test_access import rows

# Answered with something that is no page: a word for machines, a catalogue, a file.
NO_PAGES = {"healthz", "admin:jsi18n", "mfa_download_recovery_codes", "pledge_reading_copy"}
HEAVIEST = 200_000  # bytes as sent, on the first visit
JUDGE = """options => axe.run({resultTypes: ["violations"], iframes: false, ...options}).then(
  (results) => results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" ")}`
))"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Inspector:
    """Looks at what a page shows, at every size; says what is wrong."""

    def __init__(self, page: Page) -> None:
        self.page, self.faults = page, []
        page.add_init_script(AXE_SCRIPT)

    def look(self, path: str) -> None:
        for width, height in ((1280, 900), (390, 844)):
            self.page.set_viewport_size({"width": width, "height": height})
            self._judge(f"{path} at {width}")
        self.page.emulate_media(color_scheme="dark")
        self._judge(f"{path} dark", runOnly=["color-contrast"])
        self.page.emulate_media(color_scheme="light")
        # 640: a window of 1280 pixels, zoomed to 200 %.
        for width in (640, 360):
            self.page.set_viewport_size({"width": width, "height": 800})
            if over := self.page.evaluate(SIDEWAYS):
                self.faults.append(f"{path} at {width}: {over} px too wide")

    def _judge(self, place: str, **options: object) -> None:
        self.faults += [f"{place}: {fault}" for fault in self.page.evaluate(JUDGE, options)]


@pytest.fixture
def staged(signed, draft):
    return stage.build(signed, draft)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_shuts_anybody_out(window, staged, language):
    faults, seen = [], set()
    for username, paths in stage.pages(staged).items():
        person = Person.objects.get(username=username) if username else None
        desk = window(person, language=language, bypass_csp=True)
        desk.foresee(403, 404)
        inspector = Inspector(desk.context.new_page())
        for path in paths:
            inspector.page.goto(path)
            seen.add(resolve(path.split("?")[0]).view_name if path != "/nowhere/" else path)
            inspector.look(f"{username} {path}")
        faults += inspector.faults
    assert faults == []
    shown = {row.name for row in rows() if "2" in row.get}
    assert shown - seen - NO_PAGES == set()
