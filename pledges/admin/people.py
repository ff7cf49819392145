"""People in the admin: administrators and HR change them, others look."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from pledges import access
from pledges.access import Act
from pledges.actions import invitations, passwords, person_facts, proposing
from pledges.actions.people import save_person
from pledges.actions.proposing import Kind
from pledges.admin import account_pages, employment_pages, person_overview, person_tasks, words
from pledges.admin.base import NOTHING, AccessModelAdmin, actor_of
from pledges.admin.people_bulk import PeopleBulk
from pledges.admin.people_forms import FactsForm, NewPersonForm, PersonForm
from pledges.admin.people_list import PeopleList
from pledges.core import refusals
from pledges.core.lifecycle import Role
from pledges.models import Person

FACTS = (
    *("username", "email", "name", "employee_number", "department", "position"),
    *("position_since", "contact", "language", "entered_on"),
)
# Who keeps facts alone has nothing to say about the account.
KEPT_FACTS = tuple(fact for fact in FACTS if fact != "username")
# To those who only read, the state of the account is told in words.
READ_FACTS = (*(fact for fact in FACTS if fact != "position_since"), "active", "held")
ROLE_FACTS = ("roles", "proposed")


class PersonAdmin(PeopleList, PeopleBulk, AccessModelAdmin):
    """Accounts are never deleted: what people signed names them. They are deactivated."""

    reads = Act.READ_PEOPLE
    form = PersonForm
    actions: Any = ("assign", *PeopleBulk.actions)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        return super().get_queryset(request).prefetch_related("groups")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return access.allows(request.user, Act.MANAGE_PEOPLE)

    def has_change_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        return access.allows(request.user, Act.EDIT_PERSON_FACTS, obj)

    def _manages(self, request: HttpRequest, obj: Person | None) -> bool:
        return access.allows(request.user, Act.MANAGE_PEOPLE, obj)

    def get_form(
        self, request: HttpRequest, obj: Person | None = None, change: bool = False, **options: Any
    ) -> Any:
        if obj is None:
            options["form"] = NewPersonForm
        elif not self._manages(request, obj):
            options["form"] = FactsForm
        return super().get_form(request, obj, change, **options)

    def get_fieldsets(self, request: HttpRequest, obj: Person | None = None) -> tuple:
        if not self.has_change_permission(request, obj):
            return ((None, {"fields": READ_FACTS}),)
        if obj and not self._manages(request, obj):
            return ((None, {"fields": (*KEPT_FACTS, "active", "held")}),)
        rest = () if obj else ("first_password",)
        facts = FACTS if obj else tuple(fact for fact in FACTS if fact != "position_since")
        return (
            (None, {"fields": (*facts, "is_active", *rest)}),
            (_("Permissions"), {"fields": ROLE_FACTS if obj else ("roles",)}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Person | None = None) -> tuple:
        if not self.has_change_permission(request, obj):
            return READ_FACTS
        if obj is None or self._manages(request, obj):
            return ("proposed",)
        may_identify = access.allows(request.user, Act.MANAGE_EMPLOYMENT, obj)
        return ("active", "held", *(() if may_identify else person_facts.IDENTIFYING))

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("invite/", "invite", account_pages.invite, True),
            ("withdraw-invitation/", "withdraw_invitation", account_pages.withdraw, True),
            ("end-sessions/", "end_sessions", account_pages.end_sessions, True),
            ("password/", "set_password", account_pages.set_password, False),
            ("confirm/<slug:digest>/", "vouch", account_pages.vouch, False),
            ("absence/", "absence", employment_pages.absence, False),
            ("absence/<int:leave>/end/", "end_absence", employment_pages.end_absence, True),
            ("leaving/", "leaving", employment_pages.leaving_page, False),
            ("staying/", "staying", employment_pages.staying, True),
            ("return/", "return", employment_pages.come_back, False),
            ("task/", "add_to_task", person_tasks.add, False),
            ("download/", "download", person_overview.download_all, True),
        )
        return [
            path(f"<int:pk>/{route}", self._page(view, post), name=f"pledges_person_{name}")
            for route, name, view, post in pages
        ] + super().get_urls()

    def _page(self, view: Callable[..., Any], post_only: bool) -> Any:
        def page(request: HttpRequest, pk: int, **kwargs: Any) -> Any:
            return view(self, request, account_pages.find(self, request, pk), **kwargs)

        return self.admin_site.admin_view(require_POST(page) if post_only else page)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except refusals.Refusal as error:
            self.message_user(request, words.refusal(error), messages.ERROR)
            return redirect(request.get_full_path())

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **options: Any
    ) -> HttpResponse:
        """Said before, not after: what is typed here may wait for somebody else."""
        roles = context["adminform"].form.fields.get("roles")
        if roles and proposing.is_second_needed(Kind.PERSON, actor_of(request)):
            roles.help_text = _(
                "A role that you grant takes effect once another administrator has "
                "accepted it. The same applies when you remove an administrator. Other "
                "roles are removed immediately."
            )
        person = options.get("obj")
        if person and context.get("errors"):
            # What was typed made nobody another person: the page is about the one on record.
            stored = self.get_queryset(request).get(pk=person.pk)
            person = options["obj"] = context["original"] = stored
        if person and not person.erased_at:
            context["account"] = account_pages.facts(request, person, timezone.now())
            context["overview"] = person_overview.of(request, person, timezone.now())
        return super().render_change_form(request, context, *args, **options)

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:
        actor, at = actor_of(request), timezone.now()
        since = form.cleaned_data.get("position_since")
        if change and not self._manages(request, obj):
            person_facts.save_facts(obj, actor=actor, at=at, since=since)
            return
        waited = proposing.find_open(person=obj) if change else None
        held = {group.name for group in obj.groups.all()} if change else set()
        save_person(obj, actor=actor, at=at, roles=form.chosen_roles(), since=since)
        self._say_taken(request, obj, held)
        if waited is None and proposing.find_open(person=obj):
            text = _(
                "This person's permissions stay as they are until another administrator "
                "accepts the change that you proposed."
            )
            self.message_user(request, text, messages.WARNING)
        if change:
            return
        if password := form.cleaned_data["first_password"]:
            passwords.set_first(obj, password, actor=actor, at=at)
        elif obj.is_active:
            invitations.invite(obj, actor=actor, at=at)
            account_pages.say_invited(request, obj)

    def _say_taken(self, request: HttpRequest, person: Person, held: set[str]) -> None:
        """An office that somebody has no longer is easily overlooked among what was saved."""
        now = set(person.groups.values_list("name", flat=True))
        if taken := held - now - {Role.MANAGER.value}:
            text = _("%(person)s no longer has this role: %(roles)s") % {
                "person": person,
                "roles": words.roles(taken),
            }
            self.message_user(request, text, messages.WARNING)

    @admin.display(description=_("proposed"))
    def proposed(self, person: Person) -> str:
        """The change of roles that waits for another administrator."""
        waits = proposing.find_open(person=person)
        if waits is None:
            return NOTHING
        address = reverse("admin:pledges_proposal_change", args=[waits.pk])
        return format_html('<a href="{}">{}</a>', address, words.proposed_change(waits))
