"""The calendar of working days."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0026_organisation"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("date", models.DateField(primary_key=True, serialize=False, verbose_name="day")),
                ("working", models.BooleanField(verbose_name="working day")),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="occasion")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("published", "published by the State Council"),
                            ("changed", "set by the company"),
                        ],
                        max_length=10,
                        verbose_name="source",
                    ),
                ),
                ("changed_at", models.DateTimeField(null=True, verbose_name="changed")),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="changed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of the calendar",
                "verbose_name_plural": "working calendar",
                "ordering": ("date",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("changed_at__isnull", True),
                            ("source", "published"),
                        )
                        | models.Q(
                            ("changed_at__isnull", False),
                            ("source", "changed"),
                        ),
                        name="calendar_change_has_an_author",
                    )
                ],
            },
        ),
    ]
