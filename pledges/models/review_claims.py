"""Who is reviewing a pledge right now, so that two officers do not read the same one."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pledges.models.pledges import Pledge


class ReviewClaimQuerySet(models.QuerySet["ReviewClaim"]):
    def valid(self, at: datetime) -> "ReviewClaimQuerySet":
        return self.filter(until__gt=at)


class ReviewClaim(models.Model):
    """`officer` has the page of `pledge` open, and holds it until `until` unless it is renewed.

    It keeps nobody from anything: whoever may judge still does, and the first decision is the one.
    """

    pledge = models.OneToOneField(
        Pledge, models.CASCADE, primary_key=True, related_name="review_claim"
    )
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.DateTimeField()

    objects = ReviewClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("review in progress")
        verbose_name_plural = _("reviews in progress")

    def __str__(self) -> str:
        return f"{self.pledge_id}: {self.officer_id}"
