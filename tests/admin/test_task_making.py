"""Making a signing task in one page, its preview, and its launch."""

from datetime import date, timedelta

import pytest

from pledges.actions.tasks import launching
from pledges.models import Department, SigningTask
from tests import task_scenes
from tests.admin.conftest import TODAY

URL = "/admin/pledges/signingtask/"


@pytest.fixture
def sent(version):
    """What the form sends for three account managers, or as `changes` say."""

    def fill(**changes):
        typed = {
            "title": "2027 年度",
            "pledge": f"{version().template_id}/",
            "include_numbers": "E1001\nE1002，E2001",
            "include_below": "on",
            "exclude_below": "on",
            "due_kind": "working-days",
            "due_days": "10",
            "message": "请按时签署。",
            "notice_start": "on",
            "notice_before": "1 7 3",
            "notice_on_day": "on",
            "notice_every_after": "5",
            "takes_joiners": "on",
            "joiner_days": "10",
            "follows_versions": "on",
        }
        return {name: value for name, value in (typed | changes).items() if value is not None}

    return fill


def test_what_is_typed_is_what_is_kept_and_comes_back_for_changing(as_, chenjing, sent, version):
    client = as_(chenjing)
    rule = {
        "everybody": "on",
        "without_pledge": "on",
        "exclude_departments": [Department.objects.get(name_zh="合规部").pk],
        "include_numbers": None,
    }
    done = client.post(f"{URL}add/", sent(**rule))
    task = SigningTask.objects.get()
    assert done.url == f"{URL}{task.pk}/change/"
    assert task.audience == {
        "include": [{"kind": "everybody"}, {"kind": "without-pledge"}],
        "exclude": [{"kind": "departments", "values": rule["exclude_departments"], "below": True}],
    }
    assert task.due_rule == {"kind": "working-days", "days": 10}
    assert task.notice_plan["before"] == [7, 3, 1]
    assert task.notice_plan["superior_after"] is None
    form = client.get(f"{URL}{task.pk}/edit/").context["form"]
    again = {name: form[name].value() for name in form.fields}
    posted = {name: "on" if value is True else value for name, value in again.items() if value}
    posted["notice_before"] = "7, 3, 1"
    assert client.post(f"{URL}{task.pk}/edit/", posted).status_code == 302
    kept = SigningTask.objects.get()
    assert (kept.audience, kept.due_rule) == (task.audience, task.due_rule)
    assert kept.notice_plan == task.notice_plan


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"include_numbers": ""}, "everybody"),
        ({"include_numbers": "E1001 E9999"}, "include_numbers"),
        ({"due_days": ""}, "due_days"),
        ({"due_days": "400"}, "due_days"),
        ({"due_kind": "date", "due_date": ""}, "due_date"),
        ({"due_kind": "date", "due_date": "2026-11-25"}, "due_date"),
        ({"notice_before": "soon"}, "notice_before"),
        ({"notice_before": "1,2,3,4,5,6,7"}, "notice_before"),
        ({"pledge": "999/"}, "pledge"),
        ({"joiner_days": "0"}, "joiner_days"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(as_, chenjing, sent, changes, field):
    page = as_(chenjing).post(f"{URL}add/", sent(**changes))
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert not SigningTask.objects.exists()


def test_numbers_pasted_in_any_way_are_the_same_people(as_, chenjing, sent):
    as_(chenjing).post(f"{URL}add/", sent(include_numbers=" E1001\t E1002\r\nE2001 E1001;"))
    assert SigningTask.objects.get().audience["include"][0]["values"] == ["E1001", "E1002", "E2001"]


def test_full_width_is_read_as_it_is_meant(as_, chenjing, sent):
    typed = {"include_numbers": "Ｅ１００１，Ｅ１００２；E2001", "notice_before": "７，３，１"}
    as_(chenjing).post(f"{URL}add/", sent(**typed))
    task = SigningTask.objects.get()
    assert task.audience["include"][0]["values"] == ["E1001", "E1002", "E2001"]
    assert task.notice_plan["before"] == [7, 3, 1]


def test_people_chosen_elsewhere_stand_in_the_form(as_, chenjing):
    form = as_(chenjing).get(f"{URL}add/?numbers=E1001,E1002").context["form"]
    assert form["include_numbers"].value() == "E1001,E1002"


def test_a_preview_says_what_a_launch_brings(as_, chenjing, version, liming):
    liming.email = ""
    liming.save()
    task = task_scenes.draft(version(), chenjing, TODAY)
    found = as_(chenjing).get(f"{URL}{task.pk}/change/").context
    assert (found["total"].count, found["to_sign"]) == (8, 8)
    assert (found["mailed"].count, found["without_address"].count) == (7, 1)
    assert (found["working_days"], found["signatures_a_day"], found["per_officer"]) == (10, 1, 1)
    assert found["reminders"] == 4


def test_a_holiday_is_told_and_nobody_in_it_is_told(as_, chenjing, version):
    saturday = {"kind": "date", "on": "2026-12-05"}
    task = task_scenes.draft(version(), chenjing, TODAY, due_rule=saturday)
    client = as_(chenjing)
    assert "该日不是工作日" in client.get(f"{URL}{task.pk}/change/").content.decode()
    nobody = {"include": [{"kind": "posts", "values": ["无此岗位"]}]}
    empty = task_scenes.draft(version(), chenjing, TODAY, audience=nobody)
    page = client.get(f"{URL}{empty.pk}/change/")
    assert not page.context["may_launch"]
    refused = client.post(f"{URL}{empty.pk}/launch/", follow=True)
    assert [each.level_tag for each in refused.context["messages"]] == ["error"]


def test_a_due_date_that_has_passed_since_is_told_in_place_of_the_preview(as_, chenjing, version):
    task = task_scenes.draft(version(), chenjing, TODAY)
    SigningTask.objects.update(due_rule={"kind": "date", "on": "2026-11-01"})
    page = as_(chenjing).get(f"{URL}{task.pk}/change/")
    assert page.context["refused"]
    assert f"{task.pk}/launch/" not in page.content.decode()


def test_a_launch_is_waited_for_and_a_second_one_hears_a_sentence(
    as_, chenjing, sunhao, version, told
):
    task = task_scenes.draft(version(), chenjing, TODAY)
    waits = as_(chenjing).post(f"{URL}{task.pk}/launch/", follow=True)
    assert "hx-trigger" in waits.content.decode()
    second = as_(sunhao).post(f"{URL}{task.pk}/launch/", follow=True)
    assert told(second)
    assert as_(sunhao).get(f"{URL}{task.pk}/edit/").status_code == 302
    moving = as_(sunhao).get(f"{URL}{task.pk}/progress/")
    assert moving.context["goes_on"]
    assert launching.launch(str(task.pk), at=TODAY)
    moving = as_(sunhao).get(f"{URL}{task.pk}/progress/")
    assert (moving.context["goes_on"], moving.context["launched"]) == (False, True)


def test_a_launch_is_undone_until_the_first_notices_and_copied(as_, chenjing, version, monkeypatch):
    task = task_scenes.running(version(), chenjing, TODAY)
    client = as_(chenjing)
    assert f"{task.pk}/undo/" in client.get(f"{URL}{task.pk}/change/").content.decode()
    client.post(f"{URL}{task.pk}/undo/")
    task.refresh_from_db()
    assert task.state == "cancelled"
    copied = client.post(f"{URL}{task.pk}/copy/")
    draft = SigningTask.objects.get(state="draft")
    assert copied.url == f"{URL}{draft.pk}/edit/"
    assert (draft.audience, draft.title) == (task.audience, task.title)


def test_after_the_first_notices_nothing_is_undone(as_, chenjing, version):
    task = task_scenes.running(version(), chenjing, TODAY - timedelta(hours=1))
    page = as_(chenjing).get(f"{URL}{task.pk}/change/")
    assert f"{task.pk}/undo/" not in page.content.decode()
    as_(chenjing).post(f"{URL}{task.pk}/undo/")
    task.refresh_from_db()
    assert task.state == "running"


def test_a_draft_is_discarded_after_a_question(as_, chenjing, version):
    task = task_scenes.draft(version(), chenjing, TODAY)
    assert as_(chenjing).get(f"{URL}{task.pk}/discard/").status_code == 200
    as_(chenjing).post(f"{URL}{task.pk}/discard/")
    assert not SigningTask.objects.exists()


def test_a_day_is_a_date_of_the_organisation(as_, chenjing, sent):
    as_(chenjing).post(f"{URL}add/", sent(due_kind="date", due_date="2026-12-31"))
    assert SigningTask.objects.get().due_rule == {
        "kind": "date",
        "on": date(2026, 12, 31).isoformat(),
    }


def test_nobody_launches_or_overwrites_a_draft_that_is_another_than_they_saw(
    as_, chenjing, sunhao, sent, told
):
    client, other = as_(chenjing), as_(sunhao)
    client.post(f"{URL}add/", sent())
    task = SigningTask.objects.get()
    page, edit = f"{URL}{task.pk}/change/", f"{URL}{task.pk}/edit/"
    seen = client.get(page).context["seen"]
    assert other.get(edit).context["seen"] == seen
    other.post(edit, sent(include_numbers=None, everybody="on", seen=seen))
    client.post(f"{URL}{task.pk}/launch/", {"seen": seen})
    late = client.post(edit, sent(title="别的名称", seen=seen))
    assert late.status_code == 422 and late.context["seen"] == seen
    task.refresh_from_db()
    assert (task.launching_since, task.title) == (None, "2027 年度")
    assert task.audience["include"] == [{"kind": "everybody"}]
    client.post(f"{URL}{task.pk}/launch/", {"seen": client.get(page).context["seen"]})
    task.refresh_from_db()
    assert task.launching_since is not None
