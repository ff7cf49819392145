"""What people do in a browser, in their own terms: a window, a draft, the signing page."""

import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from django.utils import timezone, translation
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Response, expect

from pledges.models import Person
from tests import baseline

DEVICES = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
# A name in two strokes, in widths of the box.
STROKES = (((0.2, 0.1), (0.3, 0.3), (0.25, 0.25)), ((0.5, 0.1), (0.7, 0.15), (0.6, 0.3)))
PERIOD, ENOUGH = 30, 8  # seconds: a code's life, and what a busy machine may need of it
SLOW = 2_000  # ms, one way of each request
PATIENCE = 20_000  # ms: another test may be busy on the same two cores

expect.set_options(timeout=PATIENCE)


def said(message: str, language: str = "zh-hans") -> str:
    """`message` as the site says it to a reader of `language`."""
    with translation.override(language):
        return translation.gettext(message)


class Window:
    """A browser window with its tabs; notes what the browser complains of in any of them."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self._complaints: list[str] = []
        self._foreseen: set[int] = set()
        context.set_default_timeout(PATIENCE)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self._complaints.append(str(error.error)))
        context.on("response", self._see)

    def foresee(self, *statuses: int) -> None:
        """These answers are what the test is about."""
        self._foreseen.update(statuses)

    def tab(self, path: str = "/") -> Page:
        page = self.context.new_page()
        page.goto(path)
        return page

    def fetch(self, path: str) -> bytes:
        """The body that the person of this window gets under `path`."""
        answer = self.context.request.get(path)
        assert answer.ok, (path, answer.status)
        return answer.body()

    def close(self) -> list[str]:
        self.context.close()
        return self._complaints

    def _hear(self, message: ConsoleMessage) -> None:
        # What could not be fetched is judged by its status, in `_see`.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._complaints.append(f"{message.text} ({message.location.get('url')})")

    def _see(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._foreseen:
            self._complaints.append(f"{response.status} {response.url}")


def sign_in(page: Page, username: str) -> None:
    """Through the form, wherever it stands, and the page of the second factor."""
    give_password(page, username)
    page.wait_for_url("**/2fa/authenticate/**")
    # The sign-in takes the code of the present half minute alone: none that is about to end.
    left = PERIOD - time.time() % PERIOD
    if left < ENOUGH:
        page.wait_for_timeout(1000 * left + 200)
    page.locator("#id_code").fill(fresh_code(username))
    page.locator("form:has(#id_code) [type=submit]").click()


def give_password(page: Page, username: str) -> None:
    page.locator("#id_login").fill(username)
    page.locator("#id_password").fill(baseline.PASSWORD)
    page.locator("main form [type=submit]").click()


def fresh_code(username: str = "liming") -> str:
    """A code that the person's authenticator app may show now, and that has not served."""
    code = baseline.fresh_code(Person.objects.get(username=username), timezone.now())
    assert code is not None
    return code


def confirm_identity(page: Page, username: str = "liming") -> None:
    """Prove once more who one is, as pages about one's account want it: by a factor one has."""
    page.goto("/accounts/2fa/reauthenticate/")
    if page.locator("#id_password").count():
        page.locator("#id_password").fill(baseline.PASSWORD)
    else:
        page.locator("#id_code").fill(fresh_code(username))
    page.locator("main form [type=submit]").first.click()
    page.wait_for_url(lambda url: not urlsplit(url).path.startswith("/accounts/"))


def slow_down(page: Page, latency: int = SLOW) -> None:
    """Let each request of this tab take that long, by the browser's own emulation."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    emulated = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", {**emulated, "latency": latency})


def start(page: Page, slug: str) -> "Draft":
    page.locator(f'form[action="/pledges/start/{slug}/"] button').click()
    page.wait_for_url("**/pledges/*/")
    return Draft(page)


def download(page: Page, link: Locator) -> tuple[str, bytes]:
    """The name and the content of the file that `link` gives."""
    with page.expect_download() as caught:
        link.click()
    return caught.value.suggested_filename, Path(caught.value.path()).read_bytes()


class Draft:
    """The sheet with its blanks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def key(self) -> str:
        return re.search(r"/pledges/([0-9a-f-]{36})/", self.page.url)[1]

    def blank(self, code: str) -> Locator:
        return self.page.locator(f'.answer[name="answer-{code}"]')

    def option(self, code: str, value: str) -> Locator:
        return self.page.locator(f'.box-input[name="answer-{code}"][value="{value}"]')

    def notice(self, name: str) -> Locator:
        return self.page.locator(f'[data-notice="{name}"]')

    def put(self, code: str, text: str) -> None:
        """Fill in one blank, or choose the option."""
        if self.blank(code).count():
            self.blank(code).fill(text)
        else:
            self.option(code, text).check()

    def type(self, code: str, text: str) -> None:
        """Fill in one blank and leave it."""
        self.put(code, text)
        self.page.evaluate("document.activeElement.blur()")

    def fill(self, typed: Mapping[str, str]) -> None:
        for code, text in typed.items():
            self.type(code, text)
        self.wait_until_saved()

    def wait_until_saved(self) -> None:
        """Until nothing that was typed waits in the window any more, and the page says so."""
        self.page.wait_for_function(
            "key => sessionStorage.getItem(`draft:${key}`) === null", arg=self.key
        )
        expect(self.page.locator("[data-part=saved]")).to_contain_text(re.compile(r"\d\d:\d\d"))
        expect(self.page.locator("[data-kept]")).to_be_visible()
        expect(self.page.locator("[data-unkept]")).to_be_hidden()

    def expect_unsaved(self) -> None:
        """The mark of the last saving does not stand beside what is not saved."""
        expect(self.page.locator("[data-unkept]")).to_be_visible()
        expect(self.page.locator("[data-kept]")).to_be_hidden()

    def expect_typed(self, typed: Mapping[str, str]) -> None:
        for code, text in typed.items():
            if self.blank(code).count():
                expect(self.blank(code)).to_have_value(text)
            else:
                expect(self.option(code, text)).to_be_checked()

    def note(self, kind: str, code: str) -> Locator:
        """The note of `kind` about a blank, if it stands under the very clause of that blank."""
        blank = f'[name="answer-{code}"]'
        return self.page.locator(
            f".clause:has({blank}), .field-row:has({blank}), .paragraph:has({blank}) ~ *"
        ).locator(f"#{kind}-{code}")

    def read_and_sign(self) -> "Signing":
        self.page.locator(".fill-bar .btn-primary").click()
        self.page.wait_for_url("**/sign/**")
        return Signing(self.page)


class Signing:
    """The document as it will be signed, and the act of signing."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def copy(self) -> str:
        """Where the file lies that is to be signed."""
        return self.page.locator(".pages-bar > a").get_attribute("href")

    def open(self) -> None:
        """Where there is no room beside the document, the sheet from below."""
        opener = self.page.locator("[data-sheet-open]")
        if opener.is_visible() and not self.page.locator(".sign-sheet").is_visible():
            opener.click()

    @property
    def digest(self) -> str:
        return self.page.locator(".sign-digest .mono").inner_text().replace(" ", "")

    def draw(self, strokes: Iterable[Iterable[tuple[float, float]]] = STROKES) -> None:
        """Write by hand: with a finger where the screen takes fingers, else with the mouse."""
        canvas = self.page.locator("#hand")
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        touch = self.page.evaluate("navigator.maxTouchPoints > 0")
        for stroke in strokes:
            points = [(box["x"] + x * box["width"], box["y"] + y * box["width"]) for x, y in stroke]
            (self._with_finger if touch else self._with_mouse)(points)

    def _with_mouse(self, points: list[tuple[float, float]]) -> None:
        mouse = self.page.mouse
        mouse.move(*points[0])
        mouse.down()
        for point in points[1:]:
            mouse.move(*point, steps=3)
        mouse.up()

    def _with_finger(self, points: list[tuple[float, float]]) -> None:
        finger = self.page.context.new_cdp_session(self.page)
        for place, (x, y) in enumerate(points):
            kind = "touchMove" if place else "touchStart"
            event = {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            finger.send("Input.dispatchTouchEvent", event)
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        # Not detached: with it would go the virtual authenticator of another session.

    def type_name(self, name: str) -> None:
        if self.page.locator("[data-methods]").is_visible():
            self.page.locator("[name=method][value=type]").check()
        self.page.locator("[name=typed]").fill(name)

    def sign(self) -> None:
        """Agree, give password and code, sign; the pledge's own page follows."""
        self.page.locator("[name=consent]").check()
        self.page.locator("[name=password]").fill(baseline.PASSWORD)
        self.page.locator("[name=code]").fill(fresh_code())
        self.page.locator(".sign-button").click()
        self.page.wait_for_url(re.compile(r"/pledges/[0-9a-f-]{36}/$"))
