"""Pledges: who undertook what on which version, where it stands, and what was judged."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pledges.core.lifecycle import PledgeState, Why
from pledges.models.organisation import Organisation
from pledges.models.pledge_states import NEVER_SIGNED as NEVER_SIGNED
from pledges.models.pledge_states import PLEDGE_STATES as PLEDGE_STATES
from pledges.models.pledge_states import UNSIGNED as UNSIGNED
from pledges.models.pledge_states import WHY_WITHDRAWN
from pledges.models.pledge_states import PledgeQuerySet as PledgeQuerySet
from pledges.models.templates import PledgeTemplate, TemplateVersion

RENEWAL = timedelta(days=60)
"""For so long before the end of its term, a quarter of it at most, a pledge may be followed."""


class Pledge(models.Model):
    """One person's pledge on one version. What is frozen at signing never changes after it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="pledges", verbose_name=_("person")
    )
    version = models.ForeignKey(
        TemplateVersion, models.PROTECT, related_name="pledges", verbose_name=_("version")
    )
    # That of the version: a draft moves from one version of it to the next, and is one only.
    template = models.ForeignKey(
        PledgeTemplate, models.PROTECT, related_name="pledges", verbose_name=_("template")
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    status = models.CharField(
        _("status"), max_length=10, default=PledgeState.DRAFT, choices=PLEDGE_STATES
    )
    answers = models.JSONField(_("answers"), default=dict)
    answers_revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(_("saved"))
    created_at = models.DateTimeField(_("created"))
    due_on = models.DateField(_("due"), null=True, blank=True)
    # Who asked for it, and why; empty where its person started it.
    assigned_at = models.DateTimeField(_("assigned"), null=True)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("assigned by"),
    )
    assignment_note = models.TextField(_("why it was assigned"), blank=True)
    # Null until given: a unique column cannot hold many empty strings.
    number = models.CharField(_("pledge number"), max_length=32, unique=True, null=True)  # noqa: DJ001
    corrects = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="corrected_by",
        verbose_name=_("corrects"),
    )
    reply = models.TextField(_("reply to the reasons for return"), blank=True)

    # Frozen at signing: later edits of people or templates never reach these.
    signer_name = models.CharField(_("signer"), max_length=80, blank=True)
    signer_employee_number = models.CharField(_("employee number"), max_length=32, blank=True)
    signer_department = models.CharField(_("department"), max_length=80, blank=True)
    signed_at = models.DateTimeField(_("signed"), null=True)
    ends_on = models.DateField(_("last day of its term"), null=True)
    content_digest = models.CharField(_("digest of the content"), max_length=64, blank=True)
    document_digest = models.CharField(
        _("digest of the document"),
        max_length=64,
        blank=True,
        help_text=_("SHA-256 of the file exactly as it was read and signed."),
    )
    flagged = models.BooleanField(_("unusual answers"), default=False)

    reviewed_at = models.DateTimeField(_("reviewed"), null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("revoked by"),
    )
    revocation_reason = models.TextField(_("reason for revocation"), blank=True)
    revoked_for_good = models.BooleanField(_("not to be signed again"), default=False)
    withdrawn_at = models.DateTimeField(pgettext_lazy("a pledge", "withdrawn"), null=True)
    # Null where it was no person.
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    withdrawn_why = models.CharField(
        _("why it was withdrawn"), max_length=14, blank=True, choices=WHY_WITHDRAWN
    )
    withdrawal_reason = models.TextField(_("reason for withdrawal"), blank=True)

    objects = PledgeQuerySet.as_manager()

    class Meta:
        verbose_name = _("pledge")
        verbose_name_plural = _("pledges")
        ordering = ("-created_at",)
        indexes = (
            models.Index(fields=["status", "signed_at"], name="pledge_queue"),
            models.Index(fields=["person", "status"], name="pledge_by_person"),
            models.Index(fields=["-reviewed_at"], name="pledge_newest_reviews"),
            models.Index(
                fields=["ends_on"],
                name="pledge_in_force_with_a_term",
                condition=Q(status=PledgeState.ACCEPTED, ends_on__isnull=False),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["person", "template"],
                condition=Q(status=PledgeState.DRAFT),
                name="pledge_one_draft_each",
            ),
            models.CheckConstraint(
                name="pledge_signed_is_complete",
                condition=Q(status=PledgeState.DRAFT, signed_at__isnull=True)
                | Q(status=PledgeState.DISCARDED, signed_at__isnull=True, answers={})
                | Q(status=PledgeState.ERASED, answers={}, signer_name="", content_digest="")
                | Q(status=PledgeState.WITHDRAWN, signed_at__isnull=True, number__isnull=False)
                | (
                    ~Q(status__in=UNSIGNED)
                    & Q(signed_at__isnull=False, number__isnull=False)
                    & ~Q(signer_name="")
                    & ~Q(document_digest="")
                ),
            ),
            models.CheckConstraint(
                name="pledge_withdrawn_is_complete",
                condition=Q(
                    status=PledgeState.WITHDRAWN,
                    withdrawn_at__isnull=False,
                    withdrawn_why__in=list(Why),
                )
                | Q(status=PledgeState.ERASED, withdrawal_reason="")
                | (
                    ~Q(status__in=[PledgeState.WITHDRAWN, PledgeState.ERASED])
                    & Q(withdrawn_at__isnull=True, withdrawn_why="", withdrawal_reason="")
                ),
            ),
            models.CheckConstraint(
                name="pledge_term_comes_with_the_signing",
                condition=Q(ends_on__isnull=True) | Q(signed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="pledge_expired_had_a_term",
                condition=~Q(status=PledgeState.EXPIRED) | Q(ends_on__isnull=False),
            ),
            models.CheckConstraint(
                name="pledge_judged_by_somebody_else",
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("person")),
            ),
            models.CheckConstraint(
                name="pledge_judged_is_complete",
                condition=Q(
                    status__in=[
                        PledgeState.DRAFT,
                        PledgeState.SIGNED,
                        PledgeState.DISCARDED,
                        PledgeState.WITHDRAWN,
                    ],
                    reviewed_at__isnull=True,
                )
                | Q(
                    status__in=[
                        PledgeState.RETURNED,
                        PledgeState.ACCEPTED,
                        PledgeState.REVOKED,
                        PledgeState.EXPIRED,
                    ],
                    reviewed_at__isnull=False,
                    reviewed_by__isnull=False,
                )
                | Q(status=PledgeState.ERASED),
            ),
        )

    def __str__(self) -> str:
        return self.number or str(self.pk)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding and self.template_id is None:
            self.template_id = self.version.template_id
        super().save(*args, **kwargs)

    @property
    def is_kept(self) -> bool:
        """Whether it was ever signed, and still has its content and its files."""
        return self.signed_at is not None and self.status != PledgeState.ERASED

    def state_on(self, today: date) -> str:
        """Where the pledge stands on `today`: a term ends with its day, noted yet or not."""
        over = self.ends_on is not None and self.ends_on < today
        return PledgeState.EXPIRED if over and self.status == PledgeState.ACCEPTED else self.status

    def may_be_followed_on(self, today: date, organisation: Organisation) -> bool:
        """Whether its signer may sign the next one: it has ended, or will soon (`RENEWAL`)."""
        if self.status != PledgeState.ACCEPTED:
            return self.status not in (PledgeState.DRAFT, PledgeState.SIGNED)
        if self.ends_on is None or self.signed_at is None:
            return False
        quarter = (self.ends_on - organisation.localdate(self.signed_at)) / 4
        return self.ends_on - min(RENEWAL, quarter) <= today
