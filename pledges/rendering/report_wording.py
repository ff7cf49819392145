"""The words of a completion report and of its seal, which are part of a sealed document."""

from datetime import date, datetime
from typing import Final

from pledges.core.completion_report import CompletionReport
from pledges.core.languages import ENGLISH, Localized
from pledges.core.template.typed_values import written_date

TITLE: Final = Localized(zh="完成报告", en="Completion report")
TEMPLATE: Final = Localized(zh="承诺书", en="Pledge")
VERSIONS: Final = Localized(zh="计入的版本", en="Versions that count")
AUDIENCE: Final = Localized(zh="签署范围", en="Audience")
STATE: Final = Localized(zh="任务状态", en="Status of the task")
DUE: Final = Localized(zh="截止日期", en="Due")
AS_OF: Final = Localized(zh="统计时间", en="As of")
MEMBERS: Final = Localized(zh="任务成员", en="Members")
BY_STANDING: Final = Localized(zh="按签署状况", en="By standing")
BY_DEPARTMENT: Final = Localized(zh="按部门", en="By department")
LIST: Final = Localized(zh="名单", en="The list")
LIST_DIGEST: Final = Localized(zh="名单摘要", en="Digest of the list")
MEMBERS_ROOT: Final = Localized(zh="成员根值", en="Root of the members")
STANDINGS_ROOT: Final = Localized(zh="签署状况根值", en="Root of the standings")
PSEUDONYMOUS: Final = Localized(
    zh="本报告不含姓名：所附名单中，每位成员只以加盐承诺值出现，属于去标识化的个人信息。"
    "每位成员可凭本人的回执证明自己当时列于名单之中，以及当时记录的签署状况。"
    "页面上的文字与数字是公司的陈述；核验程序会按名单重新计算人数。",
    en="This report contains no names. In the attached list each member appears only as a salted "
    "commitment: the data are pseudonymous. With a receipt of their own, each member can show that "
    "they were in the list, and which standing was recorded. What the pages say is the company's "
    "own account. The verifier computes the counts itself from the list.",
)
SEAL: Final = Localized(zh="公司印章", en="Seal of the company")
SEALED: Final = Localized(zh="电子签章", en="Sealed electronically")
SEALED_ON: Final = Localized(zh="盖章日期", en="Sealed on")
VERIFY: Final = Localized(zh="核验本报告", en="Verify this report")
STATES: Final = {
    "running": Localized(zh="进行中", en="running"),
    "closed": Localized(zh="已结束", en="closed"),
    "cancelled": Localized(zh="已取消", en="cancelled"),
}


def people(count: int, language: str) -> str:
    """So many members."""
    if language == ENGLISH:
        return "1 person" if count == 1 else f"{count} people"
    return f"{count} 人"


def together(departments: int, language: str) -> str:
    """What several small departments are called that are shown as one."""
    if language == ENGLISH:
        return f"{departments} departments of fewer than five people, together"
    return f"合并显示的小部门（{departments} 个）"


def alone(language: str) -> str:
    """What a department is called that is too small to be named."""
    return "A department of fewer than five people" if language == ENGLISH else "不足五人的部门"


def unnamed(language: str) -> str:
    """What the department of people who have none is called."""
    return "No department" if language == ENGLISH else "未填部门"


def version(number: int, language: str) -> str:
    """One version of a pledge."""
    return f"version {number}" if language == ENGLISH else f"第 {number} 版"


def day(value: date | None, language: str) -> str:
    """A date as the paper writes it; a dash for none."""
    return written_date(value, language) if value else "—"


def due(report: CompletionReport, language: str) -> str:
    """By when the task is due, and that this is not so for everybody."""
    said = day(report.due_on, language)
    if not report.some_due_otherwise:
        return said
    if language == ENGLISH:
        return f"{said}; some members have another due date"
    return f"{said}；部分成员另有截止日期"


def moment(value: datetime, language: str) -> str:
    """A time with its offset, to the minute."""
    offset = f"{value:%z}"
    said = f"{value:%H:%M} (UTC{offset[:3]}:{offset[3:]})"
    return f"{written_date(value.date(), language)} {said}"
