"""A company's list of its people as it is kept in a spreadsheet: 903 rows, 12 departments."""

import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import xlsxwriter

from pledges.core.rosters import faults
from pledges.core.rosters.columns import Field
from pledges.core.rosters.faults import Fault
from tests.baseline import CAST

SIZE = 903
HEADS = (
    "工号",
    "姓名",
    "部门",
    "上级部门",
    "岗位",
    "邮箱",
    "入职日期",
    "离职日期",
    "部门负责人工号",
)
# The departments of the cast, and as many that only the list knows, each with the one above.
DEPARTMENTS = {
    "华东零售部": "",
    "华南对公部": "",
    "合规部": "风险管理部",
    "人力资源部": "",
    "审计部": "",
    "信息技术部": "",
    "风险管理部": "",
    "华北零售部": "",
    "西南零售部": "",
    "运营部": "",
    "财务部": "",
    "行政部": "",
}
POSTS = ("客户经理", "柜员", "支行行长", "专员", "主管")
SURNAMES, GIVEN = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗",
    "伟芳娜敏静磊军洋勇艳杰娟涛明超兰霞平刚桂",
)
WITHOUT_ADDRESS = ("000040", "000041", "000042", "000043")
TITLE_ROWS = 2  # the title, and the heads

Row = dict[str, Any]


def rows() -> list[Row]:
    """The right list: whoever is known already, then the others, department by department."""
    people = [*_known(), *_others()]
    first: set[str] = set()
    for row in people:
        if row["部门"] not in first:
            row["部门负责人工号"] = row["工号"]
            first.add(row["部门"])
    return people


def _known() -> Iterator[Row]:
    for name, number, post, department, _role in CAST.values():
        yield _row(number, name, department, post, "")


def _others() -> Iterator[Row]:
    places = list(DEPARTMENTS)
    for each in range(1, SIZE - len(CAST) + 1):
        number = f"{each:06}"
        name = SURNAMES[each % 20] + GIVEN[each // 20 % 20] + GIVEN[(each * 7 + each // 400) % 20]
        email = "" if number in WITHOUT_ADDRESS else f"staff{number}@example.com"
        yield _row(number, name, places[each % 12], POSTS[each % 5], email)


def _row(number: str, name: str, department: str, post: str, email: str) -> Row:
    entered = datetime(2010 + len(name) * 3, 3, 1)
    told = (number, name, department, DEPARTMENTS[department], post, email, entered, None, "")
    return dict(zip(HEADS, told, strict=True))


def spoilt(people: list[Row]) -> dict[str, Fault]:
    """Spoil eight cells, each in a way of its own; gives what is wrong by the cell's address."""
    place = {row["工号"]: index for index, row in enumerate(people)}
    budget, first = "财务部", place["000010"]  # the first of its department
    wrong: dict[str, Fault] = {}

    def spoil(number: str, head: str, value: Any, fault: Fault) -> None:
        index = place[number]
        people[index][head] = value
        wrong[f"{'ABCDEFGHI'[HEADS.index(head)]}{index + 1 + TITLE_ROWS}"] = fault

    spoil("000101", "工号", 101, Fault(faults.ZEROS_LOST, Field.NUMBER, "000101"))
    spoil("000202", "岗位", date(2026, 3, 5), Fault(faults.A_DATE, Field.POSITION, "2026-03-05"))
    spoil("000303", "邮箱", "zhoumin@example.com", _taken("zhoumin@example.com"))
    spoil("000404", "离职日期", date(2018, 1, 1), Fault(faults.LEFT_BEFORE_ENTERED, Field.LEFT))
    spoil("000505", "岗位", "=VLOOKUP(A1,Z:Z,1,0)", Fault(faults.CELL_ERROR, Field.POSITION))
    two_heads = Fault(faults.TWO_HEADS, Field.HEAD_NUMBER, f"{budget}|{first + 1 + TITLE_ROWS}")
    spoil("000610", "部门负责人工号", "000610", two_heads)
    spoil("000011", "部门负责人工号", "999999", Fault(faults.HEAD_UNKNOWN, Field.HEAD_NUMBER))
    two_parents = "|".join(
        ("合规部", DEPARTMENTS["合规部"], budget, str(place["C3001"] + 1 + TITLE_ROWS))
    )
    spoil("000710", "上级部门", budget, Fault(faults.TWO_PARENTS, Field.PARENT, two_parents))
    return wrong


def _taken(address: str) -> Fault:
    return Fault(faults.TAKEN, Field.EMAIL, address)


def workbook(people: list[Row]) -> bytes:
    """As a spreadsheet program writes it: a title over all, days as days."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    sheet, day = book.add_worksheet("花名册"), book.add_format({"num_format": "yyyy/m/d"})
    sheet.merge_range(0, 0, 0, len(HEADS) - 1, "示例银行 2026 年 11 月花名册")
    sheet.write_row(1, 0, HEADS)
    for at, row in enumerate(people, TITLE_ROWS):
        for column, value in enumerate(row.values()):
            _write(sheet, at, column, value, day)
    book.close()
    return written.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, day)
    elif isinstance(value, int):
        sheet.write_number(row, column, value)
    elif value and value.startswith("="):
        sheet.write_formula(row, column, value, None, "#N/A")
    elif value:
        sheet.write_string(row, column, value)
