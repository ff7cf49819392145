"""Members of signing tasks: one person in one task, why, until when, and how it ended."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from pledges.core.standings import Joined, Standing
from pledges.models.people import Person
from pledges.models.pledges import Pledge
from pledges.models.signing_tasks import SigningTask
from pledges.models.standings import MemberQuerySet

STANDINGS = [
    (Standing.IN_FORCE, _("In force")),
    (Standing.ON_PAPER, _("On paper")),
    (Standing.IN_REVIEW, _("In review")),
    (Standing.EXCUSED, _("Excused")),
    (Standing.LEFT, _("Left the company")),
    (Standing.RETURNED, _("Returned")),
    (Standing.ON_LEAVE, _("On leave")),
    (Standing.OVERDUE, _("Overdue")),
    (Standing.DUE, _("To be signed")),
]


class TaskMember(models.Model):
    """One person in a task: why, until when, and how it ended; `position` is the leaf's place.

    `salt` opens `commitment`, which the task's list in the ledger holds; erasure empties it.
    """

    task = models.ForeignKey(SigningTask, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    position = models.PositiveIntegerField()
    joined = models.CharField(
        _("why in it"),
        max_length=8,
        choices=[
            (Joined.LAUNCH, _("at the launch")),
            (Joined.JOINER, _("joined later")),
            (Joined.BY_HAND, _("added by hand")),
        ],
    )
    joined_at = models.DateTimeField(_("member since"))
    due_on = models.DateField(_("due"))
    salt = models.CharField(max_length=64, blank=True)
    commitment = models.CharField(max_length=64)
    pledge = models.ForeignKey(
        Pledge, models.SET_NULL, null=True, related_name="memberships", verbose_name=_("pledge")
    )
    objection = models.TextField(_("objection"), blank=True)
    objected_at = models.DateTimeField(_("objected"), null=True)
    # Written once, when the task is closed.
    standing_at_close = models.CharField(max_length=10, blank=True, choices=STANDINGS)
    # Which file counted then, as a commitment under the salt; empty where none did.
    document_at_close = models.CharField(max_length=64, blank=True)

    # No columns: annotated by `with_standing`, and the last by `with_earlier`.
    standing: str
    former: str | None
    signed_earlier: bool

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a signing task")
        verbose_name_plural = _("members of signing tasks")
        ordering = ("task", "position")
        indexes = (models.Index(fields=["person", "task"], name="member_by_person"),)
        constraints = (
            models.UniqueConstraint(fields=["task", "person"], name="member_once"),
            models.UniqueConstraint(fields=["task", "position"], name="member_position_once"),
        )

    def __str__(self) -> str:
        return f"{self.task_id} {self.position}"
