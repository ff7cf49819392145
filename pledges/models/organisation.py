"""The one organisation that this installation serves: its name, and the one calendar of all."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pledges.core.working_days import Calendar
from pledges.core.working_hours import WorkingHours
from pledges.models.names import PlainNames

_memo: ContextVar[list["Organisation"] | None] = ContextVar("organisation", default=None)


@contextmanager
def organisation_read_once() -> Iterator[None]:
    """Within it, `Organisation.current` asks the database at most once: a request, a mail, an act.

    What is kept ends with the outermost, so nothing outlives a change made by another process.
    """
    if _memo.get() is not None:
        yield
        return
    token = _memo.set([])
    try:
        yield
    finally:
        _memo.reset(token)


class BilingualName(PlainNames):
    """A name in Chinese, with an English one beside it that may be missing."""

    NAMES: ClassVar[tuple[str, ...]] = ("name_zh", "name_en")

    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name_in(get_language() or "zh-hans")

    def name_in(self, language: str) -> str:
        """The name in `language`, or the Chinese one where there is no English."""
        return (self.name_en if language.startswith("en") else "") or self.name_zh


class Organisation(BilingualName):
    """The company whose pledges these are; exactly one row."""

    NAMES = (*BilingualName.NAMES, "pledge_contact")
    RULES: ClassVar[tuple[str, ...]] = (
        *("time_zone", "number_prefix", "signing", "notices_from", "notices_until"),
    )
    UNNAMED: ClassVar[str] = "本公司"
    """What the migration calls it until somebody gives it its name."""

    class Signing(models.TextChoices):
        PASSKEY = "passkey", _("With a passkey")
        PASSKEY_OR_CODE = "passkey-or-code", _("With a passkey, or with password and code")

    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    number_prefix = models.CharField(
        _("prefix of pledge numbers"),
        max_length=8,
        default="CN",
        validators=[RegexValidator(r"^[A-Z0-9]{1,8}$", _("Capital letters and digits only."))],
    )

    signing = models.CharField(
        _("how documents are signed"),
        max_length=20,
        choices=Signing.choices,
        default=Signing.PASSKEY_OR_CODE,
        help_text=_(
            "Only a passkey proves that this person signed, without relying on anyone's word."
        ),
    )
    meet_invited = models.BooleanField(
        _("invited people are confirmed in person before they sign"),
        default=True,
        help_text=_(
            "Someone from compliance, HR or the administrators, other than the person who "
            "sent the invitation, compares a code with them and confirms. After a first "
            "password set by someone else, this is always required."
        ),
    )

    pledge_contact = models.CharField(
        _("contact for questions about a pledge"),
        max_length=120,
        blank=True,
        help_text=_(
            "Shown beside pledges and in emails about them: an office, a telephone number "
            "or an address. Leave empty to show nothing."
        ),
    )

    notices_from = models.PositiveSmallIntegerField(
        _("reminders are sent from (hour)"),
        default=9,
        validators=[MaxValueValidator(22)],
    )
    notices_until = models.PositiveSmallIntegerField(
        _("reminders are sent until (hour)"),
        default=18,
        validators=[MaxValueValidator(24)],
        help_text=_("By the organisation's clock, on working days."),
    )

    two_people = models.BooleanField(
        _("two people for roles and retention periods"),
        default=True,
        help_text=_(
            "Granting a role, removing an administrator or changing a retention period "
            "takes effect once a second person with the same role has accepted it. If "
            "there is only one such person, the change takes effect immediately. Turning "
            "this off must be accepted too."
        ),
    )

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisation")
        constraints = (
            models.CheckConstraint(name="organisation_is_one", condition=Q(pk=1)),
            models.CheckConstraint(
                name="organisation_has_working_hours",
                condition=Q(notices_until__gt=F("notices_from"), notices_until__lte=24),
            ),
        )

    def save(self, *args: Any, **options: Any) -> None:
        super().save(*args, **options)
        if memo := _memo.get():
            memo.clear()

    @classmethod
    def current(cls) -> "Organisation":
        """The organisation; the migration that makes the table makes its row."""
        memo = _memo.get()
        if memo is None:
            return cls.objects.get(pk=1)
        if not memo:
            memo.append(cls.objects.get(pk=1))
        return memo[0]

    def working_hours(self, calendar: Calendar) -> WorkingHours:
        """Within which people are reminded, by the organisation's clock and its calendar."""
        zone = ZoneInfo(self.time_zone)
        return WorkingHours(self.notices_from, self.notices_until, zone, calendar)

    def localtime(self, at: datetime) -> datetime:
        """The moment `at` by the organisation's clock."""
        return at.astimezone(ZoneInfo(self.time_zone))

    def localdate(self, at: datetime) -> date:
        """The organisation's date at `at`: what "today" is, on every page and in every action.

        The zone of the server and that of the reader's browser decide nothing.
        """
        return self.localtime(at).date()

    def start_of(self, day: date) -> datetime:
        """The midnight with which `day` begins."""
        return datetime.combine(day, time.min, ZoneInfo(self.time_zone))

    def end_of(self, day: date) -> datetime:
        """The midnight with which `day` ends."""
        return self.start_of(day + timedelta(days=1))
