"""Erasure: a last state of pledges, in which what is personal is blank, and the only way into it."""

import django.core.validators
from django.db import migrations, models

from pledges.migrations import guards


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0008_document_level"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="pledge",
            name="pledge_signed_is_complete",
        ),
        migrations.RemoveConstraint(
            model_name="pledge",
            name="pledge_judged_is_complete",
        ),
        migrations.AddField(
            model_name="person",
            name="erased_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="erased"),
        ),
        migrations.AddField(
            model_name="pledgetemplate",
            name="retention_years",
            field=models.PositiveSmallIntegerField(
                default=10,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(100),
                ],
                help_text="Counted from the last event in the life of a pledge.",
                verbose_name="retention period in years",
            ),
        ),
        migrations.AlterField(
            model_name="pledge",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "To be signed"),
                    (
                        "signed",
                        "Signed, awaiting compliance review",
                    ),
                    ("returned", "Returned"),
                    ("accepted", "In force"),
                    ("revoked", "Revoked"),
                    ("erased", "Erased"),
                ],
                default="draft",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at__isnull", True),
                    models.Q(
                        ("contact", ""),
                        ("email", ""),
                        ("is_active", False),
                        ("name", "—"),
                        ("position", ""),
                    ),
                    _connector="OR",
                ),
                name="person_erased_is_nobody",
            ),
        ),
        migrations.AddConstraint(
            model_name="pledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("signed_at__isnull", True),
                        ("status", "draft"),
                    ),
                    models.Q(
                        ("answers", {}),
                        ("content_digest", ""),
                        ("signer_name", ""),
                        ("status", "erased"),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "status__in",
                                [
                                    "draft",
                                    "erased",
                                ],
                            ),
                            _negated=True,
                        ),
                        ("number__isnull", False),
                        ("signed_at__isnull", False),
                        models.Q(("signer_name", ""), _negated=True),
                        models.Q(("document_digest", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="pledge_signed_is_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="pledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("reviewed_at__isnull", True),
                        (
                            "status__in",
                            [
                                "draft",
                                "signed",
                            ],
                        ),
                    ),
                    models.Q(
                        ("reviewed_at__isnull", False),
                        ("reviewed_by__isnull", False),
                        (
                            "status__in",
                            [
                                "returned",
                                "accepted",
                                "revoked",
                            ],
                        ),
                    ),
                    ("status", "erased"),
                    _connector="OR",
                ),
                name="pledge_judged_is_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="pledgetemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(("retention_years__gte", 1), ("retention_years__lte", 100)),
                name="template_retention_in_reason",
            ),
        ),
        guards.upgrade(3, 4),
    ]
