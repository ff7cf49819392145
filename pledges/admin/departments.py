"""Departments in the admin, as the tree that they are: who heads each, how many people."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pledges import access
from pledges.access import Act
from pledges.actions import departments
from pledges.admin import words
from pledges.admin.base import AccessModelAdmin, actor_of
from pledges.admin.people_filters import INDENT, ONLY
from pledges.admin.people_forms import PersonNumberField
from pledges.core import refusals, superiors
from pledges.models import Department, Person
from pledges.models.department_tree import read_tree

MAX_DEPTH_SHOWN = 5
"""Deeper departments are drawn at this depth, so that names keep their room on a phone."""


class DepartmentForm(forms.ModelForm):
    head = PersonNumberField(
        label=_("Head of the department (employee number)"),
        required=False,
        help_text=_("Leave empty if there is none; the next head above is then the superior."),
    )

    class Meta:
        model = Department
        fields = ("name_zh", "name_en", "parent", "head")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "parent" in self.fields:  # who only reads is offered no choices
            self._offer_parents()

    def _offer_parents(self) -> None:
        """Every department but this one and those below it, as a tree."""
        tree, own = read_tree(), self.instance.pk
        names = {each.pk: str(each) for each in Department.objects.all()}
        below = superiors.below(own, tree) if own else frozenset()
        choices = [("", _("none: directly below the organisation"))] + [
            (str(key), INDENT * depth + names[key])
            for key, depth in superiors.in_order(tree, names)
            if key not in below
        ]
        parent = cast(forms.ModelChoiceField, self.fields["parent"])
        parent.queryset = Department.objects.exclude(pk__in=below)
        parent.choices = choices


class DepartmentAdmin(AccessModelAdmin):
    """Pledges already signed keep the name that their department had."""

    reads = Act.READ_PEOPLE
    form = DepartmentForm
    fields = ("name_zh", "name_en", "parent", "head")
    list_display = ("name_zh", "name_en")
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return access.allows(request.user, Act.EDIT_PERSON_FACTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access.allows(request.user, Act.EDIT_PERSON_FACTS)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        access.require(request.user, self.reads)
        return super().changelist_view(request, {"rows": _rows(), **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **options: Any
    ) -> HttpResponse:
        department = options.get("obj")
        if department is not None:
            context["row"] = next(each for each in _rows() if each["department"] == department)
        return super().render_change_form(request, context, *args, **options)

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

    def save_model(self, request: HttpRequest, obj: Department, form: Any, change: Any) -> None:
        departments.save_department(obj, actor=actor_of(request), at=timezone.now())


def _rows() -> list[dict[str, Any]]:
    """The tree line by line; of active people, how many are in a department and below it."""
    found = {each.pk: each for each in Department.objects.select_related("head")}
    tree = read_tree()
    active = Person.objects.filter(is_active=True).order_by()
    own = dict(active.values_list("department").annotate(Count("pk")))
    below = superiors.below_each(tree)
    people = reverse("admin:pledges_person_changelist") + "?is_active__exact=1&department="
    return [
        {
            "department": found[key],
            "depth": min(depth, MAX_DEPTH_SHOWN),
            "head": found[key].head if tree[key].head else None,
            "own": own.get(key, 0),
            "own_address": f"{people}{key}{ONLY}",
            "all": sum(own.get(each, 0) for each in below[key]),
            "all_address": f"{people}{key}",
            "is_leaf": len(below[key]) == 1,
        }
        for key, depth in superiors.in_order(tree, {pk: str(each) for pk, each in found.items()})
    ]
