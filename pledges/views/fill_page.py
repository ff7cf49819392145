"""The fill page of a draft and what its autosave answers: one form, shown whole or in parts."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pledges import access, wording
from pledges.access import Act
from pledges.actions import answers, draft_answers, taking_over
from pledges.actions.working_calendar import current_calendar
from pledges.core.lifecycle import VersionState
from pledges.core.time_left import TimeLeft, time_left
from pledges.forms.filling import FillingForm
from pledges.forms.notes import Former
from pledges.models import Organisation, Pledge, duties, signed_earlier
from pledges.rendering.paper_wording import form_line


def fill_page(
    request: HttpRequest,
    pledge: Pledge,
    *,
    at: datetime,
    strict: bool = False,
    unsaved: Mapping[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The page. `unsaved` is what was typed on a page whose draft moved on: it is shown, not kept.

    The revision on the page is then the old one, so that sending it again overwrites nothing.
    """
    form = filling_form(pledge, strict=strict, typed=unsaved)
    reply = request.POST.get("reply") if unsaved is not None else None
    context = {
        **_parts(pledge, form, at),
        "reply": pledge.reply if reply is None else reply,
        "max_reply": answers.MAX_REPLY_LENGTH,
        "unchanged": "unchanged" in request.GET and answers.is_unchanged(pledge),
        **_signed_before(pledge, at, is_empty=bool(form.progress.empty)),
        "may_discard": access.allows(request.user, Act.DISCARD_DRAFT, pledge),
        "form_line": _form_line(pledge),
        "form": form,
        "errors": form.notes.errors() if strict else (),
        "strict": strict,
        "stale": unsaved is not None,
        "revision": request.POST.get("revision") if unsaved else pledge.answers_revision,
        "closed": pledge.version.status != VersionState.PUBLISHED,
        "left": _left(pledge, at),
    }
    if unsaved is not None:
        status = HTTPStatus.CONFLICT
    return render(request, "fill.html", context, status=status)


def _form_line(pledge: Pledge) -> str:
    version, language = pledge.version, pledge.language
    return form_line(version.subtitle.in_(language), version.number, version.effective_on, language)


def _signed_before(pledge: Pledge, at: datetime, *, is_empty: bool) -> dict[str, Any]:
    """Why somebody is asked again, and whose answers an empty draft can take over.

    A correction has those of the returned one.
    """
    today = Organisation.current().localdate(at)
    takes_over = is_empty and not pledge.corrects
    return {
        "earlier": signed_earlier.found_for(pledge.person_id, pledge.version, today),
        "last_time": taking_over.earlier_of(pledge) if takes_over else None,
    }


def _left(pledge: Pledge, at: datetime) -> TimeLeft | None:
    duties.show_asked_days([pledge], at)
    if pledge.due_on is None:
        return None
    return time_left(pledge.due_on, Organisation.current().localdate(at), current_calendar())


def saved_answer(pledge: Pledge, *, at: datetime, strict: bool) -> dict[str, Any]:
    """What a page is told after its answers were kept: the new revision, and its parts anew."""
    form = filling_form(pledge, strict=strict)
    parts = _parts(pledge, form, at)
    return {
        "revision": pledge.answers_revision,
        "saved": parts["saved"],
        "progress": render_to_string("sheet/progress.html", parts),
        "outline": render_to_string("sheet/outline.html", parts),
        "understood": {form.add_prefix(code): value for code, value in form.understood.items()},
        "remaining": parts["progress"].remaining_words(),
        "notes": {
            key: render_to_string("sheet/notes.html", {"notes": notes}).strip() if notes else ""
            for key, notes in form.notes.by_clause.items()
        },
    }


def filling_form(
    pledge: Pledge, *, strict: bool, typed: Mapping[str, str] | None = None
) -> FillingForm:
    """The form of a draft, with its person's record and the reasons of the last return."""
    returned = pledge.corrects
    same_version = returned is not None and returned.version_id == pledge.version_id
    return FillingForm(
        pledge,
        typed=draft_answers.kept_of(typed or {}),
        profile=draft_answers.profile_answers(pledge.version, pledge.person),
        reasons=_reasons(returned, same_version=same_version) if returned else (),
        former=Former(returned.answers, returned.language) if returned and same_version else None,
        strict=strict,
    )


def _reasons(returned: Pledge, *, same_version: bool) -> list[tuple[str, str]]:
    """Each with the key of its clause; on another version that key may be another clause's."""
    reasons = returned.return_reasons.values_list("clause", "text")
    if same_version:
        return list(reasons)
    outline = returned.version.outline(returned.language)
    return [("", f"{wording.citation(outline, clause)} {text}".strip()) for clause, text in reasons]


def _parts(pledge: Pledge, form: FillingForm, at: datetime) -> dict[str, Any]:
    return {"pledge": pledge, "progress": form.progress, "saved": _saved_words(pledge, at)}


def _saved_words(pledge: Pledge, at: datetime) -> str:
    if not pledge.answers_revision:
        return _("Your entries are saved automatically")
    organisation = Organisation.current()
    saved_today = organisation.localdate(pledge.saved_at) == organisation.localdate(at)
    pattern = "H:i" if saved_today else "Y-m-d H:i"
    saved_at = organisation.localtime(pledge.saved_at)
    return _("Saved at %(time)s") % {"time": date_format(saved_at, pattern, use_l10n=False)}
