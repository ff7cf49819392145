"""Documents rendered before anybody asks for them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pledges", "0019_accounts")]

    operations = [
        migrations.CreateModel(
            name="RenderedAhead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("answers_revision", models.PositiveIntegerField()),
                ("content_digest", models.CharField(max_length=64)),
                ("document_digest", models.CharField(max_length=64)),
                ("document_size", models.PositiveIntegerField()),
                ("rendered_at", models.DateTimeField()),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rendered_ahead",
                        to="pledges.pledge",
                    ),
                ),
            ],
            options={
                "verbose_name": "document rendered ahead",
                "verbose_name_plural": "documents rendered ahead",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pledge", "answers_revision"), name="rendered_ahead_once_each"
                    )
                ],
            },
        ),
    ]
