"""Records that the company alone sealed, and their files."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0028_signing_tasks"),
    ]

    operations = [
        migrations.CreateModel(
            name="IssuedRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("completion-report", "Completion report"),
                            ("paper-scan", "Scan of a paper pledge"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("subject", models.CharField(max_length=80, verbose_name="subject")),
                (
                    "list_digest",
                    models.CharField(max_length=64, verbose_name="digest of the content"),
                ),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("erased_at", models.DateTimeField(null=True, verbose_name="erased")),
            ],
            options={
                "verbose_name": "record",
                "verbose_name_plural": "records",
                "ordering": ("created_at", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "subject", "list_digest"), name="record_issued_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("list_digest", ""), _negated=True),
                            models.Q(("subject", ""), _negated=True),
                        ),
                        name="record_says_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.PositiveSmallIntegerField(verbose_name="revision")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("size", models.PositiveIntegerField(verbose_name="bytes")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                (
                    "level",
                    models.CharField(max_length=10, verbose_name="level of signature and seal"),
                ),
                (
                    "stamped_until",
                    models.DateTimeField(null=True, verbose_name="timestamp valid until"),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="pledges.issuedrecord",
                    ),
                ),
            ],
            options={
                "verbose_name": "file of a record",
                "verbose_name_plural": "files of records",
                "ordering": ("record", "revision"),
                "indexes": [models.Index(fields=["sha256"], name="record_file_by_hash")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("record", "revision"), name="record_file_issued_once"
                    )
                ],
            },
        ),
    ]
