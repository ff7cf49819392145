"""Last time's answers beside a draft: what they were, what fits, and which are to be taken over."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pledges import access, wording
from pledges.access import Act
from pledges.actions import readings, taking_over
from pledges.actions.taking_over import Former
from pledges.core import refusals
from pledges.core.lifecycle import Forbidden, PledgeState
from pledges.core.template.blanks import Blank
from pledges.models import Pledge
from pledges.views.accounts import person_of
from pledges.views.filling import own_pledge, revision_in
from pledges.wording.language import here


@dataclass(frozen=True)
class Row:
    """One blank: what was answered last time, what stands in the draft, what taking over does.

    `languages` are those of the two answers, where they are words.
    """

    code: str
    label: str
    before: str
    now: str
    printed: str
    problem: str
    flag: str
    languages: tuple[str, str]

    @property
    def same(self) -> bool:
        return not self.problem and self.now == self.printed

    @property
    def fits(self) -> bool:
        return not self.problem and not self.same

    @property
    def chosen(self) -> bool:
        """What would replace something is taken over only by whoever says so."""
        return self.fits and self.now == "—"


@require_http_methods(["GET", "HEAD", "POST"])
def last_time(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Shows last time's answers; posted, takes over those that were chosen."""
    draft = own_pledge(request, pk)
    if draft.status != PledgeState.DRAFT:
        return redirect("pledge", pk=draft.pk)
    access.require(request.user, Act.FILL_PLEDGE, draft)
    earlier = None if draft.corrects else taking_over.earlier_of(draft)
    if earlier is None:
        raise Http404
    try:
        # What the records say of it is shown, and taken over, where its file says the same.
        readings.read_signed(earlier)
    except refusals.Refusal as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("pledge", pk=draft.pk)
    if request.method == "POST":
        return _take_over(request, draft, earlier)
    return _page(request, draft, earlier)


def _take_over(request: HttpRequest, draft: Pledge, earlier: Pledge) -> HttpResponse:
    asked = set(request.POST.getlist("code"))
    found = taking_over.formers(draft, earlier)
    codes = [each.blank.code for each in found if each.typed and each.blank.code in asked]
    try:
        taking_over.take_over(
            draft,
            earlier,
            codes=codes,
            actor=person_of(request),
            at=timezone.now(),
            revision=revision_in(request),
        )
    except refusals.StaleDraft as refusal:
        messages.error(request, wording.refusal(refusal))
        draft.refresh_from_db()
        return _page(request, draft, earlier, chosen=codes, status=HTTPStatus.CONFLICT)
    except Forbidden as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("pledge", pk=draft.pk)
    if codes:
        said = ngettext(
            "%(count)d answer was copied from %(number)s. Please check it in the pledge.",
            "%(count)d answers were copied from %(number)s. Please check them in the pledge.",
            len(codes),
        )
        messages.success(request, said % {"count": len(codes), "number": earlier.number})
    return redirect("pledge", pk=draft.pk)


def _page(
    request: HttpRequest,
    draft: Pledge,
    earlier: Pledge,
    *,
    chosen: Iterable[str] | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    # As it was understood, and where it was not, as it was typed.
    present = {**draft.answers, **draft.version.read(draft.answers).answers}
    rows = [_row(draft, earlier, former, present) for former in taking_over.formers(draft, earlier)]
    now, then = _own(draft), _own(earlier)
    context = {
        "pledge": draft,
        "earlier": earlier,
        "rows": rows,
        "chosen": [row.code for row in rows if row.chosen] if chosen is None else list(chosen),
        "any_fits": any(row.fits for row in rows),
        "new": [wording.label(blank) for code, blank in now.items() if code not in then],
        "gone": [wording.label(blank) for code, blank in then.items() if code not in now],
        "other_version": draft.version_id != earlier.version_id,
        "change_note": here(draft.version.definition().change_note),
    }
    return render(request, "last_time.html", context, status=status)


def _own(pledge: Pledge) -> dict[str, Blank]:
    return {blank.code: blank for blank in pledge.version.blank_list if blank.filled_by_manager}


def _row(draft: Pledge, earlier: Pledge, former: Former, present: Mapping[str, str]) -> Row:
    blank = former.blank
    return Row(
        code=blank.code,
        label=wording.label(blank),
        before=wording.answer(former.asked, earlier.answers),
        now=wording.answer(blank, present),
        printed=wording.answer(blank, former.typed),
        problem=wording.answer_problem(blank, former.problem) if former.problem else "",
        flag=wording.flag_note(blank) if former.flag else "",
        languages=(earlier.language, draft.language) if wording.is_free(blank) else ("", ""),
    )
