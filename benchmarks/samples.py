"""The three built-in pledges, filled in: what the benchmarks and the document tests print."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

from pledges.core import consent
from pledges.core.digests import digest_of
from pledges.core.sheet import Sheet
from pledges.core.template import template_file
from pledges.core.template.definition import Definition

BUILTIN = Path(__file__).resolve().parent.parent / "pledges" / "builtin"
SLUGS = ("general-standards", "contract", "personal-code")
LANGUAGES = ("zh-hans", "en")
SHANGHAI = timezone(timedelta(hours=8))
RENDERED_AT = datetime(2026, 11, 23, 10, 42, 0, tzinfo=SHANGHAI)

ORGANISATION = {"zh-hans": "示例银行股份有限公司", "en": "Example Bank Co., Ltd."}
SIGNER = {"zh-hans": "欧阳镕", "en": "Ouyang Rong"}
DEPARTMENT = {"zh-hans": "华东零售部", "en": "East China Retail"}

COMMON_ANSWERS = {
    "pledgor_type": "individual",
    "surveys_per_month": "2",
    "satisfaction_target": "92.5",
    "complaint_response_hours": "24",
    "complaint_resolution_days": "5",
    "training_hours_per_year": "40",
    "assessed_indicators": "3",
    "pledge_number": "CN-2026-000128",
    "governing_article": "469",
    "contact": "021-5555 0100",
    "reply_days": "5",
}
ANSWERS = {
    "zh-hans": {
        "service_name": "稳健财富一对一顾问服务",
        "technical_parameter_term": "客户风险承受能力评估参数",
        "ethics_term": "客户经理职业操守",
        "governing_law": "中华人民共和国民",
        "position": "高级客户经理",
        "department": "华东零售部",
        "process_steps": (
            "核对客户身份与授权文件，留存影像；\n评估客户风险承受能力，并向客户逐项说明产品的风险、"
            "费用和限制，由客户本人确认；\n双人复核后提交，当日归档。"
        ),
    },
    "en": {
        "service_name": "Steady Wealth one-to-one advice",
        "technical_parameter_term": "Client risk-tolerance parameters",
        "ethics_term": "Professional conduct of account managers",
        "governing_law": "Civil Code",
        "position": "Senior account manager",
        "department": "East China Retail",
        "process_steps": (
            "check the client's identity and authority, and keep copies;\nassess risk tolerance and"
            " explain each risk, cost and limit, which the client confirms in person;\n"
            "submit after a second person has checked, and file on the same day."
        ),
    },
}


def definition(slug: str) -> Definition:
    """A built-in template; raises ValueError when its file has a fault."""
    found, problems = template_file.parse((BUILTIN / f"{slug}.pledge").read_text(encoding="utf-8"))
    if found is None or problems:
        raise ValueError(f"{slug}: {problems}")
    return found


def sheet(slug: str, language: str) -> Sheet:
    """The filled pledge as it would be signed."""
    version = definition(slug)
    codes = {blank.code for blank in version.blanks}
    answers = COMMON_ANSWERS | ANSWERS[language] | {"signer_name": SIGNER[language]}
    answers = {code: answer for code, answer in answers.items() if code in codes}
    return Sheet(
        language=language,
        title=version.title.in_(language),
        subtitle=version.subtitle.in_(language),
        organisation=ORGANISATION[language],
        number="CN-2026-000128",
        version=1,
        effective_on=version.effective_on,
        version_digest=digest_of(version.content()),
        content_digest=digest_of(answers),
        outline=version.outline(language),
        blanks=version.blanks,
        answers=answers,
        signer_name=SIGNER[language],
        signer_employee_number="E1024",
        signer_department=DEPARTMENT[language],
        verify_url="https://pledges.example.com/verify/CN-2026-000128/?d=4c1f09aa6b77e25d",
        rendered_at=RENDERED_AT,
        consent=consent.wording().in_(language),
    )


def version_text(slug: str, language: str) -> str:
    """The characters that a published version's own font subset is made for."""
    version = definition(slug)
    options = "".join(
        option.label.in_(language) for blank in version.blanks for option in blank.options
    )
    parts = (version.source, version.title, version.subtitle, consent.wording())
    return "".join(part.in_(language) for part in parts) + options + ORGANISATION[language]
