"""Documents that were rendered before anybody asked for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from pledges.models.pledges import Pledge


class RenderedAhead(models.Model):
    """The document of a draft at one revision of its answers; nobody has been offered it yet.

    `content_digest` is keyed (`actions.readings.witness`): no row that somebody else wrote is used.
    """

    pledge = models.ForeignKey(Pledge, models.CASCADE, related_name="rendered_ahead")
    answers_revision = models.PositiveIntegerField()
    content_digest = models.CharField(max_length=64)
    document_digest = models.CharField(max_length=64)
    document_size = models.PositiveIntegerField()
    rendered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("document rendered ahead")
        verbose_name_plural = _("documents rendered ahead")
        constraints = (
            models.UniqueConstraint(
                fields=["pledge", "answers_revision"], name="rendered_ahead_once_each"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pledge_id}: {self.answers_revision}"
