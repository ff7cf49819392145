"""The few words that the paper itself adds to a pledge, in the pledge's own language.

They are part of a signed document, so they do not pass through the catalogues of the user
interface: the same version of this program prints the same paper wherever it runs.
"""

from datetime import date

from pledges.core.languages import ENGLISH, Localized
from pledges.core.template.typed_values import written_date

CHOSEN = Localized(zh="已选", en="selected")
NOT_CHOSEN = Localized(zh="未选", en="not selected")
NOT_FILLED = Localized(zh="未填", en="not filled in")
NUMBER = Localized(zh="编号", en="No.")
PLEDGOR = Localized(zh="承诺人", en="Pledgor")
EMPLOYEE_NUMBER = Localized(zh="工号", en="Employee number")
DEPARTMENT = Localized(zh="部门", en="Department")
COMPANY = Localized(zh="公司", en="Company")
PLEDGOR_SIGNATURE = Localized(
    zh="承诺人签名、签订日期", en="Pledgor's signature and date of signing"
)
SIGNING_DATE = Localized(zh="签订日期", en="Date of signing")
COMPANY_CONFIRMATION = Localized(zh="公司确认", en="Confirmation by the company")
TYPED = Localized(zh="以输入姓名的方式签署", en="Signed by typing the name")
CONFIRMED = Localized(zh="电子确认", en="Confirmed electronically")
IN_EFFECT = Localized(zh="自签订之日起生效", en="In effect from the day of signing")
CONFIRMATION_DATE = Localized(zh="确认日期", en="Confirmed on")
CONSENT = Localized(zh="签署声明", en="Declaration on signing")
SCAN_TO_VERIFY = Localized(zh="扫描二维码，核验本承诺书", en="Scan the code to verify this pledge")
VERIFY_CODE = Localized(zh="核验本承诺书的二维码", en="QR code that opens the verification page")


def language_tag(language: str) -> str:
    """The BCP 47 tag for `lang` attributes: "zh-Hans" or "en"."""
    return "en" if language == ENGLISH else "zh-Hans"


def labelled(label: Localized, language: str) -> str:
    """The label as it stands before what it names."""
    return f"{label.en}: " if language == ENGLISH else f"{label.zh}："


def term_line(months: int, language: str) -> str:
    """For how long the pledge binds who signs it."""
    if language == ENGLISH:
        unit = "month" if months == 1 else "months"
        return (
            f"Unless it provides otherwise, this pledge is in force for {months} {unit} "
            "from the day on which it is signed."
        )
    return f"除本承诺书另有约定外，本承诺书自签订之日起 {months} 个月内有效。"


def form_line(subtitle: str, version: int, effective_on: date, language: str) -> str:
    """Which template this is made from, in which version, and since when that is in use."""
    day = written_date(effective_on, language)
    if language == ENGLISH:
        return f"{subtitle}, version {version}, in use from {day}".removeprefix(", ")
    return f"{subtitle} 第 {version} 版，{day}启用".lstrip()


def digest_line(template: str, content: str, language: str) -> str:
    """The digests of the template version and of what was promised."""
    if language == ENGLISH:
        return f"SHA-256: template {template} · content {content}"
    return f"SHA-256：模板 {template} · 内容 {content}"


def page_line(number: str, language: str) -> tuple[str, str, str]:
    """What stands before the number of a page, between it and that of all pages, and after it."""
    numbered = f"{NUMBER.in_(language)} {number} · " if number else ""
    if language == ENGLISH:
        return f"{numbered}Page ", " of ", ""
    return f"{numbered}第 ", " 页 共 ", " 页"
