"""Terms: a version may say for how long its pledges bind; one whose term has passed is expired."""

import django.core.validators
from django.db import migrations, models

from pledges.migrations import guards


def refuse_to_lose_terms(apps, schema_editor):
    """Backwards, the terms would be gone, and with them what the versions' digests cover."""
    pledge = apps.get_model("pledges", "Pledge")
    version = apps.get_model("pledges", "TemplateVersion")
    if (
        version.objects.filter(term_months__isnull=False).exists()
        or pledge.objects.filter(ends_on__isnull=False).exists()
    ):
        raise migrations.exceptions.IrreversibleError(
            "There are template versions or pledges with a term: what they say cannot be taken back."
        )


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0010_employee_number"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="pledge",
            name="pledge_judged_is_complete",
        ),
        migrations.AddField(
            model_name="pledge",
            name="ends_on",
            field=models.DateField(null=True, verbose_name="last day of its term"),
        ),
        migrations.AddField(
            model_name="templateversion",
            name="term_months",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="For how many months a pledge is in force from the day of signing. Leave "
                "empty if it is in force until revoked.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(600),
                ],
                verbose_name="term in months",
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
                    ("expired", "Expired"),
                    ("erased", "Erased"),
                ],
                default="draft",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            model_name="pledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "expired"), _negated=True),
                    ("ends_on__isnull", False),
                    _connector="OR",
                ),
                name="pledge_expired_had_a_term",
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
                                "expired",
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
            model_name="pledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True), ("signed_at__isnull", False), _connector="OR"
                ),
                name="pledge_term_comes_with_the_signing",
            ),
        ),
        migrations.AddConstraint(
            model_name="templateversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("term_months__isnull", True),
                    models.Q(("term_months__gte", 1), ("term_months__lte", 600)),
                    _connector="OR",
                ),
                name="version_term_in_reason",
            ),
        ),
        guards.upgrade(4, 5),
        migrations.RunPython(migrations.RunPython.noop, refuse_to_lose_terms),
    ]
