"""What somebody was told, and why: a row is written once before its mail is queued, never twice."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.db import connection, models
from django.db.models import Max, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from pledges.core.notice_plans import Reason
from pledges.models.pledges import Pledge
from pledges.models.task_members import TaskMember

ABOUT_THEM: Final = (Reason.SUPERIOR, Reason.COMPLIANCE)
"""What is told about a member to others: they were told nothing by it."""
ASKING_NOTHING: Final = (*ABOUT_THEM, Reason.EXCUSED)
"""What asks a member for nothing: it puts off nothing of what they are told next."""

# In the order in which they are given, so that two that claim the same never wait in a circle.
CLAIM: Final = """
INSERT INTO pledges_noticeclaim
    (person_id, member_id, pledge_id, reason, for_day, told_on, claimed_at, message_id)
SELECT person, member, pledge, reason, for_day, told_on, claimed_at, message
FROM unnest(%s::bigint[], %s::bigint[], %s::uuid[], %s::text[], %s::date[], %s::date[],
    %s::timestamptz[], %s::text[])
    WITH ORDINALITY
    AS asked (person, member, pledge, reason, for_day, told_on, claimed_at, message, place)
ORDER BY place
ON CONFLICT DO NOTHING
RETURNING id, person_id, member_id, pledge_id, reason, for_day
"""
COLUMNS: Final = (
    *("person_id", "member_id", "pledge_id", "reason", "for_day", "told_on", "claimed_at"),
    "message_id",
)
IDENTITY: Final = COLUMNS[:5]


class NoticeClaimManager(models.Manager["NoticeClaim"]):
    """Claims in single statements: of any number of workers, one has each."""

    def claim_each(self, claims: Iterable["NoticeClaim"]) -> list["NoticeClaim"]:
        """Write those that nobody has claimed yet, and give them back; the others are left out.

        Whoever claims the same at the same time waits for this transaction, and then has nothing.
        """
        asked = sorted(claims, key=lambda each: (each.member_id or 0, str(each.pledge_id)))
        columns = [[getattr(each, name) for each in asked] for name in COLUMNS]
        if not asked:
            return []
        columns[2] = [str(key) if key else None for key in columns[2]]
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, columns)
            keys = {tuple(row[1:]): row[0] for row in cursor.fetchall()}
        claimed = []
        for each in asked:
            identity = tuple(getattr(each, name) for name in IDENTITY)
            key = keys.pop(
                (identity[0], identity[1], identity[2], str(identity[3]), identity[4]), 0
            )
            if key:
                each.pk = key
                claimed.append(each)
        return claimed

    def told_on(self, **whom: Any) -> Subquery:
        """As an annotation: the last day on which they were told what to sign, or None."""
        theirs = self.filter(**whom).exclude(reason__in=ASKING_NOTHING)
        last = theirs.order_by().values(*whom).annotate(last=Max("told_on"))
        return Subquery(last.values("last"))

    def told_members(self) -> Subquery:
        return self.told_on(member=OuterRef("pk"))

    def tell_on(self, keys: Sequence[int], day: date) -> None:
        """That a mail leaves on another day than it was claimed: on that day they are told."""
        self.filter(pk__in=keys, told_on__lt=day).update(told_on=day)


class NoticeClaim(models.Model):
    """That a reason was claimed for a member, a pledge's term, or somebody's mail of the day.

    `person` is whom it is told to, or in whose place somebody else is told; nobody, where it is
    told to every officer. `for_day` is the day that the reason counts from.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="notices",
        verbose_name=_("person"),
    )
    member = models.ForeignKey(
        TaskMember, models.PROTECT, null=True, related_name="notices", verbose_name=_("member")
    )
    pledge = models.ForeignKey(Pledge, models.PROTECT, null=True, related_name="notices")
    reason = models.CharField(_("reason"), max_length=20)
    for_day = models.DateField(_("for the day"))
    told_on = models.DateField(_("told on"))
    claimed_at = models.DateTimeField(_("claimed"))
    message_id = models.CharField(max_length=200, blank=True)

    objects = NoticeClaimManager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("-claimed_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["member", "reason", "for_day"],
                condition=Q(member__isnull=False),
                name="notice_of_a_member_once",
            ),
            models.UniqueConstraint(
                fields=["pledge", "reason", "for_day"],
                condition=Q(pledge__isnull=False),
                name="notice_of_a_term_once",
            ),
            models.UniqueConstraint(
                fields=["person", "reason", "for_day"],
                condition=Q(member__isnull=True, pledge__isnull=True),
                name="notice_to_a_person_once",
            ),
            models.CheckConstraint(
                name="notice_is_about_one_thing",
                condition=Q(member__isnull=True) | Q(pledge__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.reason} {self.for_day}"


class NoticeSwitch(models.Model):
    """That a kind of notice is switched off, by whom and when; one without a row is on."""

    kind = models.CharField(max_length=20, primary_key=True)
    off = models.BooleanField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("changed by"),
    )
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("kind of notice")
        verbose_name_plural = _("emails")

    def __str__(self) -> str:
        return self.kind

    @classmethod
    def is_on(cls, kind: str) -> bool:
        return not cls.objects.filter(pk=kind, off=True).exists()
