"""A signing task from its making to a member's signature, in the browser."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from pledges.models import Pledge, SigningTask
from tests.cast import FILLED
from tests.e2e import company_year
from tests.e2e.pages import Draft, said
from tests.serving import work_off

SLUG, TITLE = "contract", "2027 年度条款承诺"
LIST = "/admin/pledges/signingtask/"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _launch(page, task, monkeypatch):
    """Press the button; an hour ago a worker carried it out, and the first notices have left."""
    page.locator(f'form[action$="/{task.pk}/launch/"] button').click()
    expect(page.locator("#going-on")).to_have_text(said("The task is being launched"))
    earlier = timezone.now() - timedelta(hours=1)
    with monkeypatch.context() as then:
        then.setattr(timezone, "now", lambda: earlier)
        work_off()
    page.locator("#moving .btn").click()  # the page has noticed
    expect(page.locator("#how-far")).to_contain_text("/ 3")


def test_a_task_is_made_launched_and_signed(window, chenjing, liming, version, monkeypatch):
    company_year.keep_open()
    office = window(chenjing)
    page = office.tab(LIST)
    page.locator(".title-tools .btn-primary").click()
    page.locator("[name=title]").fill(TITLE)
    page.locator("[name=pledge]").select_option(f"{version(SLUG).template_id}/")
    page.locator("summary", has_text=said("Employee numbers")).first.click()
    page.locator("[name=include_numbers]").fill("E1001\nE1002\nE2001")
    page.locator("main .actions [type=submit]").click()

    expect(page.locator("#who")).to_contain_text("3")
    task = SigningTask.objects.get()
    page.locator(".figures a").first.click()
    expect(page.locator("#result_list tbody tr")).to_have_count(3)
    page.go_back()
    _launch(page, task, monkeypatch)

    desk = window(liming)
    mine = desk.tab(f"/tasks/{task.pk}/")  # as the email leads
    mine.locator(f'form[action="/tasks/{task.pk}/open/"] button').click()
    draft = Draft(mine)
    draft.fill({code: text for code, text in FILLED[SLUG].items() if draft.blank(code).count()})
    signing = draft.read_and_sign()
    signing.draw()
    signing.sign()
    mine.goto(f"/tasks/{task.pk}/")
    expect(mine.locator("main")).to_contain_text(
        said("You have signed. Compliance is reviewing your pledge.")
    )

    page.goto(f"{LIST}{task.pk}/change/")
    page.locator("#how-far a").first.click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.locator("#result_list tbody")).to_contain_text(Pledge.objects.get().number)
    for path in ("change/", "members/", "remind/?standing=to-sign"):
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{LIST}{task.pk}/{path}")
        assert page.evaluate(SIDEWAYS) == 0, path
    page.locator(".actions .btn-primary").click()
    expect(page.locator(".messages .note-success")).to_contain_text(re.compile("2"))
