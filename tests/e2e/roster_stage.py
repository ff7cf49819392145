"""Lists of people in every state, the working calendar and the mails, and who sees their pages."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from pledges.actions.rosters import applying, confirming, preparing, uploading
from pledges.core.rosters.people import Reach
from pledges.core.standings import TaskState
from pledges.models import CalendarDay, Department, Person, Roster, SigningTask

HEADS = "工号,姓名,部门,邮箱,入职日期"
FAULTY = """E1001,李明,上海分行,,2020-01-02
,无工号,上海分行,,
E9101,王五,上海分行,not an address,
E9102,赵六,上海分行,,上个月"""
SHORT = "E9201,周七,上海分行,,2026-11-02"


def build(now: datetime) -> None:
    """Columns not recognised, faults, a second person awaited, applied, failed, going, thrown."""
    CalendarDay.objects.get_or_create(
        date=now.date(), defaults={"working": True, "source": "published"}
    )
    hr = {"actor": Person.objects.get(username="zhoumin"), "at": now}

    def upload(text: str, *, heads: str = HEADS, within: Iterable[Department] = ()) -> Roster:
        data, reach = f"{heads}\n{text}\n".encode(), Reach.ADDITIONS
        given = {"reach": Reach.DEPARTMENTS if within else reach, "departments": within}
        return uploading.upload(data, name="花名册.csv", **given, **hr)

    upload(SHORT, heads="甲,乙,丙,丁,戊")
    upload(FAULTY)
    preparing.discard(upload(SHORT), **hr)
    done = confirming.confirm(upload(SHORT), leavers=None, **hr)
    applying.apply(done.pk, at=now)
    # Everybody of a department would leave: HR types their number, somebody else confirms.
    place = Department.objects.get(name_zh="华东零售部")
    many = upload(SHORT.replace("上海分行", place.name_zh), within=[place])
    confirming.confirm(many, leavers=many.counts["left"], **hr)
    confirming.confirm(upload(SHORT.replace("周七", "周八")), leavers=None, **hr)


def pages() -> dict[str, list[str]]:
    """Who sees which."""
    listed = _path("roster_changelist")
    rosters = Roster.objects.order_by("uploaded_at", "pk")
    unknown = [each.pk for each in rosters if each.state == Roster.State.UPLOADED]
    planned = [each.pk for each in rosters if each.state == Roster.State.PLANNED]
    known = [_path("roster_change", each.pk) for each in rosters if each.pk not in unknown]
    day = CalendarDay.objects.latest("date").pk
    task = SigningTask.objects.get(state=TaskState.RUNNING)
    mails = [
        _path("noticeswitch_changelist"),
        _path("noticeswitch_preview", "task_first"),
        _path("noticeswitch_slips", task.pk),
    ]
    return {
        "chenjing": [
            *(_path("calendarday_changelist"), _path("calendarday_add")),
            *(_path("calendarday_change", day), *mails),
        ],
        "zhoumin": [
            *(listed, _path("roster_add"), *known, *mails),
            *(_path("roster_columns", each) for each in (*unknown, *planned)),
            *(_path("roster_change", each) + "?fate=new" for each in planned),
        ],
        "wuying": [listed, *known],
    }


def _path(name: str, *arguments: object) -> str:
    return reverse(f"admin:pledges_{name}", args=arguments)
