"""The part of a task's form that says when members are told: fields here, the plan there."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from pledges.core.characters import half_width

MAX_DAYS: Final = 60  # working days
MAX_BEFORE: Final = 6  # reminders before the due date
_APART: Final = re.compile(r"[\s,;，；、]+")


class DaysField(forms.CharField):
    """Several numbers of working days, the largest first."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=60, required=False, **options)

    def clean(self, value: Any) -> list[int]:
        pieces = [each for each in _APART.split(half_width(super().clean(value))) if each]
        if not all(each.isascii() and each.isdecimal() and len(each) < 4 for each in pieces):
            raise ValidationError(_("Please enter numbers of working days, for example 7, 3, 1."))
        days = sorted({int(each) for each in pieces}, reverse=True)
        if len(days) > MAX_BEFORE or any(not 1 <= each <= MAX_DAYS for each in days):
            raise ValidationError(_("At most six reminders, from 1 to 60 working days before."))
        return days

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


def fields() -> dict[str, forms.Field]:
    return {
        "notice_start": forms.BooleanField(
            label=_("A first notice, 15 minutes after the launch, within working hours"),
            required=False,
        ),
        "notice_before": DaysField(
            label=_("Reminders before the due date, in working days"),
            help_text=_("For example 7, 3, 1. Leave empty for none."),
        ),
        "notice_on_day": forms.BooleanField(label=_("A reminder on the due date"), required=False),
        "notice_every_after": _days(_("When overdue, a reminder every … working days")),
        "notice_superior_after": _days(_("Superior told after … working days overdue")),
        "notice_compliance_after": _days(_("Compliance told after … working days overdue")),
    }


def _days(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=MAX_DAYS)


NUMBERS: Final = ("every_after", "superior_after", "compliance_after")


def plan_of(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The plan as `core.notice_plans` reads it; what does not happen is None."""
    return {
        "start": typed["notice_start"],
        "before": typed["notice_before"],
        "on_day": typed["notice_on_day"],
        **{name: typed[f"notice_{name}"] for name in NUMBERS},
    }


def initial_of(plan: Mapping[str, Any]) -> dict[str, Any]:
    return {f"notice_{name}": value for name, value in plan.items()}
