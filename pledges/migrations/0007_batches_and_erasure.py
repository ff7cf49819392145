"""Acceptance of many in the background; erasure of personal data, and the triggers that allow it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from pledges.migrations import guards


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0006_passkeys"),
    ]

    operations = [
        migrations.CreateModel(
            name="AcceptanceBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="started")),
                ("turn", models.PositiveIntegerField(default=0)),
                ("worked_at", models.DateTimeField(verbose_name="last worked on")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="compliance officer",
                    ),
                ),
            ],
            options={
                "verbose_name": "bulk acceptance",
                "verbose_name_plural": "bulk acceptances",
                "ordering": ("-created_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="AcceptanceItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("accepted", "accepted"),
                            ("left", "left unchanged"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=40, verbose_name="reason")),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="pledges.acceptancebatch",
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pledges.pledge",
                    ),
                ),
            ],
            options={
                "verbose_name": "pledge of a bulk acceptance",
                "verbose_name_plural": "pledges of a bulk acceptance",
                "ordering": ("pk",),
            },
        ),
        migrations.AddIndex(
            model_name="acceptancebatch",
            index=models.Index(fields=["officer", "-created_at"], name="batch_by_officer"),
        ),
        migrations.AddIndex(
            model_name="acceptancebatch",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", True)),
                fields=["created_at"],
                name="batch_unfinished",
            ),
        ),
        migrations.AddConstraint(
            model_name="acceptanceitem",
            constraint=models.UniqueConstraint(
                fields=("batch", "pledge"), name="batch_names_a_pledge_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="acceptanceitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "waiting"), ("reason", ""), ("settled_at__isnull", True)),
                    models.Q(
                        ("outcome", "accepted"), ("reason", ""), ("settled_at__isnull", False)
                    ),
                    models.Q(
                        ("outcome", "left"),
                        ("settled_at__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="batch_item_is_settled_or_waits",
            ),
        ),
        guards.upgrade(2, 3),
    ]
