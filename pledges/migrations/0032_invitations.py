"""Invitations on paper, and invitations of many by mail."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0031_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="InvitationItem",
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
                            ("invited", "invited"),
                            ("left", "not invited"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "verbose_name": "invitation of a run",
                "verbose_name_plural": "invitations of a run",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="InvitationRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="started")),
                ("worked_at", models.DateTimeField(verbose_name="last worked on")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
            ],
            options={
                "verbose_name": "run of invitations",
                "verbose_name_plural": "runs of invitations",
                "ordering": ("-created_at", "-pk"),
            },
        ),
        migrations.AddField(
            model_name="invitation",
            name="way",
            field=models.CharField(
                choices=[("mail", "by email"), ("slip", "on paper")], default="mail", max_length=4
            ),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="email",
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("way", "mail"), models.Q(("email", ""), _negated=True)),
                    models.Q(("email", ""), ("way", "slip")),
                    _connector="OR",
                ),
                name="invitation_mailed_has_address",
            ),
        ),
        migrations.AddField(
            model_name="invitationitem",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invitationrun",
            name="started_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="started by",
            ),
        ),
        migrations.AddField(
            model_name="invitationitem",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="items",
                to="pledges.invitationrun",
            ),
        ),
        migrations.AddIndex(
            model_name="invitationrun",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", True)),
                fields=["created_at"],
                name="invitation_run_unfinished",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitationitem",
            constraint=models.UniqueConstraint(
                fields=("run", "person"), name="invitation_item_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="invitationitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "left"), models.Q(("reason", ""), _negated=True)),
                    models.Q(models.Q(("outcome", "left"), _negated=True), ("reason", "")),
                    _connector="OR",
                ),
                name="invitation_item_left_for_a_reason",
            ),
        ),
    ]
