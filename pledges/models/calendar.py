"""The calendar of working days: what was published, and what compliance or HR changed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pledges.core.working_days import Calendar


class CalendarDayQuerySet(models.QuerySet["CalendarDay"]):
    def as_calendar(self) -> Calendar:
        """All that is known, as working days are counted by it."""
        return Calendar(dict(self.values_list("date", "working")))


class CalendarDay(models.Model):
    """A day that is known to be worked or not; a day without a row counts Monday to Friday."""

    class Source(models.TextChoices):
        PUBLISHED = "published", _("published by the State Council")
        CHANGED = "changed", _("set by the company")

    date = models.DateField(_("day"), primary_key=True)
    working = models.BooleanField(_("working day"))
    name = models.CharField(_("occasion"), max_length=60, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    changed_at = models.DateTimeField(_("changed"), null=True)

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("day of the calendar")
        verbose_name_plural = _("working calendar")
        ordering = ("date",)
        constraints = (
            models.CheckConstraint(
                name="calendar_change_has_an_author",
                condition=models.Q(source="published", changed_at__isnull=True)
                | models.Q(source="changed", changed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.date}"
