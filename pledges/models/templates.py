"""Pledge templates and their versions; a published version can only be retired."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pledges.core.languages import CHINESE, ENGLISH, Localized
from pledges.core.lifecycle import VersionState
from pledges.core.template.blanks import Blank, Reading, from_data, read
from pledges.core.template.definition import MAX_TERM_MONTHS
from pledges.core.template.outline import Outline, parse_in
from pledges.core.template.surroundings import surroundings_of
from pledges.core.template.template_file import Definition

MAX_RETENTION_YEARS = 100  # years


@lru_cache(maxsize=64)
def _outline_of(language: str, source: Localized) -> Outline:
    """The tree of a version's text, which every page of the version's pledges asks for."""
    return parse_in(language, source)[0]


_around_blanks = lru_cache(maxsize=64)(surroundings_of)


class PledgeTemplate(models.Model):
    """One kind of pledge, known by its slug; everything people read is on its versions."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    created_at = models.DateTimeField(_("created"))
    retention_years = models.PositiveSmallIntegerField(
        _("retention period in years"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_RETENTION_YEARS)],
        help_text=_("Counted from the last event in the life of a pledge."),
    )

    class Meta:
        verbose_name = _("pledge template")
        verbose_name_plural = _("pledge templates")
        ordering = ("slug",)
        constraints = (
            models.CheckConstraint(
                name="template_retention_in_reason",
                condition=Q(retention_years__gte=1, retention_years__lte=MAX_RETENTION_YEARS),
            ),
        )

    def __str__(self) -> str:
        return self.slug


class VersionQuerySet(models.QuerySet["TemplateVersion"]):
    def published(self) -> "VersionQuerySet":
        return self.filter(status=VersionState.PUBLISHED)

    def current(self, today: date) -> "VersionQuerySet":
        """The newest published version of each template that is in effect on `today`."""
        return (
            self.published()
            .filter(effective_on__lte=today)
            .order_by("template_id", "-number")
            .distinct("template_id")
        )


class TemplateVersion(models.Model):
    """The wording of a template at one time, in both languages, with its blanks."""

    template = models.ForeignKey(
        PledgeTemplate, models.PROTECT, related_name="versions", verbose_name=_("template")
    )
    number = models.PositiveIntegerField(_("number"))
    status = models.CharField(
        _("status"),
        max_length=10,
        default=VersionState.DRAFT,
        choices=[
            (VersionState.DRAFT, _("Draft")),
            (VersionState.PUBLISHED, _("Published")),
            (VersionState.RETIRED, _("Retired")),
        ],
    )
    title_zh = models.CharField(_("title (Chinese)"), max_length=120)
    title_en = models.CharField(_("title (English)"), max_length=200)
    subtitle_zh = models.CharField(_("subtitle (Chinese)"), max_length=60)
    subtitle_en = models.CharField(_("subtitle (English)"), max_length=120)
    change_note_zh = models.TextField(_("change note (Chinese)"), blank=True)
    change_note_en = models.TextField(_("change note (English)"), blank=True)
    source_zh = models.TextField(_("text (Chinese)"))
    source_en = models.TextField(_("text (English)"))
    blanks = models.JSONField(_("blanks"), default=list)
    effective_on = models.DateField(_("effective date"))
    term_months = models.PositiveSmallIntegerField(
        _("term in months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_TERM_MONTHS)],
        help_text=_(
            "For how many months a pledge is in force from the day of signing. Leave empty if "
            "it is in force until revoked."
        ),
    )
    digest = models.CharField(_("digest"), max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"))
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("published by"),
    )
    retired_at = models.DateTimeField(_("retired"), null=True, editable=False)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("template version")
        verbose_name_plural = _("template versions")
        ordering = ("template__slug", "-number")
        constraints = (
            models.UniqueConstraint(fields=["template", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["template"],
                condition=Q(status=VersionState.DRAFT),
                name="version_one_draft_each",
            ),
            models.CheckConstraint(
                name="version_published_has_digest",
                condition=Q(status=VersionState.DRAFT)
                | (~Q(digest="") & Q(published_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="version_retired_has_time",
                condition=Q(status=VersionState.RETIRED, retired_at__gte=F("published_at"))
                | (~Q(status=VersionState.RETIRED) & Q(retired_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="version_term_in_reason",
                condition=Q(term_months__isnull=True)
                | Q(term_months__gte=1, term_months__lte=MAX_TERM_MONTHS),
            ),
        )

    def __str__(self) -> str:
        return self.label(get_language() or "zh-hans")

    def label(self, language: str) -> str:
        """What people call this version: its subtitle and number."""
        if language.startswith("en"):
            return f"{self.subtitle_en}, version {self.number}"
        return f"{self.subtitle_zh} 第 {self.number} 版"

    def name(self, language: str) -> str:
        """What lists call its pledges: the title of the document, and its kind in brackets."""
        if language.startswith("en"):
            return f"{self.title_en} ({self.subtitle_en})"
        return f"{self.title_zh}（{self.subtitle_zh}）"

    @property
    def title(self) -> Localized:
        return Localized(self.title_zh, self.title_en)

    @property
    def subtitle(self) -> Localized:
        return Localized(self.subtitle_zh, self.subtitle_en)

    @cached_property
    def blank_list(self) -> tuple[Blank, ...]:
        return tuple(from_data(item) for item in self.blanks)

    def blank(self, code: str) -> Blank | None:
        return next((blank for blank in self.blank_list if blank.code == code), None)

    def read(self, typed: Mapping[str, str]) -> Reading:
        """How answers to the manager's blanks read where the version's text prints them."""
        around = _around_blanks(Localized(self.source_zh, self.source_en))
        return read(self.blank_list, typed, around)

    def outline(self, language: str) -> Outline:
        return _outline_of(
            ENGLISH if language.startswith("en") else CHINESE,
            Localized(self.source_zh, self.source_en),
        )

    def definition(self) -> Definition:
        """This version as the portable definition that files hold and digests cover."""
        return Definition(
            slug=self.template.slug,
            title=self.title,
            subtitle=self.subtitle,
            change_note=Localized(self.change_note_zh, self.change_note_en),
            effective_on=self.effective_on,
            blanks=self.blank_list,
            source=Localized(self.source_zh, self.source_en),
            term_months=self.term_months,
        )


class VersionFont(models.Model):
    """The font subset that every document of a version is set in; made at publication."""

    version = models.OneToOneField(TemplateVersion, models.PROTECT, related_name="font")
    serif = models.BinaryField()
    sans = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("font subset")
        verbose_name_plural = _("font subsets")

    def __str__(self) -> str:
        return self.sha256
