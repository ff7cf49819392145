"""Filters for dates, times and digests, as every page writes them."""

from datetime import date, datetime

from django import template
from django.utils.formats import date_format
from django.utils.translation import get_language

from pledges.models import Organisation

register = template.Library()


@register.filter
def day(value: date | datetime | None) -> str:
    """A date as 2026年11月23日 or 23 November 2026; of a time, its date in the organisation."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = Organisation.current().localtime(value)
    if _english():
        return date_format(value, "j F Y", use_l10n=False)
    return f"{value.year}年{value.month}月{value.day}日"


@register.filter
def moment(value: datetime | None) -> str:
    """A time to the minute with its offset, by the organisation's clock."""
    if value is None:
        return ""
    local = Organisation.current().localtime(value)
    offset = local.strftime("%z")
    zone = f"UTC{offset[:3]}:{offset[3:5]}"
    if _english():
        return f"{day(local.date())}, {local:%H:%M} ({zone})"
    return f"{day(local.date())} {local:%H:%M}（{zone}）"


@register.filter
def quoted(words: str) -> str:
    """What somebody wrote, as a mail says it: no line of it begins as one of the mail's own does.

    Its HTML is made from the text (`notices/as_html.py`), where a line that is an address becomes
    the one button: whoever wrote the words would choose where everybody goes.
    """
    return "\n".join(f"  {line}".rstrip() for line in words.splitlines())


@register.filter
def digest(value: str) -> str:
    """A SHA-256 short enough to recognise: its first eight and last four digits."""
    if len(value) <= 16:
        return value
    return f"{value[:4]} {value[4:8]} … {value[-4:]}"


def _english() -> bool:
    return (get_language() or "").startswith("en")
