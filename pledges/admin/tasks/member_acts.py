"""What is done with several members: remind them, or give them until another day."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import Max, Min, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pledges.actions.reminders import reminding
from pledges.actions.reminders.reminding import LeftOut, Reminded
from pledges.actions.tasks import extending
from pledges.admin.base import MAX_DIGITS, actor_of
from pledges.admin.tasks import frames
from pledges.admin.tasks.forms import day_input
from pledges.admin.tasks.member_filters import MemberFilter
from pledges.models import NoticeSwitch, SigningTask, TaskMember
from pledges.notices.kinds import Kind

MAX_NAMED: Final = 12
TICKED: Final = "ticked"
"""Said by the boxes of a list: of these nobody is meant whose box is empty."""


@dataclass(frozen=True)
class Chosen:
    """The members that somebody chose: by ticking them, or all of a list."""

    members: QuerySet[TaskMember]
    back: str
    carried: list[tuple[str, str]]


def chosen(task: SigningTask, asked: QueryDict) -> Chosen:
    """The members ticked in `asked`, or else all that its filter leaves."""
    wanted = MemberFilter.of(asked)
    found = wanted.members(task, frames.today()).select_related("person__department")
    carried = list(wanted.asked.items())
    if ticked := asked.getlist("member"):
        keys = [each for each in ticked if each.isascii() and each.isdecimal()]
        found = found.filter(pk__in=[int(each) for each in keys if len(each) < MAX_DIGITS])
        carried += [("member", each) for each in ticked]
    return Chosen(found, wanted.address(task), carried)


def refuse_nobody(request: HttpRequest, task: SigningTask) -> HttpResponse | None:
    """Back to the list where the button for the ticked was pressed and nobody was: not everybody.

    None where somebody was ticked, or where the page was opened for all of a list.
    """
    asked = request.GET
    if TICKED not in asked or asked.getlist("member"):
        return None
    messages.error(request, _("Please choose people first. Nothing was changed."))
    return redirect(MemberFilter.of(asked).address(task))


def remind(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """First who gets a reminder and who not; then send it."""
    if elsewhere := frames.require_running(request, task):
        return elsewhere
    if not frames.has_begun(task):
        return redirect(frames.CHANGE, task.pk)
    if nobody := refuse_nobody(request, task):
        return nobody
    those = chosen(task, request.POST if request.method == "POST" else request.GET)
    if request.method == "POST":
        return _remind(request, task, those)
    people = list(those.members)
    foreseen = reminding.foresee(people, at=timezone.now())
    left = {each.pk for members in foreseen.left_out.values() for each in members}
    return _ask(
        page,
        request,
        task,
        those,
        "remind.html",
        title=_("Remind"),
        people=[each for each in people if each.pk not in left],
        silent=foreseen.left_out.get(LeftOut.NO_ADDRESS, ()),
        query=urlencode(those.carried),
        told=len(foreseen.left_out.get(LeftOut.TOLD_TODAY, ())),
        off=LeftOut.SWITCHED_OFF in foreseen.left_out,
        rest=len(foreseen.left_out.get(LeftOut.NOTHING_TO_SIGN, ())),
    )


def _remind(request: HttpRequest, task: SigningTask, those: Chosen) -> HttpResponse:
    return frames.carry_out(
        request,
        lambda: reminding.remind(list(those.members), actor=actor_of(request), at=timezone.now()),
        _reminded,
        those.back if those.carried else frames.address(task),
    )


def _reminded(done: Reminded) -> str:
    if LeftOut.SWITCHED_OFF in done.left_out:
        return _("Reminders are switched off: nobody gets one.")
    text = ngettext(
        "%(count)d person will be reminded by email within working hours.",
        "%(count)d people will be reminded by email within working hours.",
        done.count,
    )
    return text % {"count": done.count}


class ExtensionForm(forms.Form):
    """Until which day."""

    due_on = forms.DateField(label=gettext_lazy("New due date"), widget=day_input())

    def __init__(self, *args: Any, after: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.after = after

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day < self.after:
            raise forms.ValidationError(_("This date has passed."))
        return day


def extend(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """A later due date, for the whole task or for those who were chosen."""
    if elsewhere := frames.require_running(request, task):
        return elsewhere
    if nobody := refuse_nobody(request, task):
        return nobody
    posted = request.method == "POST"
    those = chosen(task, request.POST if posted else request.GET)
    form = ExtensionForm(request.POST if posted else None, after=frames.today())
    if not (posted and form.is_valid()):
        return _ask_until_when(page, request, task, those, form, status=422 if posted else 200)
    if day_off := _day_off(request, form.cleaned_data["due_on"]):
        return _ask_until_when(page, request, task, those, form, day_off=day_off)
    members = list(those.members) if those.carried else None
    due_on = form.cleaned_data["due_on"]
    return frames.carry_out(
        request,
        lambda: extending.extend(
            task, due_on, members=members, actor=actor_of(request), at=timezone.now()
        ),
        lambda count: f"{_extended(count)} {_how_told(task)}",
        those.back if those.carried else frames.address(task),
    )


def _day_off(request: HttpRequest, due_on: date) -> str:
    """The day to be warned of, where it is none of work and that was not said on the page."""
    day = due_on.isoformat()
    known = request.POST.get("day_off") == day
    return "" if known or frames.calendar().is_working(due_on) else day


def _ask_until_when(
    page: ModelAdmin,
    request: HttpRequest,
    task: SigningTask,
    those: Chosen,
    form: ExtensionForm,
    **extra: Any,
) -> HttpResponse:
    dates = those.members.aggregate(first=Min("due_on"), last=Max("due_on"))
    return _ask(
        page,
        request,
        task,
        those,
        "extend.html",
        title=_("Extend"),
        form=form,
        errors=form.errors,
        people=list(those.members) if those.carried else [],
        whole=not those.carried,
        how_told=_how_told(task),
        count=those.members.count(),
        **dates,
        **extra,
    )


def _extended(count: Any) -> str:
    text = ngettext(
        "%(count)d member has a later due date.",
        "%(count)d members have a later due date.",
        count,
    )
    return text % {"count": count}


def _how_told(task: SigningTask) -> str:
    """How members hear of a later due date."""
    if task.is_untold(timezone.now()):
        if task.notice_plan.get("start", True) and NoticeSwitch.is_on(Kind.FIRST):
            return _("Nobody has been told of the task yet. The first notice names the new date.")
        return _("Nobody has been told of the task yet.")
    if not NoticeSwitch.is_on(Kind.EXTENDED):
        return _("Emails about a later due date are switched off: nobody gets one.")
    return _("An email tells those who have been told of the task, within working hours.")


def _ask(
    page: ModelAdmin,
    request: HttpRequest,
    task: SigningTask,
    those: Chosen,
    template: str,
    *,
    people: list[Any],
    **extra: Any,
) -> HttpResponse:
    """The page before: who it is about, the first of them by name."""
    return frames.show(
        page,
        request,
        task,
        template,
        subtitle=task.title,
        number=len(people),
        named=people[:MAX_NAMED],
        unnamed=max(0, len(people) - MAX_NAMED),
        carried=those.carried,
        back=those.back if those.carried else frames.address(task),
        **extra,
    )
