"""Publishing a version on one page, and discarding a draft version."""

from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pledges import wording
from pledges.actions import proposing, publishing, version_steps
from pledges.actions.proposing import Kind
from pledges.admin import words
from pledges.admin.base import actor_of
from pledges.admin.publishing_forms import PublishingForm
from pledges.admin.tasks import followers
from pledges.admin.tasks.followers import Follower
from pledges.core import lifecycle, refusals
from pledges.core.lifecycle import PledgeState, VersionState
from pledges.models import CalendarDay, Organisation, Pledge, TemplateVersion, VersionStep
from pledges.wording import version_refusals

CHANGE = "admin:pledges_templateversion_change"
LIST = "admin:pledges_templateversion_changelist"
PAGES = "admin/pledges/templateversion"
DAYS_TO_SIGN_AGAIN: Final = 10
"""Working days from the effective date."""


def publish(page: ModelAdmin, request: HttpRequest, version: TemplateVersion) -> HttpResponse:
    """Says what publishing means and asks what it asks; posted, publishes or proposes."""
    lifecycle.require(lifecycle.PUBLISH, version.status)
    today = Organisation.current().localdate(timezone.now())
    before = publishing.version_before(version)
    concerned = _concerned(version, today)
    form = PublishingForm(
        request.POST if request.method == "POST" else None,
        today=today,
        is_first=before is None,
        initial={
            "kind": VersionStep.Kind.MATERIAL,
            "drafts": VersionStep.Drafts.MOVED,
            "effective_on": max(today, version.effective_on),
            "sign_again_by": _usual_time(version, concerned["asking_again"], today),
        },
    )
    if form.is_valid() and (answer := _published(request, version, form)):
        return answer
    context = {
        **_frame(page, request, version),
        "form": form,
        "before": before,
        "binding": _binding(version) if before else [],
        "proposed": proposing.find_open(template=version.template, kind=Kind.EDITORIAL),
        **_counts(version),
        **concerned,
    }
    return TemplateResponse(request, f"{PAGES}/publish.html", context)


def _published(
    request: HttpRequest, version: TemplateVersion, form: PublishingForm
) -> HttpResponse | None:
    try:
        done = publishing.publish(
            version, form.choice(), actor=actor_of(request), at=timezone.now()
        )
    except (refusals.Refusal, lifecycle.Forbidden) as error:
        form.add_error(None, words.refusal(error))
        return None
    if done.status != VersionState.PUBLISHED:
        text = _("The version is published once another compliance officer has confirmed it.")
        messages.warning(request, text)
        return redirect(CHANGE, version.pk)
    messages.success(request, _("%(version)s has been published.") % {"version": done})
    _tell_of_drafts(request, done)
    return redirect(CHANGE, version.pk)


def _tell_of_drafts(request: HttpRequest, version: TemplateVersion) -> None:
    today = Organisation.current().localdate(timezone.now())
    stuck = version_steps.stuck(today).filter(template=version.template_id).count()
    if stuck:
        text = ngettext(
            "%(count)d open draft is being moved or withdrawn now.",
            "%(count)d open drafts are being moved or withdrawn now.",
            stuck,
        )
        messages.info(request, text % {"count": stuck})


def _binding(version: TemplateVersion) -> list[str]:
    """Why this cannot be an editorial change, a line each."""
    blanks = {blank.code: wording.label(blank) for blank in version.blank_list}
    return [
        version_refusals.difference(each, blanks.get(each.code, ""))
        for each in publishing.what_binds(version)
    ]


def _counts(version: TemplateVersion) -> dict[str, Any]:
    """How many drafts and pledges in force there are of the template, each with its list."""
    pledges = Pledge.objects.filter(template=version.template_id)
    address = f"{reverse('admin:pledges_pledge_changelist')}?template={version.template.slug}"
    return {
        "open_drafts": pledges.drafts().count(),
        "open_drafts_list": f"{address}&state={PledgeState.DRAFT}",
        "in_force": pledges.accepted().count(),
        "in_force_list": f"{address}&state={PledgeState.ACCEPTED}",
    }


def _concerned(version: TemplateVersion, today: date) -> dict[str, list[Follower]]:
    """The running tasks that ask for this version instead of what was signed, and the others."""
    found = followers.of(version, today)
    return {
        "asking_again": [each for each in found if each.asks_again],
        "counting_both": [each for each in found if not each.asks_again],
    }


def _usual_time(version: TemplateVersion, asking: list[Follower], today: date) -> date | None:
    """By when those sign again who are asked to, where nothing else is said; None: nobody is."""
    if not any(each.signed.count for each in asking):
        return None
    begins = max(today, version.effective_on)
    return CalendarDay.objects.as_calendar().add(begins, DAYS_TO_SIGN_AGAIN)


def retiring(version: TemplateVersion) -> dict[str, Any]:
    """What the page before retiring says of open drafts on the version."""
    today = Organisation.current().localdate(timezone.now())
    others = TemplateVersion.objects.current(today).filter(template=version.template_id)
    address = reverse("admin:pledges_pledge_changelist")
    chosen = f"?template={version.template.slug}&version={version.pk}&state={PledgeState.DRAFT}"
    published = version.template.versions.published().exclude(pk=version.pk)
    return {
        "open_drafts": Pledge.objects.drafts().filter(version=version).count(),
        "open_drafts_list": address + chosen,
        "moves_to": others.exclude(pk=version.pk).first() or published.order_by("-number").first(),
    }


def discard(page: ModelAdmin, request: HttpRequest, version: TemplateVersion) -> HttpResponse:
    """Asks first; posted, deletes a version that was never published."""
    lifecycle.require(lifecycle.PUBLISH, version.status)
    if request.method != "POST":
        return TemplateResponse(request, f"{PAGES}/discard.html", _frame(page, request, version))
    label = str(version)
    publishing.discard_version_draft(version, actor=actor_of(request), at=timezone.now())
    messages.success(request, _("%(version)s has been discarded.") % {"version": label})
    return redirect(LIST)


def _frame(page: ModelAdmin, request: HttpRequest, version: TemplateVersion) -> dict[str, Any]:
    return {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": version,
        "version": version,
        "media": page.media,
    }
