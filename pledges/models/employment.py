"""Facts with dates about somebody's employment: the posts they held, when they are on leave."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pledges.models.people import Person


class Post(models.Model):
    """What somebody works as, from a day to a day; `Person.position` says the present one."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="posts")
    title = models.CharField(_("position"), max_length=60)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ("-from_on", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["person"], condition=Q(until_on__isnull=True), name="post_one_at_present"
            ),
            models.CheckConstraint(
                name="post_ends_after_it_begins",
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
            ),
        )

    def __str__(self) -> str:
        return self.title


class Leave(models.Model):
    """That somebody is away from one day to another, and who receives what they would receive.

    The delegate gets the notices that a superior or an officer would get. Nobody fills in or signs
    for another.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="leaves")
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    delegate = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="delegations",
        verbose_name=_("delegate"),
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        ordering = ("-from_on", "-pk")
        indexes = (models.Index(fields=["person", "from_on", "until_on"], name="leave_on_a_day"),)
        constraints = (
            models.CheckConstraint(
                name="leave_ends_after_it_begins", condition=Q(until_on__gte=F("from_on"))
            ),
            models.CheckConstraint(
                name="leave_delegate_is_another",
                condition=Q(delegate__isnull=True) | ~Q(delegate=F("person")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.from_on} – {self.until_on}"
