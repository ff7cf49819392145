"""A company's year: its people are read in, all are asked to sign, and it is shown what came of it.

Every number on a page is compared with the list that it opens.
"""

import re
import subprocess
import sys
from datetime import timedelta

import pypdfium2
from django.core import mail
from django.utils import timezone, translation
from playwright.sync_api import expect

from pledges.models import Department, Person, SigningTask
from pledges.wording import rosters as words
from tests.cast import FILLED
from tests.e2e import company_year, staff_list
from tests.e2e.company_year import SLUG
from tests.e2e.lists_behind import look, numbers_of, standings
from tests.e2e.pages import Draft, download, said, sign_in
from tests.proof.test_command import PROJECT, WITHOUT
from tests.serving import work_off

TITLE, EXCUSED = "2027 年度条款承诺", "000020"
TASKS, ROSTERS = "/admin/pledges/signingtask/", "/admin/pledges/roster/"
STOOD = {
    **{"in-force": 2, "on-paper": 1, "in-review": 4, "excused": 1, "left": 1, "on-leave": 1},
    "due": staff_list.SIZE + 1 - 10,
}


def test_everybody_signs(
    window, version, zhoumin, chenjing, sunhao, zhaolei, signed, tmp_path, monkeypatch
):
    company_year.keep_open()
    _people_come_in(window(zhoumin).tab(ROSTERS))
    company_year.some_have_signed(signed, chenjing, zhoumin)

    page = window(chenjing).tab(TASKS)
    task = _task_is_made(page, version(SLUG).template)
    _is_previewed(page)
    _is_launched(page, task, monkeypatch)

    task.refresh_from_db()
    manager = _signs_by_the_mail(window)
    _is_excused(page, window(sunhao), task)
    _objects(window(zhaolei, device="phone", language="en"), task)
    company_year.one_leaves(task, zhoumin)
    company_year.one_joins(task, zhoumin)
    _some_are_told_on_paper(window(zhoumin).tab("/admin/pledges/noticeswitch/"), task)

    # Days later: whoever acts proves anew who they are.
    office = window(chenjing)
    page = office.tab(f"{TASKS}{task.pk}/change/")
    _stands_as_told(page)
    _is_closed(page)
    _is_shown(office, page, manager, task, tmp_path)


# --- People --------------------------------------------------------------------------------------
def _people_come_in(page):
    """A list with eight kinds of fault, each at its cell; mended in its program, read again."""
    people = staff_list.rows()
    wrong = staff_list.spoilt(people)
    assert len({each.kind for each in wrong.values()}) == 8
    _upload(page, people)
    expect(page.locator(".figure-urgent .figure-count")).to_have_text("8")
    with translation.override("zh-hans"):
        expected = {address: words.fault(each) for address, each in wrong.items()}
    shown = {
        each.locator("strong").inner_text(): each.inner_text()
        for each in page.locator(".roster-fault .note-error").all()
    }
    assert shown.keys() == expected.keys()
    for address, sentence in expected.items():
        assert sentence in shown[address]
    look(page, "roster")
    page.locator('form[action$="/discard/"] [type=submit]').click()
    assert Person.objects.count() == 8

    _upload(page, staff_list.rows())
    expect(page.locator(".figure-urgent")).to_have_count(0)
    page.locator('form[action$="/confirm/"] [type=submit]').click()
    expect(page.locator("#how-far")).to_be_visible()
    work_off()
    expect(page.locator("#moving .note-success")).to_be_visible()
    assert Person.objects.filter(is_active=True).count() == staff_list.SIZE
    assert Department.objects.count() == len(staff_list.DEPARTMENTS) == 12
    assert not Department.objects.filter(head=None).exists()


def _upload(page, people):
    page.goto(f"{ROSTERS}add/")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    file = {"name": "花名册.xlsx", "mimeType": kind, "buffer": staff_list.workbook(people)}
    page.set_input_files("[name=file]", file)
    page.locator("[name=reach][value=everybody]").check()
    page.locator("main form [type=submit]").click()
    page.wait_for_url("**/change/")


# --- A task for all ------------------------------------------------------------------------------
def _task_is_made(page, template):
    page.locator(".title-tools .btn-primary").click()
    page.locator("[name=title]").fill(TITLE)
    page.locator("[name=pledge]").select_option(f"{template.pk}/")
    page.locator("[name=everybody]").check()
    page.locator("[name=joiner_days]").fill("15")
    page.locator("main .actions [type=submit]").click()
    page.wait_for_url("**/change/")
    return SigningTask.objects.get()


def _is_previewed(page):
    found = numbers_of(page)
    assert found["everybody"] == staff_list.SIZE
    assert standings(found) == {
        **{"in-force": 2, "on-paper": 1, "in-review": 3, "on-leave": 1},
        "due": staff_list.SIZE - 7,
    }
    assert found["told=no-address"] == 4
    assert found["told=mailed"] == found["standing=due"] - 4
    look(page, "preview")


def _is_launched(page, task, monkeypatch):
    """An hour ago a worker carried it out, so the first notices leave now."""
    page.locator(f'form[action$="/{task.pk}/launch/"] button').click()
    expect(page.locator("#going-on")).to_have_text(said("The task is being launched"))
    earlier = timezone.now() - timedelta(hours=1)
    with monkeypatch.context() as then:
        then.setattr(timezone, "now", lambda: earlier)
        work_off()
    mail.outbox.clear()
    work_off()
    told = [each for each in mail.outbox if f"/tasks/{task.pk}/" in each.body]
    assert len(told) == len({each.to[0] for each in told}) == staff_list.SIZE - 7 - 4


def _signs_by_the_mail(window):
    """A manager comes by the link of the mail, as nobody yet, and signs in on the way."""
    (notice,) = (each for each in mail.outbox if "liming@example.com" in each.to[0])
    page = window().context.new_page()
    page.goto(re.search(r"https?://\S+/tasks/\S+", notice.body)[0])
    sign_in(page, "liming")
    page.locator('form[action$="/open/"] button').click()
    page.wait_for_url("**/pledges/*/")
    draft = Draft(page)
    draft.fill({code: text for code, text in FILLED[SLUG].items() if draft.blank(code).count()})
    signing = draft.read_and_sign()
    signing.draw()
    signing.sign()
    return page


# --- What becomes of each ------------------------------------------------------------------------
def _is_excused(page, second, task):
    """One officer asks; it is for another to approve it."""
    page.goto(f"{TASKS}{task.pk}/members/?q={EXCUSED}")
    page.locator("#result_list tbody th a").click()
    page.locator('.task-tools a[href$="/excuse/"]').click()
    page.locator("[name=reason][value=long-absence]").check()
    page.locator("[name=until_on]").fill(f"{task.due_on + timedelta(days=9)}")
    page.locator("main form .btn-primary").click()
    expect(page.locator(".messages .note-success")).to_be_visible()
    page.goto(f"{TASKS}excuses/")
    expect(page.locator("[name=decision]")).to_have_count(0)
    other = second.tab(f"{TASKS}excuses/")
    other.locator("[name=decision][value=approve]").click()
    expect(other.locator(".messages .note-success")).to_be_visible()


def _objects(phone, task):
    page = phone.tab(f"/tasks/{task.pk}/")
    look(page, "member")
    page.locator('a[href$="/objection/"]').click()
    page.locator("[name=words]").fill("My post has no clients.")
    page.locator("main form .btn-primary").click()
    expect(page.locator(".note-success")).to_contain_text("Your objection is recorded")


def _some_are_told_on_paper(desk, task):
    desk.locator(f'a[href$="/slips/{task.pk}/"]').click()
    expect(desk.locator("main .panel li")).to_have_count(4)
    _name, made = download(desk, desk.locator("main form .btn-primary"))
    sheet = pypdfium2.PdfDocument(made)[0].get_textpage().get_text_range()
    for number in staff_list.WITHOUT_ADDRESS:
        assert number in sheet


def _stands_as_told(page):
    found = numbers_of(page)
    assert standings(found) == STOOD
    assert (found["everybody"], found["standing=signed"]) == (staff_list.SIZE + 1, 7)
    assert (found["mark=objection"], found["mark=no-address"], found["mark=joined"]) == (1, 4, 1)
    look(page, "running")


# --- What can be shown ---------------------------------------------------------------------------
def _is_closed(page):
    page.locator('.task-tools a[href$="/close/"]').click()
    page.locator("main form .btn-danger").click()
    expect(page.locator(".messages .note-success")).to_be_visible()
    work_off()
    page.reload()
    found = numbers_of(page)
    assert standings(found) == STOOD
    look(page, "closed")


def _is_shown(office, page, manager, task, folder):
    """The report, and the receipt of one, judged by themselves: without Django, without us."""
    _name, report = download(page, page.locator('a[href$="/completion-report.pdf"]'))
    manager.goto(f"/tasks/{task.pk}/")
    look(manager, "member-closed")
    _name, receipt = download(manager, manager.locator('a[href$="/receipt.json"]'))
    root = office.fetch("/verify/root.pem")
    for name, content in (("r.pdf", report), ("r.json", receipt), ("root.pem", root)):
        (folder / name).write_bytes(content)
    judged = _verify(folder, "r.pdf")
    assert judged.startswith("Genuine record: a completion report sealed by the company")
    assert "904 members" in judged
    assert "In force 2 · On paper 1 · In review 4 · Excused 1 · " in judged and "894" in judged
    pages = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(report))
    assert "904" in pages and not any(name in pages for name in ("李明", "E1001"))
    judged = _verify(folder, "--receipt", "r.json", "r.pdf")
    assert "李明 (E1001)" in judged and "In review" in judged


def _verify(folder, *arguments):
    """What `shounuo-verify` prints of files that it finds genuine."""
    command = [sys.executable, "-c", WITHOUT, *arguments, "--trust", "root.pem"]
    done = subprocess.run(
        [*command, "--language", "en"],
        cwd=folder,
        env={"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout
