"""Rosters: uploaded lists of people, their rows and fates, and the columns that were chosen."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0029_records"),
    ]

    operations = [
        migrations.CreateModel(
            name="RosterColumns",
            fields=[
                ("signature", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("mapping", models.JSONField()),
                ("chosen_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "columns of a roster",
                "verbose_name_plural": "columns of rosters",
            },
        ),
        migrations.CreateModel(
            name="Roster",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="file")),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("sheet", models.CharField(blank=True, max_length=80, verbose_name="sheet")),
                (
                    "reach",
                    models.CharField(
                        choices=[
                            ("everybody", "everyone in the company"),
                            ("departments", "everyone in some departments"),
                            ("additions", "only additions and changes"),
                        ],
                        max_length=12,
                        verbose_name="a list of",
                    ),
                ),
                ("heads_row", models.PositiveIntegerField(null=True)),
                ("heads", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "columns to be chosen"),
                            ("planned", "preview"),
                            ("waiting", "waiting for a second person"),
                            ("applying", "being applied"),
                            ("applied", "applied"),
                            ("failed", "not applied"),
                            ("discarded", "discarded"),
                        ],
                        default="uploaded",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("omitted", models.JSONField(default=list)),
                ("plan_digest", models.CharField(blank=True, max_length=64)),
                ("counts", models.JSONField(default=dict)),
                ("within", models.PositiveIntegerField(default=0)),
                ("moves", models.JSONField(default=list)),
                ("failure", models.CharField(blank=True, max_length=40)),
                ("uploaded_at", models.DateTimeField(verbose_name="uploaded")),
                ("asked_at", models.DateTimeField(null=True)),
                ("takes_two", models.BooleanField(default=False)),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="confirmed")),
                ("progress", models.PositiveSmallIntegerField(default=0)),
                ("worked_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="confirmed by",
                    ),
                ),
                (
                    "departments",
                    models.ManyToManyField(
                        blank=True,
                        related_name="+",
                        to="pledges.department",
                        verbose_name="departments",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="uploaded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "roster",
                "verbose_name_plural": "rosters",
                "ordering": ("-uploaded_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="RosterRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(null=True, verbose_name="row")),
                ("cells", models.JSONField(default=list)),
                ("notes", models.JSONField(default=dict)),
                ("mended", models.JSONField(default=dict)),
                (
                    "fate",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("new", "new"),
                            ("changed", "changed"),
                            ("unchanged", "unchanged"),
                            ("returned", "returns"),
                            ("left", "leaves"),
                            ("faulty", "faulty"),
                            ("omitted", "left out"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "employee_number",
                    models.CharField(blank=True, max_length=32, verbose_name="employee number"),
                ),
                ("name", models.CharField(blank=True, max_length=80, verbose_name="full name")),
                ("changes", models.JSONField(default=list)),
                ("faults", models.JSONField(default=list)),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "roster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="pledges.roster",
                    ),
                ),
            ],
            options={
                "verbose_name": "row of a roster",
                "verbose_name_plural": "rows of a roster",
                "ordering": (models.OrderBy(models.F("number"), nulls_last=True), "pk"),
            },
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("takes_two", False),
                    ("confirmed_by__isnull", True),
                    models.Q(
                        models.Q(("confirmed_by", models.F("asked_by")), _negated=True),
                        ("asked_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="roster_confirmed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("applying", "applied")), _negated=True),
                    ("confirmed_at__isnull", False),
                    _connector="OR",
                ),
                name="roster_applied_was_confirmed",
            ),
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", False), ("state", "applied")),
                    models.Q(
                        models.Q(("state", "applied"), _negated=True), ("finished_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="roster_applied_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "applying")),
                fields=("state",),
                name="roster_one_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="rosterrow",
            index=models.Index(fields=["roster", "fate", "number"], name="roster_row_by_fate"),
        ),
        migrations.AddConstraint(
            model_name="rosterrow",
            constraint=models.UniqueConstraint(fields=("roster", "number"), name="roster_row_once"),
        ),
    ]
