"""Members added by hand: people whom the audience did not name when the task was launched."""

from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pledges.actions.tasks import audience, joining
from pledges.admin.base import actor_of
from pledges.admin.tasks import audience_fields, frames
from pledges.admin.tasks.audience_fields import MAX_TOLD
from pledges.admin.tasks.forms import day_input, unknown_numbers
from pledges.models import Person, SigningTask


class AddingForm(forms.Form):
    """Whom, and until when they have."""

    numbers = forms.CharField(
        label=gettext_lazy("Employee numbers"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One a line, or pasted from a column of a spreadsheet."),
    )
    due_on = forms.DateField(
        label=gettext_lazy("Due date for them (optional)"),
        widget=day_input(),
        required=False,
        help_text=gettext_lazy("Left empty, they have as long as people who join later."),
    )

    def __init__(self, *args: Any, after: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.after = after

    def clean_numbers(self) -> list[str]:
        known, unknown = audience_fields.split_numbers(self.cleaned_data["numbers"])
        if unknown:
            raise forms.ValidationError(unknown_numbers(unknown))
        return known

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day and day < self.after:
            raise forms.ValidationError(_("This date has passed."))
        return day


def add(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """Who is to sign as well; a mail tells them."""
    if elsewhere := frames.require_running(request, task):
        return elsewhere
    posted = request.method == "POST"
    form = AddingForm(request.POST if posted else None, after=frames.today())
    if not (posted and form.is_valid()):
        return frames.show(
            page,
            request,
            task,
            "add.html",
            status=422 if posted else 200,
            title=_("Add people"),
            subtitle=task.title,
            form=form,
            errors=form.errors,
        )
    people = Person.objects.filter(employee_number__in=form.cleaned_data["numbers"])
    rest = _left_out(task, people)
    return frames.carry_out(
        request,
        lambda: joining.add_by_hand(
            task,
            people,
            due_on=form.cleaned_data["due_on"],
            actor=actor_of(request),
            at=timezone.now(),
        ),
        lambda count: " ".join([_added(count), *rest]),
        frames.address(task),
    )


def _left_out(task: SigningTask, people: QuerySet[Person]) -> list[str]:
    """Who of `people` is not added, and why."""
    ordered = people.order_by("employee_number")
    members = ordered.filter(memberships__task=task)
    active = audience.active_people(frames.today())
    gone = ordered.exclude(memberships__task=task).exclude(pk__in=active.values("pk"))
    reasons = (
        (_("Left out, because they are members already: %(people)s."), members),
        (_("Left out, because they have left or have no active account: %(people)s."), gone),
    )
    return [text % {"people": _names(found)} for text, found in reasons if found]


def _names(people: QuerySet[Person]) -> str:
    found = [str(each) for each in people]
    text = _(", ").join(found[:MAX_TOLD])
    more = len(found) - MAX_TOLD
    return _("%(text)s and %(count)d more") % {"text": text, "count": more} if more > 0 else text


def _added(count: int) -> str:
    text = ngettext(
        "%(count)d person was added. An email tells them.",
        "%(count)d people were added. Emails tell them.",
        count,
    )
    return text % {"count": count}
