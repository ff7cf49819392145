"""Every page for everybody: axe finds nothing, nothing sticks out, no page is heavy."""

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.shortcuts import render
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone
from playwright.sync_api import Page, Response, Route

from pledges.actions import answers, own_record, preparing, review, signing
from pledges.models import Person, Pledge, RequestCount
from pledges.views import errors
from tests.cast import request_by_code
from tests.e2e import paper_stage, roster_stage, stage
from tests.e2e.pages import DEVICES, confirm_identity, give_password
from tests.fresh import outdate
from tests.test_access import rows

# Answered with something that is no page: a word for machines, a catalogue, a file.
NO_PAGES = {
    *("healthz", "admin:jsi18n", "mfa_download_recovery_codes", "pledge_reading_copy"),
    *("pledge_page", "pledge_sign_page", "pledge_printout", "verify_printout"),
    *("robots_txt", "security_txt", "change_password"),
    *("paper_page", "paper_record", "admin:pledges_paperbatch_template"),
    *("admin:pledges_paperpledge_export", "admin:pledges_roster_template"),
    "admin:pledges_noticeswitch_mail",  # framed by whatever program shows the mail
    *("pledge_proof", "verify_root", "verify_tsa_roots", "verify_company_roots"),
}
# Part of a page, fetched while it moves.
PARTS = {
    f"admin:pledges_{model}_progress"
    for model in ("acceptancebatch", "invitationrun", "paperbatch", "roster", "signingtask")
}
# The key of a reset is put away in the session, out of the address.
SENDS_ON = re.compile(r"/accounts/password/reset/key/\d+-.*-")
ERROR_PAGES = {
    400: lambda request: errors.bad_request(request, ValueError()),
    403: errors.csrf_failure,
    429: errors.too_many_requests,
    500: errors.server_error,
    503: lambda request: render(request, "document_unavailable.html"),
}
# Who looks at pages of two factors, which want the password again.
TWO_FACTORS = {"liming", "wangfang", "zhaolei"}
DESK, PHONE = (DEVICES[name]["viewport"] for name in ("desktop", "phone"))
HEAVIEST = 200_000  # bytes as sent, on the first visit
JUDGE = """options => axe.run({resultTypes: ["violations"], iframes: false, ...options}).then(
  (results) => results.violations.map(({ id, nodes }) =>
    [id, ...nodes.slice(0, 3).map((node) => node.html.slice(0, 160))].join(" ")
))"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Inspector:
    """Looks at what a page shows, at every width; says what is wrong.

    What axe judges depends on words or on widths, hardly ever on both: it is asked on the desk in
    Chinese, and on the phone in English, there in dark colours as well.
    """

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.faults = page, []
        self.size = DESK if language == "zh-hans" else PHONE
        page.add_init_script(AXE_SCRIPT)

    def visit(self, path: str) -> None:
        """Go there and look; a page that only sends on elsewhere would go unseen."""
        self.page.goto(path)
        place = urlsplit(self.page.url)
        shown = f"{place.path}?{place.query}" if place.query else place.path
        if shown != path and not SENDS_ON.match(path):
            self.faults.append(f"{path} leads to {shown}")
        self.look(path)

    def look(self, path: str) -> None:
        self.page.set_viewport_size(self.size)
        self._judge(f"{path} at {self.size['width']}")
        if self.size == PHONE:
            self.page.emulate_media(color_scheme="dark")
            self._judge(f"{path} in the dark", runOnly=["color-contrast"])
            self.page.emulate_media(color_scheme="light")
        # 640: a window of 1280 pixels, zoomed to 200 %.
        for width in (1280, 640, 390, 360):
            self.page.set_viewport_size({"width": width, "height": 800})
            if over := self.page.evaluate(SIDEWAYS):
                self.faults.append(f"{path} at {width}: {over} px too wide")

    def _judge(self, place: str, **options: object) -> None:
        self.faults += [f"{place}: {fault}" for fault in self.page.evaluate(JUDGE, options)]


@pytest.fixture
def staged(signed, draft):
    built = stage.build(signed, draft)
    paper_stage.build(built.version, timezone.now())
    roster_stage.build(timezone.now())
    return built


@pytest.fixture(params=["zh-hans", "en"])
def language(request):
    return request.param


def test_no_page_shuts_anybody_out(window, staged, language):
    faults, seen = [], set()
    more = (paper_stage.pages(), roster_stage.pages())
    for username, known in stage.pages(staged).items():
        paths = [*known, *(path for each in more for path in each.get(username, []))]
        person = Person.objects.get(username=username) if username else None
        desk = window(person, language=language, bypass_csp=True)
        desk.foresee(403, 404)
        inspector = Inspector(desk.context.new_page(), language)
        if username in TWO_FACTORS:
            confirm_identity(inspector.page, username)
        for path in paths:
            inspector.visit(path)
        seen |= {resolve(path.split("?")[0]).view_name for path in paths if path != stage.NOWHERE}
        faults += [f"{username}: {fault}" for fault in inspector.faults]
    assert not faults, "\n".join(faults)
    shown = {row.name for row in rows() if "2" in row.get}
    assert shown - seen - NO_PAGES - PARTS - {"mfa_authenticate"} == set()


def test_no_refusal_shuts_anybody_out(window, staged, language, liming, chenjing, admin):
    """Pages as they are after something was refused, or while a step is half taken."""
    faults = []
    for person, steps in (
        (None, (_error_pages, _locked_out, _second_factor)),
        (liming, (partial(_sign_nothing, staged),)),
        (chenjing, (partial(_return_without_reason, staged), _accept_many)),
        (chenjing, (partial(_asked_who_it_is, staged, chenjing),)),
        (admin, (_add_nobody,)),
    ):
        desk = window(person, language=language, bypass_csp=True)
        desk.foresee(*ERROR_PAGES, 422)
        inspector = Inspector(desk.context.new_page(), language)
        for step in steps:
            step(inspector)
        faults += inspector.faults
    assert not faults, "\n".join(faults)


def _error_pages(inspector: Inspector) -> None:
    """Those that no request brings about at will, shown under an address of the site."""
    for status, view in ERROR_PAGES.items():
        request = RequestFactory().get("/boom/")
        request.user = AnonymousUser()
        request.COOKIES.update(
            {each["name"]: each["value"] for each in inspector.page.context.cookies()}
        )
        body = view(request).content.decode()
        inspector.page.route("**/boom/", _giving(status, body))
        inspector.visit("/boom/")
        inspector.page.unroute("**/boom/")


def _giving(status: int, body: str) -> Callable[[Route], None]:
    def give(route: Route) -> None:
        route.fulfill(status=status, body=body, content_type="text/html; charset=utf-8")

    return give


def _second_factor(inspector: Inspector) -> None:
    inspector.page.goto("/accounts/login/")
    give_password(inspector.page, "wangfang")
    inspector.page.wait_for_url("**/2fa/authenticate/")
    inspector.look("the second factor")


def _locked_out(inspector: Inspector) -> None:
    for _attempt in range(settings.ATTEMPTS_PER_NETWORK + 1):
        RequestCount.objects.count_one("password 127.0.0.1", timedelta(minutes=15))
    inspector.page.goto("/accounts/login/")
    give_password(inspector.page, "zhaolei")
    inspector.page.locator("[role=alert] .errorlist").wait_for()
    inspector.look("too many attempts")
    RequestCount.objects.all().delete()


def _sign_nothing(staged: stage.Stage, inspector: Inspector) -> None:
    page = inspector.page
    inspector.page.goto(stage.sign_path(staged.prepared))
    page.locator("#signing").evaluate("form => { form.noValidate = true; }")
    page.locator("[name=method][value=type]").check()
    page.locator("[name=password]").fill("not mine")
    page.locator("[name=code]").fill("123456")
    page.locator(".sign-button").click()
    page.locator("#sign-errors").wait_for()
    inspector.look("signing refused")


def _return_without_reason(staged: stage.Stage, inspector: Inspector) -> None:
    page = inspector.page
    page.goto(stage.admin_path("pledge_return", staged.signed.pk))
    for chosen in page.locator("#return-form [type=checkbox]:checked").all():
        chosen.uncheck()
    page.locator("#return-form .actions [type=submit]").click()
    page.locator(".note-error").wait_for()
    page.locator("#more-reasons").click()
    inspector.look("a return without a reason")


def _asked_who_it_is(staged: stage.Stage, person: Person, inspector: Inspector) -> None:
    outdate(person)
    inspector.page.goto(stage.admin_path("pledge_accept", staged.signed.pk))
    inspector.page.locator("#id_confirm-password").wait_for()
    inspector.look("asked who it is")


def _accept_many(inspector: Inspector) -> None:
    page = inspector.page
    page.goto(stage.admin_path("pledge_changelist"))
    page.locator("#result_list tbody input[type=checkbox]").first.check()
    page.locator("[name=action]").select_option("accept_plain")
    page.locator(".list-actions [type=submit]").click()
    page.locator("#left").wait_for()
    inspector.look("accepting many")


def _add_nobody(inspector: Inspector) -> None:
    page = inspector.page
    page.goto(stage.admin_path("person_add"))
    page.locator("main form [name=_save]").click()
    page.locator(".errorlist").first.wait_for()
    inspector.look("adding nobody")


def test_what_people_write_widens_no_page(window, signed, accepted, liming, chenjing):
    """A report, a reply, reasons, a revocation and a request, each one long word, on a phone."""
    now, long = timezone.now(), "https://example.com/" + "x" * 200
    at = {"actor": chenjing, "at": now}
    revoked = review.revoke(accepted("contract"), **at, reason=long)
    asked = answers.assign(
        revoked.version, person=liming, **at, due_on=now.date() + timedelta(days=9), note=long
    )
    own_record.report(liming, long, actor=liming, at=now)
    reasons = [review.ClauseReason(long), review.ClauseReason(long, "1.2.1")]
    corrected = review.return_to_manager(signed(), **at, reasons=reasons)
    answered = signed("personal-code", at=now - timedelta(hours=2))
    redone = review.return_to_manager(answered, **at, reasons=reasons[:1])
    for pledge in (corrected, redone):
        revision = pledge.answers_revision
        answers.save(
            pledge, actor=liming, at=now, typed=pledge.answers, revision=revision, reply=long
        )
    sent = _sign(redone)
    paths = {
        liming: [
            *("/", reverse("account_overview"), *map(stage.pledge_path, (asked, corrected))),
            *map(stage.pledge_path, (revoked, answered, sent)),
        ],
        chenjing: [
            stage.admin_path("pledge_change", each.pk) + view
            for each in (revoked, answered, sent)
            for view in ("", "?as=text")
        ],
    }
    for person, own in paths.items():
        page = window(person, device="phone").context.new_page()
        wide = {}
        for path in own:
            page.goto(path)
            assert long in page.content(), path
            if over := page.evaluate(SIDEWAYS):
                wide[path] = over
        assert wide == {}


def _sign(draft: Pledge) -> Pledge:
    now = timezone.now()
    intent = preparing.prepare(draft, actor=draft.person, at=now)
    return signing.sign(intent, actor=draft.person, at=now, request=request_by_code(at=now))


def test_no_page_is_heavy(window, staged, liming, chenjing):
    """As sent compressed, as static files are in production alone; documents do not count."""
    paths = {
        None: ["/accounts/login/"],
        liming: ["/", stage.pledge_path(staged.empty), stage.sign_path(staged.prepared)],
        chenjing: ["/admin/pledges/pledge/", stage.admin_path("pledge_change", staged.signed.pk)],
    }
    for person, own in paths.items():
        for path in own:
            page = window(person).context.new_page()
            answers: list[Response] = []
            page.on("response", lambda answer, answers=answers: answers.append(answer))
            page.goto(path)
            sizes = {answer.url: _as_sent(answer) for answer in answers}
            assert any(url.endswith("theme.css") for url in sizes)
            assert sum(sizes.values()) < HEAVIEST, sizes


def _as_sent(answer: Response) -> int:
    if answer.url.endswith((".pdf", ".png")) or not answer.url.startswith("http"):
        return 0
    head = sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
    return head + len(gzip.compress(answer.body()))
