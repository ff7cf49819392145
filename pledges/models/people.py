"""People and their departments."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pledges.core.characters import EMPLOYEE_NUMBER
from pledges.core.lifecycle import Role
from pledges.models.names import PlainNames
from pledges.models.organisation import BilingualName, Organisation


class Department(BilingualName):
    """A part of the company that people belong to; it may stand below another one."""

    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("department above"),
    )
    head = models.ForeignKey(
        "Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="heads",
        verbose_name=_("head of the department"),
    )

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ("name_zh",)
        constraints = (
            models.UniqueConstraint(fields=["name_zh"], name="department_name_once"),
            models.CheckConstraint(
                name="department_not_above_itself",
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
            ),
        )


class Person(PlainNames, AbstractUser):
    """Somebody with an account. What they sign keeps its own copy of these facts."""

    class Handover(models.TextChoices):
        """How somebody else gave them their account."""

        PASSWORD = "password", _("with a first password")
        LINK = "link", _("with an invitation link")

    NAMES = ("username", "email", "name", "position", "contact")

    first_name = None  # type: ignore[assignment]  # a name is one word in Chinese
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("full name"), max_length=80)
    employee_number = models.CharField(
        _("employee number"),
        max_length=32,
        unique=True,
        validators=[
            RegexValidator(
                rf"^{EMPLOYEE_NUMBER}\Z",
                _("Letters from A to Z, digits, spaces and '()+,-./:=? only."),
            )
        ],
        help_text=_("It is included in the certificate of each signature."),
    )
    position = models.CharField(_("position"), max_length=60, blank=True)
    department = models.ForeignKey(
        Department, models.PROTECT, verbose_name=_("department"), related_name="people"
    )
    contact = models.CharField(_("contact"), max_length=60, blank=True)
    entered_on = models.DateField(_("entry date"), null=True, blank=True)
    left_on = models.DateField(
        _("leaving date"), null=True, blank=True, help_text=_("The last day with the company.")
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        default="zh-hans",
        choices=[("zh-hans", "中文"), ("en", "English")],
    )

    # Their password is known to whoever set it, and opens nothing but the page that changes it.
    must_change_password = models.BooleanField(default=False, editable=False)
    # Empty once a second person has met them, or where nobody else ever set a password.
    handover = models.CharField(
        max_length=10, blank=True, default="", choices=Handover.choices, editable=False
    )
    erased_at = models.DateTimeField(_("erased"), null=True, editable=False)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["email", "name", "employee_number"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("employee_number",)
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                name="person_email_once",
                condition=~Q(email=""),
                violation_error_message=_("Another account already uses this email address."),
            ),
            models.CheckConstraint(
                name="person_erased_is_nobody",
                condition=Q(erased_at__isnull=True)
                | Q(is_active=False, name="—", email="", position="", contact=""),
            ),
        )

    def __str__(self) -> str:
        if not self.name:
            return self.username
        if get_language() == "en":
            return f"{self.name} ({self.employee_number})"
        return f"{self.name}（{self.employee_number}）"

    def taken_names(self) -> list[str]:
        """The facts by which somebody else is known already, whatever the case of their letters.

        The library lets nobody in by a user name that two have, and an employee number signs
        documents for whoever enrols with it first.
        """
        others = Person.objects.exclude(pk=self.pk)
        same = {
            "username": Q(username__iexact=self.username) | Q(email__iexact=self.username),
            "email": Q(username__iexact=self.email),
            "employee_number": Q(employee_number__iexact=self.employee_number),
        }
        return [
            name for name, it in same.items() if getattr(self, name) and others.filter(it).exists()
        ]

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def roles(self) -> frozenset[str]:
        """The roles of this person, read once for each instance; none when deactivated."""
        if not self.is_active:
            return frozenset()
        if not hasattr(self, "_roles"):
            known = {role.value for role in Role}
            names = self.groups.values_list("name", flat=True) if self.pk else ()
            self._roles = frozenset(name for name in names if name in known)
        return self._roles

    @property
    def holds_office(self) -> bool:
        """Whether a role is theirs beside that of a signer, also one that rests at present."""
        offices = [role.value for role in Role if role is not Role.MANAGER]
        return bool(self.pk) and any(group.name in offices for group in self.groups.all())

    @property
    def must_be_met(self) -> bool:
        """Whether a second person has to confirm with what they sign, before it signs."""
        if self.handover == self.Handover.LINK:
            return Organisation.current().meet_invited
        return bool(self.handover)

    def profile(self) -> dict[str, str]:
        """What profile blanks are filled with, by the name of the blank's profile field."""
        return {
            "name": self.name,
            "employee_number": self.employee_number,
            "position": self.position,
            "department": self.department.name_zh,
            "contact": self.contact,
        }
