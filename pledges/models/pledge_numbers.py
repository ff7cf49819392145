"""The counter behind pledge numbers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SerialCounter(models.Model):
    """The last pledge number given in a year; numbers are never reused."""

    year = models.PositiveIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("serial counter")
        verbose_name_plural = _("serial counters")

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
