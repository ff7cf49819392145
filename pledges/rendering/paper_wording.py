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
TEMPLATE_DIGEST = Localized(zh="模板摘要", en="Template digest")
CONTENT_DIGEST = Localized(zh="内容摘要", en="Content digest")
PLEDGOR_SIGNATURE = Localized(
    zh="承诺人签名、签订日期", en="Pledgor's signature and date of signing"
)
SIGNING_DATE = Localized(zh="签订日期", en="Date of signing")
COMPANY_CONFIRMATION = Localized(zh="公司确认", en="Confirmation by the company")
CONFIRMED = Localized(zh="电子确认", en="Confirmed electronically")
IN_EFFECT = Localized(zh="自签订之日起生效", en="In effect from the day of signing")
CONFIRMATION_DATE = Localized(zh="确认日期", en="Confirmed on")
CONSENT = Localized(zh="签署声明", en="Declaration on signing")
SCAN_TO_VERIFY = Localized(zh="扫描二维码，核验本承诺书", en="Scan the code to verify this pledge")
VERIFY_CODE = Localized(zh="核验本承诺书的二维码", en="QR code that opens the verification page")


def language_tag(language: str) -> str:
    """The BCP 47 tag for `lang` attributes: "zh-Hans" or "en"."""
    return "en" if language == ENGLISH else "zh-Hans"


def term_line(months: int, language: str) -> str:
    """For how long the pledge binds who signs it."""
    if language == ENGLISH:
        unit = "month" if months == 1 else "months"
        return (
            f"Unless it provides otherwise, this pledge is in force for {months} {unit} "
            "from the day on which it is signed."
        )
    return f"除本承诺书另有约定外，本承诺书自签订之日起 {months} 个月内有效。"


def version_line(version: int, effective_on: date, language: str) -> str:
    """Which template version this is, and since when it holds."""
    day = written_date(effective_on, language)
    if language == ENGLISH:
        return f"Version {version}, effective from {day}"
    return f"第 {version} 版，自{day}起施行"
