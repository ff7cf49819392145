"""Forms about people: their record, their roles, a first password."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from pledges import wording
from pledges.actions import proposing
from pledges.admin import words
from pledges.core import refusals
from pledges.core.characters import as_typed_number
from pledges.core.lifecycle import Role
from pledges.models import Person


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, chosen or typed."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


class PersonNumberField(forms.CharField):
    """Somebody named by their employee number, for a list of thousands helps nobody."""

    default_error_messages: ClassVar = {
        "unknown": _(
            "Nobody with an active account has this employee number. Please enter the employee "
            "number, not the name."
        )
    }

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Person):
            return value.employee_number
        known = Person.objects.filter(pk=value).first() if isinstance(value, int) else None
        return known.employee_number if known else value

    def clean(self, value: Any) -> Any:
        number = as_typed_number(super().clean(value))
        if not number:
            return None
        found = Person.objects.filter(employee_number__iexact=number, is_active=True).first()
        if found is None:
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown")
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class FactsForm(forms.ModelForm):
    """What HR keeps of somebody."""

    position_since = day_field(
        _("Position since"),
        required=False,
        help_text=_("Only for a changed position; if empty, it counts from today."),
    )
    entered_on = day_field(_("Entry date"), required=False)

    class Meta:
        model = Person
        fields: ClassVar = (
            *("name", "employee_number", "email", "department", "position", "contact"),
            *("language", "entered_on"),
        )

    def _post_clean(self) -> None:
        """Once the person is as typed: whether somebody else is known by the same."""
        super()._post_clean()  # type: ignore[misc]
        for name in set(self.instance.taken_names()) & set(self.changed_data):
            if name not in self.errors:
                self.add_error(name, self.instance.unique_error_message(Person, (name,)))


class PersonForm(FactsForm):
    """Somebody's record. What may be done follows from roles."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=list(words.ROLES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Person
        fields: ClassVar = (
            *("username", "email", "name", "employee_number", "position", "department"),
            *("contact", "language", "entered_on", "is_active"),
        )
        help_texts = {
            "username": _("Used to sign in."),
            "is_active": _(
                "If this is off, the person cannot sign in. Their pledges are kept. If they "
                "leave the company, record their last day instead."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            held = self.instance.groups.values_list("name", flat=True)
            self.fields["roles"].initial = list(held)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        changed = {"roles", "is_active"} & set(self.changed_data)
        if self.instance.pk and changed and self._would_wait() and self._waits():
            for name in changed:
                self.add_error(name, wording.refusal(refusals.AlreadyProposed()))
        return typed

    def _would_wait(self) -> bool:
        """Whether the change is one for two people: what is only taken away is done at once."""
        may = self.cleaned_data.get("roles", ()) if self.cleaned_data.get("is_active") else ()
        return proposing.takes_two(self.instance.roles, may)

    def _waits(self) -> bool:
        return proposing.find_open(person=self.instance) is not None

    def chosen_roles(self) -> list[Role]:
        return [Role(name) for name in self.cleaned_data["roles"]]


class FirstPasswordForm(forms.ModelForm):
    """A password for somebody else, judged with what is known of them."""

    first_password = forms.CharField(
        label=_("First password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "At least 12 characters. Hand it over in person. It can be used only to "
            "choose a new password. Someone other than you must then confirm this "
            "person's way to sign."
        ),
    )

    class Meta:
        model = Person
        fields = ()

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        password = typed.get("first_password")
        try:
            if password:
                validate_password(password, self.owner())
        except forms.ValidationError as error:
            self.add_error("first_password", error)
        return typed

    def owner(self) -> Person:
        """Whose password it is to be."""
        return self.instance


class NewPersonForm(FirstPasswordForm, PersonForm):
    """A new account: with an invitation to its owner's address, or with a first password."""

    class Meta(PersonForm.Meta):
        pass

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["first_password"]
        field.required = False
        field.help_text = _(
            "Best left empty: the person gets a link by email and chooses a password "
            "themselves. Set a first password, of at least 12 characters, only for people "
            "without an email address. Hand it over in person. It must be changed "
            "immediately."
        )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        refused = "first_password" in self.errors
        refused = refused or "email" in self.errors  # it is mended first
        if not typed.get("first_password") and not typed.get("email") and not refused:
            self.add_error(
                "first_password", _("Without an email address, a first password is required.")
            )
        return typed

    def owner(self) -> Person:
        """The person as typed so far; the form's own has none of it yet."""
        facts = ("username", "email", "name", "employee_number", "position", "department")
        return Person(**{fact: self.cleaned_data.get(fact) or None for fact in facts})
