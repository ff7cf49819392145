"""Steps from one version of a template to the next: what becomes of drafts, who signs again."""

from collections import deque
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pledges.models.templates import TemplateVersion


class StepQuerySet(models.QuerySet["VersionStep"]):
    def due(self, today: date) -> "StepQuerySet":
        """Steps after which nothing is signed on earlier versions any longer on `today`."""
        in_effect = Q(after__effective_on__lte=today)
        return self.filter(in_effect).exclude(
            drafts=VersionStep.Drafts.UNTIL, drafts_until__gte=today
        )


class VersionStep(models.Model):
    """One step, written when the later version is published, and never changed.

    `drafts` says what becomes of open drafts on earlier versions, from the day on which the later
    one takes effect. A material step asks everybody to sign again, by `sign_again_by` where set.
    """

    class Kind(models.TextChoices):
        EDITORIAL = "editorial", _("editorial: nobody needs to sign again")
        MATERIAL = "material", _("material: to be signed again")

    class Drafts(models.TextChoices):
        MOVED = "moved", _("move to the new version, answers kept")
        UNTIL = "until", _("may be signed as they are until a day, then move")
        WITHDRAWN = "withdrawn", _("are withdrawn")

    before = models.ForeignKey(
        TemplateVersion, models.PROTECT, related_name="steps_on", verbose_name=_("from version")
    )
    after = models.OneToOneField(
        TemplateVersion, models.PROTECT, related_name="step", verbose_name=_("to version")
    )
    kind = models.CharField(_("kind of change"), max_length=9, choices=Kind.choices)
    drafts = models.CharField(_("open drafts"), max_length=9, choices=Drafts.choices)
    drafts_until = models.DateField(_("drafts may be signed until"), null=True)
    sign_again_by = models.DateField(_("to be signed again by"), null=True)
    # Null where it was a command.
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    made_at = models.DateTimeField(_("decided"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step to a new version")
        verbose_name_plural = _("steps to new versions")
        ordering = ("-made_at",)
        constraints = (
            models.CheckConstraint(
                name="step_until_has_a_day",
                condition=Q(drafts="until", drafts_until__isnull=False)
                | (~Q(drafts="until") & Q(drafts_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="step_editorial_asks_nobody",
                condition=Q(kind="material") | Q(sign_again_by__isnull=True),
            ),
            models.CheckConstraint(
                name="step_editorial_took_two",
                condition=Q(kind="material")
                | Q(made_by__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="step_confirmed_by_another",
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("made_by")),
            ),
            models.CheckConstraint(name="step_leads_elsewhere", condition=~Q(before=F("after"))),
        )

    def __str__(self) -> str:
        return f"{self.before_id} → {self.after_id}"


def alike(*version_ids: int) -> set[int]:
    """The versions (by key) that editorial steps alone connect with one of these, and these.

    Whoever signed on one of them need not sign again on another. A step of which nothing is known
    connects nothing.
    """
    steps = VersionStep.objects.filter(
        kind=VersionStep.Kind.EDITORIAL,
        after__template__versions__in=version_ids,
    ).values_list("before_id", "after_id")
    beside: dict[int, set[int]] = {}
    for before, after in steps:
        beside.setdefault(before, set()).add(after)
        beside.setdefault(after, set()).add(before)
    found, ahead = set(version_ids), deque(version_ids)
    while ahead:
        fresh = beside.get(ahead.popleft(), set()) - found
        found |= fresh
        ahead.extend(fresh)
    return found
