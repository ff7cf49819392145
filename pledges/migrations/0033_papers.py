"""Paper pledges: their scans, lists of them, and who read them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0032_invitations"),
    ]

    operations = [
        migrations.CreateModel(
            name="PaperBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="uploaded")),
                ("worked_at", models.DateTimeField(verbose_name="last worked on")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("drawing", "being read"),
                            ("ready", "ready to be filed"),
                            ("filing", "being filed"),
                            ("filed", "filed"),
                            ("discarded", "discarded"),
                        ],
                        default="drawing",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("list_name", models.CharField(blank=True, max_length=255, verbose_name="list")),
                (
                    "archive_name",
                    models.CharField(blank=True, max_length=255, verbose_name="ZIP file"),
                ),
                ("unlisted", models.JSONField(default=list)),
                ("refused", models.JSONField(default=list)),
                ("without_faulty", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "list of papers",
                "verbose_name_plural": "lists of papers",
                "ordering": ("-created_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="PaperItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row", models.PositiveIntegerField(verbose_name="row")),
                ("cells", models.JSONField(default=dict)),
                ("faults", models.JSONField(default=list)),
                (
                    "fate",
                    models.CharField(
                        choices=[
                            ("waiting", "being read"),
                            ("ready", "will be filed"),
                            ("faulty", "faulty"),
                            ("filed", "filed"),
                            ("left-out", "left out"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("upload_stored", models.CharField(blank=True, max_length=64)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("taken_until", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "row of a list of papers",
                "verbose_name_plural": "rows of lists of papers",
                "ordering": ("row", "pk"),
            },
        ),
        migrations.CreateModel(
            name="PaperPage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("width", models.PositiveSmallIntegerField()),
                ("height", models.PositiveSmallIntegerField()),
            ],
            options={
                "verbose_name": "page of a paper pledge",
                "verbose_name_plural": "pages of paper pledges",
                "ordering": ("paper", "number"),
            },
        ),
        migrations.AddField(
            model_name="paperpledge",
            name="file_name",
            field=models.CharField(
                blank=True, max_length=255, verbose_name="file name as uploaded"
            ),
        ),
        migrations.AddField(
            model_name="paperpledge",
            name="note",
            field=models.CharField(blank=True, max_length=300, verbose_name="note"),
        ),
        migrations.AddField(
            model_name="paperpledge",
            name="page_count",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="pages"),
        ),
        migrations.AddField(
            model_name="paperpledge",
            name="reason",
            field=models.TextField(blank=True, verbose_name="reason"),
        ),
        migrations.AddField(
            model_name="paperpledge",
            name="record",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="paper",
                to="pledges.issuedrecord",
                verbose_name="record",
            ),
        ),
        migrations.AddField(
            model_name="paperpledge",
            name="salt",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="paperpledge",
            name="upload_sha256",
            field=models.CharField(blank=True, max_length=64, verbose_name="SHA-256 of the upload"),
        ),
        migrations.AddField(
            model_name="paperpledge",
            name="upload_stored",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="paperpledge",
            name="withdrawn_at",
            field=models.DateTimeField(null=True, verbose_name="withdrawn"),
        ),
        migrations.AddField(
            model_name="paperpledge",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="withdrawn by",
            ),
        ),
        migrations.AddField(
            model_name="reading",
            name="paper",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="readings",
                to="pledges.paperpledge",
                verbose_name="paper pledge",
            ),
        ),
        migrations.AlterField(
            model_name="paperpledge",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "being filed"),
                    ("filed", "to be confirmed"),
                    ("confirmed", "confirmed"),
                    ("rejected", "rejected"),
                    ("withdrawn", "withdrawn"),
                    ("erased", "erased"),
                ],
                default="filed",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="reading",
            name="pledge",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="readings",
                to="pledges.pledge",
                verbose_name="pledge",
            ),
        ),
        migrations.AddIndex(
            model_name="reading",
            index=models.Index(
                condition=models.Q(("paper__isnull", False)),
                fields=["paper", "-minute"],
                name="reading_by_paper",
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.UniqueConstraint(
                fields=("reader", "paper", "minute", "way"), name="reading_paper_once_a_minute"
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("paper__isnull", True), ("pledge__isnull", False)),
                    models.Q(("paper__isnull", False), ("pledge__isnull", True)),
                    _connector="OR",
                ),
                name="reading_is_of_one_thing",
            ),
        ),
        migrations.AddField(
            model_name="paperbatch",
            name="filed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="uploaded by",
            ),
        ),
        migrations.AddField(
            model_name="paperpledge",
            name="batch",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="papers",
                to="pledges.paperbatch",
                verbose_name="list",
            ),
        ),
        migrations.AddIndex(
            model_name="paperpledge",
            index=models.Index(fields=["state", "filed_at"], name="paper_queue"),
        ),
        migrations.AddConstraint(
            model_name="paperpledge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["filed", "confirmed"])),
                fields=("person", "version", "signed_on"),
                name="paper_filed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="paperpledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "confirmed"), _negated=True),
                    models.Q(("settled_by", models.F("person")), _negated=True),
                    _connector="OR",
                ),
                name="paper_not_confirmed_by_its_signer",
            ),
        ),
        migrations.AddConstraint(
            model_name="paperpledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "erased"), _negated=True),
                    models.Q(
                        ("file_name", ""),
                        ("note", ""),
                        ("reason", ""),
                        ("salt", ""),
                        ("upload_sha256", ""),
                        ("upload_stored", ""),
                    ),
                    _connector="OR",
                ),
                name="paper_erased_is_nobodys",
            ),
        ),
        migrations.AddField(
            model_name="paperitem",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="pledges.paperbatch",
            ),
        ),
        migrations.AddField(
            model_name="paperitem",
            name="paper",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="item",
                to="pledges.paperpledge",
                verbose_name="paper",
            ),
        ),
        migrations.AddField(
            model_name="paperpage",
            name="paper",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="pages",
                to="pledges.paperpledge",
            ),
        ),
        migrations.AddConstraint(
            model_name="paperitem",
            constraint=models.UniqueConstraint(fields=("batch", "row"), name="paper_item_once"),
        ),
        migrations.AddConstraint(
            model_name="paperpage",
            constraint=models.UniqueConstraint(fields=("paper", "number"), name="paper_page_once"),
        ),
    ]
