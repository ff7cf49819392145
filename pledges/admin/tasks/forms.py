"""The form of a signing task: which pledge, for whom, until when, with what words and notices."""

from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pledges.actions.tasks.drafting import MAX_MESSAGE, MAX_TITLE, Drafted
from pledges.admin.tasks import audience_fields, notice_fields
from pledges.core.audiences import AudienceRule
from pledges.core.due_rules import MAX_DAYS, DueRule, Kind
from pledges.core.notice_plans import DEFAULT_PLAN
from pledges.models import PledgeTemplate, SigningTask, TemplateVersion
from pledges.wording.language import active

USUAL_DAYS: Final = 10


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TaskForm(forms.Form):
    """All that a task is made of; `today` is the organisation's."""

    title = forms.CharField(
        label=_("Name of the task"),
        max_length=MAX_TITLE,
        help_text=_("Members see it with the pledge, for example “Conduct pledges 2027”."),
    )
    pledge = forms.ChoiceField(
        label=_("Pledge and version"),
        help_text=_("With “current version”, a new version can count from its publication."),
    )
    due_kind = forms.ChoiceField(
        label=_("Due date"),
        widget=forms.RadioSelect,
        initial=Kind.WORKING_DAYS.value,
        choices=[
            (Kind.WORKING_DAYS.value, _("a number of working days after the launch")),
            (Kind.DATE.value, _("on a certain day")),
        ],
    )
    due_days = forms.IntegerField(
        label=_("Working days"),
        required=False,
        min_value=1,
        max_value=MAX_DAYS,
        initial=USUAL_DAYS,
    )
    due_date = forms.DateField(label=_("Day"), required=False, widget=day_input())
    message = forms.CharField(
        label=_("Message to the members (optional)"),
        required=False,
        max_length=MAX_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 4, "class": "prose"}),
        help_text=_("Shown in the emails and beside the pledge."),
    )
    takes_joiners = forms.BooleanField(
        label=_("People who join these departments or posts later become members"),
        required=False,
        initial=True,
    )
    joiner_days = forms.IntegerField(
        label=_("Working days that they have"), min_value=1, max_value=MAX_DAYS, initial=10
    )
    follows_versions = forms.BooleanField(
        label=_("After a material change of the pledge, everyone signs the new version"),
        required=False,
        initial=True,
        help_text=_("Otherwise, signatures on the earlier version still count."),
    )

    def __init__(
        self,
        *args: Any,
        today: date,
        task: SigningTask | None = None,
        numbers: str = "",
        **options: Any,
    ):
        self.today = today
        # A new task has the usual plan, and begins with whoever was chosen elsewhere.
        new = {**notice_fields.initial_of(DEFAULT_PLAN), "include_numbers": numbers}
        options["initial"] = new if task is None else _initial_of(task)
        super().__init__(*args, **options)
        self.fields |= audience_fields.fields() | notice_fields.fields()
        self.fields["pledge"].choices = pledge_choices(today, task)  # type: ignore[attr-defined]

    def clean_include_numbers(self) -> list[str]:
        return self._numbers("include_numbers")

    def clean_exclude_numbers(self) -> list[str]:
        return self._numbers("exclude_numbers")

    def _numbers(self, name: str) -> list[str]:
        known, unknown = audience_fields.split_numbers(self.cleaned_data[name])
        if unknown:
            raise forms.ValidationError(unknown_numbers(unknown))
        return known

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if not self.errors and not audience_fields.rule_of(typed).include:
            self.add_error("everybody", _("Please choose who has to sign."))
        self._check_due(typed)
        return typed

    def _check_due(self, typed: dict[str, Any]) -> None:
        by_date = typed.get("due_kind") == Kind.DATE.value
        name = "due_date" if by_date else "due_days"
        if name in self.errors:
            return
        value = typed.get(name)
        if value is None:
            self.add_error(name, _("Please enter a due date."))
        elif by_date and value < self.today:
            self.add_error(name, _("This date has passed."))

    def drafted(self) -> Drafted:
        """What the task is made of."""
        typed = self.cleaned_data
        template, version = read_pledge(typed["pledge"])
        return Drafted(
            template=template,
            title=typed["title"],
            audience=audience_fields.rule_of(typed).to_data(),
            due_rule=self._due_rule().to_data(),
            message=typed["message"],
            version=version,
            notice_plan=notice_fields.plan_of(typed),
            takes_joiners=typed["takes_joiners"],
            joiner_days=typed["joiner_days"],
            follows_versions=typed["follows_versions"] and version is None,
        )

    def _due_rule(self) -> DueRule:
        if self.cleaned_data["due_kind"] == Kind.DATE.value:
            return DueRule(on=self.cleaned_data["due_date"])
        return DueRule(days=self.cleaned_data["due_days"])


def unknown_numbers(unknown: list[str]) -> str:
    """Which employee numbers nobody has."""
    told = gettext(", ").join(unknown[: audience_fields.MAX_TOLD])
    more = len(unknown) - audience_fields.MAX_TOLD
    if more > 0:
        told = gettext("%(text)s and %(count)d more") % {"text": told, "count": more}
    text = gettext(
        "Nobody has these employee numbers: %(numbers)s. Please enter employee numbers, not names."
    )
    return text % {"numbers": told}


def _initial_of(task: SigningTask) -> dict[str, Any]:
    rule = DueRule.from_data(task.due_rule)
    kept = ("title", "message", "takes_joiners", "joiner_days", "follows_versions")
    return {
        **{name: getattr(task, name) for name in kept},
        "pledge": _choice(task.template_id, task.version_id),
        "due_kind": (Kind.DATE if rule.on else Kind.WORKING_DAYS).value,
        "due_days": rule.days,
        "due_date": rule.on,
        **audience_fields.initial_of(AudienceRule.from_data(task.audience)),
        **notice_fields.initial_of(task.notice_plan),
    }


def pledge_choices(today: date, task: SigningTask | None = None) -> list[tuple[str, str]]:
    """For each kind of pledge its current version, followed or not; and what `task` has."""
    current = TemplateVersion.objects.current(today).select_related("template")
    choices = []
    for version in current:
        following = gettext("%(version)s, the current version (now %(number)d)")
        named = gettext("%(version)s, version %(number)d only")
        said = {"version": version.name(active()), "number": version.number}
        choices.append((_choice(version.template_id, None), following % said))
        choices.append((_choice(version.template_id, version.pk), named % said))
    if task and task.version:
        kept = _choice(task.template_id, task.version_id)
        if kept not in dict(choices):
            choices.append((kept, str(task.version)))
    return choices


def read_pledge(chosen: str) -> tuple[PledgeTemplate, TemplateVersion | None]:
    """The template, and the one version where one was named."""
    template, _slash, version = chosen.partition("/")
    named = TemplateVersion.objects.get(pk=version) if version else None
    return PledgeTemplate.objects.get(pk=template), named


def _choice(template: int, version: int | None) -> str:
    return f"{template}/{version or ''}"
