"""The steps that are taken on a paper's page: file, discard, confirm, reject, withdraw."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import access
from pledges.access import Act
from pledges.actions.papers import filing, reading, settling
from pledges.admin import paper_page, words
from pledges.admin.base import actor_of
from pledges.admin.paper_forms import FactsForm, ReasonForm, said_of
from pledges.core import lifecycle, papers, refusals
from pledges.core.lifecycle import Transition
from pledges.models import PaperPledge

CHANGE = "admin:pledges_paperpledge_change"
LIST = "admin:pledges_paperpledge_changelist"
UPLOAD = "admin:pledges_paperpledge_upload"


def file(page: ModelAdmin, request: HttpRequest, paper: PaperPledge) -> HttpResponse:
    """Files a draft that its uploader has looked at."""
    access.require(request.user, Act.FILE_PAPER, paper)
    return _carry_out(
        request,
        paper,
        lambda: filing.file(paper, actor=actor_of(request), at=timezone.now()),
        _("The paper pledge of %(person)s has been filed. Compliance will look at it.")
        % {"person": paper.person},
        UPLOAD,
    )


def correct(page: ModelAdmin, request: HttpRequest, paper: PaperPledge) -> HttpResponse:
    """Lets its uploader mend what they entered of a draft, beside its pages."""
    access.require(request.user, Act.FILE_PAPER, paper)
    if paper.state not in papers.FILE.sources or paper.batch_id is not None:
        return redirect(CHANGE, paper.pk)
    form = FactsForm(request.POST if request.method == "POST" else None, initial=said_of(paper))
    if form.is_valid():
        try:
            filing.correct(paper, form.facts(), actor=actor_of(request), at=timezone.now())
        except lifecycle.Forbidden as error:
            messages.warning(request, words.refusal(error))
            return redirect(LIST)
        except refusals.Refusal as error:
            form.refuse(error)
        else:
            done = _("What you entered has been corrected. Nothing is filed yet.")
            messages.success(request, done)
            return redirect(CHANGE, paper.pk)
    return paper_page.show(page, request, paper, step="correct", form=form)


def discard(page: ModelAdmin, request: HttpRequest, paper: PaperPledge) -> HttpResponse:
    """Drops a draft; its scan is removed."""
    access.require(request.user, Act.FILE_PAPER, paper)
    return _carry_out(
        request,
        paper,
        lambda: filing.discard(paper, actor=actor_of(request)),
        _("The scan has been removed. Nothing was filed."),
        UPLOAD,
    )


def confirm(page: ModelAdmin, request: HttpRequest, paper: PaperPledge) -> HttpResponse:
    """Confirms that the scan shows what HR says, and goes on to the next that waits."""
    access.require(request.user, Act.CONFIRM_PAPER, paper)
    return _carry_out(
        request,
        paper,
        lambda: settling.confirm(paper, actor=actor_of(request), at=timezone.now()),
        _("The paper pledge of %(person)s has been confirmed.") % {"person": paper.person},
    )


def reject(page: ModelAdmin, request: HttpRequest, paper: PaperPledge) -> HttpResponse:
    """Takes a reason and turns the paper down."""
    done = _("The paper pledge of %(person)s has been rejected. HR can file it again.")
    return _with_reason(
        page,
        request,
        paper,
        ("reject", papers.REJECT, Act.CONFIRM_PAPER),
        settling.reject,
        done % {"person": paper.person},
    )


def withdraw(page: ModelAdmin, request: HttpRequest, paper: PaperPledge) -> HttpResponse:
    """Takes a reason and takes the paper back."""
    done = _("The paper pledge of %(person)s has been withdrawn.")
    return _with_reason(
        page,
        request,
        paper,
        ("withdraw", papers.WITHDRAW, Act.WITHDRAW_PAPER),
        settling.withdraw,
        done % {"person": paper.person},
    )


def _with_reason(
    page: ModelAdmin,
    request: HttpRequest,
    paper: PaperPledge,
    what: tuple[str, Transition, Act],
    act: Callable[..., object],
    done: str,
) -> HttpResponse:
    name, step, allowed = what
    access.require(request.user, allowed, paper)
    if paper.state not in step.sources:
        messages.warning(request, words.refusal(lifecycle.Forbidden(step, paper.state)))
        return redirect(CHANGE, paper.pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return paper_page.show(page, request, paper, step=name, form=form)
    reason = form.cleaned_data["reason"]
    return _carry_out(
        request,
        paper,
        lambda: act(paper, actor=actor_of(request), at=timezone.now(), reason=reason),
        done,
    )


def _carry_out(
    request: HttpRequest,
    paper: PaperPledge,
    act: Callable[[], object],
    done: str,
    then: str = "",
) -> HttpResponse:
    """Do it, say it, and go on: to `then`, or to the next paper that waits for this officer."""
    try:
        act()
    except refusals.StorageUnavailable:
        raise  # answered with 503, for every page
    except (lifecycle.Forbidden, refusals.Refusal) as error:
        messages.warning(request, words.refusal(error))
        there = PaperPledge.objects.filter(pk=paper.pk).exists()
        return redirect(CHANGE, paper.pk) if there else redirect(LIST)
    messages.success(request, done)
    if then:
        return redirect(then)
    officer = actor_of(request)
    if not access.allows(officer, Act.CONFIRM_PAPER):
        return redirect(LIST)
    following = reading.next_after(paper, officer)
    if following is None:
        messages.info(request, _("No more paper pledges are waiting for you."))
        return redirect(LIST)
    messages.info(request, _("Next paper pledge: %(person)s") % {"person": following.person})
    return redirect(CHANGE, following.pk)
