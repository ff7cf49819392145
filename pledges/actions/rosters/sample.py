"""The template that people fill in: our columns, and a row that shows how."""

from typing import Final

from pledges.gateways.workbook_writing import write_workbook

_CHINESE: Final = (
    (
        "工号",
        "姓名",
        "部门路径",
        "职务",
        "电子邮箱",
        "联系方式",
        "入职日期",
        "离职日期",
        "部门负责人工号",
    ),
    (
        *("00123", "张三", "总行/零售部/华东零售部", "客户经理", "zhangsan@example.com"),
        *("13800000000", "2026-01-05", "", "00100"),
    ),
)
_ENGLISH: Final = (
    (
        *(
            "Employee number",
            "Full name",
            "Department path",
            "Position",
            "Email address",
            "Contact",
        ),
        *("Entry date", "Leaving date", "Head number"),
    ),
    (
        *("00123", "Zhang San", "Head Office/Retail/East China Retail", "Account manager"),
        *("zhangsan@example.com", "13800000000", "2026-01-05", "", "00100"),
    ),
)


def sample(language: str) -> bytes:
    """The XLSX file, in the language of its reader. All its cells are text: zeros in front stay."""
    english = language.startswith("en")
    heads, *rows = _ENGLISH if english else _CHINESE
    return write_workbook("People" if english else "人员名单", heads, rows)
