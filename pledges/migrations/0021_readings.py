"""Readings: who opened or downloaded whose pledge; with the guards that keep them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from pledges.migrations import guards


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0020_rendered_ahead"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("minute", models.DateTimeField(verbose_name="time")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("page", "opened the page"),
                            ("file", "opened or downloaded the PDF"),
                            ("proof", "downloaded the separate proof"),
                            ("export", "exported the PDF"),
                            ("commitments", "exported the commitments"),
                        ],
                        max_length=12,
                        verbose_name="what was done",
                    ),
                ),
                ("reader_name", models.CharField(blank=True, max_length=80, verbose_name="name")),
                (
                    "reader_role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("compliance", "compliance"),
                            ("hr", "HR"),
                            ("auditor", "auditor"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pledges.ledgerentry",
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="pledges.pledge",
                        verbose_name="pledge",
                    ),
                ),
                (
                    "reader",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reader",
                    ),
                ),
            ],
            options={
                "verbose_name": "access record",
                "verbose_name_plural": "access records",
                "ordering": ("-minute", "-pk"),
                "indexes": [
                    models.Index(fields=["pledge", "-minute"], name="reading_by_pledge"),
                    models.Index(
                        condition=models.Q(("entry", None)),
                        fields=["minute", "reader"],
                        name="reading_unrecorded",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("reader", "pledge", "minute", "way"), name="reading_once_a_minute"
                    )
                ],
            },
        ),
        guards.upgrade(6, 7),
    ]
