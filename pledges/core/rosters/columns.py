"""Which column of a roster says what: recognised by its head, in Chinese and in English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from pledges.core.characters import normalized
from pledges.core.digests import canonical_json
from pledges.core.rosters import tables
from pledges.core.rosters.tables import HEADS_WITHIN, Note, Row


class Field(StrEnum):
    """What a column may say of a person."""

    NUMBER = "number"
    NAME = "name"
    DEPARTMENT = "department"
    PARENT = "parent"
    PATH = "path"
    HEAD_NUMBER = "head-number"
    IS_HEAD = "is-head"
    POSITION = "position"
    EMAIL = "email"
    CONTACT = "contact"
    USERNAME = "username"
    LANGUAGE = "language"
    ENTERED = "entered"
    LEFT = "left"
    STATUS = "status"


REQUIRED: Final = (Field.NUMBER, Field.NAME)
PLACES: Final = (Field.DEPARTMENT, Field.PATH)
"""One of them says where somebody belongs."""

_HEADS: Final[Mapping[Field, str]] = {
    Field.NUMBER: "工号 员工号 员工工号 员工编号 人员编号 职工号 职工编号 人事编号 编号 工作证号 "
    "employeenumber employeeno employeeid staffnumber staffno staffid personnelnumber empno empid",
    Field.NAME: "姓名 员工姓名 人员姓名 名字 中文名 中文姓名 真实姓名 "
    "name fullname employeename staffname chinesename",
    Field.DEPARTMENT: "部门 所属部门 部门名称 所在部门 任职部门 一级部门 工作部门 机构 所属机构 "
    "department departmentname dept orgunit team",
    Field.PARENT: "上级部门 上级部门名称 父部门 上级机构 parentdepartment parentdept",
    Field.PATH: "部门路径 部门全路径 组织路径 部门全称 组织全称 机构路径 组织架构 "
    "departmentpath orgpath fulldepartment",
    Field.HEAD_NUMBER: "部门负责人工号 负责人工号 部门主管工号 headnumber departmentheadnumber "
    "headofdepartment departmenthead",
    Field.IS_HEAD: "是否部门负责人 部门负责人 是否负责人 负责人 是否主管 ishead isdepartmenthead",
    Field.POSITION: "岗位 职务 职位 岗位名称 职务名称 职位名称 任职岗位 现任职务 "
    "position post jobtitle title role",
    Field.EMAIL: "邮箱 电子邮箱 邮箱地址 电子邮件 工作邮箱 企业邮箱 公司邮箱 邮件 "
    "email emailaddress mail workemail",
    Field.CONTACT: "手机 手机号 手机号码 联系电话 联系方式 电话 移动电话 办公电话 "
    "mobile phone telephone contact mobilephone cellphone phonenumber",
    Field.USERNAME: "账号 帐号 用户名 登录名 登录账号 系统账号 username account login loginname",
    Field.LANGUAGE: "语言 界面语言 语种 language",
    Field.ENTERED: "入职日期 入职时间 入司日期 入司时间 入行日期 到岗日期 参加工作日期 "
    "entrydate hiredate startdate joindate dateofentry joined",
    Field.LEFT: "离职日期 离职时间 离司日期 离岗日期 最后工作日 "
    "leavingdate enddate terminationdate exitdate lastworkingday",
    Field.STATUS: "状态 员工状态 人员状态 在职状态 用工状态 status employmentstatus",
}
_KNOWN: Final = {head: field for field, heads in _HEADS.items() for head in heads.split()}

Mapped = Mapping[int, Field]


@dataclass(frozen=True)
class Heads:
    """The row with the heads of columns: its number, its cells, and what they were taken for."""

    row: int
    cells: tuple[str, ...]
    mapped: Mapped

    @property
    def signature(self) -> str:
        """By which a table of the same shape is known again."""
        return signature(self.cells)


def recognise(head: str) -> Field | None:
    """What a column with this head says."""
    return tables.recognise(head, _KNOWN)


def find_heads(rows: Sequence[Row]) -> Heads | None:
    """The row of the first ones whose cells are heads of the most columns; the first of equal ones.

    Where heads stand in two rows, groups above and columns below, the lower one says more; so does
    one that is merged with the row above. None if no row has a person's number or name.
    """
    found: Heads | None = None
    for row in rows[:HEADS_WITHIN]:
        mapped = _mapped(row.cells)
        more = found is None or len(mapped) > len(found.mapped)
        merged = mapped and all(row.notes.get(column) == Note.MERGED for column in mapped)
        same = found is not None and len(mapped) == len(found.mapped)
        if set(mapped.values()) & set(REQUIRED) and (more or (merged and same)):
            found = Heads(row.number, row.cells, mapped)
    return found


def heads_at(rows: Sequence[Row], number: int) -> Heads | None:
    """The row of that number as the one with the heads."""
    for row in rows:
        if row.number == number:
            return Heads(number, row.cells, _mapped(row.cells))
    return None


def _mapped(cells: Sequence[str]) -> dict[int, Field]:
    mapped: dict[int, Field] = {}
    for column, cell in enumerate(cells):
        field = recognise(cell)
        # Of two columns with the same head, the first one counts.
        if field is not None and field not in mapped.values():
            mapped[column] = field
    return mapped


def signature(cells: Sequence[str]) -> str:
    """A digest of the heads, whatever their case and width, without empty ones at the end."""
    heads = [normalized("NFKC", cell).casefold().strip() for cell in cells]
    while heads and not heads[-1]:
        heads.pop()
    return sha256(canonical_json(heads)).hexdigest()


def missing(mapped: Mapped) -> list[Field]:
    """The columns without which no list of people can be read."""
    there = set(mapped.values())
    lacks = [field for field in REQUIRED if field not in there]
    return lacks if there & set(PLACES) else [*lacks, Field.DEPARTMENT]


def repeats_heads(row: Row, heads: Heads) -> bool:
    """Whether a row below says the heads again, as lists do that were joined from several."""
    said = [row.text(column) for column in heads.mapped]
    return said == [heads.cells[column] for column in heads.mapped]
