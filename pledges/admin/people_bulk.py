"""What is done to many people at once: a page that says to whom, then done and told."""

from collections import defaultdict
from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pledges.actions import rate_limiting
from pledges.admin import people_acts, people_filters
from pledges.admin.base import AccessModelAdmin, actor_of
from pledges.admin.people_acts import ACTS, ManyAct
from pledges.models import Person

SHOWN: Final = 50
"""So many are named on the page that asks; of the others, how many they are."""
MAX_OFTEN: Final = 6
"""So many times a minute one person may do one of these: each is hundreds of links or entries."""


class PeopleBulk(AccessModelAdmin):
    """The actions of the list of people, each offered to those who may."""

    actions: Any = (
        *("many_department", "many_give", "many_take", "many_deactivate"),
        *("many_invite", "many_slips"),
    )

    def has_facts_permission(self, request: HttpRequest) -> bool:
        return ACTS["department"].is_offered(actor_of(request))

    def has_manage_permission(self, request: HttpRequest) -> bool:
        return ACTS["give"].is_offered(actor_of(request))

    @admin.action(description=_("Change the department"), permissions=["facts"])
    def many_department(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        return self._ask(request, "department", queryset)

    @admin.action(description=_("Give a role"), permissions=["manage"])
    def many_give(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        return self._ask(request, "give", queryset)

    @admin.action(description=_("Remove a role"), permissions=["manage"])
    def many_take(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        return self._ask(request, "take", queryset)

    @admin.action(description=_("Deactivate accounts"), permissions=["manage"])
    def many_deactivate(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        return self._ask(request, "deactivate", queryset)

    @admin.action(description=_("Invite by email"), permissions=["facts"])
    def many_invite(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        return self._ask(request, "invite", queryset)

    @admin.action(description=_("Print invitation slips"), permissions=["facts"])
    def many_slips(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        return self._ask(request, "slips", queryset)

    def get_urls(self) -> list[URLPattern]:
        # Another language asks by GET for the page that was posted to.
        view, ways = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        return [
            path(
                "many/<slug:name>/",
                view(ways(self.many)),
                name="pledges_person_many",
            ),
            path(
                "uninvited/<slug:name>/",
                view(ways(self.uninvited)),
                name="pledges_person_uninvited",
            ),
            *super().get_urls(),
        ]

    def uninvited(self, request: HttpRequest, name: str) -> HttpResponse:
        """Everybody without a password of their own: who would be invited."""
        if name not in ("invite", "slips"):
            raise Http404
        if request.method != "POST":
            return self._choose_again(request, name)
        people = Person.objects.filter(people_filters.without_password(), is_active=True)
        without = people.filter(email="") if name == "slips" else people.exclude(email="")
        return self._ask(request, name, without)

    def many(self, request: HttpRequest, name: str) -> HttpResponse:
        """Do it to those whom the page named, or ask again where the form is incomplete."""
        if name not in ACTS:
            raise Http404
        if request.method != "POST":
            return self._choose_again(request, name)
        keys = [int(key) for key in request.POST.get("people", "").split(",") if _is_key(key)]
        people = Person.objects.filter(pk__in=keys)
        act, actor = ACTS[name], actor_of(request)
        if not act.is_offered(actor):
            raise PermissionDenied
        if "ask" in request.POST:
            return self._ask(request, name, people)
        form = act.form(request.POST)
        able, unable = act.sort_out(people, actor, timezone.now(), self._again(form))
        if not form.is_valid() or not able or len(able) > act.most:
            return self._asking(request, name, form, able, unable)
        if rate_limiting.is_too_often(f"people {name}", actor, most=MAX_OFTEN):
            messages.warning(request, _("Too many requests. Please wait a minute and try again."))
            return self._asking(request, name, form, able, unable)
        done = act.do(request, able, form.cleaned_data, actor)
        return done if isinstance(done, HttpResponse) else self._told(request, done)

    def _ask(self, request: HttpRequest, name: str, people: QuerySet) -> HttpResponse:
        act, actor = ACTS[name], actor_of(request)
        if not act.is_offered(actor):
            raise PermissionDenied
        able, unable = act.sort_out(people, actor, timezone.now(), False)
        return self._asking(request, name, act.form(), able, unable)

    def _choose_again(self, request: HttpRequest, name: str) -> HttpResponse:
        if not ACTS[name].is_offered(actor_of(request)):
            raise PermissionDenied
        messages.info(request, _("Nothing was done. Please choose the people again."))
        return redirect("admin:pledges_person_changelist")

    def _again(self, form: Any) -> bool:
        return form.is_valid() and bool(form.cleaned_data.get("again"))

    def _asking(
        self,
        request: HttpRequest,
        name: str,
        form: Any,
        able: list[Person],
        unable: list[tuple[Person, str]],
    ) -> HttpResponse:
        act: ManyAct = ACTS[name]
        everybody = [person.pk for person in able] + [person.pk for person, _reason in unable]
        context = {
            **self.admin_site.each_context(request),
            "title": act.title,
            "opts": self.opts,
            "form": form,
            "errors": form.errors,
            "name": name,
            "act": act,
            "person": _came_from(request),
            "able": able[:SHOWN],
            "count": len(able),
            "more": len(able) - SHOWN if len(able) > SHOWN else 0,
            "too_many": len(able) > act.most,
            "unable": _by_reason(unable),
            "keys": ",".join(map(str, everybody)),
        }
        return TemplateResponse(request, "admin/pledges/person/many.html", context)

    def _told(self, request: HttpRequest, done: people_acts.Done) -> HttpResponse:
        """What was done, and who was passed over and why; then the list."""
        if done.done:
            text = ngettext("Done for %(count)d person.", "Done for %(count)d people.", done.done)
            messages.success(request, text % {"count": done.done})
        if done.proposed:
            text = ngettext(
                "For %(count)d person it takes effect once another administrator has accepted it.",
                "For %(count)d people it takes effect once another administrator has accepted it.",
                done.proposed,
            )
            messages.warning(request, text % {"count": done.proposed})
        for reason, count, names in _by_reason(done.skipped):
            text = ngettext(
                "%(count)d person was left unchanged (%(reason)s): %(names)s",
                "%(count)d people were left unchanged (%(reason)s): %(names)s",
                count,
            )
            messages.warning(request, text % {"count": count, "reason": reason, "names": names})
        return redirect("admin:pledges_person_changelist")


def _came_from(request: HttpRequest) -> Person | None:
    """The person from whose page this was asked."""
    key = request.POST.get("person", "")
    return Person.objects.filter(pk=key).first() if _is_key(key) else None


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _by_reason(people: list[tuple[Person, str]]) -> list[tuple[str, int, str]]:
    """Each reason, how many it holds for, and some of their names."""
    found: dict[str, list[Person]] = defaultdict(list)
    for person, reason in people:
        found[reason].append(person)
    rows = []
    for reason, those in found.items():
        names = str(_("; ")).join(str(person) for person in those[:SHOWN])
        rows.append((reason, len(those), names + (" …" if len(those) > SHOWN else "")))
    return rows
